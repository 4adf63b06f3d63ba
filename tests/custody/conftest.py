"""Fixtures of the tests of custody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from forensics.custody.case import Case
from tests.custody import world


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """Give a new, open case."""
    with world.create(tmp_path / "IR-1") as case:
        yield case
