"""Credentials of a role, assumed anew whenever they are about to end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials

from forensics.plain import token


def role_credentials(
    create: Callable[..., Any],
    source: Any,
    role_arn: str,
    external_id: str | None,
    case_id: str,
    turn: Callable[[], None],
) -> DeferredRefreshableCredentials:
    """
    Return what `source` is let be as the role; nothing is asked before they are needed.

    `create` makes the client to ask with, as botocore's sessions do; `turn` waits until it may be asked.
    """
    extra = {"RoleSessionName": f"forensics-{token(case_id)}"[:64].rstrip("-")}
    if external_id is not None:
        extra["ExternalId"] = external_id

    def create_in_turn(*args: Any, **options: Any) -> Any:
        client = create(*args, **options)
        # After that, which takes long: turns taken in time would come bunched.
        turn()
        return client

    fetcher = AssumeRoleCredentialFetcher(create_in_turn, source, role_arn, extra_args=extra)
    # Refreshes itself: a chained role's session ends after an hour, a run may not.
    return DeferredRefreshableCredentials(method="assume-role", refresh_using=fetcher.fetch_credentials)


def account_of(role_arn: str) -> str:
    """Return the account that a role is of; nothing where its ARN is none."""
    return "".join(role_arn.split(":")[4:5])
