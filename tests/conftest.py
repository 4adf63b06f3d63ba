"""What holds for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.nursery import Nursery

# A loaded machine is no failure: pytest-timeout bounds each test, and `bench` measures.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Seed an embedded AWS once for all tests of a worker."""
    with Nursery() as nursery:
        yield nursery
