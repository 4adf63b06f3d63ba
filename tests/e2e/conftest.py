"""A breached AWS over HTTP, and the command line as a user runs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from forensics.drill.server import Drill
from tests.e2e.run import Aws
from tests.nursery import Nursery


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave five of six cases of what has many to `make torture`: each is a run of the whole program."""
    seen: Counter[str] = Counter()
    for item in items:
        if isinstance(item, pytest.Function) and item.path.parent == Path(__file__).parent:
            name = f"{item.path}::{item.originalname}"
            many = hasattr(item, "callspec") and item.originalname != "test_denied"
            if many and seen[name] % 6:
                item.add_marker("torture")
            seen[name] += 1


@pytest.fixture(scope="session")
def drill(nursery: Nursery) -> Iterator[Drill]:
    """Give one embedded AWS for all tests of a worker."""
    with nursery.drill() as drill:
        yield drill


@pytest.fixture
def aws(drill: Drill) -> Aws:
    """Give that AWS as freshly breached, with one region, whose snapshots take two polls."""
    drill.reset()
    drill.regions(["eu-west-1"])
    drill.waiting(seconds=0, polls=1)
    return Aws(drill)
