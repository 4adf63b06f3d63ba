"""
What a collector is: rows that read, and steps of code for what writes to AWS, waits, or streams.

`run(context)` of either is a generator of `model.Record`; it resumes only after what it yielded is on disk.
It returns names for other rows: a dict from each in `context.selects` to the list of parameters that it is to
be asked with. What is made of all of them is in `catalogue.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, IntEnum, StrEnum
from typing import Any

from forensics.aws.actions import action_of
from forensics.aws.ask import Asker
from forensics.aws.names import Batch, Names, Select
from forensics.aws.row import Row
from forensics.aws.session import Session
from forensics.model import (
    Draft,
    Effect,
    Intent,
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
    def adds(self) -> bool:
        """Say whether each of its parents has names that no other one has."""
        return bool(self.also)

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
    adds: bool = False
    """Whether each of its parents has names that no other one has, so that less is asked without it."""
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
