"""
What a collector is: rows that read, and steps of code for what writes to AWS, waits, or streams.

`tasks()` makes of all collectors the work of one account. A task's `start(context)` is a generator of
`model.Record`; it resumes only after what it yielded is on disk. It returns names for other tasks:
a dict from each row in `context.selects` to the list of parameters that row is to be asked with.
"""

from __future__ import annotations

import json
import time
from array import array
from bisect import bisect_right
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum, IntEnum, StrEnum
from functools import cache
from itertools import accumulate
from typing import Any, overload

from forensics.aws.actions import action_of
from forensics.aws.ask import Asker
from forensics.aws.names import Batch, Names, Select
from forensics.aws.row import Row
from forensics.aws.session import Session
from forensics.collectors import every
from forensics.errors import UsageError
from forensics.model import (
    EVERYTHING,
    GLOBAL,
    Coverage,
    Draft,
    Effect,
    Gap,
    Intent,
    Outcome,
    Record,
    Source,
)
from forensics.scope import NOTHING, Protect, Window

Records = Generator[Record, None, Names]

ACCOUNT = "{account}"
"""Stands for the account's number among a row's parameters."""


class Phase(IntEnum):
    """The order of volatility: what is gone first is asked first."""

    HOLD = 5
    """What keeps things from being destroyed meanwhile: only where it was asked for."""
    VOLATILE = 10
    """Facts of running instances: minutes."""
    RUNNING = 15
    """What runs on instances, and what starts and ends them: AWS remembers it for an hour."""
    IDENTITY = 20
    """Who may do what, and what watches them: the attacker can change it at any time."""
    DISKS = 30
    """Snapshots are begun early, since they take long."""
    EVENTS = 40
    """Logs that AWS itself forgets after days or weeks."""
    LOGS = 50
    """Logs in the account's own buckets: bulk."""
    CONFIGURATION = 60
    """What was changed, exposed or hidden."""
    SWEEP = 70
    """Whatever else can be asked: many questions, and hardly ever an answer that matters."""
    PROGRESS = 90
    """Waiting for what was begun: only while nothing else is to be done."""
    END = 95
    """What has to be read again once everything else was."""
    COPIES = 97
    """Copying out takes hours, and nothing may wait for it."""


class Lane(StrEnum):
    """Where a source waits for its turn: what is slow by nature has threads of its own."""

    USUAL = ""
    EVENTS = "events"
    """Bound by a rate that AWS sets for each region: every region at once, hardly any work."""
    BULK = "bulk"
    """Bound by the machine: few at once."""


class Reach(Enum):
    """Where a row is asked."""

    REGION = "region"
    """In every enabled region."""
    GLOBAL = "global"
    """Once for the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """Names that a row asks about one by one, found in another row's answers."""

    row: str
    """The row that finds them, of the same region: `ec2.DescribeInstances`."""
    select: str
    """
    JMESPath on one answer of it, giving a list of objects of parameters: `Users[].{UserName: UserName}`.

    `{others}` stands for the names of the other regions that are asked, as JSON, `{account}` for the
    account's number. A row does not ask about an object that lacks a value.
    """
    carry: tuple[str, ...] = ()
    """Parameters of that row's request to go along: what the answer does not repeat."""
    place: str = ""
    """Which of the object's values is no parameter, but the region to ask in: a bucket has its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What a row lists: things that a teardown destroys, and that `ready` looks for in the case."""

    kind: str
    """Service and type, as ARNs name them: `ec2:instance`, `s3:bucket`, `iam:role`."""
    select: str
    """
    JMESPath on one answer, giving a list of objects: `id`, and `arn` and `name` where AWS gives them.

    `Reservations[].Instances[].{id: InstanceId}`; the `id` is what AWS's own commands ask for it by.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A row: one operation that reads, asked to its last page."""

    service: str
    operation: str
    about: str
    """What it is good for, in a few words, for people."""
    params: tuple[Mapping[str, Any], ...] = ({},)
    """One request, with all its pages, for each; with `each`, for each of these and each name."""
    each: Each | None = None
    also: tuple[Each, ...] = ()
    """More rows whose names it asks about. It is asked if any of them was answered."""
    batch: Batch | None = None
    """Where one request takes many names."""
    deeper: str = ""
    """JMESPath on its own answer, giving parameters to ask it with again: for a tree, down to its leaves."""
    absent: frozenset[str] = frozenset()
    """Codes by which AWS says "there is none", which is an answer and no gap."""
    said: Mapping[str, str] = field(default_factory=dict)
    """Codes that say so with this whole message alone, since AWS has them for a denial too."""
    failed: str = ""
    """
    JMESPath on an answer of success, giving what it could not tell of: `code`, perhaps `message`, a name.

    Each is a gap: `failures[].{code: reason, message: detail, arn: arn}`.
    """
    reach: Reach = Reach.REGION
    sensitive: bool = False
    """Whether answers are likely to hold secrets, such as user data."""
    action: str | None = None
    """IAM action, where it is not what `aws/actions.py` says of the operation."""
    phase: Phase | None = None
    """Where it is not the collector's."""
    lists: tuple[Thing, ...] = ()
    """What there is, by its answers."""
    asks: str = ""
    """AWS's operation, where the row has a name of its own: it reads again what another row has read."""

    @property
    def name(self) -> str:
        """Name the row: `ec2.DescribeInstances`."""
        return f"{self.service}.{self.operation}"

    @property
    def parents(self) -> Mapping[str, Each]:
        """Rows whose answers it needs."""
        first = () if self.each is None else (self.each,)
        return {each.row: each for each in (*first, *self.also)}

    @property
    def actions(self) -> tuple[str, ...]:
        """IAM actions that it takes."""
        return (self.action or action_of(self.service, self.asks or self.operation),)

    def run(self, context: Context) -> Records:
        """Ask it all."""
        names = [name for row in self.parents for name in context.names.get(row, ())]
        row = Row(
            context.asker,
            [_filled(variant, context.source.account) for variant in self.params],
            names if self.parents else None,
            self.absent,
            context.wanted,
            self.said,
            self.batch,
            self.deeper,
            self.failed,
            self.asks,
            self.each.place if self.each is not None else "",
        )
        return (yield from row.records())


def _filled(variant: Mapping[str, Any], account: str) -> Mapping[str, Any]:
    return {name: account if value == ACCOUNT else value for name, value in variant.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A source of code: what writes to AWS, waits, or streams."""

    service: str
    operation: str
    about: str
    run: Callable[[Context], Records]
    """Yields what comes, last a `Coverage` for each source that it yielded exchanges of."""
    parents: Mapping[str, Each] = field(default_factory=dict)
    """Rows whose answers it needs, with what it needs of them. It runs if any of them was answered."""
    needs: tuple[str, ...] = ()
    """Those of its parents without which there is no use in it, whatever came of the others."""
    after: tuple[str, ...] = ()
    """Rows that have to be over, whatever came of them."""
    again: tuple[str, ...] = ()
    """Rows to run once more before this one is: what it finds wrong, they make good."""
    reach: Reach = Reach.REGION
    sensitive: bool = False
    phase: Phase | None = None
    actions: tuple[str, ...] = ()
    """IAM actions that it takes."""
    mutates: bool = False
    lane: Lane = Lane.USUAL
    options: tuple[str, ...] = ()
    """What of `scope.Protect` has to be asked for, any of it, or the step takes no part."""
    noticed: bool = False
    """Whether it asks about what a notice names, and has nothing to do where none does."""

    @property
    def spans(self) -> bool:
        """Say whether it keeps logs of a window: those are what is slow by nature."""
        return self.lane is not Lane.USUAL and not self.noticed

    @property
    def name(self) -> str:
        """Name it as a row: `ec2.CreateSnapshots`."""
        return f"{self.service}.{self.operation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """Sources that belong together: one file of this folder, which calls it `COLLECTOR`."""

    name: str
    about: str
    phase: Phase
    calls: tuple[Call, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def sources(self) -> tuple[Call | Step, ...]:
        """Everything in it."""
        return (*self.calls, *self.steps)


def _no_draft() -> Draft:
    raise AssertionError("this context keeps no files")


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a task may use. Nothing here leads to the case: what it finds out, it yields."""

    session: Session
    source: Source
    names: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """Parameters to ask with, by the row that found them."""
    selects: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """What other rows want of this one's answers, by row: JMESPath, and parameters to carry."""
    intents: Sequence[Intent] = ()
    """Begun in this account and region, in an earlier run or by another source, and never settled."""
    effects: Sequence[Effect] = ()
    """What was made in this account and region for the case, each in its latest state."""
    deadline: float | None = None
    """Seconds to wait for what takes long, None for as long as it takes."""
    window: Window | None = None
    """What to keep logs of."""
    protect: Protect = NOTHING
    """What this run is to do beside keeping."""
    asked: Mapping[str, Any] = field(default_factory=dict)
    """What any run of the case was to do beside keeping, as `run.start` has it."""
    again: frozenset[str] = frozenset()
    """Volumes and snapshots of which another snapshot or copy is made, however many have failed."""
    evidence: Session | None = None
    """The account that snapshots are copied to, where this run is to copy them."""
    suspects: Sequence[str] = ()
    """Ids of the access keys that a notice names."""
    max_log_group: int = 2 * 2**30
    """Stored bytes past which a log group, or a bucket's access logs, are a gap."""
    holds: Callable[[str], bool] = lambda _: False
    """Say whether the case has a piece of evidence of this source already, by its name in AWS."""
    kept: Callable[[Source, str], Iterator[bytes]] = lambda _, __: iter(())
    """Read a piece of evidence that the case has, by its source and name; nothing if it has none."""
    open_ended: bool = True
    """Whether nobody said when `window` ends: it was now when the first run began."""
    draft: Callable[[], Draft] = _no_draft
    """Begin a file. What is not yielded in the end is removed."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    new_id: Callable[[], str] = lambda: ""

    @property
    def asker(self) -> Asker:
        """Ask for this source."""
        return Asker(self.session, self.source, self.clock, self.sleep, self.session.draw)

    @property
    def wanted(self) -> tuple[Select, ...]:
        """What other rows want of this one's answers, as the row engine takes it."""
        return tuple(Select(row, select, carry) for row, (select, carry) in self.selects.items())


@dataclass(frozen=True, slots=True)
class Task:
    """One source in one region of one account, to be run once."""

    source: Source
    phase: Phase
    of: Call | Step
    """The row or step that it runs."""
    regions: tuple[str, ...]
    """Regions that the account is asked in."""

    @property
    def parents(self) -> tuple[Source, ...]:
        """Tasks whose names it asks about. It runs if any of them was answered."""
        return self._there(self.of.parents)

    @property
    def after(self) -> tuple[Source, ...]:
        """Tasks that have to be over before it starts, whatever came of them; all `parents` among them."""
        return self._there(_before(self.of))

    @property
    def again(self) -> tuple[Source, ...]:
        """Tasks to run before it whenever it is run: what they made may not be good any more."""
        # A report that an earlier run had made may have expired.
        expiring = (row for row in getattr(self.of, "after", ()) if row not in self.of.parents)
        return self._there((*expiring, *getattr(self.of, "again", ())))

    @property
    def needs(self) -> tuple[Source, ...]:
        """Parents without which it is not run, whatever came of the others."""
        return self._there(getattr(self.of, "needs", ()))

    @property
    def rereads(self) -> bool:
        """Say whether it reads again what another task has read: that is done when all else is."""
        return bool(getattr(self.of, "asks", ""))

    @property
    def first(self) -> Source:
        """The source that it reads again; its own where it reads none."""
        return replace(self.source, operation=getattr(self.of, "asks", "") or self.source.operation)

    def select(self, parent: str) -> tuple[str, tuple[str, ...]]:
        """Return what it wants of a parent row's answers: JMESPath, and parameters to carry."""
        each = self.of.parents[parent]
        others = [region for region in self.regions if region != self.source.region]
        select = each.select.replace("{others}", json.dumps(others))
        return select.replace("{account}", self.source.account), each.carry

    def start(self, context: Context) -> Records:
        """Begin: the generator does nothing until it is first resumed."""
        return self.of.run(context)

    def _there(self, rows: Iterable[str]) -> tuple[Source, ...]:
        """Give the sources of rows that it has to do with: of its region, or global."""
        return tuple(_placed(row, self.source) for row in rows)


def _placed(row: str, beside: Source) -> Source:
    # A row of one reach may need one of the other only where the other is global.
    other = sources()[row][1]
    region = GLOBAL if other.reach is Reach.GLOBAL else beside.region
    return Source(beside.account, region, other.service, other.operation)


def _before(of: Call | Step) -> tuple[str, ...]:
    """Name the rows that have to be over before one."""
    return tuple(dict.fromkeys((*of.parents, *getattr(of, "after", ()))))


Pair = tuple["Collector", Call | Step]


class Rows:
    """Rows and steps, each after all that it needs, and who among them lives from whom."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        """Give each its number, from 0 on."""
        self.pairs = tuple(pairs)
        self.numbers = {of.name: number for number, (_, of) in enumerate(self.pairs)}
        self.followers: dict[str, list[int]] = {}
        """Numbers of the rows that live from each, by its name."""
        self.waiting: dict[str, list[int]] = {}
        """Numbers of the rows that wait for each."""
        for number, (_, of) in enumerate(self.pairs):
            for row in dict.fromkeys((*of.parents, *getattr(of, "needs", ()))):
                self.followers.setdefault(row, []).append(number)
            for row in _before(of):
                self.waiting.setdefault(row, []).append(number)


class Tasks(Sequence[Task]):
    """
    The work of one account, each task after all those that it needs, else in order of volatility.

    None is made before somebody looks at it, nor kept: fifty accounts have six hundred thousand.
    """

    def __init__(self, account: str, regions: Iterable[str], rows: Rows) -> None:
        """Make none yet."""
        self.account, self.regions, self.rows = account, tuple(regions), rows
        self._places = {Reach.GLOBAL: (GLOBAL,), Reach.REGION: self.regions}
        widths = (len(self._places[of.reach]) for _, of in rows.pairs)
        self._starts = array("I", accumulate(widths, initial=0))
        self._regions = {region: number for number, region in enumerate(self.regions)}

    def only(self, wanted: Callable[[str], bool]) -> Tasks:
        """Return the tasks of some rows, by their names."""
        rows = Rows((collector, of) for collector, of in self.rows.pairs if wanted(of.name))
        return Tasks(self.account, self.regions, rows)

    def number(self, source: Source) -> int:
        """Return the number of the task that a source has; -1 if it has none here."""
        row = self.rows.numbers.get(source.name, -1)
        if row < 0:
            return -1
        if self.rows.pairs[row][1].reach is Reach.GLOBAL:
            return self._starts[row] if source.region == GLOBAL else -1
        region = self._regions.get(source.region, -1)
        return region if region < 0 else self._starts[row] + region

    def followers(self, source: Source) -> list[int]:
        """Return the numbers of the tasks that live from a source, in their order."""
        return self._beside(source, self.rows.followers)

    def waiting(self, source: Source) -> list[int]:
        """Return the numbers of the tasks that wait until a source was asked, in their order."""
        return self._beside(source, self.rows.waiting)

    def _beside(self, source: Source, rows: Mapping[str, Sequence[int]]) -> list[int]:
        found: list[int] = []
        for row in rows.get(source.name, ()):
            start, end = self._starts[row], self._starts[row + 1]
            if self.rows.pairs[row][1].reach is Reach.GLOBAL:
                found += range(start, end) if source.region == GLOBAL else ()
            elif source.region == GLOBAL:
                found += range(start, end)
            elif source.region in self._regions:
                found.append(start + self._regions[source.region])
        return found

    def _made(self, row: int, region: str) -> Task:
        collector, of = self.rows.pairs[row]
        source = Source(self.account, region, of.service, of.operation)
        return Task(source, of.phase or collector.phase, of, self.regions)

    @overload
    def __getitem__(self, number: int) -> Task: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[Task]: ...

    def __getitem__(self, number: int | slice) -> Task | Sequence[Task]:
        """Make a task by its number."""
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        place = number % len(self)
        row = bisect_right(self._starts, place) - 1
        regions = self._places[self.rows.pairs[row][1].reach]
        return self._made(row, regions[place - self._starts[row]])

    def __iter__(self) -> Iterator[Task]:
        """Make one after the other."""
        for row, (_, of) in enumerate(self.rows.pairs):
            for region in self._places[of.reach]:
                yield self._made(row, region)

    def __len__(self) -> int:
        """Count them."""
        return self._starts[-1]


@cache
def sources() -> Mapping[str, tuple[Collector, Call | Step]]:
    """Return every row and step by name, with its collector."""
    return {source.name: (collector, source) for collector in every() for source in collector.sources}


def sensitive(row: str) -> bool:
    """Say whether a row's answers are likely to hold secrets. Unknown rows, such as a session's, do not."""
    found = sources().get(row)
    return found is not None and found[1].sensitive


def tasks(
    account: str,
    regions: Sequence[str],
    without: frozenset[str] = frozenset(),
    *,
    options: frozenset[str] = frozenset(),
    noticed: bool = True,
) -> Tasks:
    """
    Return the work of one account, each task after all those it needs, else in order of volatility.

    Collectors `without` which it is to be done take no part, but for rows that others ask by the names of;
    steps that want one of their `options` take none unless it is there; those that ask about what a notice
    names take none unless any was `noticed`.
    """
    return Tasks(account, regions, _rows(without, options, noticed))


@cache
def _rows(without: frozenset[str], options: frozenset[str], noticed: bool) -> Rows:  # noqa: FBT001 - a cache's key
    wanted = _wanted(without, options)
    return Rows(
        (collector, of)
        for collector, of in _ordered()
        if of.name in wanted and (noticed or not getattr(of, "noticed", False))
    )


def _wanted(without: frozenset[str], options: frozenset[str]) -> set[str]:
    """Name the rows of all collectors but some, and those of these that the others live from."""
    wanted: set[str] = set()
    for collector, source in reversed(list(_ordered())):
        needed = getattr(source, "options", ())
        if needed and options.isdisjoint(needed):
            continue
        if collector.name not in without or source.name in wanted:
            wanted |= {source.name, *source.parents}
    return wanted


def check_names(without: frozenset[str]) -> None:
    """Raise `UsageError` for a collector that there is not."""
    names = {collector.name for collector in every()}
    for name in sorted(without - names):
        raise UsageError(f"no such collector: {name[:80]!a}", hint=f"there are: {', '.join(sorted(names))}")


def left_out(account: str, without: frozenset[str]) -> Iterator[Coverage]:
    """Say of each collector that is left out that it is."""
    for name in sorted(without):
        source = Source(account, GLOBAL, name, EVERYTHING)
        gap = Gap(source, Outcome.OUT_OF_SCOPE, "", "the user left this collector out", count=0)
        yield Coverage(source, Outcome.OUT_OF_SCOPE, gaps=(gap,))


def _ordered() -> Iterator[tuple[Collector, Call | Step]]:
    """Yield every source after those it needs."""
    waiting = sorted(sources().values(), key=lambda pair: pair[1].phase or pair[0].phase)
    done: set[str] = set()
    while waiting:
        ready = [pair for pair in waiting if done.issuperset(_before(pair[1]))]
        if not ready:
            raise AssertionError(f"rows that wait for each other: {[pair[1].name for pair in waiting]}")
        yield from ready
        done.update(pair[1].name for pair in ready)
        waiting = [pair for pair in waiting if pair[1].name not in done]
