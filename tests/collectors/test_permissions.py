"""Every permission that we say we need, held against AWS's public list."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from forensics.aws.actions import action_of
from forensics.collectors import catalogue, permissions
from forensics.collectors.spec import Call, Collector, Context, Phase, Records, Step
from tests import iam_list

SOURCES = {name: source for name, (_, source) in catalogue.sources().items()}
READING = [source for source in SOURCES.values() if isinstance(source, Call) or not source.mutates]

UNLISTED: Mapping[str, str] = {}
"""Actions that the list does not have, each with a reason."""


def test_every_action_is_on_the_public_list() -> None:
    """A name that AWS does not know would be a permission that nobody gets."""
    needed = permissions.needed(SOURCES.values())
    unknown = {action: rows for action, rows in needed.items() if not iam_list.level(action)}
    assert {action: rows for action, rows in unknown.items() if action not in UNLISTED} == {}
    assert UNLISTED.keys() <= unknown.keys()


def test_what_reads_needs_no_more_than_to_read() -> None:
    """Access levels Read and List alone, as AWS has them."""
    needed = permissions.needed(READING)
    levels = {action: iam_list.level(action) for action in needed if action not in UNLISTED}
    assert {action: level for action, level in levels.items() if level not in iam_list.READS} == {}


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("ec2", "DescribeVpcs", "ec2:DescribeVpcs"),
        ("s3", "ListBuckets", "s3:ListAllMyBuckets"),
        ("s3", "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
        ("s3", "GetBucketEncryption", "s3:GetEncryptionConfiguration"),
        ("s3", "ListObjectVersions", "s3:ListBucketVersions"),
        ("s3control", "GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock"),
        ("elb", "DescribeLoadBalancers", "elasticloadbalancing:DescribeLoadBalancers"),
        ("elbv2", "DescribeLoadBalancers", "elasticloadbalancing:DescribeLoadBalancers"),
        ("stepfunctions", "ListStateMachines", "states:ListStateMachines"),
        ("opensearch", "ListDomainNames", "es:ListDomainNames"),
        ("apigateway", "GetRestApis", "apigateway:GET"),
        ("apigatewayv2", "GetApis", "apigateway:GET"),
        ("apigatewayv2", "ListPortals", "apigateway:ListPortals"),
        ("resourcegroupstaggingapi", "GetResources", "tag:GetResources"),
        ("service-quotas", "ListServiceQuotas", "servicequotas:ListServiceQuotas"),
        ("accessanalyzer", "ListFindingsV2", "access-analyzer:ListFindings"),
        ("cloudcontrol", "ListResources", "cloudformation:ListResources"),
        ("sso-admin", "ListInstances", "sso:ListInstances"),
        ("emr", "ListClusters", "elasticmapreduce:ListClusters"),
        ("efs", "DescribeFileSystems", "elasticfilesystem:DescribeFileSystems"),
        ("sesv2", "ListEmailIdentities", "ses:ListEmailIdentities"),
        ("logs", "DescribeLogGroups", "logs:DescribeLogGroups"),
    ],
)
def test_where_names_differ(service: str, operation: str, action: str) -> None:
    """IAM's name, and one that the list has."""
    assert action_of(service, operation) == action
    assert iam_list.level(action) in iam_list.READS


def _nothing(_: Context) -> Records:
    yield from ()
    return {}


def test_it_says_who_needs_it() -> None:
    """Each action once, with every row that needs it, and what opens a run."""
    collector = Collector(
        name="x",
        about="x",
        phase=Phase.VOLATILE,
        calls=(Call(service="elb", operation="DescribeLoadBalancers", about="x"),),
        steps=(
            Step(
                service="elbv2",
                operation="AccessLogs",
                about="x",
                run=_nothing,
                actions=("elasticloadbalancing:DescribeLoadBalancers", "s3:GetObject"),
            ),
        ),
    )
    assert permissions.needed(collector.sources) == {
        "cloudtrail:DescribeTrails": ("ec2.RegionProbe",),
        "ec2:DescribeAccountAttributes": ("ec2.RegionProbe",),
        "ec2:DescribeRegions": ("ec2.DescribeRegions",),
        "elasticloadbalancing:DescribeLoadBalancers": ("elb.DescribeLoadBalancers", "elbv2.AccessLogs"),
        "logs:DescribeLogGroups": ("ec2.RegionProbe",),
        "s3:GetObject": ("elbv2.AccessLogs",),
        "sts:GetCallerIdentity": ("sts.GetCallerIdentity",),
    }
