"""The account that evidence is copied to: reached with credentials of its own."""

from __future__ import annotations

from forensics.aws.reach import reach
from forensics.aws.session import Session
from forensics.errors import CredentialsError, UsageError
from forensics.scope import Access, CopyTo


def evidence(
    to: CopyTo, access: Access, *, source: str = "", region: str | None = None, case_id: str = ""
) -> Session:
    """
    Open a session in the evidence account, and ask who we are there.

    Without a profile of its own, its role is assumed with what the run's own session began with. Raises
    `UsageError` where it is another account than the one named, or the `source` itself, and
    `CredentialsError`, before anything was asked of the source.
    """
    there = Access(
        profile=to.profile or access.profile,
        role_arn=to.role_arn,
        endpoint_url=access.endpoint_url,
        pace=access.pace,
    )
    if to.account == source:
        raise UsageError(
            f"--copy-to {to.account} is the account that the evidence is in",
            hint="copies are safe in an account that the intruder has no part in",
        )
    try:
        session = reach(there, region=region, case_id=case_id)
        found = session.identify()
    except CredentialsError as error:
        raise CredentialsError(f"evidence account: {error}") from error
    if found.account != to.account:
        raise UsageError(
            f"--copy-to names account {to.account}, and the credentials for it are of {found.account}",
            hint="check --copy-role and --copy-profile",
        )
    return session
