"""
One run over one account: each task its turn, the most volatile first, and what comes is kept.

A task resumes only after what it yielded is on disk, and what the ledger has is not asked again.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

from forensics import reading
from forensics.aws import probing
from forensics.aws.accounts import broken
from forensics.aws.session import Session
from forensics.collectors import catalogue, spec
from forensics.collectors.kin import Kin
from forensics.errors import AwsError, CredentialsError, ForensicsError, FormatError
from forensics.model import EVERYTHING, GLOBAL, Coverage, Evidence, Gap, Kind, Outcome, Record, Source
from forensics.planning.agreement import LOOKED_AT, Look
from forensics.preserving.agenda import Agenda, choose
from forensics.preserving.ground import Ground
from forensics.preserving.keeping import Scratch, Stopped
from forensics.schedule import Job
from forensics.scope import Member

_TRANSIENT = frozenset({Outcome.THROTTLED, Outcome.FAILED, Outcome.VANISHED})
"""What may be otherwise on a second try, at the end of the same run."""

_OPENING = frozenset({"organizations", "sts"})
"""Services that are asked before all rows, to find out whom and where to ask."""


class Run:
    """One run of `preserve` over one account."""

    def __init__(self, ground: Ground, session: Session, *, name: str = "") -> None:
        """Ask nothing yet; `name` is what the organization calls the account."""
        self.ground, self.session, self.name = ground, session, name
        self.case, self.scope, self.clock = ground.case, ground.scope, ground.clock
        self.standing, self.lock, self.keeper = ground.standing, ground.lock, ground.keeper
        self.window = ground.window
        self.id = secrets.token_hex(8)
        self.account = session.identity.account
        self.leads = ground.leads
        self.ending = ""
        """How it ended, if it did before the others."""
        self._take_on(())
        self._begun = self._busy = self._over = False
        self._opening: Sequence[Record] = ()
        self.drift: Sequence[str] = ()
        """In what it is not as planned, once it was found out where to ask."""
        self._gate = threading.Lock()
        """Held while the run begins, and while it ends: those are two threads, if somebody stops it."""
        self._names_found: dict[tuple[Source, str], Sequence[Mapping[str, Any]]] = {}
        """Names that a task found for a row, where it found any."""

    def _take_on(self, regions: Iterable[str]) -> None:
        """Have before it all that there is to ask, in some regions."""
        # What an earlier run was to lock or copy, and this one is not, is said to be missing where it is.
        options = self.scope.protect.options | (self.standing.protect.keys() & {"lock", "copy"})
        self._regions, noticed = tuple(regions), bool(self.leads.keys)
        self._tasks = catalogue.tasks(
            self.account, self._regions, self.scope.without, options=options, noticed=noticed
        )
        self._kin = Kin(self._tasks)
        self._ran = bytearray(len(self._tasks))
        """Which of them this process has run, by number."""

    def find(self) -> None:
        """Find out where to ask, and what of that is not as planned."""
        regions, self._opening = self.session.enabled_regions(self.scope.regions)
        if not self.scope.regions:
            # One that was begun and is disabled since is still asked, and says so itself.
            regions = sorted({*regions, *self.standing.accounts.get(self.account, ())})
        self._take_on(regions)
        rows = sorted(of.name for _, of in self._tasks.rows.pairs if not getattr(of, "noticed", False))
        self.drift = self.ground.agreement.of_scope(self.scope, self.account, regions, rows)

    def open(self, before: Iterable[Record] = ()) -> None:
        """Begin; `before` is what was asked of the account to get here."""
        self._begin(self._regions)
        opening = self._opening
        if self.ground.evidence is not None:
            opening = [*opening, *self.ground.evidence.opening()]
            self.session.journal.adopt(self.ground.evidence.journal)
        left_out = catalogue.left_out(self.account, self.scope.without)
        self.keeper.keep(chain(opening, before, left_out), None)

    def probes(self) -> list[Job[Any]]:
        """Return what finds out which regions answer: jobs like all others, so threads are bounded once."""
        regions = self._still_to_ask()
        return [Job((self.account, one), 0, frozenset(), partial(self._probe, one)) for one in regions]

    def _probe(self, region: str) -> None:
        self.turn(lambda: self.keeper.keep(iter(probing.probe(self.session, region)), None))

    def _still_to_ask(self) -> list[str]:
        """Name the regions of which anything is missing: of others there is nothing to find out."""
        missing = {task.source.region for task in self._tasks if not task.rereads and self._not_whole(task)}
        return [region for region in self._regions if region in missing]

    def _begin(self, regions: Sequence[str]) -> None:
        """Put on record that it begins: from then on it has an end, unless the process dies."""
        with self._gate:
            if self._over:
                raise Stopped("the run has ended")
            self.keeper.write("run.start", self.ground.start(self.id, self.session, regions))
            self._begun = True
            self.session.journal.begin(self.case.store.draft())

    def keep_footprint(self) -> None:
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

    def end(self, ending: str = "") -> None:
        """Write how it ended, as far as anything can still be written; without a word, by its gaps."""
        with self.lock:  # a thread that works still may close a source
            gaps = self.standing.gaps_in(self.account)
        missing = any(gap.outcome is not Outcome.OUT_OF_SCOPE for gap in gaps)
        self.ending = self.ending or ending or ("gaps" if missing else "complete")
        with self._gate:
            self._over = True  # whoever is about to begin it does not
        if self._begun and not self.case.writer.failed:
            if self.ending != "no-space":
                self.keep_footprint()
            items = self.keeper.items[self.account]
            body = {"gaps": len(gaps), "items": items, "outcome": self.ending, "run": self.id}
            self.case.writer.record("run.end", body)
            self.case.writer.checkpoint()

    def turn(self, work: Callable[[], None]) -> None:
        """Do a piece of its work, unless it has ended; what is wrong with its account ends it alone."""
        if self.ending:
            return
        try:
            work()
        except Stopped:
            if self.ground.stop.is_set() or not self.ending:
                raise
        except (AwsError, CredentialsError) as error:
            if self.ground.alone or not self._lose(error):
                raise

    def _lose(self, error: ForensicsError) -> bool:
        """End it, with a gap of the whole account; say whether another one can be gone on with."""
        with self.lock:
            first, self.ending = not self.ending, self.ending or _ending(error)
            self.ground.alive.discard(self.account)
            others = bool(self.ground.alive)
        if first:
            self.keeper.keep(iter([broken(self.account, error)]), None)
        return others

    @property
    def member(self) -> Member:
        """What it came to."""
        return Member(self.account, self.name, self.session.identity.arn, self.ending)

    def look_first(self) -> Agenda:
        """Return the little that is asked before a plan is held against it, or somebody is asked."""
        first = (task.source.name in LOOKED_AT and self._not_whole(task) for task in self._tasks)
        return self._agenda(bytearray(first))

    @property
    def look(self) -> Look:
        """What that came to."""
        agreed = any(
            source.operation != EVERYTHING
            and source.service not in _OPENING
            and source.name not in {*LOOKED_AT, probing.ROW}
            for source in self.standing.coverage.of(self.account)
        )
        done = frozenset(str(one.detail.get("volume")) for one in self.standing.effects.values())
        seen = (self._tasks, self._regions, self._read, done)
        return Look(self.session, self.scope, self.window, *seen, agreed=agreed)

    def _read(self, source: Source, select: str, carry: Sequence[str] = ()) -> Sequence[Mapping[str, Any]]:
        """Read something of what was kept of a row."""
        closing = self.standing.coverage.get(source)
        if closing is None or not closing.transcript:
            return []
        return list(reading.names(self.case.path / closing.transcript, select, tuple(carry)))

    def first_try(self) -> Agenda:
        """Return what is missing, and what has to be done again."""
        agenda = self._agenda(choose(self._tasks, self._not_whole, lambda task: not task.rereads))
        self._busy = len(agenda) > 0
        return agenda

    def second_try(self) -> Agenda:
        """Return what a second try may give more of than the first did."""
        self.session.closed.listen_again()
        return self._agenda(choose(self._tasks, self._worth_another_try, lambda task: not task.rereads))

    def reread(self) -> Agenda:
        """Return what is read again at the end of each run that did anything: what changed meanwhile."""

        def among(task: catalogue.Task) -> bool:
            return task.rereads and not self._failed(task.first)

        return self._agenda(choose(self._tasks, lambda task: self._busy or self._not_whole(task), among))

    def _agenda(self, chosen: bytearray) -> Agenda:
        return Agenda(self._tasks, chosen, self.leads.urgent, lambda task: self.turn(lambda: self._run(task)))

    def _run(self, task: catalogue.Task) -> None:
        """Run one task to its end; a failure of its own stops nothing but itself."""
        children, below = self._kin.children(task), self._kin.below(task)
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
            without = tuple(one.name for one in task.parents if task.of.adds and one not in parents)
            found = self.keeper.keep(task.start(context), below, without)
        except ForensicsError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug in one collector must not cost the other evidence
            found = {}
            self._fail(task.source, error, below)
        finally:
            scratch.sweep()
        # A step may find no names: it has none, rather than some to be read again from what was kept.
        self._ran[self._tasks.number(task.source)] = 1
        for child in children:
            self._find(task.source, child, (found or {}).get(child, ()))

    def _find(self, source: Source, child: str, names: Sequence[Mapping[str, Any]]) -> None:
        """Remember what a task found for a row: of most there is nothing to remember."""
        if names:
            self._names_found[source, child] = names
        else:
            self._names_found.pop((source, child), None)

    def _fail(self, source: Source, error: Exception, below: tuple[str, ...]) -> None:
        gap = Gap(source, Outcome.FAILED, type(error).__name__, str(error), also=below)
        self.keeper.keep(iter([Coverage(source, Outcome.FAILED, gaps=(gap,))]), below)

    def _failed(self, source: Source) -> bool:
        closing = self.standing.coverage.get(source)
        return closing is None or closing.outcome.is_gap

    def _context(
        self,
        task: catalogue.Task,
        parents: Sequence[Source],
        children: Mapping[str, catalogue.Task],
        scratch: Scratch,
    ) -> spec.Context:
        places = self._places(task)
        with self.lock:
            intents = [one for one in self.standing.open_intents.values() if _place(one.source) in places]
            effects = [one for one in self.standing.effects.values() if _place(one.source) in places]
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
            asked=self.standing.protect,
            again=self.scope.again,
            evidence=self.ground.evidence,
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

    def _places(self, task: catalogue.Task) -> set[tuple[str, str]]:
        """Name the accounts and regions in which a task makes things: copies lie in another account."""
        accounts = {self.account}
        if "copy" in getattr(task.of, "options", ()):
            accounts.add(str(self.standing.protect.get("copy", {}).get("account", "")))
        return {(account, task.source.region) for account in accounts}

    def _names(self, parent: Source, task: catalogue.Task) -> Sequence[Mapping[str, Any]]:
        """Take the names from this run's answers, or from the transcript that an earlier run kept."""
        key = parent, task.source.name
        number = self._tasks.number(parent)
        if key not in self._names_found and (number < 0 or not self._ran[number]):
            self._find(*key, self._read(parent, *task.select(parent.name)))
        return self._names_found.get(key, ())

    def _kept(self, source: Source, name: str) -> Iterator[bytes]:
        """Read an item of the case, by what it is called."""
        path = self.standing.path(source, name)
        if path:
            with (self.case.path / path).open("rb") as file:
                yield from iter(lambda: file.read(1 << 20), b"")

    def _sleep(self, seconds: float) -> None:
        """Sleep, but never past the end of the run."""
        if self.ground.stop.wait(seconds) or self.ending:
            raise Stopped("the run has ended")

    def _not_whole(self, task: catalogue.Task) -> bool:
        standing, source = self.standing, task.source
        if getattr(task.of, "options", ()):
            return True  # Somebody may have undone it since.
        if getattr(task.of, "noticed", False) and not standing.asked_since(source):
            return True  # another notice has come since
        if getattr(task.of, "spans", False) and not standing.spans_all(source, self.window):
            return True
        return not standing.complete(source) or standing.outdated(source, task.parents)

    def _worth_another_try(self, task: catalogue.Task) -> bool:
        closing = self.standing.coverage.get(task.source)
        return closing is not None and any(Outcome(gap["outcome"]) in _TRANSIENT for gap in closing.gaps)


def _ending(error: ForensicsError) -> str:
    return "expired" if isinstance(error, CredentialsError) else "failed"


def _place(source: Source) -> tuple[str, str]:
    return source.account, source.region
