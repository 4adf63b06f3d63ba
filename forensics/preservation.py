"""
Keep the evidence of an account: the one place where asking meets keeping.

Collectors ask and yield what they found; this module gives each its turn, in order of volatility and
bounded, and hands what comes to the case's writer. A collector resumes only after what it yielded is
on disk. What is in the ledger is not asked again, so the same command resumes whatever ended a run.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from forensics import reading, record, tool
from forensics.aws import suspects
from forensics.aws.pace import Pace
from forensics.aws.session import Session
from forensics.collectors import spec
from forensics.errors import (
    CredentialsError,
    ForensicsError,
    FormatError,
    Interrupted,
    NoSpaceError,
    UsageError,
)
from forensics.formats import entry
from forensics.model import (
    Access,
    Coverage,
    Effect,
    Exchange,
    Gap,
    Intent,
    Outcome,
    Preserved,
    Progress,
    Record,
    Scope,
    Settled,
    Source,
)
from forensics.schedule import Job, Schedule
from forensics.transcript import Transcript

if TYPE_CHECKING:
    from forensics.custody.case import Case

WORKERS = 16
"""Rows asked at once, over all regions. The one place where concurrency is bounded."""

_TRANSIENT = frozenset({Outcome.THROTTLED, Outcome.FAILED, Outcome.VANISHED})
"""What may be otherwise on a second try, at the end of the same run."""

Names = Mapping[str, Sequence[Mapping[str, Any]]]


def preserve(
    case: Case,
    scope: Scope,
    access: Access,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Preserved:
    """
    Acquire everything in scope that the case does not hold yet.

    Returns what the case holds then, over all runs. Raises `CredentialsError` where credentials are
    missing or expire, `NoSpaceError`, `Interrupted`: everything acknowledged is kept, and the same
    call resumes.
    """
    if case.sealed:
        raise ForensicsError(
            f"{case.name} is sealed", hint="evidence found later goes into a case of its own"
        )
    session = _session(case, scope, access)
    run = _Run(case, session, scope, on_progress, clock)
    ending = "failed"
    try:
        preserved = run.whole()
        ending = "complete" if preserved.complete else "gaps"
    except CredentialsError:
        ending = "expired"
        raise
    except NoSpaceError:
        ending = "no-space"
        raise
    except Interrupted:
        ending = "interrupted"
        raise
    finally:
        run.end(ending)
    return preserved


def _session(case: Case, scope: Scope, access: Access) -> Session:
    """Find out who we are, before anything else, and refuse to be the suspect."""
    suspects.check(scope.suspect_keys)
    session = Session(
        profile=access.profile,
        region=scope.regions[0] if scope.regions else None,
        role_arn=access.role_arn,
        external_id=access.external_id,
        endpoint_url=access.endpoint_url,
        case_id=case.name,
        pace=Pace(scale=access.pace),
    )
    session.identify()
    suspects.refuse(scope.suspect_keys, session.signers.keys | {session.access_key_id}, session.identity.arn)
    return session


class _Run:
    """One run of `preserve` over one account."""

    def __init__(
        self,
        case: Case,
        session: Session,
        scope: Scope,
        on_progress: Callable[[Progress], None],
        clock: Callable[[], datetime],
    ) -> None:
        self.case, self.session, self.scope = case, session, scope
        self.on_progress, self.clock = on_progress, clock
        self.id = secrets.token_hex(8)
        self.account = session.identity.account
        self.standing = record.Standing.after((item.type, item.body) for item in case.entries())
        self.begun = False
        self.items = self.done = self.total = 0
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.names: dict[tuple[Source, str], Sequence[Mapping[str, Any]]] = {}

    def whole(self) -> Preserved:
        """Ask for all that is missing; then once more for what a second try may give."""
        self._same_account()
        regions, opening = self.session.enabled_regions(self.scope.regions)
        if not self.scope.regions:
            # One that was begun and is disabled since is still asked, and says so itself.
            regions = sorted({*regions, *self.standing.regions})
        self._begin(regions)
        self._keep(iter(opening), None)
        tasks = spec.tasks(self.account, regions)
        self._pass(tasks, self._not_whole)
        self._pass(tasks, self._worth_another_try)
        return self._preserved()

    def _same_account(self) -> None:
        if self.standing.account not in {"", self.account}:
            raise UsageError(
                f"this case is of account {self.standing.account}, these credentials are of {self.account}",
                hint="give each account a case of its own, or check --profile",
            )

    def _begin(self, regions: Sequence[str]) -> None:
        identity = self.session.identity
        self._write(
            "run.start",
            {
                "account": self.account,
                "clock": {"aws": identity.date, "local": entry.timestamp(self.clock())},
                "endpoint": self.session.endpoint_url or "",
                "principal": identity.arn,
                "regions": list(regions),
                "run": self.id,
                "suspects": sorted(self.scope.suspect_keys),
                "tool": tool.facts(),
            },
        )
        self.begun = True

    def end(self, ending: str) -> None:
        """Write how the run ended, as far as anything can still be written."""
        if self.begun and not self.case.writer.failed:
            body = {"gaps": len(self.standing.gaps), "items": self.items, "outcome": ending, "run": self.id}
            self.case.writer.record("run.end", body)
            self.case.writer.checkpoint()

    def _pass(self, tasks: Sequence[spec.Task], wanted: Callable[[spec.Task], bool]) -> None:
        """Run the tasks that are wanted, what makes them ready, and all that ask about names found anew."""
        chosen = {task.source for task in tasks if wanted(task)}
        # A report that an earlier run had made may have expired.
        for task in [task for task in tasks if task.source in chosen]:
            chosen |= set(task.after) - set(task.parents)
        for task in tasks:
            # `tasks` lists parents before their children, so one walk finds grandchildren too.
            if chosen & set(task.parents):
                chosen.add(task.source)
        jobs = [self._job(task, tasks) for task in tasks if task.source in chosen]
        self.done, self.total = 0, len(jobs)
        Schedule(jobs, WORKERS, self.stop).run()

    def _job(self, task: spec.Task, tasks: Sequence[spec.Task]) -> Job[Source]:
        children = {child.source.name: child for child in tasks if task.source in child.parents}
        return Job(
            task.source,
            task.phase,
            frozenset(task.after),
            lambda: self._run(task, children, spec.below(task, tasks)),
        )

    def _run(self, task: spec.Task, children: Mapping[str, spec.Task], below: tuple[str, ...]) -> None:
        """Run one task to its end; a failure of its own stops nothing but itself."""
        parents = [parent for parent in task.parents if not self._failed(parent)]
        if task.parents and not parents:
            return  # The parent's gap names this row in `also`.
        try:
            context = self._context(task, parents, children)
        except (FormatError, OSError) as error:
            # What an earlier run kept of a parent cannot be read: this row is lost with it, and no other.
            self._fail(task.source, error, below)
            return
        try:
            found = self._keep(task.start(context), below)
        except ForensicsError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug in one collector must not cost the other evidence
            found = {}
            self._fail(task.source, error, below)
        # A step may find no names: it has none, rather than some to be read again from what was kept.
        self.names.update({(task.source, child): (found or {}).get(child, ()) for child in children})

    def _fail(self, source: Source, error: Exception, below: tuple[str, ...]) -> None:
        gap = Gap(source, Outcome.FAILED, type(error).__name__, str(error), also=below)
        self._keep(iter([Coverage(source, Outcome.FAILED, gaps=(gap,))]), below)

    def _failed(self, source: Source) -> bool:
        body = self.standing.coverage.get(source)
        return body is None or Outcome(body["outcome"]).is_gap

    def _context(
        self, task: spec.Task, parents: Sequence[Source], children: Mapping[str, spec.Task]
    ) -> spec.Context:
        region = task.source.region
        with self.lock:
            intents = [one for one in self.standing.open_intents.values() if one.source.region == region]
            effects = [one for one in self.standing.effects.values() if one.source.region == region]
        return spec.Context(
            session=self.session,
            source=task.source,
            names={parent.name: self._names(parent, task) for parent in parents},
            selects={name: child.select(task.source.name) for name, child in children.items()},
            intents=intents,
            effects=effects,
            deadline=None if self.scope.wait is None else self.scope.wait,
            clock=self.clock,
            sleep=self._sleep,
            new_id=lambda: secrets.token_hex(12),
        )

    def _names(self, parent: Source, task: spec.Task) -> Sequence[Mapping[str, Any]]:
        """Take the names from this run's answers, or from the transcript that an earlier run kept."""
        if (parent, task.source.name) not in self.names:
            select, carry = task.select(parent.name)
            items = self.standing.coverage[parent]["items"]
            kept = [
                name for item in items[-1:] for name in reading.names(self.case.path / item, select, carry)
            ]
            self.names[parent, task.source.name] = kept
        return self.names[parent, task.source.name]

    def _sleep(self, seconds: float) -> None:
        """Sleep, but never past the end of the run."""
        if self.stop.wait(seconds):
            raise _Stopped("the run has ended")

    def _keep(self, records: Iterator[Record], below: tuple[str, ...] | None) -> Any:
        """Put on disk what a collector yields, each before it goes on; return what it returns."""
        drafts: dict[Source, Transcript] = {}
        try:
            while not self.stop.is_set():
                self._take(next(records), drafts, below or ())
        except StopIteration as end:
            return end.value
        finally:
            for transcript in drafts.values():
                transcript.draft.discard()
        raise _Stopped("the run has ended")

    def _take(self, item: Record, drafts: dict[Source, Transcript], below: tuple[str, ...]) -> None:
        match item:
            case Exchange():
                if item.source not in drafts:
                    drafts[item.source] = Transcript(self.case.store.draft())
                drafts[item.source].add(item)
            case Intent():
                self._write("op.start", record.intent_body(item))
            case Effect():
                self._write("aws.effect", record.effect_body(item))
            case Settled():
                self._write("op.end", record.settled_body(item))
            case Coverage():
                self._cover(_with_below(item, below), drafts.pop(item.source, None))

    def _write(self, kind: str, body: Mapping[str, Any]) -> None:
        self.case.writer.record(kind, body)
        with self.lock:
            self.standing.take(kind, body)

    def _cover(self, coverage: Coverage, transcript: Transcript | None) -> None:
        """Close a source: its transcript and its outcome go into the ledger together."""
        body, source = record.coverage_body(coverage), coverage.source
        kept = [transcript.item(source, sensitive=spec.sensitive(source.name))] if transcript else []
        paths = self.case.writer.keep(kept, then=[("coverage", body)])
        with self.lock:
            self.standing.take("coverage", {**body, "items": paths})
            self.items += len(paths)
            self.done += 1
            self.on_progress(Progress(min(self.done, self.total), self.total, coverage))

    def _not_whole(self, task: spec.Task) -> bool:
        return not self.standing.complete(task.source) or self.standing.outdated(task.source, task.parents)

    def _worth_another_try(self, task: spec.Task) -> bool:
        body = self.standing.coverage.get(task.source)
        return body is not None and any(Outcome(gap["outcome"]) in _TRANSIENT for gap in body["gaps"])

    def _preserved(self) -> Preserved:
        standing = self.standing
        return Preserved(
            self.account,
            self.session.identity.arn,
            self.items,
            len(standing.coverage),
            standing.gaps,
            tuple(standing.effects.values()),
        )


class _Stopped(ForensicsError):  # noqa: N818 - says that the run is over, to a thread of it
    """The run has ended; whoever ended it says why."""


def _with_below(coverage: Coverage, below: tuple[str, ...]) -> Coverage:
    """Say in the gaps of a row that failed which rows could not be asked for it."""
    if not coverage.outcome.is_gap or not coverage.gaps:
        return coverage
    first, *others = coverage.gaps
    return replace(coverage, gaps=(replace(first, also=below), *others))
