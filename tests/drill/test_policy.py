"""The verdict on an action."""

from __future__ import annotations

from typing import Any

import pytest

from forensics.drill.policy import action_of, evaluate


def _say(effect: str, action: Any, **rest: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, **rest}


@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        ([], "none"),
        ([_say("Allow", "ec2:DescribeInstances")], "allow"),
        ([_say("Allow", "EC2:describe*")], "allow"),
        ([_say("Allow", "ec2:Describe?nstances")], "allow"),
        ([_say("Allow", "*")], "allow"),
        ([_say("Allow", ["s3:*", "ec2:*"])], "allow"),
        ([_say("Allow", "ec2:DescribeInstance")], "none"),
        ([_say("Allow", "s3:*")], "none"),
        ([_say("Allow", "*"), _say("Deny", "ec2:*")], "deny"),
        ([_say("Deny", "ec2:*"), _say("Allow", "*")], "deny"),
        ([_say("Deny", "s3:*"), _say("Allow", "*")], "allow"),
        ([{"Effect": "Allow", "NotAction": "iam:*"}], "allow"),
        ([{"Effect": "Deny", "NotAction": "iam:*"}], "deny"),
        ([_say("Allow", "*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})], "allow"),
        ([_say("Allow", "*", Condition={"StringEquals": {"aws:RequestedRegion": ["us-east-1"]}})], "none"),
        (
            [
                _say("Allow", "*"),
                _say("Deny", "*", Condition={"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}),
            ],
            "deny",
        ),
        (
            [_say("Allow", "*"), _say("Deny", "*", Condition={"Bool": {"aws:SecureTransport": "false"}})],
            "allow",
        ),
    ],
)
def test_verdict(statements: list[dict[str, Any]], verdict: str) -> None:
    """Wildcards match, an explicit deny wins, and silence is no consent."""
    assert evaluate(statements, "ec2:DescribeInstances", "eu-west-1") == verdict


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("ec2", "DescribeInstances", "ec2:DescribeInstances"),
        ("s3", "ListBuckets", "s3:ListAllMyBuckets"),
        ("s3", "ListObjectsV2", "s3:ListBucket"),
        ("elbv2", "DescribeLoadBalancers", "elasticloadbalancing:DescribeLoadBalancers"),
        ("lambda", "Invoke", "lambda:InvokeFunction"),
    ],
)
def test_action_of(service: str, operation: str, action: str) -> None:
    """An operation needs the action that IAM knows it by."""
    assert action_of(service, operation) == action
