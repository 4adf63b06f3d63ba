"""
ready(): may it be torn down now? What is alive in AWS, held against what the case has.

Reads the case and asks AWS what there is; writes nothing anywhere but the waivers that a user gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from forensics.aws.reach import reach
from forensics.aws.session import Session
from forensics.collectors import sweep
from forensics.collectors.spec import Thing
from forensics.errors import UsageError
from forensics.model import GLOBAL, Gap, Outcome
from forensics.readiness import listing, naming, terraform, waivers
from forensics.readiness.conditions import conditions
from forensics.readiness.holdings import Holdings
from forensics.readiness.judging import Judge, Judged, Key, State
from forensics.readiness.listing import Listing
from forensics.readiness.naming import Named
from forensics.readiness.report import Readiness, gone
from forensics.readiness.things import Found
from forensics.scope import Access, Progress
from forensics.verifier.pins import Trusted

_UNSWEPT = "the sweep was left out of the case: what it alone lists was not looked for"
_SHUT = frozenset({Outcome.DENIED_BY_SCP, Outcome.REGION_DISABLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be torn down, and what may be let go."""

    resources: tuple[str, ...] = ()
    """ARNs or ids; empty, and no plan: everything."""
    plan: Path | None = None
    """A Terraform plan as JSON."""
    waive: tuple[str, ...] = ()
    """What may be lost: each by its name."""
    because: str = ""
    """Why."""
    bundle: Path | None = None
    """Where the bundle is, if not where the ledger says."""
    identities: tuple[Trusted, ...] = field(default=())
    """Who must have sealed it; by default whom the case names."""


def ready(
    path: Path,
    access: Access,
    asked: Asked = Asked(),
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Readiness:
    """
    Say what would be lost if the account, or what was named, were destroyed now.

    Raises `UsageError` for names, plans and waivers that cannot be, `IntegrityError` where the case is not
    what was kept, `CredentialsError`, and for waivers what `open_case` raises.
    """
    waivers.check(asked.waive, asked.because)
    holdings = Holdings.read(path)
    session = reach(access, case_id=holdings.opened.opening.case)
    account = session.identify().account
    _same(holdings, account)
    holdings.account = account
    wanted = _wanted(asked, account)
    live = _list(session, holdings, wanted, on_progress)
    rows = listing.rows()
    known = holdings.known(rows)
    things = list(_judged(live, known, holdings, rows, wanted))
    given = waivers.give(path, asked.waive, asked.because, things, session.identity)
    waived = {**holdings.waived, **given}
    return Readiness(
        case=holdings.opened.opening.case,
        account=account,
        principal=session.principal,
        regions=live.regions,
        things=tuple(replace(one, waived=_waiver(one, waived)) for one in things),
        conditions=tuple(conditions(holdings, live.things, asked.bundle, asked.identities)),
        narrowed=wanted is not None,
    )


def _waiver(one: Judged, waived: Mapping[str, Mapping[str, object]]) -> Mapping[str, object] | None:
    """Return who let a thing go; nobody need where it is safe."""
    return None if one.safe else waived.get(one.ref)


def _same(holdings: Holdings, account: str) -> None:
    if words := holdings.standing.stranger(account):
        raise UsageError(words, hint="check --profile")


def _wanted(asked: Asked, account: str) -> list[Named] | None:
    if not asked.resources and asked.plan is None:
        return None
    named = naming.named(asked.resources, account)
    return named + (terraform.destroyed(asked.plan, account) if asked.plan else [])


def _list(
    session: Session,
    holdings: Holdings,
    wanted: Sequence[Named] | None,
    on_progress: Callable[[Progress], None],
) -> Listing:
    scope = naming.scope(wanted, listing.rows(), sweep=holdings.swept)
    enabled, opening = session.enabled_regions()
    for region in scope.regions:
        if region not in enabled:
            raise UsageError(f"the region {region} is not enabled in this account")
    pending = {one.source.region for one in holdings.effects() if not one.settled}
    regions = sorted({*scope.regions, *(pending & set(enabled))}) if scope.regions else enabled
    live = Listing(session, on_progress)
    live.take(opening)
    live.regions = tuple(regions)
    snapshots = {"ec2.DescribeSnapshots", "ec2.DescribeLockedSnapshots"} if holdings.effects() else set()
    live.ask(scope.rows | snapshots, regions)
    return live


def _judged(
    live: Listing,
    known: Mapping[Key, Found],
    holdings: Holdings,
    rows: Mapping[str, tuple[Thing, ...]],
    wanted: Sequence[Named] | None,
) -> Iterator[Judged]:
    judge = Judge(live.things, known, holdings, rows)
    found = list(live.things.values()) if wanted is None else _those(live, wanted)
    judged = (one for thing in sorted(found, key=lambda one: one.key) for one in judge.judge(thing))
    seen = {one.ref: one for one in judged}
    yield from seen.values()
    for one in wanted or ():
        if not any(one.fits(*_names(thing)) for thing in found):
            yield _missing(one, known)
    yield from _unlisted(live)
    if wanted is None:
        yield from _gaps(holdings)
        if not holdings.swept:
            yield Judged("listing", sweep.NAME, GLOBAL, State.UNKNOWN, _UNSWEPT)


def _names(thing: Found) -> tuple[str, str, str, str]:
    return thing.kind, thing.id, thing.region, thing.arn


def _those(live: Listing, wanted: Sequence[Named]) -> list[Found]:
    """Return what was named, and the volumes of instances that were."""
    every = list(live.things.values())
    found = {one.key: one for one in every if any(name.fits(*_names(one)) for name in wanted)}
    for one in list(found.values()):
        if one.kind == "ec2:instance":
            found.update({volume.key: volume for volume in naming.attached(one, every)})
    return list(found.values())


def _missing(one: Named, known: Mapping[Key, Found]) -> Judged:
    """Say of something that was named, and is not alive, what it is."""
    before = next((thing for thing in known.values() if one.fits(*_names(thing))), None)
    if before is not None and not one.unknown:
        return gone(before.kind, before.id, before.region)
    why = one.unknown or "nothing of this name is alive, and the case knows of nothing of this name"
    return Judged("unknown", one.text, GLOBAL, State.UNKNOWN, why)


def _unlisted(live: Listing) -> Iterator[Judged]:
    """Yield what could not be listed: what is there nobody knows."""
    shut = {region for region in live.regions if _shut(live, region)}
    for region in sorted(shut):
        gap = next(gap for gap in live.gaps if gap.source.region == region)
        yield _listing("region", region, gap)
    seen: set[str] = set()
    for gap in live.gaps:
        if (
            gap.source.region not in shut
            and (one := _listing(gap.source.name, gap.source.region, gap)).ref not in seen
        ):
            seen.add(one.ref)
            yield one


def _shut(live: Listing, region: str) -> bool:
    """Say whether a region answers nothing, for a reason of its own."""
    gaps = [gap for gap in live.gaps if gap.source.region == region]
    answered = any(source.region == region for source in live.answered)
    return bool(gaps) and not answered and all(gap.outcome in _SHUT for gap in gaps)


def _listing(name: str, region: str, gap: Gap) -> Judged:
    what = ", ".join(str(one["Operation"]) for one in gap.examples if "Operation" in one)
    why = f"{what} could not be listed: {gap.outcome}: {gap.code}: {gap.message}".lstrip()
    return Judged("listing", name, region, State.UNKNOWN, f"{why} (request {gap.request_id or '-'})")


def _gaps(holdings: Holdings) -> Iterator[Judged]:
    """Yield what the case itself says is missing."""
    found: dict[tuple[str, str], list[str]] = {}
    for source, gap in holdings.gaps:
        found.setdefault((source.name, source.region), []).append(f"{gap['outcome']}: {gap['code']}")
    for (name, region), reasons in sorted(found.items()):
        yield Judged("gap", name, region, State.NOT_KEPT, f"not in the case: {'; '.join(reasons[:4])}")
