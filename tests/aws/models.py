"""botocore's models, read once for all tests: each session would spend half a second on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import botocore.loaders
import botocore.session
import pytest

_LOADER = botocore.loaders.create_loader()


@contextmanager
def shared() -> Iterator[None]:
    """Let every session of botocore use one loader."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", lambda _=None: _LOADER)
        yield
