"""
IAM's verdict on one action: allowed, not allowed, or denied, and by what.

Actions are matched with their wildcards and an explicit deny wins. Resources are not looked at, and of
conditions only the requested region: enough to rehearse denials, too little to judge a policy by.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from moto.iam.models import iam_backends

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

    def why_not(self, principal: Principal, action: str, region: str) -> str:
        """Say in AWS's words why the action is refused; empty where it is allowed."""
        if action in UNDENIABLE:
            return ""
        opening = f"User: {principal.arn} is not authorized to perform: {action}"
        for rule in self.rules:
            if rule.hits(action, principal, region):
                return f"{opening} with an explicit deny in {_kind(scp=rule.scp)}"
        if principal.kind == "root":
            return ""
        verdict = evaluate(statements(principal), action, region)
        if verdict == "deny":
            return f"{opening} with an explicit deny in an identity-based policy"
        if verdict == "allow":
            return ""
        return f"{opening} because no identity-based policy allows the {action} action"


def _kind(*, scp: bool) -> str:
    return "a service control policy" if scp else "an identity-based policy"


def evaluate(found: Iterable[Mapping[str, Any]], action: str, region: str) -> str:
    """Judge an action by statements: `allow`, `deny`, or `none` where no statement speaks of it."""
    verdict = "none"
    for statement in found:
        if not _speaks_of(statement, action):
            continue
        denies = statement.get("Effect") == "Deny"
        if not _conditions_hold(statement.get("Condition", {}), region, unknown=not denies):
            continue
        if denies:
            return "deny"
        verdict = "allow"
    return verdict


def _speaks_of(statement: Mapping[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not any(matches(pattern, action) for pattern in _listed(statement["NotAction"]))
    return any(matches(pattern, action) for pattern in _listed(statement.get("Action", ())))


def _conditions_hold(conditions: Mapping[str, Any], region: str, *, unknown: bool) -> bool:
    return all(
        _holds(operator, _listed(values), region) if key.lower() == "aws:requestedregion" else unknown
        for operator, pairs in conditions.items()
        for key, values in pairs.items()
    )


def _holds(operator: str, values: Iterable[str], region: str) -> bool:
    found = any(matches(value, region) for value in values)
    return not found if "Not" in operator else found


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


def matches(pattern: str, text: str) -> bool:
    """Match as IAM does: `*` and `?`, without regard to case."""
    return _pattern(pattern).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _pattern(pattern: str) -> re.Pattern[str]:
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(escaped, re.IGNORECASE | re.DOTALL)


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
