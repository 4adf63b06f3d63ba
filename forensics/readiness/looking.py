"""One account looked at: what is alive there, held against what the case has of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from forensics.collectors import sweep
from forensics.collectors.spec import Thing
from forensics.errors import AwsError, CredentialsError, ForensicsError, UsageError
from forensics.model import GLOBAL, Gap, Outcome, Source
from forensics.readiness import conditions, contents, endings, listing, naming, stacks
from forensics.readiness.conditions import Condition
from forensics.readiness.endings import Endings
from forensics.readiness.holdings import Holdings
from forensics.readiness.judging import Judge, Judged, Key, State
from forensics.readiness.listing import Listing, source_of
from forensics.readiness.naming import Named
from forensics.readiness.refusals import Refusal, cause
from forensics.readiness.report import Account, gone
from forensics.readiness.stacks import Inside
from forensics.readiness.things import Found
from forensics.schedule import Job

_CLOSED = "the case has things there, and the region is not enabled any more: nobody can look"
_UNSWEPT = "the sweep was left out of the case: what it alone lists was not looked for"
_SHOWN = 5
"""Things of a stack that are named; the others are counted."""
_SHUT = frozenset({Outcome.DENIED_BY_SCP, Outcome.REGION_DISABLED})


@dataclass
class Look:
    """An account that can be had. Safe for the threads of a `Schedule`."""

    live: Listing
    holdings: Holdings
    """With this account looked at."""
    wanted: Sequence[Named] | None
    """What may be in it of what was named; None where nothing was, and everything is looked at."""
    name: str = ""
    """As the organization calls it: hostile text."""
    alone: bool = True
    """Whether it is the only one: then what is wrong with it stops everything."""
    error: ForensicsError | None = None
    """Why nothing can be said of it."""
    known: Mapping[Key, Found] = field(default_factory=dict)
    """What the case knows of it, once it is judged."""
    _stacks: Sequence[Inside] = ()
    _found: list[Found] = field(default_factory=list)
    _with_it: Endings = field(default_factory=Endings)

    @property
    def account(self) -> str:
        """Its number."""
        return self.holdings.account

    @property
    def told(self) -> Account:
        """Say as whom it was looked at, and where."""
        return Account(self.account, self.live.session.principal, self.live.regions, self.name, looked=True)

    @property
    def _scope(self) -> naming.Scope:
        return naming.scope(self.wanted, listing.rows(), sweep=self.holdings.swept)

    # -- asking

    def open(self) -> None:
        """Find out where to ask."""
        enabled, opening = self.live.session.enabled_regions()
        regions = self._scope.regions
        for region in sorted(set(regions) - set(enabled)):
            if self.alone or any(one.region == region and one.account for one in self.wanted or ()):
                raise UsageError(f"the region {region} is not enabled in account {self.account}")
        pending = {one.source.region for one in self.holdings.effects() if not one.settled}
        chosen = sorted({*regions, *pending} & set(enabled)) if regions else enabled
        self.live.take(opening)
        self.live.regions = tuple(chosen)
        if self.wanted is not None:
            # Before all else is asked: where to look depends on it.
            self._stacks = list(stacks.inside(self.live.session, self.wanted, chosen))
            self.wanted = [*self.wanted, *(one for stack in self._stacks for one in stack.things)]

    def jobs(self) -> list[Job[Source]]:
        """Return what is to be asked."""
        rows = self._scope.rows
        snapshots = (
            {"ec2.DescribeSnapshots", "ec2.DescribeLockedSnapshots"} if self.holdings.effects() else set()
        )
        jobs = self.live.jobs(rows | snapshots, self.live.regions)
        return [replace(job, work=self.guarded(job.work)) for job in jobs]

    def guarded(self, work: Callable[[], None]) -> Callable[[], None]:
        """Do a piece of work unless something is wrong with the account; that costs no other account."""

        def turn() -> None:
            if self.error is not None:
                return
            try:
                work()
            except (AwsError, CredentialsError) as error:
                if self.alone:
                    raise
                self.error = self.error or error

        return turn

    # -- judging

    def end(self, with_it: Endings) -> None:
        """Choose what is judged, and tell what ends with it: of all accounts, before any is judged."""
        named = None if self.wanted is None else self._those(self.wanted)
        self._found = list(self.live.things.values()) if named is None else named
        with_it.take(self.account, self.live, named)
        self._with_it = with_it

    def judged(self, rows: Mapping[str, tuple[Thing, ...]], with_it: Endings) -> Iterator[Judged]:
        """Yield each thing that is alive, what could not be listed, and what the case itself lacks."""
        self.known = self.holdings.known(rows)
        of = self.live.things, self.known, self.holdings, rows
        judge = Judge(*of, named=self.wanted is not None, endings=with_it)
        alive = sorted(self._found, key=lambda one: one.key)
        seen: dict[str, Judged] = {}
        for one in (one for thing in alive for one in judge.judge(thing)):
            if one.ref not in seen or not one.safe:
                seen[one.ref] = one
        lacking = (*self._closed(), *_lacking(self.holdings)) if self.wanted is None else ()
        inside = self._inside() if self.wanted is not None else ()
        for one in (*seen.values(), *inside, *_unlisted(self.live, self._doubted(judge)), *lacking):
            yield replace(one, account=self.account)

    def _doubted(self, judge: Judge) -> list[Gap]:
        """Return what is not believed: who has things of a service uses it, whatever AWS says of it now."""
        known = {(one.kind, one.region) for one in self.known.values()}
        rows = {(source_of(row), region) for kind, region in known for row in judge.rows_of(kind)}
        return [gap for gap in self.live.nothing if (gap.source.name, gap.source.region) in rows]

    def _inside(self) -> Iterator[Judged]:
        """Yield the stacks of which not all that is in them was found: it ends with them."""
        for stack in (one for one in self._found if one.kind == stacks.STACK):
            looked = next((one for one in self._stacks if one.of(stack)), None)
            why, because = _left(looked, self._missed(looked.things) if looked else ())
            if why:
                where = stack.id, stack.region, State.UNKNOWN, why
                yield Judged("cloudformation:resources", *where, cause=because)

    def _missed(self, things: Sequence[Named]) -> list[str]:
        """Name those that are neither alive here, nor known to be no more."""
        missed = (one for one in things if not self.has(one))
        found = ((one, self.gone(one)) for one in missed)
        return [one.text for one, before in found if before is None or before.state is not State.GONE]

    def _closed(self) -> Iterator[Judged]:
        """Yield regions of which the case has things, and that were not listed: they go on to be."""
        for region in sorted({one.region for one in self.known.values()} - {GLOBAL, *self.live.regions}):
            yield Judged("region", region, region, State.UNKNOWN, _CLOSED)

    def conditions(self) -> Iterator[Condition]:
        """Yield what must hold of it."""
        return conditions.of_account(self.holdings, self.live, self._with_it)

    def has(self, one: Named) -> bool:
        """Say whether something that was named is alive here."""
        return any(one.fits(*_names(thing)) for thing in self._found)

    def gone(self, one: Named) -> Judged | None:
        """Return something that was named, is in the case, and is here no more."""
        if one.unknown or one.account not in {"", self.account}:
            return None
        before = next((thing for thing in self.known.values() if one.fits(*_names(thing))), None)
        if before is None:
            return None
        if before.region in {GLOBAL, *self.live.regions}:
            return replace(gone(before.kind, before.id, before.region), account=self.account)
        where = before.kind, before.id, before.region
        return Judged(*where, State.UNKNOWN, _CLOSED, account=self.account)

    def _those(self, wanted: Sequence[Named]) -> list[Found]:
        """Return what was named, what it encrypts, the instances that end with it, and their volumes."""
        every = list(self.live.things.values())
        found = {one.key: one for one in every if any(name.fits(*_names(one)) for name in wanted)}
        for taken in (endings.under, naming.members, naming.attached):
            for one in list(found.values()):
                found.update({other.key: other for other in taken(one, every)})
        return list(found.values())


def _left(looked: Inside | None, missed: Sequence[str]) -> tuple[str, str]:
    """Say what of a stack nobody knows, and what a waiver of that is bound to; nothing where all is known."""
    if looked is None:
        return contents.STACK, ""
    if (no := looked.refusal) is not None:
        said = f"{no.outcome}: {no.code}: {' '.join(no.message.split())} (request {no.request_id or '-'})"
        return f"{contents.STACK}: it could not be listed: {said}", cause([Refusal(str(no.outcome), no.code)])
    more = f" and {len(missed) - _SHOWN} more" if len(missed) > _SHOWN else ""
    some = f"{', '.join(missed[:_SHOWN])}{more}"
    return (f"{len(missed)} things in it {contents.STACKED}: {some}", cause(missed)) if missed else ("", "")


def _names(thing: Found) -> tuple[str, str, str, str]:
    return thing.kind, thing.id, thing.region, thing.arn


def _unlisted(live: Listing, doubted: Sequence[Gap]) -> Iterator[Judged]:
    """Yield what could not be listed: what is there nobody knows."""
    shut = {region for region in live.regions if _shut(live, region)}
    for region in sorted(shut):
        yield _listing("region", region, [gap for gap in live.gaps if gap.source.region == region])
    found: dict[tuple[str, str], list[Gap]] = {}
    for gap in (*live.gaps, *doubted):
        if gap.source.region not in shut:
            found.setdefault((gap.source.name, gap.source.region), []).append(gap)
    for (name, region), gaps in found.items():
        yield _listing(name, region, gaps)


def _shut(live: Listing, region: str) -> bool:
    """Say whether a region answers nothing, for a reason of its own."""
    gaps = [gap for gap in live.gaps if gap.source.region == region]
    answered = any(source.region == region for source in live.answered)
    return bool(gaps) and not answered and all(gap.outcome in _SHUT for gap in gaps)


def _listing(name: str, region: str, gaps: Sequence[Gap]) -> Judged:
    gap, refusals = gaps[0], [Refusal.of(one) for one in gaps]
    what = ", ".join(str(one["Operation"]) for one in gap.examples if "Operation" in one)
    why = f"{what} could not be listed: {gap.outcome}: {gap.code}: {gap.message}".lstrip()
    why = f"{why} (request {gap.request_id or '-'})"
    if name == "region":
        refusals = [Refusal(one.outcome, one.code) for one in refusals]  # of all that there is
    return Judged("listing", name, region, State.UNKNOWN, why, cause=cause(refusals))


def _lacking(holdings: Holdings) -> Iterator[Judged]:
    """Yield what the case itself says is missing."""
    found: dict[tuple[str, str], list[Refusal]] = {}
    for source, gap in holdings.gaps:
        found.setdefault((source.name, source.region), []).append(Refusal.kept(gap))
    for (name, region), refusals in sorted(found.items()):
        reasons = "; ".join(f"{one.outcome}: {one.code}" for one in refusals[:4])
        why = f"not in the case: {reasons}"
        yield Judged("gap", name, region, State.NOT_KEPT, why, cause=cause(refusals))
    if not holdings.swept:
        yield Judged("listing", sweep.NAME, GLOBAL, State.UNKNOWN, _UNSWEPT)
