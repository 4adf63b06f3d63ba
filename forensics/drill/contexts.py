"""
What IAM is asked of a call: each action that it takes, on each thing, with what is known of it.

The keys are those that AWS lists for an action and a type of resource, and no others:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html. So a copy's source
shows its owner and not its tags. Calls that a service makes for the caller, as EC2 uses a key, are not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from forensics.drill import keys, snapshots, volumes
from forensics.drill.call import Call
from forensics.drill.conditions import Context
from forensics.drill.crowd import crowd
from forensics.drill.denials import Refusal
from forensics.drill.filters import tags_of
from forensics.drill.policy import TAGS, Ask, action_of, actions_of
from forensics.drill.principals import PARTITION

_KINDS = {"i": "instance", "snap": "snapshot", "vol": "volume"}
_NEW = "*"
"""Id of what is still to be made."""

Found = Iterator[tuple[str, str, Context]]
"""Action, ARN, and what is known of that thing alone."""


def asks(call: Call) -> Iterator[Ask]:
    """Yield what IAM has to allow for a call to be carried out."""
    operation = (call.asked.service, call.asked.operation)
    if operation in _TABLE:
        call.world.furnish(call.asked.service)
    everywhere = _everywhere(call)
    for action, resource, context in _TABLE.get(operation, _SERVICES.get(operation[0], _plain))(call):
        yield Ask(action, resource, {**everywhere, **context})


def _everywhere(call: Call) -> Context:
    principal = call.principal
    # A session is known by its role.
    role = f"arn:{PARTITION}:iam::{principal.account}:role/{principal.name}"
    return {
        "aws:principalaccount": (principal.account,),
        "aws:principalarn": (role if principal.kind == "role" else principal.arn,),
        "aws:requestedregion": (call.region,),
        "aws:securetransport": ("true",),
        "aws:userid": (principal.user_id,),
        **({"aws:username": (principal.name,)} if principal.kind == "user" else {}),
    }


def _action(call: Call) -> str:
    return action_of(call.asked.service, call.asked.operation, call.params)


def _plain(call: Call) -> Found:
    yield _action(call), "", {}


# -- EC2: disks, and what is made of them


def _ec2(call: Call, kind: str, id_: str) -> str:
    """Write an ARN; a snapshot's has no account."""
    account = "" if kind == "snapshot" else call.account
    return f"arn:{PARTITION}:ec2:{call.region}:{account}:{kind}/{id_}"


def _tagged(prefix: str, tags: Mapping[str, str]) -> Context:
    return {f"{prefix}/{key}".lower(): (value,) for key, value in tags.items()}


def _of_thing(tags: Mapping[str, str]) -> Context:
    return {**_tagged("aws:ResourceTag", tags), **_tagged("ec2:ResourceTag", tags)}


def _of_request(tags: Mapping[str, str]) -> Context:
    return {**_tagged("aws:RequestTag", tags), **({"aws:tagkeys": tuple(tags)} if tags else {})}


def _volume(call: Call, id_: str) -> tuple[str, Context]:
    try:
        tags = volumes.find(call, id_).tags
    except Refusal:  # EC2 says what there is not once it has asked IAM
        tags = {}
    return _ec2(call, "volume", id_), _of_thing(tags)


def _instance(call: Call, id_: str) -> tuple[str, Context]:
    member = crowd(call.world, call.account, call.region).by_instance(id_)
    tags = {"Name": member.name} if member else volumes.backend(call).tags.get(id_, {})
    return _ec2(call, "instance", id_), _of_thing(tags)


def _snapshot(call: Call, id_: str) -> tuple[str, Context]:
    one = snapshots.store(call).get(id_)
    if one is None:
        return _ec2(call, "snapshot", id_), {}
    return _ec2(call, "snapshot", id_), {**_of_thing(one.tags), "ec2:owner": (one.owner,)}


_THINGS: Mapping[str, Callable[[Call, str], tuple[str, Context]]] = {
    "instance": _instance,
    "snapshot": _snapshot,
    "volume": _volume,
}


def _making(call: Call) -> Found:
    """Yield what is to be made, and its tags where the request has some."""
    tags = tags_of(call.params.get("TagSpecifications", ()), "snapshot")
    new = _ec2(call, "snapshot", _NEW)
    yield _action(call), new, _of_request(tags)
    if call.params.get("TagSpecifications"):
        yield TAGS, new, {**_of_request(tags), "ec2:createaction": (call.asked.operation,)}


def _create_snapshot(call: Call) -> Found:
    yield _action(call), *_volume(call, str(call.params.get("VolumeId")))
    yield from _making(call)


def _create_snapshots(call: Call) -> Found:
    instance = str(call.params.get("InstanceSpecification", {}).get("InstanceId"))
    yield _action(call), *_instance(call, instance)
    try:
        disks = volumes.attached(call, instance)
    except Refusal:
        disks = []
    for disk in disks:
        yield _action(call), *_volume(call, disk.id)
    yield from _making(call)


def _copy_snapshot(call: Call) -> Found:
    id_, region = str(call.params.get("SourceSnapshotId")), str(call.params.get("SourceRegion"))
    snapshots.store(call)
    owner = snapshots.owner_of(call.world, region, id_)
    source = f"arn:{PARTITION}:ec2:{region}::snapshot/{id_}"
    yield _action(call), source, {"ec2:owner": (owner,)} if owner else {}
    yield from _making(call)


def _tags(call: Call) -> Found:
    given = {str(tag["Key"]): str(tag.get("Value", "")) for tag in call.params.get("Tags", ())}
    for id_ in map(str, call.params.get("Resources", ())):
        kind = _KINDS.get(id_.partition("-")[0], "")
        where, known = _THINGS[kind](call, id_) if kind else ("", {})
        yield _action(call), where, {**known, **_of_request(given)}


def _of_snapshot(call: Call) -> Found:
    where, known = _snapshot(call, str(call.params.get("SnapshotId")))
    yield _action(call), where, {**known, **_sharing(call), **_locking(call)}


def _sharing(call: Call) -> Context:
    """Give who is let in or out, in either of the two ways in which EC2 takes it."""
    params, found = call.params, {}
    change = params.get("CreateVolumePermission", {})
    for verb in ("Add", "Remove"):
        named = list(change.get(verb, ()))
        plain = params.get("OperationType") == verb.lower()
        users = [str(one["UserId"]) for one in named if one.get("UserId")]
        groups = [str(one["Group"]) for one in named if one.get("Group")]
        users += map(str, params.get("UserIds", ()) if plain else ())
        groups += map(str, params.get("GroupNames", ()) if plain else ())
        found[f"ec2:{verb}/userId".lower()], found[f"ec2:{verb}/group".lower()] = tuple(users), tuple(groups)
    return {key: values for key, values in found.items() if values}


def _locking(call: Call) -> Context:
    said = {
        "ec2:snapshotcooloffperiod": call.params.get("CoolOffPeriod"),
        "ec2:snapshotlockduration": call.params.get("LockDuration"),
    }
    return {key: (str(value),) for key, value in said.items() if value is not None}


def _of_instance(call: Call) -> Found:
    yield _action(call), *_instance(call, str(call.params.get("InstanceId")))


# -- keys and objects


def _of_key(call: Call) -> Found:
    named = str(call.params.get("KeyId") or "")
    where = keys.arn(named, call.account, call.region) if named else ""
    if named and not where.startswith("arn:"):
        where = f"arn:{PARTITION}:kms:{call.region}:{call.account}:key/{named}"
    yield _action(call), where, _granting(call)


def _granting(call: Call) -> Context:
    if call.asked.operation != "CreateGrant":
        return {}
    said: dict[str, Any] = {
        "kms:granteeprincipal": call.params.get("GranteePrincipal"),
        "kms:retiringprincipal": call.params.get("RetiringPrincipal"),
        "kms:grantoperations": call.params.get("Operations"),
    }
    found = {
        key: (value,) if isinstance(value, str) else tuple(value) for key, value in said.items() if value
    }
    return {**found, "kms:grantisforawsresource": ("false",)}


def _of_bucket(call: Call) -> Found:
    bucket, key = str(call.params.get("Bucket") or ""), str(call.params.get("Key") or "")
    where = "/".join(filter(None, (bucket, key)))
    yield _action(call), f"arn:{PARTITION}:s3:::{where}" if where else "", {}


def _of_events(call: Call) -> Found:
    for action in actions_of(call.asked.service, call.asked.operation, call.params):
        yield action, "", {}


_SERVICES: Mapping[str, Callable[[Call], Found]] = {"kms": _of_key, "s3": _of_bucket}

_TABLE: Mapping[tuple[str, str], Callable[[Call], Found]] = {
    ("ec2", "CopySnapshot"): _copy_snapshot,
    ("ec2", "CreateSnapshot"): _create_snapshot,
    ("ec2", "CreateSnapshots"): _create_snapshots,
    ("ec2", "CreateTags"): _tags,
    ("ec2", "DeleteSnapshot"): _of_snapshot,
    ("ec2", "DeleteTags"): _tags,
    ("ec2", "LockSnapshot"): _of_snapshot,
    ("ec2", "ModifyInstanceAttribute"): _of_instance,
    ("ec2", "ModifySnapshotAttribute"): _of_snapshot,
    ("ec2", "ResetSnapshotAttribute"): _of_snapshot,
    ("ec2", "UnlockSnapshot"): _of_snapshot,
    ("logs", "FilterLogEvents"): _of_events,
    ("logs", "GetLogEvents"): _of_events,
}
