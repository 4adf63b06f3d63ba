"""A session as the command line is told to reach AWS."""

from __future__ import annotations

from collections.abc import Sequence

from forensics.aws import accounts, regions, suspects
from forensics.aws.pace import Pace
from forensics.aws.session import Session
from forensics.scope import Access, Scope


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


_NOBODY = {"access_key": "nobody", "secret_key": "nobody"}
"""Stand where no credentials are looked for: nothing is signed with them."""


def check_reach(scope: Scope, access: Access) -> None:
    """
    Refuse what needs no word of AWS's, before a case is made for it: nobody is asked, nor credentials sought.

    Raises `UsageError` for a profile, an endpoint, a first region, a role or a suspect that cannot be.
    """
    suspects.check(scope.suspect_keys)
    regions.check_names(scope.regions)
    to = scope.protect.copy
    reached = [access] if to is None else [access, Access(profile=to.profile, role_arn=to.role_arn)]
    for one in reached:
        if one.role_arn is not None:
            accounts.check_role(one.role_arn)
        _check(one, scope.regions)


def _check(access: Access, wanted: Sequence[str]) -> None:
    session = Session(
        profile=access.profile,
        region=wanted[0] if wanted else None,
        endpoint_url=access.endpoint_url,
        credentials=_NOBODY,
    )
    session.client("sts", session.home)
