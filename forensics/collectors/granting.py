"""
What is allowed beyond reading, each on as little as AWS can bound it to: the statements that policies are of.

Snapshots of ours carry the tag `forensics:op` from their first moment, so what changes one afterwards is
bound to that tag. Each key stands only where AWS lists it for the action and the type of resource: a key that
a request does not have makes a statement void.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forensics.collectors.lending import OPERATIONS
from forensics.collectors.making import TAG_CASE, TAG_OP

LOG_BUCKET, EVIDENCE_BUCKET = "NAME-OF-A-LOG-BUCKET", "NAME-OF-THE-EVIDENCE-BUCKET"
EVIDENCE_ACCOUNT = "ID-OF-THE-EVIDENCE-ACCOUNT"
"""Stand where a name was not given: none of them is one that AWS knows, so nothing is allowed by mistake."""
_CASE, _EVIDENCE, _BORROWER = "{case}", "{evidence}", "{borrower}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyNames:
    """What the policies are to be bound to."""

    case: str = ""
    """Name of the case, for those snapshots alone that are made for it; empty: any case of ours."""
    log_buckets: tuple[str, ...] = ()
    evidence_bucket: str = ""
    evidence_account: str = ""
    partition: str = "aws"

    def arn(self, service: str, resource: str, *, account: str = "*", region: str = "*") -> str:
        """Write an ARN of this partition."""
        return f"arn:{self.partition}:{service}:{region}:{account}:{resource}"

    def buckets(self, *names: str) -> list[str]:
        """Write the ARNs of all objects of buckets."""
        return [self.arn("s3", f"{name}/*", account="", region="") for name in names]


@dataclass(frozen=True, slots=True)
class Grant:
    """One statement, but for what it is bound to: resources of a service by type, and conditions."""

    sid: str
    actions: tuple[str, ...]
    types: tuple[str, ...] = ()
    """Resource types of the service; none for all."""
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    service: str = "ec2"

    def statement(self, names: PolicyNames, actions: Sequence[str]) -> dict[str, Any]:
        """Write it, with those of its actions that are needed."""
        resources = [names.arn(self.service, f"{kind}/*") for kind in self.types]
        made: dict[str, Any] = {"Sid": self.sid, "Effect": "Allow", "Action": list(actions)}
        made["Resource"] = resources or "*"
        if conditions := {name: _filled(pairs, names) for name, pairs in self.conditions.items()}:
            made["Condition"] = {name: pairs for name, pairs in conditions.items() if pairs}
        return made


def _filled(pairs: Mapping[str, Any], names: PolicyNames) -> dict[str, Any]:
    """Put names where they belong; what is of a case is left out where none was named."""
    # As it is put into the tag; a `$` would begin a variable of IAM's.
    case = names.case[:256].replace("$", "${$}")
    account = names.evidence_account or EVIDENCE_ACCOUNT
    borrower = names.arn("iam", "root", account=account, region="")
    words = {_CASE: case, _EVIDENCE: account, _BORROWER: borrower}
    filled = {
        key: words.get(value, value) if isinstance(value, str) else value for key, value in pairs.items()
    }
    return {key: value for key, value in filled.items() if value}


_MADE_FOR_US: Mapping[str, Mapping[str, Any]] = {
    "Null": {f"aws:RequestTag/{TAG_OP}": "false"},
    "StringEquals": {f"aws:RequestTag/{TAG_CASE}": _CASE},
}
_OURS: Mapping[str, Mapping[str, Any]] = {
    "Null": {f"aws:ResourceTag/{TAG_OP}": "false"},
    "StringEquals": {f"aws:ResourceTag/{TAG_CASE}": _CASE},
}
_MAKE = ("ec2:CreateSnapshot", "ec2:CreateSnapshots")
_NO_NEW_USER, _NO_NEW_GROUP = {"ec2:Add/userId": "true"}, {"ec2:Add/group": "true"}

MAKING = (
    # A request's tags are of the snapshot alone: the other two know none.
    Grant("OfInstancesAndVolumes", _MAKE, ("instance", "volume")),
    Grant("SnapshotsWithOurTag", (*_MAKE, "ec2:CopySnapshot"), ("snapshot",), _MADE_FOR_US),
    Grant(
        "TagsAsTheyAreMade",
        ("ec2:CreateTags",),
        ("snapshot",),
        {"StringEquals": {"ec2:CreateAction": ["CopySnapshot", "CreateSnapshot", "CreateSnapshots"]}},
    ),
    # A copy takes two permissions: on what is made, and on its source, of whose tags IAM is not told.
    Grant(
        "CopyFromSnapshotsOfTheAccount",
        ("ec2:CopySnapshot",),
        ("snapshot",),
        {"StringEquals": {"ec2:Owner": "${aws:PrincipalAccount}"}},
    ),
    Grant("LockOurSnapshots", ("ec2:LockSnapshot",), ("snapshot",), _OURS),
    Grant(
        "ShareOurSnapshots",
        ("ec2:ModifySnapshotAttribute",),
        ("snapshot",),
        {
            "Null": {**_OURS["Null"], **_NO_NEW_GROUP},
            "StringEquals": {**_OURS["StringEquals"], "ec2:Add/userId": _EVIDENCE},
        },
    ),
    Grant(
        "WithdrawFromOurSnapshots",
        ("ec2:ModifySnapshotAttribute",),
        ("snapshot",),
        {
            "Null": {**_OURS["Null"], **_NO_NEW_USER, **_NO_NEW_GROUP},
            "StringEquals": _OURS["StringEquals"],
        },
    ),
    Grant(
        "LendKeysForCopies",
        ("kms:CreateGrant",),
        ("key",),
        {
            "StringEquals": {"kms:GranteePrincipal": _BORROWER},
            "ForAllValues:StringEquals": {"kms:GrantOperations": list(OPERATIONS)},
        },
        "kms",
    ),
    # No condition tells one grant from another; who may retire one is said in the grant itself.
    Grant("LendKeysNoMore", ("kms:RetireGrant",), ("key",), service="kms"),
)
"""What snapshots take that are made, locked, shared and copied. Only what a step needs is written."""

HOLD = (
    Grant("KeepInstances", ("ec2:ModifyInstanceAttribute",), ("instance", "volume")),
    Grant("KeepScalingFromEndingThem", ("autoscaling:SetInstanceProtection", "autoscaling:SuspendProcesses")),
    Grant("KeepLogs", ("logs:PutRetentionPolicy",)),
)
"""What `preserve --hold` changes, for as long as the incident takes. Only what a step needs is written."""

LOG_OBJECTS = ("s3:GetObject", "s3:GetObjectVersion")
"""Read of log buckets alone, and never of all."""

BOUND = frozenset({*LOG_OBJECTS, *(action for grant in (*MAKING, *HOLD) for action in grant.actions)})
"""All that is allowed on some things alone, and by no statement on all."""


def through(names: PolicyNames, service: str) -> dict[str, Any]:
    """Bind a key's use to requests that a service makes for us."""
    suffix = ".cn" if names.partition == "aws-cn" else ""
    return {"StringLike": {"kms:ViaService": f"{service}.*.amazonaws.com{suffix}"}}


def logs(names: PolicyNames) -> list[dict[str, Any]]:
    """Allow to read the objects of log buckets, and to use the keys that encrypt them."""
    resources = names.buckets(*(names.log_buckets or (LOG_BUCKET,)))
    keys = names.arn("kms", "key/*")
    return [
        {"Sid": "LogObjects", "Effect": "Allow", "Action": list(LOG_OBJECTS), "Resource": resources},
        {
            "Sid": "KeysOfLogs",
            "Effect": "Allow",
            "Action": ["kms:Decrypt"],
            "Resource": keys,
            "Condition": through(names, "s3"),
        },
    ]


def keys(names: PolicyNames) -> list[dict[str, Any]]:
    """Allow EC2 to read and write encrypted disks for us."""
    key = names.arn("kms", "key/*")
    use = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"]
    return [
        {
            "Sid": "KeysOfDisks",
            "Effect": "Allow",
            "Action": [*use, "kms:ReEncryptFrom", "kms:ReEncryptTo"],
            "Resource": key,
            "Condition": through(names, "ec2"),
        },
        {
            "Sid": "KeysOfDisksForEC2",
            "Effect": "Allow",
            "Action": ["kms:CreateGrant"],
            "Resource": key,
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
    ]


def evidence(names: PolicyNames) -> list[dict[str, Any]]:
    """Allow what the account takes that keeps the evidence: checkpoints in a locked bucket, and copies."""
    objects = names.buckets(names.evidence_bucket or EVIDENCE_BUCKET)
    lock = ["s3:GetObject", "s3:GetObjectRetention", "s3:PutObject", "s3:PutObjectRetention"]
    read = ["ec2:DescribeLockedSnapshots", "ec2:DescribeSnapshots", "sts:GetCallerIdentity"]
    # Of a source, IAM is told the owner: some account, and of what is made none.
    there = {"Null": {"ec2:Owner": "false"}}
    grants = (
        Grant("FromSharedSnapshots", ("ec2:CopySnapshot",), ("snapshot",), there),
        Grant("CopiesWithOurTag", ("ec2:CopySnapshot",), ("snapshot",), _MADE_FOR_US),
        *(grant for grant in MAKING if grant.actions in {("ec2:CreateTags",), ("ec2:LockSnapshot",)}),
    )
    return [
        {"Sid": "Checkpoints", "Effect": "Allow", "Action": lock, "Resource": objects},
        {
            "Sid": "KeysThatSign",
            "Effect": "Allow",
            "Action": ["kms:GetPublicKey", "kms:Sign"],
            "Resource": names.arn("kms", "key/*"),
        },
        {"Sid": "WhatIsThere", "Effect": "Allow", "Action": read, "Resource": "*"},
        *(grant.statement(names, grant.actions) for grant in grants),
        *keys(names),
    ]
