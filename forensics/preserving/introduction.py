"""
Who we are, in the account that is asked and in the one that is copied to: the first that is asked at all.

All that AWS itself may refuse a run for comes with it, so that no case is made for a run that cannot begin.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from forensics.aws import suspects
from forensics.aws.evidence import evidence
from forensics.aws.reach import reach
from forensics.aws.session import Session
from forensics.planning.agreement import Agreement
from forensics.rollcall import Roll
from forensics.scope import ALONE, Access, Accounts, Scope


@dataclass(frozen=True, slots=True)
class Introduced:
    """Sessions that AWS has said of who they are; what it said of that is kept with the run."""

    session: Session
    evidence: Session | None = None
    """Of the account that snapshots are copied to, where any is."""
    roll: Roll | None = None
    """Of several accounts, which of them can be had; None where it was not called yet."""


def introduce(
    case: str,
    scope: Scope,
    access: Access,
    *,
    accounts: Accounts = ALONE,
    agreement: Agreement = Agreement(),  # noqa: B008 - frozen
) -> Introduced:
    """
    Ask AWS who we are, for the case of that name, before there is one, and refuse to be a suspect.

    Raises `CredentialsError`, also where not one of several accounts can be had, `AwsError`, `UsageError` for
    a region that AWS has not and an evidence account that is another, `DriftError` for a plan of other
    accounts. Pass the result to `preserve`.
    """
    met = meet(case, scope, access, accounts)
    met.session.check_regions(scope.regions)
    if not accounts.several:
        agreement.check_accounts([met.session.identity.account])
        return met
    roll = Roll.call(met.session, access, accounts)
    for session in roll.sessions.values():
        _refuse_suspect(scope, session)
    roll.demand()
    agreement.check_accounts(list(roll.sessions), roll.words)
    return replace(met, roll=roll)


def meet(case: str, scope: Scope, access: Access, accounts: Accounts) -> Introduced:
    """Ask who we are, in both accounts; raises what `introduce` does for that."""
    suspects.check(scope.suspect_keys)
    session = reach(access, region=scope.regions[0] if scope.regions else None, case_id=case)
    account = session.identify().account
    _refuse_suspect(scope, session)
    return Introduced(session, _evidence(case, scope, access, "" if accounts.several else account))


def _evidence(case: str, scope: Scope, access: Access, source: str) -> Session | None:
    to = scope.protect.copy
    if to is None:
        return None
    region = scope.regions[0] if scope.regions else None
    session = evidence(to, access, source=source, region=region, case_id=case)
    _refuse_suspect(scope, session)
    return session


def _refuse_suspect(scope: Scope, session: Session) -> None:
    keys = session.signers.keys | {session.access_key_id}
    suspects.refuse(scope.suspect_keys, keys, session.identity.arn)
