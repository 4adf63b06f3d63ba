"""An organization: accounts that one manages, each with the role that AWS puts into it for that one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from moto.iam.models import iam_backends

from forensics.drill.call import Call, Handler
from forensics.drill.denials import Refusal
from forensics.drill.principals import PARTITION, Credential
from forensics.drill.seed.authority import READING, WRITING
from forensics.drill.unset import ERRORS
from forensics.drill.world import MANAGEMENT, World

ROLE = "OrganizationAccountAccessRole"
RESPONDER = "responder"
"""User of the management account, who may assume that role everywhere."""
_SHELF = ("organization", MANAGEMENT, "")
_PAGE = 20
_NAMES = {MANAGEMENT: "harbour-management", "222222222222": "harbour-shop", "333333333333": "harbour-ir"}


def found(world: World, accounts: Iterable[str], suspended: Iterable[str]) -> Credential:
    """Put accounts into an organization; give the key of the responder in the one that manages it."""
    members, gone = [MANAGEMENT, *(one for one in accounts if one != MANAGEMENT)], set(suspended)
    for account in members:
        if account not in world.keys.accounts:
            world.keys.add_account(account)
        if account != MANAGEMENT:
            _admit(account)
    world.shelf[_SHELF] = [
        {
            "Id": account,
            "Arn": f"arn:{PARTITION}:organizations::{MANAGEMENT}:account/o-harbour001/{account}",
            "Email": f"aws+{account}@example.com",
            "Name": _NAMES.get(account, f"harbour-{account}"),
            "Status": "SUSPENDED" if account in gone else "ACTIVE",
            "JoinedMethod": "CREATED",
        }
        for account in members
    ]
    return _responder(world)


def _admit(account: str) -> None:
    backend = iam_backends[account][PARTITION]
    if any(role.name == ROLE for role in backend.roles.values()):
        return
    trusted = {"AWS": f"arn:{PARTITION}:iam::{MANAGEMENT}:root"}
    trust = _allow({"Principal": trusted, "Action": "sts:AssumeRole"})
    backend.create_role(ROLE, trust, "/", None, "", [], "3600")
    backend.put_role_policy(ROLE, "all", _allow({"Action": "*", "Resource": "*"}))


def _responder(world: World) -> Credential:
    backend = iam_backends[MANAGEMENT][PARTITION]
    if RESPONDER not in backend.users:
        backend.create_user("us-east-1", RESPONDER)
        actions = [*READING, *WRITING, "sts:AssumeRole"]
        backend.put_user_policy(RESPONDER, "respond", _allow({"Action": actions, "Resource": "*"}))
    keys = backend.get_user(RESPONDER).access_keys
    key = keys[0] if keys else backend.create_access_key(RESPONDER)
    credential = world.keys.find(key.access_key_id)
    assert credential is not None  # noqa: S101 - made a line above
    return credential


def _allow(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def _list_accounts(call: Call) -> Mapping[str, Any]:
    members = call.world.shelf.get(_SHELF, [])
    if call.account not in {member["Id"] for member in members}:
        raise Refusal(*ERRORS["organizations", "ListAccounts"])
    if call.account != MANAGEMENT:
        raise Refusal("AccessDeniedException", "You don't have permissions to access this resource.", 400)
    start = int(call.params.get("NextToken", "0"))
    end = start + min(int(call.params.get("MaxResults", _PAGE)), _PAGE)
    page = {"Accounts": members[start:end]}
    return {**page, "NextToken": str(end)} if end < len(members) else page


HANDLERS: Mapping[str, Handler] = {"ListAccounts": _list_accounts}
