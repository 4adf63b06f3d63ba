"""visibility(): which sources of evidence an account has, by a case or asked now; changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from forensics.aws.accounts import check_accounts
from forensics.aws.reach import reach
from forensics.aws.session import Session
from forensics.errors import AwsError, CredentialsError
from forensics.model import GLOBAL
from forensics.rollcall import Roll
from forensics.scope import ALONE, Access, Accounts, Progress
from forensics.sight import places, trails
from forensics.sight.answers import Answers, Watching, of_case, of_now
from forensics.sight.report import UNKNOWN, Sight, Visibility


def visibility(
    path: Path | None,
    access: Access,
    *,
    accounts: Accounts = ALONE,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Visibility:
    """
    Look at a case or bundle, offline; without one, ask the account now, or several, one after the other.

    Raises `UsageError` for what is no case, `CredentialsError`; of several, where none of them can be had.
    """
    if path is not None:
        return judged(list(of_case(path)))
    check_accounts(accounts)
    base = reach(access)
    base.identify()
    roll = Roll.call(base, access, accounts)
    roll.demand()
    found = [_now(session, roll, on_progress) for _, session in roll.present]
    closed = [Answers(account, refused=why) for account, why in roll.words.items()]
    return judged([*(one for one in found if one), *closed])


def _now(session: Session, roll: Roll, on_progress: Callable[[Progress], None]) -> Answers | None:
    """Ask an account; what is wrong with it costs no other, and is in the roll."""
    try:
        return of_now(Watching(session, on_progress))
    except (AwsError, CredentialsError) as error:
        if len(roll.found) == 1:
            raise
        roll.lost[session.identity.account] = error
        return None


def judged(accounts: Sequence[Answers]) -> Visibility:
    """Say what the answers come to, of each account."""
    sights = [replace(sight, account=one.account) for one in accounts for sight in _sights(one)]
    regions = sorted({region for one in accounts for region in one.regions})
    when = max((one.when for one in accounts), default="")
    return Visibility(tuple(one.account for one in accounts), tuple(regions), when, tuple(sights))


def _sights(answers: Answers) -> Iterator[Sight]:
    if not answers.regions:
        yield Sight("everything", GLOBAL, "", UNKNOWN, detail=answers.refused)
        return
    yield from trails.look(answers)
    for region in answers.regions:
        yield from places.look(answers, region)
    yield from places.buckets(answers)
