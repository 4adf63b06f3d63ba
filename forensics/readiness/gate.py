"""
ready(): may it be torn down now? What is alive in AWS, held against what the case has.

Reads the case and asks AWS what there is; writes nothing anywhere but the waivers that a user gives. An
account of the case that was not looked at is in the way, whatever is said of the others.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from forensics.aws import accounts as named_accounts
from forensics.aws.reach import reach
from forensics.errors import ForensicsError, UsageError
from forensics.model import GLOBAL, Coverage
from forensics.readiness import conditions, listing, naming, terraform, waivers
from forensics.readiness.endings import Endings
from forensics.readiness.holdings import Holdings
from forensics.readiness.judging import Judged, State
from forensics.readiness.listing import Listing
from forensics.readiness.looking import Look
from forensics.readiness.naming import Named
from forensics.readiness.refusals import Refusal, cause
from forensics.readiness.report import Account, Readiness
from forensics.rollcall import AT_ONCE, WORKERS, Roll
from forensics.schedule import Job, Listed, Schedule
from forensics.scope import ALONE, Access, Accounts, Progress
from forensics.verifier.folder import Folder
from forensics.verifier.pins import Trusted
from forensics.verifier.reader import kind_of


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
    accounts: Accounts = ALONE,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Readiness:
    """
    Say what would be lost if the accounts, or what was named, were destroyed now.

    With `accounts`, of several, as `preserve` has them; one that cannot be had is in the way, and so is one
    of the case that is not among them.

    Raises `UsageError` for names, plans and waivers that cannot be, `IntegrityError` where the case is not
    what was kept, `CredentialsError`, and for waivers what `open_case` raises.
    """
    waivers.check(asked.waive, asked.because)
    named_accounts.check_accounts(accounts)
    # Before AWS is asked, and everything listed for nothing.
    changes = terraform.load(asked.plan) if asked.plan else ()
    if asked.bundle is not None:
        kind_of(Path(Folder(asked.bundle).root))
    holdings = Holdings.read(path)
    base = reach(access, case_id=holdings.opened.opening.case)
    base.identify()
    roll = Roll.call(base, access, accounts)
    roll.demand()
    _same(holdings, roll)
    wanted = _wanted(asked, changes, [one.account for one in roll.found])
    looks = _looks(roll, holdings, wanted, alone=not accounts.several)
    _ask(looks, on_progress)
    things = [*_things(looks, wanted), *_apart(holdings, roll, looks, wanted)]
    given = waivers.give(path, asked.waive, asked.because, things, base.identity)
    waived = {**holdings.waived, **given}
    looked = [one.told for one in looks if one.error is None]
    return Readiness(
        case=holdings.opened.opening.case,
        accounts=(*looked, *_others(holdings, roll, looked)),
        things=tuple(replace(one, waived=None if one.safe else waived.get(one.where)) for one in things),
        conditions=(
            *(condition for one in looks if one.error is None for condition in one.conditions()),
            *conditions.of_case(holdings, asked.bundle, asked.identities),
        ),
        narrowed=wanted is not None,
        narrows=tuple(holdings.standing.narrows),
    )


def _same(holdings: Holdings, roll: Roll) -> None:
    """Refuse credentials of other accounts: a case of none of these has nothing to say of any."""
    words = [holdings.standing.stranger(account) for account in roll.sessions]
    if all(words):
        raise UsageError(words[0], hint="check --profile")


def _wanted(asked: Asked, changes: Sequence[Any], accounts: Sequence[str]) -> list[Named] | None:
    if not asked.resources and asked.plan is None:
        return None
    named = naming.named(asked.resources, accounts)
    return named + (terraform.destroyed(asked.plan, accounts, changes) if asked.plan else [])


def _looks(roll: Roll, holdings: Holdings, wanted: Sequence[Named] | None, *, alone: bool) -> list[Look]:
    stop, looks = threading.Event(), []
    for one, session in roll.present:
        those = None if wanted is None else [name for name in wanted if name.account in {"", one.account}]
        live = Listing(session, lambda _: None, stop=stop)
        looks.append(Look(live, holdings.of(one.account), those, one.name, alone=alone))
    return looks


def _ask(looks: Sequence[Look], on_progress: Callable[[Progress], None]) -> None:
    """List what is alive in all of them, a few side by side. Raises where nothing can be said of any."""
    stop, meter = looks[0].live.stop, _Meter(on_progress, len(looks))
    openings = [Job(one.account, 0, frozenset[str](), one.guarded(one.open)) for one in looks]
    Schedule(Listed(openings), WORKERS, stop).run()
    for start in range(0, len(looks), AT_ONCE):
        some = looks[start : start + AT_ONCE]
        jobs = [one.jobs() if one.error is None else [] for one in some]
        meter.expect(len(some), sum(map(len, jobs)))
        for one in some:
            one.live.on_progress = meter
        # An account's turn, then the next one's: none waits for another to be over.
        turns = [job for turn in zip_longest(*jobs) for job in turn if job is not None]
        Schedule(Listed(turns), listing.WORKERS, stop).run()
    errors = [one.error for one in looks if one.error is not None]
    if len(errors) == len(looks):
        raise errors[0]


class _Meter:
    """Counts the sources of all accounts together; of those to come, as many each as of those before."""

    def __init__(self, on_progress: Callable[[Progress], None], accounts: int) -> None:
        self._on_progress, self._accounts = on_progress, accounts
        self._begun = self._expected = self._done = 0
        self._lock = threading.Lock()

    def expect(self, accounts: int, sources: int) -> None:
        """Know of the sources of some more accounts."""
        self._begun, self._expected = self._begun + accounts, self._expected + sources

    def __call__(self, one: Progress) -> None:
        with self._lock:
            self._done += 1
            total = self._expected * self._accounts // self._begun
            self._on_progress(Progress(self._done, max(total, self._done), one.coverage))


def _things(looks: Sequence[Look], wanted: Sequence[Named] | None) -> Iterator[Judged]:
    rows, there, endings = listing.rows(), [one for one in looks if one.error is None], Endings()
    for look in there:
        look.end(endings)
    for look in there:
        yield from look.judged(rows, endings)
    for one in wanted or ():
        if not any(look.has(one) for look in there):
            yield _missing(one, there)


def _missing(one: Named, looks: Sequence[Look]) -> Judged:
    """Say of something that was named, and is not alive, what it is."""
    if found := next(filter(None, (look.gone(one) for look in looks)), None):
        return found
    why = one.unknown or "nothing of this name is alive, and the case knows of nothing of this name"
    account = one.account or (looks[0].account if len(looks) == 1 else "")
    return Judged("unknown", one.text, GLOBAL, State.UNKNOWN, why, account=account, cause=one.unknown)


# -- accounts of which nothing is known

_NOT_LOOKED = "it is of this case, and was not looked at: name it too (--role-arn, --accounts-from)"


def _apart(
    holdings: Holdings, roll: Roll, looks: Sequence[Look], wanted: Sequence[Named] | None
) -> Iterator[Judged]:
    """Yield the accounts that were not looked at: what is there nobody knows."""
    errors: dict[str, ForensicsError] = {one.account: one.error for one in looks if one.error is not None}
    broken = {
        account: named_accounts.broken(account, one) for account, one in {**roll.lost, **errors}.items()
    }
    told = {**roll.left_out, **broken}
    for account, coverage in sorted(told.items()):
        yield replace(_account(account, _why(coverage)), cause=cause(map(Refusal.of, coverage.gaps)))
    if wanted is not None and all(one.sure for one in wanted):
        return  # Whatever was named is of the accounts that were looked at, or is said to be unknown.
    looked = {one.account for one in looks}
    for account in sorted(holdings.standing.accounts.keys() - looked - told.keys()):
        yield _account(account, _NOT_LOOKED)


def _account(account: str, why: str) -> Judged:
    return Judged("account", account, GLOBAL, State.UNKNOWN, why, account=account)


def _why(coverage: Coverage) -> str:
    gap = coverage.gaps[0]
    said = " ".join(gap.message.split())
    return f"could not be looked at: {gap.outcome}: {gap.code}: {said} (request {gap.request_id or '-'})"


def _others(holdings: Holdings, roll: Roll, looked: Sequence[Account]) -> Iterator[Account]:
    """Yield the accounts of the case, and those that were named, that were not looked at."""
    names = {one.account: one.name for one in roll.found}
    every = holdings.standing.accounts.keys() | names.keys() | roll.left_out.keys()
    for account in sorted(every - {one.account for one in looked}):
        yield Account(account, "", (), names.get(account, ""))
