"""
List what is alive now: the rows that list things, asked again in every region, and nothing is kept.

What could not be listed is a gap, as in a run: where nobody says what is there, nothing can be called safe.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from forensics import reading
from forensics.aws import codes
from forensics.aws.session import Session
from forensics.collectors import catalogue, spec, sweep
from forensics.collectors.kin import Kin
from forensics.collectors.listed import LISTED
from forensics.collectors.spec import Call, Step, Thing
from forensics.errors import FormatError
from forensics.model import Coverage, Exchange, Gap, Outcome, Record, Source
from forensics.readiness.things import NAMELESS, Found, find
from forensics.schedule import Job, Listed, Schedule
from forensics.scope import Progress

WORKERS = {spec.Lane.USUAL.value: 16}
"""Rows at once, over all regions."""

BESIDE: Mapping[str, Thing] = {
    "ec2.DescribeLockedSnapshots": Thing(
        kind="ec2:locked-snapshot", select="Snapshots[].{id: SnapshotId, name: LockState}"
    ),
    "ec2.DescribeInstanceTypes": Thing(
        kind="ec2:instance-type", select="InstanceTypes[?InstanceStorageSupported].{id: InstanceType}"
    ),
    "kms.DescribeKey": Thing(
        kind="kms:aws-key", select="[KeyMetadata][?KeyManager=='AWS'].{id: KeyId, arn: Arn}"
    ),
}
"""What is not there to be destroyed, and is needed to judge what is, by the row that lists it."""

NOTHING = frozenset({Outcome.NOT_ENABLED})
"""The account does not use the service, by AWS's own word: so nothing of it is there."""


TWO_OF_ONE_NAME, WITHOUT_NAME = "TwoOfOneName", "WithoutName"
"""Our own codes: a list has two things that we cannot tell apart, or one that it does not name."""


class Stopped(Exception):  # noqa: N818 - says that the listing is over, to a thread of it
    """The listing has ended; whoever ended it says why."""


def rows() -> Mapping[str, tuple[Thing, ...]]:
    """Return what each row lists, by the row's name; what the sweep asks is told apart as rows are."""
    swept = {row_of(service, name): (thing,) for service, of in LISTED.items() for name, thing in of.items()}
    calls = (source for _, source in catalogue.sources().values() if isinstance(source, Call))
    # A second reading of a row lists nothing that the first does not.
    listing = {call.name: call.lists for call in calls if call.lists and not call.asks}
    beside = {
        name: (*listing.get(name, ()), thing) for name, thing in BESIDE.items() if name in catalogue.sources()
    }
    return {**swept, **listing, **beside}


def row_of(service: str, operation: str) -> str:
    """Name the row of an operation."""
    return f"{service}.{operation}"


def source_of(row: str) -> str:
    """Name the source that asks a row: the row itself, or the sweep of its service."""
    return row if row in catalogue.sources() else row_of(row.partition(".")[0], sweep.OPERATION)


def with_parents(wanted: Iterable[str]) -> frozenset[str]:
    """Add the rows that find the names which these ask about."""
    found: set[str] = set()
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(catalogue.sources()[name][1].parents)
    return frozenset(found)


def _swept(tasks: Iterable[catalogue.Task], rows: Iterable[str]) -> Iterator[catalogue.Task]:
    """Yield the tasks of the sweep with what these rows ask, and nothing else."""
    wanted = frozenset(rows)
    for task in tasks:
        service = task.source.service
        asked = [name for name in LISTED.get(service, ()) if row_of(service, name) in wanted]
        if asked and isinstance(task.of, Step) and task.source.operation == sweep.OPERATION:
            yield replace(task, of=sweep.only(task.of, asked))


@dataclass
class Listing:
    """One look at an account. Safe for the threads of a `Schedule`."""

    session: Session
    on_progress: Callable[[Progress], None]
    things: dict[tuple[str, str, str], Found] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    nothing: list[Gap] = field(default_factory=list)
    """Gaps by which AWS says that the account does not use a service: so nothing of it is there, or was."""
    answered: set[Source] = field(default_factory=set)
    """Rows that were answered."""
    regions: tuple[str, ...] = ()
    """Where was asked."""
    stop: threading.Event = field(default_factory=threading.Event)
    """Set once nothing more is to be asked."""

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self._lock = threading.Lock()
        self._names: dict[Source, Mapping[str, Sequence[Mapping[str, Any]]]] = {}
        self._rows = rows()
        self._done = self._total = 0

    def take(self, records: Iterable[Record]) -> None:
        """Take in what was asked to begin with, such as which regions there are."""
        for record in records:
            if isinstance(record, Coverage) and record.outcome is not Outcome.OUT_OF_SCOPE:
                self.gaps.extend(record.gaps)

    def ask(self, wanted: Iterable[str], regions: Sequence[str]) -> None:
        """
        Ask these rows, with all that they need, in these regions.

        Raises `CredentialsError`, and whatever interrupts it.
        """
        Schedule(Listed(self.jobs(wanted, regions)), WORKERS, self.stop).run()

    def jobs(self, wanted: Iterable[str], regions: Sequence[str]) -> list[Job[Source]]:
        """Return that as work for a schedule, whose `stop` is ours."""
        rows = set(wanted)
        needed = with_parents(rows & catalogue.sources().keys())
        tasks = catalogue.tasks(self.session.identity.account, regions)
        listed = tasks.only(needed.__contains__)
        chosen = [*listed, *_swept(tasks, rows - needed)]
        kin, self._total = Kin(listed), len(chosen)
        return [self._job(task, kin) for task in chosen]

    def _job(self, task: catalogue.Task, kin: Kin) -> Job[Source]:
        return Job(
            task.source, task.phase, frozenset(task.parents), lambda: self._run(task, kin.children(task))
        )

    def _run(self, task: catalogue.Task, children: Mapping[str, catalogue.Task]) -> None:
        with self._lock:
            if task.parents and not any(parent in self._names for parent in task.parents):
                return  # The parent's gap is the reason, and is there.
            names = {one.name: self._names[one].get(task.source.name, ()) for one in task.parents}
        context = spec.Context(
            session=self.session,
            source=task.source,
            names=names,
            selects={name: child.select(task.source.name) for name, child in children.items()},
            clock=self.session.clock,
            sleep=self._sleep,
        )
        self._drain(task.start(context), task.source)

    def _drain(self, records: spec.Records, source: Source) -> None:
        while not self.stop.is_set():
            try:
                self._take(next(records))
            except StopIteration as end:
                with self._lock:
                    if source in self.answered:
                        self._names[source] = end.value or {}
                return

    def _take(self, record: Record) -> None:
        if isinstance(record, Exchange):
            self._exchange(record)
        elif isinstance(record, Coverage):
            with self._lock:
                self.gaps.extend(gap for gap in record.gaps if gap.outcome not in NOTHING)
                self.nothing.extend(gap for gap in record.gaps if gap.outcome in NOTHING)
                if not record.outcome.is_gap:
                    self.answered.add(record.source)
                self._done += 1
                self.on_progress(Progress(self._done, self._total, record))

    def _exchange(self, exchange: Exchange) -> None:
        document = exchange.document()
        lists = self._rows.get(row_of(exchange.source.service, document["request"]["operation"]), ())
        if not lists or not reading.answered(document):
            return
        try:
            found = list(find(document, lists, exchange.source))
        except FormatError as error:
            gap = Gap(exchange.source, Outcome.FAILED, codes.UNREADABLE, str(error), exchange.request_id)
            with self._lock:
                self.gaps.append(gap)
            return
        with self._lock:
            for thing in found:
                self._note(thing, exchange)

    def _note(self, thing: Found, exchange: Exchange) -> None:
        """Take a thing in; what cannot be told apart from others is a gap, lest one stands for all."""
        if thing.id == NAMELESS:
            self._doubt(exchange, WITHOUT_NAME, f"there is a {thing.kind} without a name")
        elif self.things.setdefault(thing.key, thing).arn != thing.arn:
            self._doubt(exchange, TWO_OF_ONE_NAME, f"there are two {thing.kind} of one name: {thing.id}")

    def _doubt(self, exchange: Exchange, code: str, said: str) -> None:
        self.gaps.append(Gap(exchange.source, Outcome.FAILED, code, said, exchange.request_id))

    def whole(self, row: str, region: str) -> bool:
        """Say whether a row was listed to its end: what it did not name is not there."""
        broken = {(gap.source.name, gap.source.region) for gap in (*self.gaps, *self.nothing)}
        answered = {(source.name, source.region) for source in self.answered}
        return (row, region) in answered - broken

    def _sleep(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            raise Stopped
