"""STS: who am I, and sessions that are checked afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from moto.iam.models import iam_backends

from forensics.drill.call import Call, Handler
from forensics.drill.denials import Refusal
from forensics.drill.principals import PARTITION, Credential, Principal

HOUR = 3600
EARLY = 15 * 60
"""Seconds before the end of a session at which SDKs get a new one."""


def _get_caller_identity(call: Call) -> Mapping[str, Any]:
    who = call.principal
    return {"UserId": who.user_id, "Account": who.account, "Arn": who.arn}


def _assume_role(call: Call) -> Mapping[str, Any]:
    arn = str(call.params.get("RoleArn", ""))
    account = arn.removeprefix(f"arn:{PARTITION}:iam::").partition(":")[0]
    keys = call.world.keys
    role = _role(account, arn) if account in keys.accounts.keys() - keys.closed else None
    if role is None or not _trusts(role, call):
        raise Refusal(
            "AccessDenied",
            f"User: {call.principal.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}",
            403,
        )
    lasting = call.world.lasting
    long = int(call.params.get("DurationSeconds", HOUR)) if lasting is None else EARLY + lasting / 2
    expires = call.world.clock() + long
    session = str(call.params["RoleSessionName"])
    credential = call.world.keys.role_session(account, str(role.name), session, expires)
    written = _written(credential)
    if lasting is not None:
        credential.expires = call.world.clock() + lasting
    return {
        "Credentials": written,
        "AssumedRoleUser": {"AssumedRoleId": credential.principal.user_id, "Arn": credential.principal.arn},
    }


def _role(account: str, arn: str) -> Any | None:
    roles = iam_backends[account][PARTITION].roles.values()
    return next((role for role in roles if role.arn == arn), None)


def _trusts(role: Any, call: Call) -> bool:
    text = str(role.assume_role_policy_document)
    document = json.loads(text if text.lstrip().startswith("{") else unquote(text))
    found = document.get("Statement", [])
    statements = found if isinstance(found, list) else [found]
    return any(_admits(statement, call) for statement in statements)


def _admits(statement: Mapping[str, Any], call: Call) -> bool:
    if statement.get("Effect") != "Allow" or not set(_trusted(statement)) & _names(call.principal):
        return False
    wanted = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId")
    return wanted is None or wanted == call.params.get("ExternalId")


def _trusted(statement: Mapping[str, Any]) -> Iterator[str]:
    principal = statement.get("Principal", {})
    if principal == "*":
        yield "*"
        return
    named = principal.get("AWS", [])
    yield from [named] if isinstance(named, str) else named


def _names(principal: Principal) -> set[str]:
    account = principal.account
    return {"*", account, f"arn:{PARTITION}:iam::{account}:root", principal.arn}


def _get_session_token(call: Call) -> Mapping[str, Any]:
    expires = call.world.clock() + int(call.params.get("DurationSeconds", 12 * HOUR))
    return {"Credentials": _written(call.world.keys.start_session(call.principal, expires))}


def _written(credential: Credential) -> Mapping[str, Any]:
    assert credential.expires is not None  # noqa: S101 - a session
    return {
        "AccessKeyId": credential.key,
        "SecretAccessKey": credential.secret,
        "SessionToken": credential.token,
        "Expiration": datetime.fromtimestamp(credential.expires, UTC),
    }


HANDLERS: Mapping[str, Handler] = {
    "AssumeRole": _assume_role,
    "GetCallerIdentity": _get_caller_identity,
    "GetSessionToken": _get_session_token,
}
