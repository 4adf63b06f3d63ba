"""An AWS for the tests of collectors: the drill, begun again for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from forensics.drill.server import Drill
from tests.aws import models
from tests.collectors.play import Play, session_on
from tests.nursery import Nursery


@pytest.fixture(scope="session", autouse=True)
def _shared_models() -> Iterator[None]:
    with models.shared():
        yield


@pytest.fixture(scope="session")
def one_drill(nursery: Nursery) -> Iterator[Drill]:
    """Give one drill for all tests of a worker."""
    with nursery.drill() as drill:
        yield drill


@pytest.fixture
def drill(one_drill: Drill) -> Drill:
    """Give the drill as it was when it began."""
    one_drill.reset()
    # Time does not pass here: see `play.Time`.
    one_drill.limit_lookups(on=False)
    return one_drill


@pytest.fixture
def play(drill: Drill) -> Play:
    """Give a run on the drill."""
    return Play(session_on(drill))
