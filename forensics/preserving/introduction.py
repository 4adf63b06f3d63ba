"""
Who we are, in the account that is asked and in the one that is copied to: the first that is asked at all.

All that AWS itself may refuse a run for comes with it, so that no case is made for a run that cannot begin.
"""

from __future__ import annotations

from dataclasses import dataclass

from forensics.aws import suspects
from forensics.aws.evidence import evidence
from forensics.aws.reach import reach
from forensics.aws.session import Session
from forensics.planning.agreement import Agreement
from forensics.scope import ALONE, Access, Accounts, Scope


@dataclass(frozen=True, slots=True)
class Introduced:
    """Sessions that AWS has said of who they are; what it said of that is kept with the run."""

    session: Session
    evidence: Session | None = None
    """Of the account that snapshots are copied to, where any is."""


def introduce(
    case: str,
    scope: Scope,
    access: Access,
    *,
    accounts: Accounts = ALONE,
    agreement: Agreement = Agreement(),  # noqa: B008 - frozen
) -> Introduced:
    """
    Ask AWS who we are, for the case of that name, and refuse to be a suspect.

    Raises `CredentialsError`, `AwsError`, `UsageError` for a region that AWS has not and an evidence account
    that is another, `DriftError` for a plan of another account. Pass the result to `preserve`.
    """
    suspects.check(scope.suspect_keys)
    session = reach(access, region=scope.regions[0] if scope.regions else None, case_id=case)
    account = session.identify().account
    _refuse_suspect(scope, session)
    if not accounts.several:
        agreement.check_accounts([account])
    session.check_regions(scope.regions)
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
