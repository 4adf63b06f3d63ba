"""Run tasks as a preservation does, without a case: what was yielded, and what became of it."""

from __future__ import annotations

import hashlib
import itertools
import json
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from forensics.aws.pace import Pace
from forensics.aws.session import Session
from forensics.collectors import catalogue, spec
from forensics.drill.server import Drill
from forensics.model import Coverage, Effect, Evidence, Intent, Record, Settled, Source
from forensics.scope import NOTHING, Protect, Window

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
class Memory:
    """A draft that is in memory."""

    data: bytearray = field(default_factory=bytearray)
    synced: bool = False
    discarded: bool = False

    @property
    def size(self) -> int:
        """Count the bytes."""
        return len(self.data)

    @property
    def sha256(self) -> str:
        """Hash them."""
        return hashlib.sha256(self.data).hexdigest()

    def write(self, data: bytes) -> None:
        """Append bytes."""
        assert not self.synced
        assert not self.discarded
        self.data += data

    def end(self) -> None:
        """End it."""
        self.synced = True

    def sync(self) -> None:
        """End it."""
        self.synced = True

    def discard(self) -> None:
        """Remove it."""
        self.discarded = True


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
    window: Window = field(
        default_factory=lambda: Window(datetime.now(UTC) - timedelta(days=90), datetime.now(UTC))
    )
    max_log_group: int = 2 * 2**30
    protect: Protect = NOTHING
    evidence: Session | None = None
    again: frozenset[str] = frozenset()
    asked: Mapping[str, Any] = field(default_factory=dict)
    """What an earlier run was to do beside keeping."""
    kept: dict[tuple[str, str], Evidence] = field(default_factory=dict)
    """Evidence by row and name."""
    drafts: list[Memory] = field(default_factory=list)
    _names: dict[tuple[Source, str], list[Mapping[str, Any]]] = field(default_factory=dict)
    _ids: Iterable[int] = field(default_factory=itertools.count)

    def run(self, *rows: str) -> None:
        """Run these rows, or all, each to its end."""
        tasks = self._tasks()
        for task in tasks:
            if not rows or task.source.name in rows:
                self.task(task, tasks)

    def names(self, parent: str, row: str, most: int) -> None:
        """Let a row know of so many of the names that its parent found, and no more."""
        for (source, child), found in self._names.items():
            if (source.name, child) == (parent, row):
                self._names[source, child] = list(found)[:most]

    def keep_names(self, parent: str, row: str, which: Callable[[Mapping[str, Any]], bool]) -> None:
        """Let a row know of some of the names that its parent found, and no others."""
        for (source, child), found in self._names.items():
            if (source.name, child) == (parent, row):
                self._names[source, child] = list(filter(which, found))

    def start(self, row: str) -> tuple[catalogue.Task, spec.Records]:
        """Start one row, to be resumed by the test."""
        task, context = self.prepare(row)
        return task, task.start(context)

    def prepare(self, row: str) -> tuple[catalogue.Task, spec.Context]:
        """Give a row's task, and what it would be started with."""
        tasks = self._tasks()
        task = next(task for task in tasks if task.source.name == row)
        return task, self._context(task, tasks)

    def task(self, task: catalogue.Task, tasks: catalogue.Tasks) -> None:
        """Run one task, unless all that it asks about is unknown."""
        if task.parents and all(map(self._failed, task.parents)):
            return
        if any(map(self._failed, task.needs)):
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
                name = record.id if record.kind == "snapshot" else f"{record.kind} {record.id}"
                self.effects[name] = record
            case Coverage():
                self.coverage[record.source.name] = record
            case tuple():
                for evidence in record:
                    self.keep(evidence)

    def keep(self, evidence: Evidence) -> None:
        """Keep a file, under a name that was not kept before."""
        where = (evidence.source.name, evidence.name)
        assert where not in self.kept
        evidence.draft.sync()
        self.kept[where] = evidence

    def events(self, row: str) -> list[dict[str, Any]]:
        """Read all events that were kept for a row."""
        found = [evidence for (name, _), evidence in self.kept.items() if name == row]
        return [event for evidence in found for event in events_of(evidence)]

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

    def _tasks(self) -> catalogue.Tasks:
        options = frozenset(self.protect.options | self.asked.keys())
        return catalogue.tasks(self.session.identity.account, [self.region], options=options)

    def _failed(self, source: Source) -> bool:
        coverage = self.coverage.get(source.name)
        return coverage is None or coverage.outcome.is_gap

    def _read(self, source: Source, name: str) -> Iterator[bytes]:
        evidence = self.kept.get((source.name, name))
        return iter(()) if evidence is None else iter([_bytes(evidence)])

    def _draft(self) -> Memory:
        self.drafts.append(Memory())
        return self.drafts[-1]

    def _context(self, task: catalogue.Task, tasks: catalogue.Tasks) -> spec.Context:
        followers = (tasks[number] for number in tasks.followers(task.source))
        children = [follower for follower in followers if task.source in follower.parents]
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
            window=self.window,
            protect=self.protect,
            asked=self.asked,
            again=self.again,
            evidence=self.evidence,
            max_log_group=self.max_log_group,
            holds=lambda name: (task.source.name, name) in self.kept,
            kept=self._read,
            draft=self._draft,
            clock=self.time.clock,
            sleep=self.time.sleep,
            new_id=lambda: f"op-{next(iter(self._ids))}",
        )


def _bytes(evidence: Evidence) -> bytes:
    assert isinstance(evidence.draft, Memory)
    return bytes(evidence.draft.data)


def events_of(evidence: Evidence) -> list[dict[str, Any]]:
    """Read the events of a file."""
    text = zlib.decompress(_bytes(evidence), wbits=31)
    return [json.loads(line) for line in text.splitlines()]


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


def as_root(drill: Drill, account: str = "222222222222", service: str = "ec2") -> Any:
    """Give a client of the root of an account: of the one that the responder works in."""
    known = drill.root(account)
    return _client(drill, known["AWS_ACCESS_KEY_ID"], known["AWS_SECRET_ACCESS_KEY"], service)


@cache
def _client(drill: Drill, key: str, secret: str, service: str) -> Any:
    return session_on(drill, credentials={"access_key": key, "secret_key": secret}).client(service, REGION)
