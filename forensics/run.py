"""
One run over one account: each task its turn, the most volatile first, and what comes is kept.

A task resumes only after what it yielded is on disk, and what the ledger has is not asked again.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from forensics import reading, record, tool
from forensics.aws import suspects
from forensics.aws.session import Session
from forensics.collectors import spec
from forensics.collectors.kin import Kin
from forensics.errors import ForensicsError, FormatError, UsageError
from forensics.formats import entry
from forensics.formats.dues import Dues
from forensics.intake.leads import Leads
from forensics.keeping import Keeper, Scratch, Stopped
from forensics.model import GLOBAL, Coverage, Evidence, Gap, Kind, Outcome, Source
from forensics.schedule import Job, Schedule
from forensics.scope import Preserved, Progress, Scope, Window
from forensics.standing import Standing

if TYPE_CHECKING:
    from forensics.custody.case import Case

WORKERS = {spec.Lane.USUAL.value: 16, spec.Lane.EVENTS.value: 48, spec.Lane.BULK.value: 4}
"""Sources at once, by lane, over all regions. The one place where concurrency is bounded."""

HISTORY = timedelta(days=90)
"""How long CloudTrail keeps its event history."""

_TRANSIENT = frozenset({Outcome.THROTTLED, Outcome.FAILED, Outcome.VANISHED})
"""What may be otherwise on a second try, at the end of the same run."""

Names = Mapping[str, Sequence[Mapping[str, Any]]]


class Run:
    """One run of `preserve` over one account."""

    def __init__(
        self,
        case: Case,
        session: Session,
        scope: Scope,
        on_progress: Callable[[Progress], None],
        clock: Callable[[], datetime],
    ) -> None:
        """Read how the case stands."""
        self.case, self.session, self.scope = case, session, scope
        self.on_progress, self.clock = on_progress, clock
        self.id = secrets.token_hex(8)
        self.account = session.identity.account
        self.standing, self.dues, self.leads = Standing(), Dues(), Leads()
        for item in case.entries():
            self.standing.take(item.type, item.body)
            self.leads.take(item.type, item.body)
            self.dues.take(item.seq, item.type, item.body)
        self.tsas: tuple[str, ...] = ()
        self.evidence: Session | None = None
        self.begun = False
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.keeper = Keeper(case, self.standing, self.lock, self.stop, on_progress)
        self.names: dict[tuple[Source, str], Sequence[Mapping[str, Any]]] = {}

    def whole(self) -> Preserved:
        """Ask for all that is missing; then once more for what a second try may give."""
        self._same_account()
        self._no_suspect()
        regions, opening = self.session.enabled_regions(self.scope.regions)
        if not self.scope.regions:
            # One that was begun and is disabled since is still asked, and says so itself.
            regions = sorted({*regions, *self.standing.regions})
        self._begin(regions)
        self.keeper.keep(iter(opening), None)
        self.keeper.keep(iter(spec.left_out(self.account, self.scope.without)), None)
        tasks = self._tasks(regions)
        first = [task for task in tasks if not task.rereads]
        anything = self._pass(first, self._not_whole)
        self.session.closed.listen_again()
        self._pass(first, self._worth_another_try)
        # At the end of each run that did anything: what changed meanwhile is to be seen.
        last = [task for task in tasks if task.rereads and not self._failed(task.first)]
        self._pass(last, lambda task: anything or self._not_whole(task))
        self._keep_footprint()
        return self._preserved()

    def _tasks(self, regions: Sequence[str]) -> Sequence[spec.Task]:
        # What an earlier run was to lock or copy, and this one is not, is said to be missing where it is.
        options = self.scope.protect.options | (self.standing.protect.keys() & {"lock", "copy"})
        tasks = spec.tasks(self.account, regions, self.scope.without, options=options)
        return [task for task in tasks if self.leads.keys or not getattr(task.of, "noticed", False)]

    def _same_account(self) -> None:
        if self.standing.account not in {"", self.account}:
            raise UsageError(
                f"this case is of account {self.standing.account}, these credentials are of {self.account}",
                hint="give each account a case of its own, or check --profile",
            )

    def _no_suspect(self) -> None:
        """Refuse to be whom a notice names: the key that leaked is often the one at hand."""
        session = self.session
        keys = session.signers.keys | {session.access_key_id}
        suspects.refuse(frozenset(self.leads.keys), keys, session.identity.arn)

    def _window(self) -> Window:
        """
        Say what logs are kept of: what the case's runs before kept, and what the user wants beside it.

        A run that wants less does not make less of the case: what is missing of the rest stays missing.
        """
        before, scope = self.standing.window, self.scope
        until = scope.until or (before.until if before else self.clock())
        since = scope.since or (before.since if before else until - HISTORY)
        window = Window(since, until)
        return window.together(before or window)

    def _begin(self, regions: Sequence[str]) -> None:
        self.window = self._window()
        identity = self.session.identity
        self.keeper.write(
            "run.start",
            {
                "account": self.account,
                "clock": {"aws": identity.date, "local": entry.timestamp(self.clock())},
                "endpoint": self.session.endpoint_url or "",
                "principal": identity.arn,
                "protect": record.protect_body(self.scope.protect),
                "regions": list(regions),
                "run": self.id,
                "suspects": sorted({*self.scope.suspect_keys, *self.leads.keys}),
                "tool": tool.facts(),
                "tsas": list(self.tsas),
                "window": record.window_body(self.window),
                "without": sorted(self.scope.without),
            },
        )
        self.session.journal.begin(self.case.store.draft())
        self.begun = True

    def _keep_footprint(self) -> None:
        """Keep what this run has asked, each request by its id; once."""
        journal = self.session.journal
        if (draft := journal.end()) is not None:
            footprint = Evidence(
                source=Source(self.account, GLOBAL, "forensics", "Footprint"),
                kind=Kind.FOOTPRINT,
                name=f"run {self.id}",
                folder=f"{self.account}/{GLOBAL}/forensics",
                key="footprint.jsonl.gz",
                draft=draft,
                first=journal.first,
                last=journal.last,
                about={"requests": journal.requests, "run": self.id},
                requests=journal.requests,
            )
            self.keeper.keep_evidence((footprint,))

    def end(self, ending: str) -> None:
        """Write how the run ended, as far as anything can still be written."""
        if self.begun and not self.case.writer.failed:
            if ending != "no-space":
                self._keep_footprint()
            with self.lock:  # a thread that works still may close a source
                gaps, items = len(self.standing.gaps), self.keeper.items
            body = {"gaps": gaps, "items": items, "outcome": ending, "run": self.id}
            self.case.writer.record("run.end", body)
            self.case.writer.checkpoint()

    def _pass(self, tasks: Sequence[spec.Task], wanted: Callable[[spec.Task], bool]) -> bool:
        """
        Run the tasks that are wanted, what makes them ready, and all that ask about names found anew.

        Returns whether there were any.
        """
        chosen = {task.source for task in tasks if wanted(task)}
        for task in [task for task in tasks if task.source in chosen]:
            chosen |= set(task.again)
        for task in tasks:
            # `tasks` lists parents before their children, so one walk finds grandchildren too.
            if chosen & set(task.parents):
                chosen.add(task.source)
        kin = Kin(tasks)
        jobs = [self._job(task, kin) for task in tasks if task.source in chosen]
        self.keeper.expect(len(jobs))
        Schedule(jobs, WORKERS, self.stop).run()
        return bool(jobs)

    def _job(self, task: spec.Task, kin: Kin) -> Job[Source]:
        return Job(
            task.source,
            # What a notice names goes first, and no phase before another for it.
            task.phase - self.leads.urgent(task.source.region),
            frozenset(task.after),
            lambda: self._run(task, kin.children(task), kin.below(task)),
            getattr(task.of, "lane", spec.Lane.USUAL).value,
        )

    def _run(self, task: spec.Task, children: Mapping[str, spec.Task], below: tuple[str, ...]) -> None:
        """Run one task to its end; a failure of its own stops nothing but itself."""
        parents = [parent for parent in task.parents if not self._failed(parent)]
        if (task.parents and not parents) or any(map(self._failed, task.needs)):
            return  # The parent's gap names this row in `also`.
        scratch = Scratch(self.case.store)
        try:
            context = self._context(task, parents, children, scratch)
        except (FormatError, OSError) as error:
            # What an earlier run kept of a parent cannot be read: this row is lost with it, and no other.
            self._fail(task.source, error, below)
            return
        try:
            found = self.keeper.keep(task.start(context), below)
        except ForensicsError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug in one collector must not cost the other evidence
            found = {}
            self._fail(task.source, error, below)
        finally:
            scratch.sweep()
        # A step may find no names: it has none, rather than some to be read again from what was kept.
        self.names.update({(task.source, child): (found or {}).get(child, ()) for child in children})

    def _fail(self, source: Source, error: Exception, below: tuple[str, ...]) -> None:
        gap = Gap(source, Outcome.FAILED, type(error).__name__, str(error), also=below)
        self.keeper.keep(iter([Coverage(source, Outcome.FAILED, gaps=(gap,))]), below)

    def _failed(self, source: Source) -> bool:
        body = self.standing.coverage.get(source)
        return body is None or Outcome(body["outcome"]).is_gap

    def _context(
        self,
        task: spec.Task,
        parents: Sequence[Source],
        children: Mapping[str, spec.Task],
        scratch: Scratch,
    ) -> spec.Context:
        region = task.source.region
        with self.lock:
            intents = [one for one in self.standing.open_intents.values() if one.source.region == region]
            effects = [one for one in self.standing.effects.values() if one.source.region == region]
        return spec.Context(
            session=self.session,
            source=task.source,
            names={parent.name: self.leads.first(self._names(parent, task)) for parent in parents},
            selects={name: child.select(task.source.name) for name, child in children.items()},
            intents=intents,
            effects=effects,
            deadline=None if self.scope.wait is None else self.scope.wait,
            window=self.window,
            protect=self.scope.protect,
            evidence=self.evidence,
            suspects=self.leads.keys,
            max_log_group=self.scope.max_log_group,
            holds=partial(self.standing.holds, task.source),
            kept=self._kept,
            open_ended=self.scope.until is None,
            draft=scratch.draft,
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

    def _kept(self, source: Source, name: str) -> Iterator[bytes]:
        """Read an item of the case, by what it is called."""
        path = self.standing.path(source, name)
        if path:
            with (self.case.path / path).open("rb") as file:
                yield from iter(lambda: file.read(1 << 20), b"")

    def _sleep(self, seconds: float) -> None:
        """Sleep, but never past the end of the run."""
        if self.stop.wait(seconds):
            raise Stopped("the run has ended")

    def _not_whole(self, task: spec.Task) -> bool:
        standing, source = self.standing, task.source
        if getattr(task.of, "options", ()):
            return True  # Somebody may have undone it since.
        if getattr(task.of, "noticed", False) and source not in self.leads.answered:
            return True  # another notice has come since
        if getattr(task.of, "spans", False) and not standing.spans_all(source, self.window):
            return True
        return not standing.complete(source) or standing.outdated(source, task.parents)

    def _worth_another_try(self, task: spec.Task) -> bool:
        body = self.standing.coverage.get(task.source)
        return body is not None and any(Outcome(gap["outcome"]) in _TRANSIENT for gap in body["gaps"])

    def _preserved(self) -> Preserved:
        standing = self.standing
        return Preserved(
            self.account,
            self.session.identity.arn,
            self.keeper.items,
            len(standing.coverage),
            standing.gaps,
            tuple(standing.effects.values()),
        )
