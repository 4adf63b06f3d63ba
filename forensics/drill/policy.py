"""
IAM's verdict on one action: allowed, not allowed, or denied, and by what.

Actions, resources and conditions are matched as IAM does, and an explicit deny wins. `contexts.py` says what
is asked about, and with which keys; where it does not know a thing's ARN, statements are not held to theirs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from moto.iam.models import iam_backends

from forensics.drill import conditions
from forensics.drill.conditions import Context, any_matches, like, listed, matches, resolved
from forensics.drill.principals import PARTITION, Principal

PREFIXES: Mapping[str, str] = {
    "accessanalyzer": "access-analyzer", "apigatewayv2": "apigateway", "bedrock-agent": "bedrock",
    "cloudcontrol": "cloudformation", "docdb": "rds", "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing", "elbv2": "elasticloadbalancing", "emr": "elasticmapreduce",
    "keyspaces": "cassandra", "lexv2-models": "lex", "location": "geo", "neptune": "rds", "opensearch": "es",
    "opensearchserverless": "aoss", "pinpoint": "mobiletargeting", "pinpoint-sms-voice-v2": "sms-voice",
    "resourcegroupstaggingapi": "tag", "s3control": "s3", "service-quotas": "servicequotas", "sesv2": "ses",
    "sso-admin": "sso", "stepfunctions": "states",
}  # fmt: skip
"""Where IAM calls a service otherwise than botocore does."""

ACTIONS: Mapping[tuple[str, str], str] = {
    ("accessanalyzer", "GetFindingV2"): "GetFinding",
    ("accessanalyzer", "ListFindingsV2"): "ListFindings",
    ("lambda", "Invoke"): "InvokeFunction",
    ("lambda", "GetLayerVersionByArn"): "GetLayerVersion",
    ("s3", "CompleteMultipartUpload"): "PutObject",
    ("s3", "CopyObject"): "PutObject",
    ("s3", "CreateMultipartUpload"): "PutObject",
    ("s3", "DeleteObjects"): "DeleteObject",
    ("s3", "GetBucketAccelerateConfiguration"): "GetAccelerateConfiguration",
    ("s3", "GetBucketCors"): "GetBucketCORS",
    ("s3", "GetBucketEncryption"): "GetEncryptionConfiguration",
    ("s3", "GetBucketLifecycleConfiguration"): "GetLifecycleConfiguration",
    ("s3", "GetBucketNotificationConfiguration"): "GetBucketNotification",
    ("s3", "GetBucketReplication"): "GetReplicationConfiguration",
    ("s3", "ListBucketInventoryConfigurations"): "GetInventoryConfiguration",
    ("s3control", "GetPublicAccessBlock"): "GetAccountPublicAccessBlock",
    ("s3", "GetObjectLockConfiguration"): "GetBucketObjectLockConfiguration",
    ("s3", "GetPublicAccessBlock"): "GetBucketPublicAccessBlock",
    ("s3", "HeadBucket"): "ListBucket",
    ("s3", "HeadObject"): "GetObject",
    ("s3", "ListBuckets"): "ListAllMyBuckets",
    ("s3", "ListObjectVersions"): "ListBucketVersions",
    ("s3", "ListObjects"): "ListBucket",
    ("s3", "ListObjectsV2"): "ListBucket",
    ("s3", "UploadPart"): "PutObject",
}
"""Where IAM's name of an action is not the operation's."""

TAGS = "ec2:CreateTags"
TAGGING = frozenset({"ec2:CopySnapshot", "ec2:CreateSnapshot", "ec2:CreateSnapshots"})
"""What takes that action too, where the request has tags."""

UNMASK = "logs:Unmask"
EVENTS = frozenset({"logs:FilterLogEvents", "logs:GetLogEvents"})
"""What takes that action too, where it asks for what a data protection policy masks."""

UNDENIABLE = frozenset({"sts:GetCallerIdentity"})
"""No policy can take this away, as AWS documents."""


OF_VERSIONS = frozenset(
    {"DeleteObject", "GetObject", "GetObjectAcl", "GetObjectAttributes", "GetObjectTagging", "HeadObject"}
)
"""What is an action of another name where it is asked of one version of an S3 object."""


def action_of(service: str, operation: str, params: Mapping[str, Any] | None = None) -> str:
    """Name the IAM action that an operation needs."""
    prefix = PREFIXES.get(service, service)
    if prefix == "apigateway" and operation.startswith("Get"):
        return "apigateway:GET"
    action = ACTIONS.get((service, operation), operation)
    if service == "s3" and operation in OF_VERSIONS and params and params.get("VersionId"):
        action = action.replace("Object", "ObjectVersion", 1)
    return f"{prefix}:{action}"


def actions_of(service: str, operation: str, params: Mapping[str, Any]) -> tuple[str, ...]:
    """Name all IAM actions that an operation needs: tags of a snapshot, and masked events, want one more."""
    action = action_of(service, operation, params)
    if action in EVENTS and params.get("unmask"):
        return action, UNMASK
    return (action, TAGS) if action in TAGGING and params.get("TagSpecifications") else (action,)


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to IAM."""

    action: str
    resource: str = ""
    """ARN of the thing that it is about; empty where the drill does not know it."""
    context: Context = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A denial that the drill's own user asked for."""

    action: str
    principal: str = "*"
    """Pattern over the ARN, or a bare name."""
    region: str = "*"
    scp: bool = False

    def hits(self, action: str, principal: Principal, region: str) -> bool:
        """Say whether the rule denies this action to this principal there."""
        named = matches(self.principal, principal.arn) or self.principal == principal.name
        return named and matches(self.action, action) and matches(self.region, region)


@dataclass
class Policies:
    """All that can deny: rules, service control policies, and the policies in moto's IAM."""

    rules: list[Rule] = field(default_factory=list)

    def why_not(self, principal: Principal, asks: Iterable[Ask], region: str) -> str:
        """Say in AWS's words why the first of these is refused; empty where all of them are allowed."""
        return next(filter(None, (self._why_not(principal, ask, region) for ask in asks)), "")

    def _why_not(self, principal: Principal, ask: Ask, region: str) -> str:
        action = ask.action
        if action in UNDENIABLE:
            return ""
        on = f" on resource: {ask.resource}" if ask.resource else ""
        opening = f"User: {principal.arn} is not authorized to perform: {action}{on}"
        for rule in self.rules:
            if rule.hits(action, principal, region):
                return f"{opening} with an explicit deny in {_kind(scp=rule.scp)}"
        if principal.kind == "root":
            return ""
        verdict = evaluate(statements(principal), ask)
        if verdict == "deny":
            return f"{opening} with an explicit deny in an identity-based policy"
        if verdict == "allow":
            return ""
        return f"{opening} because no identity-based policy allows the {action} action"


def _kind(*, scp: bool) -> str:
    return "a service control policy" if scp else "an identity-based policy"


def evaluate(found: Iterable[Mapping[str, Any]], ask: Ask) -> str:
    """Judge what is asked by statements: `allow`, `deny`, or `none` where no statement speaks of it."""
    verdict = "none"
    for statement in found:
        if not (_speaks_of(statement, ask.action) and _is_about(statement, ask)):
            continue
        denies = statement.get("Effect") == "Deny"
        if not conditions.hold(statement.get("Condition", {}), ask.context, unplayed=denies):
            continue
        if denies:
            return "deny"
        verdict = "allow"
    return verdict


def missing(found: Iterable[Mapping[str, Any]], ask: Ask) -> set[str]:
    """Name the keys that statements about an action look at, and that what is asked does not have."""
    spoken = (one.get("Condition", {}) for one in found if _speaks_of(one, ask.action))
    keys = {key for block in spoken for pairs in block.values() for key in pairs}
    return {key for key in keys if key.lower() not in ask.context}


def _speaks_of(statement: Mapping[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not any_matches(listed(statement["NotAction"]), action)
    return any_matches(listed(statement.get("Action", ())), action)


def _is_about(statement: Mapping[str, Any], ask: Ask) -> bool:
    if not ask.resource:
        return True
    if "NotResource" in statement:
        return not _among(statement["NotResource"], ask)
    return _among(statement.get("Resource", ()), ask)


def _among(patterns: object, ask: Ask) -> bool:
    return any(like(resolved(pattern, ask.context), ask.resource) for pattern in listed(patterns))


def statements(principal: Principal) -> Iterator[Mapping[str, Any]]:
    """Give every statement of the identity's own, attached and group policies."""
    for document in _documents(principal):
        yield from _statements(document)


@lru_cache(maxsize=4096)
def _statements(document: str) -> tuple[Mapping[str, Any], ...]:
    parsed = json.loads(document if document.lstrip().startswith("{") else unquote(document))
    found = parsed.get("Statement", [])
    return tuple(found) if isinstance(found, list) else (found,)


def _documents(principal: Principal) -> Iterator[str]:
    backend = iam_backends[principal.account][PARTITION]
    if principal.kind == "user":
        user = backend.get_user(principal.name)
        yield from user.policies.values()
        yield from map(_in_force, user.managed_policies.values())
        for group in backend.get_groups_for_user(principal.name):
            yield from group.policies.values()
            yield from map(_in_force, group.managed_policies.values())
    elif principal.kind == "role":
        role = backend.get_role(principal.name)
        yield from role.policies.values()
        yield from map(_in_force, role.managed_policies.values())


def _in_force(policy: Any) -> str:
    return next(str(version.document) for version in policy.versions if version.is_default)
