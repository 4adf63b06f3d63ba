"""What the tests of asking share: sessions on canned servers, and clocks that cost no time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forensics.aws.ask import Asker
from forensics.aws.pace import Pace
from forensics.aws.session import Session
from forensics.model import Exchange, Source
from tests.aws import models
from tests.aws.canned import Answer, Canned, Script

ACCOUNT, REGION = "123456789012", "eu-west-1"
KEYS = {
    "access_key": "AKIAIOSFODNN7EXAMPLE",
    "secret_key": "wJalrXUtnFEMI/EXAMPLEKEY",
    "token": "IQoJb3Jp//sess",
}


@dataclass
class Time:
    """A clock that sleeping moves on."""

    now: datetime = datetime(2026, 11, 24, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def clock(self) -> datetime:
        """Tell the time."""
        return self.now

    def monotonic(self) -> float:
        """Tell the seconds."""
        return self.now.timestamp()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture(scope="session", autouse=True)
def _shared_models() -> Iterator[None]:
    with models.shared():
        yield


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def time() -> Time:
    """Give a clock that sleeping moves on."""
    return Time()


@pytest.fixture
def serve() -> Iterator[Callable[[Script | list[Answer]], Canned]]:
    """Start canned servers that end with the test."""
    with ExitStack() as stack:
        yield lambda script: stack.enter_context(Canned(script))


@pytest.fixture
def session_on(time: Time) -> Callable[..., Session]:
    """Make a session on a server, with a clock that costs no time and no jitter."""

    def make(url: str, **options: Any) -> Session:
        pace = Pace(clock=time.monotonic, scale=1_000)
        given = {"region": REGION, "case_id": "IR-1", "credentials": KEYS, "pace": pace, **options}
        return Session(endpoint_url=url, clock=time.clock, sleep=time.sleep, draw=lambda: 1.0, **given)

    return make


@pytest.fixture
def asker_on(session_on: Callable[..., Session], time: Time) -> Callable[..., Asker]:
    """Make an asker for one source on a server."""

    def make(url: str, row: str, region: str = REGION, **options: Any) -> Asker:
        service, operation = row.split(".")
        source = Source(ACCOUNT, region, service, operation)
        session = session_on(url, **options)
        return Asker(session, source, time.clock, time.sleep, session.draw)

    return make


def drain(asking: Generator[Any, None, Any]) -> tuple[list[Any], Any]:
    """Run a generator to its end: what it yielded, and what it returned."""
    yielded: list[Any] = []
    while True:
        try:
            yielded.append(next(asking))
        except StopIteration as end:
            return yielded, end.value


def bodies(yielded: list[Any]) -> list[bytes]:
    """Return the bodies of the exchanges among what was yielded."""
    return [item.body for item in yielded if isinstance(item, Exchange)]
