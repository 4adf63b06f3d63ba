"""Run tasks as a preservation does, without a case: what was yielded, and what became of it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from forensics.aws.pace import Pace
from forensics.aws.session import Session
from forensics.collectors import spec
from forensics.drill.server import Drill
from forensics.model import Coverage, Effect, Intent, Record, Settled, Source

REGION = "eu-west-1"


@dataclass
class Time:
    """A clock that sleeping moves on; the drill's own runs by itself."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    slept: list[float] = field(default_factory=list)
    real: float = 0.0
    """Real seconds to sleep at most, for a drill that takes its time."""

    def clock(self) -> datetime:
        """Tell the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        time.sleep(min(seconds, self.real))
        self.now += timedelta(seconds=seconds)


@dataclass
class Play:
    """One run over some rows of one region."""

    session: Session
    time: Time = field(default_factory=Time)
    region: str = REGION
    deadline: float | None = 1_000
    intents: dict[str, Intent] = field(default_factory=dict)
    """Open ones."""
    effects: dict[str, Effect] = field(default_factory=dict)
    coverage: dict[str, Coverage] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    _names: dict[tuple[Source, str], list[Mapping[str, Any]]] = field(default_factory=dict)
    _ids: Iterable[int] = field(default_factory=itertools.count)

    def run(self, *rows: str) -> None:
        """Run these rows, or all, each to its end."""
        tasks = spec.tasks(self.session.identity.account, [self.region])
        for task in tasks:
            if not rows or task.source.name in rows:
                self.task(task, tasks)

    def start(self, row: str) -> tuple[spec.Task, spec.Records]:
        """Start one row, to be resumed by the test."""
        tasks = spec.tasks(self.session.identity.account, [self.region])
        task = next(task for task in tasks if task.source.name == row)
        return task, task.start(self._context(task, tasks))

    def task(self, task: spec.Task, tasks: Iterable[spec.Task]) -> None:
        """Run one task, unless all that it asks about is unknown."""
        if task.parents and all(self._failed(parent) for parent in task.parents):
            return
        running = task.start(self._context(task, tasks))
        while True:
            try:
                self.take(next(running))
            except StopIteration as end:
                self._names.update({(task.source, row): names for row, names in end.value.items()})
                return

    def take(self, record: Record) -> None:
        """Keep one record."""
        self.records.append(record)
        match record:
            case Intent():
                self.intents[record.id] = record
            case Settled():
                self.intents.pop(record.intent, None)
            case Effect():
                self.effects[record.id] = record
            case Coverage():
                self.coverage[record.source.name] = record

    def gaps(self) -> list[tuple[str, str, str]]:
        """Return row, outcome and code of everything missing."""
        return [
            (name, gap.outcome.value, gap.code)
            for name, coverage in self.coverage.items()
            for gap in coverage.gaps
        ]

    def of(self, kind: type[Any]) -> list[Any]:
        """Return the records of a kind."""
        return [record for record in self.records if isinstance(record, kind)]

    def _failed(self, source: Source) -> bool:
        coverage = self.coverage.get(source.name)
        return coverage is None or coverage.outcome.is_gap

    def _context(self, task: spec.Task, tasks: Iterable[spec.Task]) -> spec.Context:
        children = [child for child in tasks if task.source in child.parents]
        return spec.Context(
            session=self.session,
            source=task.source,
            names={
                parent.name: self._names.get((parent, task.source.name), [])
                for parent in task.parents
                if not self._failed(parent)
            },
            selects={child.source.name: child.select(task.source.name) for child in children},
            intents=list(self.intents.values()),
            effects=list(self.effects.values()),
            deadline=self.deadline,
            clock=self.time.clock,
            sleep=self.time.sleep,
            new_id=lambda: f"op-{next(iter(self._ids))}",
        )


def session_on(drill: Drill, **options: Any) -> Session:
    """Make a session on the drill, as the responder, without waiting for anything."""
    known = drill.environment
    keys = {
        "access_key": known["AWS_ACCESS_KEY_ID"],
        "secret_key": known["AWS_SECRET_ACCESS_KEY"],
        "token": known["AWS_SESSION_TOKEN"],
    }
    given = {"region": REGION, "case_id": "IR-1", "credentials": keys, "pace": Pace(scale=1_000), **options}
    given.setdefault("endpoint_url", drill.url)
    session = Session(sleep=lambda _: None, draw=lambda: 0.0, **given)
    session.identify()
    return session


def as_root(drill: Drill) -> Any:
    """Give an EC2 client of the root of the account that the responder works in."""
    account = session_on(drill).identity.account
    known = drill.root(account)
    keys = {"access_key": known["AWS_ACCESS_KEY_ID"], "secret_key": known["AWS_SECRET_ACCESS_KEY"]}
    return session_on(drill, credentials=keys).client("ec2", REGION)
