"""An AWS for the tests of collectors: the drill, begun again for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from forensics.drill.server import Drill
from tests.aws import models
from tests.collectors.play import Play, session_on


@pytest.fixture(scope="session", autouse=True)
def _shared_models() -> Iterator[None]:
    with models.shared():
        yield


@pytest.fixture(scope="session")
def one_drill() -> Iterator[Drill]:
    """Start a drill once: it takes some seconds."""
    with Drill.start() as drill:
        yield drill


@pytest.fixture
def drill(one_drill: Drill) -> Drill:
    """Give the drill as it was when it began."""
    one_drill.reset()
    return one_drill


@pytest.fixture
def play(drill: Drill) -> Play:
    """Give a run on the drill."""
    return Play(session_on(drill))
