"""A breached AWS over HTTP, and the command line as a user runs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from forensics.drill.server import Drill
from tests.e2e.run import Aws


@pytest.fixture(scope="session")
def drill() -> Iterator[Drill]:
    """Start one embedded AWS for all tests of a worker."""
    with Drill.start() as started:
        yield started


@pytest.fixture
def aws(drill: Drill) -> Aws:
    """Give that AWS as freshly breached, with one region, whose snapshots take two polls."""
    drill.reset()
    drill.regions(["eu-west-1"])
    drill.waiting(seconds=0, polls=1)
    return Aws(drill)
