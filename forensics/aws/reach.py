"""A session as the command line is told to reach AWS."""

from __future__ import annotations

from forensics.aws.pace import Pace
from forensics.aws.session import Session
from forensics.scope import Access


def reach(access: Access, *, region: str | None = None, case_id: str = "") -> Session:
    """
    Open a session by profile, role, endpoint and pace; who we are is asked by `identify`.

    Raises `UsageError` and `CredentialsError` as `Session` does.
    """
    return Session(
        profile=access.profile,
        region=region,
        role_arn=access.role_arn,
        external_id=access.external_id,
        endpoint_url=access.endpoint_url,
        case_id=case_id,
        pace=Pace(scale=access.pace),
    )


def reach_member(base: Session, access: Access, role_arn: str) -> Session:
    """Open a session of another account by a role of it, which is assumed with the credentials of `base`."""
    return Session(
        profile=access.profile,
        region=base.home,
        role_arn=role_arn,
        external_id=access.external_id,
        endpoint_url=access.endpoint_url,
        case_id=base.case_id,
        pace=Pace(scale=access.pace),
        base=base,
    )
