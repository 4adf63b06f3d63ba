"""The policies that we print: small enough, no wider than they say, bound to what they are for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby
from typing import Any

import pytest

from forensics.aws import never
from forensics.aws.actions import action_of
from forensics.collectors import catalogue, granting, lending, permissions, policies
from forensics.collectors.denying import ENDING, UNKNOWN_TO_IAM, denied
from forensics.collectors.granting import PolicyNames
from forensics.collectors.policies import MOST, PARTS, PolicyDocument
from forensics.collectors.spec import Call, Step
from forensics.collectors.wildcards import WHOLE
from forensics.drill.conditions import matches
from forensics.errors import UsageError
from tests import iam_list
from tests.collectors import public

NAMES = PolicyNames(
    case="IR-1", log_buckets=("trail-logs",), evidence_bucket="locked-away", evidence_account="333333333333"
)
SOURCES = [source for _, source in catalogue.sources().values()]
OPTIONS = frozenset(option for source in SOURCES if isinstance(source, Step) for option in source.options)


def documents(part: str, names: PolicyNames = NAMES) -> tuple[PolicyDocument, ...]:
    """Make the documents of one part, for everything that can be asked for."""
    return policies.policies(names, [part], options=OPTIONS)


def statements(part: str, names: PolicyNames = NAMES) -> list[dict[str, Any]]:
    """Return all statements of a part."""
    return [one for document in documents(part, names) for one in document.policy["Statement"]]


def allowed(part: str) -> list[str]:
    """Return what a part allows, as it stands there."""
    return [action for one in statements(part) for action in one["Action"]]


def test_each_document_is_one_that_iam_takes() -> None:
    """Short enough without white space, of the one version, with names that are not met twice."""
    found = policies.policies(NAMES)
    for one in found:
        assert len(json.dumps(one.policy, separators=(",", ":"))) == one.size <= MOST
        assert one.policy["Version"] == "2012-10-17"
        assert all(statement["Action"] and statement["Resource"] for statement in one.policy["Statement"])
        sids = [statement["Sid"] for statement in one.policy["Statement"]]
        assert all(sid.isalnum() for sid in sids)
        assert len(set(sids)) == len(sids)
    assert len({one.name for one in found}) == len(found)
    assert {one.part for one in found} <= set(PARTS)
    assert {"read", "logs", "snapshots", "evidence", "deny"} <= {one.part for one in found}


def test_reading_is_reading() -> None:
    """What a name or a wildcard of the part covers, needed or not, reads, and is none that is never asked."""
    kept = {action_of(*_halves(name)) for name in never.NEVER} | set(denied())
    for entry in allowed("read"):
        prefix, _, pattern = entry.partition(":")
        covered = [f"{prefix}:{name}" for name in iam_list.levels(prefix) if matches(pattern, name)]
        assert covered, entry
        assert {iam_list.level(action) for action in covered} <= iam_list.READS, entry
        assert not [name for name in kept if matches(entry, name)], entry


def _service(action: str) -> str:
    return action.partition(":")[0]


def _halves(name: str) -> tuple[str, str]:
    service, _, operation = name.partition(".")
    return service, operation


def test_everything_needed_is_allowed_and_each_entry_is_needed() -> None:
    """Over all parts: no action of a row is missing, and no entry is there that no row needs."""
    needed = {*permissions.needed(SOURCES), *permissions.PLANNING}
    entries = [entry for part in ("read", "logs", "snapshots", "hold") for entry in allowed(part)]
    # By services, since each is held against each.
    of = {key: [*group] for key, group in groupby(sorted(needed), key=_service)}
    by = {key: [*group] for key, group in groupby(sorted(entries), key=_service)}
    assert "*" not in by
    missing = [one for one in needed if not any(matches(entry, one) for entry in by.get(_service(one), ()))]
    assert missing == []
    idle = [one for one in entries if not any(matches(one, action) for action in of.get(_service(one), ()))]
    assert {entry.partition(":")[0] for entry in idle} <= {"kms"}


def test_what_writes_is_in_the_parts_for_it() -> None:
    """A step that changes something gets its statement here, bound to what it changes, or fails this test."""
    steps = [source for source in SOURCES if isinstance(source, Step) and source.mutates]
    writing = {action for action in permissions.needed(steps) if iam_list.level(action) not in iam_list.READS}
    assert writing <= {action for grant in (*granting.MAKING, *granting.HOLD) for action in grant.actions}
    assert writing


def test_objects_are_of_log_buckets_alone() -> None:
    """Never `*`; where no bucket was named, of one that cannot be."""
    (objects, keys) = statements("logs")
    assert objects["Resource"] == ["arn:aws:s3:::trail-logs/*"]
    assert keys["Condition"]["StringLike"] == {"kms:ViaService": "s3.*.amazonaws.com"}
    (nowhere, _) = statements("logs", PolicyNames())
    assert nowhere["Resource"] == ["arn:aws:s3:::NAME-OF-A-LOG-BUCKET/*"]
    (chinese, keys) = statements("logs", PolicyNames(log_buckets=("b-1",), partition="aws-cn"))
    assert chinese["Resource"] == ["arn:aws-cn:s3:::b-1/*"]
    assert keys["Condition"]["StringLike"] == {"kms:ViaService": "s3.*.amazonaws.com.cn"}


def test_snapshots_carry_our_tag() -> None:
    """Each statement about snapshots is bound: to the request's tag, the snapshot's, or the call of tags."""
    bound = [one for one in statements("snapshots") if any(":snapshot/" in arn for arn in one["Resource"])]
    assert bound
    for one in bound:
        said = json.dumps(one["Condition"])
        assert "forensics:op" in said or "ec2:CreateAction" in said or "ec2:Owner" in said
    (made,) = [one for one in bound if one["Sid"] == "SnapshotsWithOurTag"]
    assert made["Condition"] == {
        "Null": {"aws:RequestTag/forensics:op": "false"},
        "StringEquals": {"aws:RequestTag/forensics:case": "IR-1"},
    }


def test_keys_are_lent_to_the_evidence_account_alone() -> None:
    """For copies, and for what a copy takes of a key; a run that makes none may lend nothing."""
    lent = {one["Sid"]: one for one in statements("snapshots", PolicyNames(evidence_account="333333333333"))}
    made = lent["LendKeysForCopies"]
    assert (made["Action"], made["Resource"]) == (["kms:CreateGrant"], ["arn:aws:kms:*:*:key/*"])
    assert made["Condition"]["StringEquals"] == {"kms:GranteePrincipal": "arn:aws:iam::333333333333:root"}
    assert made["Condition"]["ForAllValues:StringEquals"] == {"kms:GrantOperations": list(lending.OPERATIONS)}
    assert lent["LendKeysNoMore"]["Action"] == ["kms:RetireGrant"]
    (nobody,) = [one for one in statements("snapshots", PolicyNames()) if one["Sid"] == "LendKeysForCopies"]
    assert "ID-OF-THE-EVIDENCE-ACCOUNT" in json.dumps(nobody["Condition"])
    (plain,) = policies.policies(NAMES, ["snapshots"])
    assert "LendKeys" not in json.dumps(plain.policy)


def test_without_a_case_any_of_ours() -> None:
    """The tag has to be there, with any case's name; and a name cannot be one of IAM's variables."""
    (made,) = [one for one in statements("snapshots", PolicyNames()) if one["Sid"] == "SnapshotsWithOurTag"]
    assert made["Condition"] == {"Null": {"aws:RequestTag/forensics:op": "false"}}
    hostile = PolicyNames(case="${aws:username}")
    (made,) = [one for one in statements("snapshots", hostile) if one["Sid"] == "SnapshotsWithOurTag"]
    assert made["Condition"]["StringEquals"] == {"aws:RequestTag/forensics:case": "${$}{aws:username}"}


def test_evidence_is_of_one_bucket_and_account() -> None:
    """Checkpoints go to the bucket that was named, and nothing is deleted there."""
    found = statements("evidence")
    assert found[0]["Resource"] == ["arn:aws:s3:::locked-away/*"]
    assert not [action for action in allowed("evidence") if "Delete" in action or "*" in action]
    assert statements("evidence", PolicyNames())[0]["Resource"] == [
        "arn:aws:s3:::NAME-OF-THE-EVIDENCE-BUCKET/*"
    ]


def test_all_that_is_granted_is_known_to_iam() -> None:
    """Actions of every statement, needed by a row or not, are on the public list."""
    grants = {action for grant in (*granting.MAKING, *granting.HOLD) for action in grant.actions}
    every = {*grants, *allowed("evidence"), *allowed("snapshots"), *allowed("logs"), *denied()}
    assert [action for action in every if not iam_list.level(action)] == []


def _types(resource: list[str] | str) -> set[str]:
    """Return the types of resource in a statement, none where it is about all."""
    arns = [resource] if isinstance(resource, str) else resource
    return {arn.rpartition(":")[2].partition("/")[0] for arn in arns if arn != "*"}


def _as_listed(key: str) -> str:
    """Write a key as the public list has it: whatever the tag is."""
    prefix, slash, _ = key.partition("/")
    return f"{prefix}/${{TagKey}}" if slash and prefix.endswith("Tag") else key


@pytest.mark.parametrize("part", ["logs", "snapshots", "evidence", "hold"])
def test_each_key_is_one_that_iam_has_for_the_action(part: str) -> None:
    """A statement is void where it looks at a key that AWS does not send for that action and type."""
    unknown = [
        (one["Sid"], action, kind, key)
        for one in statements(part)
        for action in one["Action"]
        for pairs in one.get("Condition", {}).values()
        for key in map(_as_listed, pairs)
        for kind in _types(one["Resource"])
        if key not in iam_list.kinds(action)[""] | iam_list.kinds(action).get(kind, frozenset())
    ]
    assert unknown == []


@pytest.mark.parametrize("part", ["snapshots", "evidence"])
def test_each_action_is_allowed_on_each_thing_that_it_needs(part: str) -> None:
    """What an action has to be allowed on, by AWS's list, one statement or another allows it on."""
    on: dict[str, set[str]] = {}
    for one in statements(part):
        for action in one["Action"]:
            types = _types(one["Resource"]) or iam_list.required(action)
            on.setdefault(action, set()).update(types)
    ours = {action: types for action, types in on.items() if action.startswith(("ec2:", "kms:"))}
    assert ours
    assert {
        action: lacking for action, types in ours.items() if (lacking := iam_list.required(action) - types)
    } == {}


def test_nothing_is_shared_with_everybody() -> None:
    """Who may share with the evidence account may not share with all in the same breath."""
    (share,) = [one for one in statements("snapshots") if one["Sid"] == "ShareOurSnapshots"]
    assert share["Condition"]["Null"]["ec2:Add/group"] == "true"


def test_secrets_are_denied() -> None:
    """What is never asked is denied too, and so is what would end evidence."""
    (one,) = statements("deny")
    assert one["Effect"] == "Deny"
    assert {"ec2:GetPasswordData", "secretsmanager:GetSecretValue", "sqs:ReceiveMessage", *ENDING} <= set(
        one["Action"]
    )
    # kms:Decrypt and s3:GetObject are needed for logs and disks: never asked, and not to be denied.
    needed = {*allowed("read"), *allowed("logs"), *allowed("snapshots"), *allowed("evidence")}
    assert not [action for action in one["Action"] if any(matches(entry, action) for entry in needed)]
    assert not [action for action in UNKNOWN_TO_IAM if iam_list.level(action)]


def test_wildcards_are_those_of_the_public_list() -> None:
    """The table is what `python -m tests.collectors.public` would write now."""
    assert dict(WHOLE) == dict(public.wildcards())


def _call(operation: str, service: str = "ec2") -> Call:
    return Call(service=service, operation=operation, about="x")


@pytest.mark.parametrize(
    ("operations", "entries"),
    [
        (["DescribeVpcs", "DescribeSubnets"], ["ec2:DescribeSubnets", "ec2:DescribeVpcs"]),
        (["DescribeVpcs", "DescribeSubnets", "DescribeHosts"], ["ec2:Describe*"]),
        # A password is among what this verb gets.
        (["GetConsoleOutput", "GetEbsDefaultKmsKeyId", "GetInstanceUefiData"], None),
    ],
)
def test_wildcards_only_where_they_are_safe(operations: list[str], entries: list[str] | None) -> None:
    """From three on, and never over what is not to be read."""
    needed = [f"ec2:{operation}" for operation in operations]
    assert policies.reading(needed) == sorted(entries or needed)


def test_many_actions_take_several_documents() -> None:
    """Cut where one is full; together they have each action once, and each is numbered."""
    calls = [_call(f"GetSomethingWithALongNameNumber{number}") for number in range(500)]
    found = policies.made_for(calls, NAMES, ["read"])
    assert [one.name for one in found] == [f"forensics-read-{number + 1}" for number in range(len(found))]
    assert len(found) > 2
    assert all(MOST - 100 < one.size <= MOST for one in found[:-1])
    actions = [action for one in found for part in one.policy["Statement"] for action in part["Action"]]
    assert sorted(actions) == sorted(policies.reading([*permissions.needed(calls), *permissions.PLANNING]))


def test_nothing_is_made_where_nothing_is_needed() -> None:
    """A run that makes no snapshots needs no statement about them."""
    assert policies.made_for([_call("DescribeVpcs")], NAMES, ["logs", "snapshots", "hold"]) == ()
    names = {one.part for one in policies.policies(NAMES, without=frozenset({"volumes"}))}
    assert "snapshots" not in names


def test_what_is_not_asked_for_is_not_allowed() -> None:
    """To lock is another permission than to make: whoever does not lock does not get it."""
    (plain,) = policies.policies(NAMES, ["snapshots"])
    (locking,) = policies.policies(NAMES, ["snapshots"], options=frozenset({"lock"}))
    assert "ec2:LockSnapshot" not in json.dumps(plain.policy)
    assert "ec2:LockSnapshot" in json.dumps(locking.policy)


def test_a_collector_that_there_is_not() -> None:
    """As `preserve --without` says it."""
    with pytest.raises(UsageError, match="no such collector: 'voluems'"):
        policies.policies(NAMES, without=frozenset({"voluems"}))


def test_what_is_granted_is_bound() -> None:
    """No statement but that of what reads is about everything, unless IAM knows nothing smaller."""
    unbound: Mapping[str, str] = {
        "KeepLogs": "a log group's own permission has no condition that tells one from another",
        "KeepScalingFromEndingThem": "neither has a scaling group's",
        "WhatIsThere": "it reads, in the evidence account",
    }
    wide = {
        one["Sid"]
        for part in ("logs", "snapshots", "evidence", "hold")
        for one in statements(part)
        if one["Resource"] == "*"
    }
    assert wide <= unbound.keys()
