"""The verdict on an action."""

from __future__ import annotations

from typing import Any

import pytest

from forensics.drill.policy import Ask, action_of, actions_of, evaluate, missing

VOLUME = "arn:aws:ec2:eu-west-1:222222222222:volume/vol-1"
CONTEXT = {
    "aws:principalaccount": ("222222222222",),
    "aws:requestedregion": ("eu-west-1",),
    "aws:securetransport": ("true",),
}
ASK = Ask("ec2:DescribeInstances", "", CONTEXT)


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
        # What the drill does not compare lets nobody in, and keeps out whom it may.
        ([_say("Allow", "*", Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})], "none"),
        (
            [
                _say("Allow", "*"),
                _say("Deny", "*", Condition={"NotIpAddress": {"aws:SourceIp": "0.0.0.0/0"}}),
            ],
            "deny",
        ),
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
    assert evaluate(statements, ASK) == verdict


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        (_say("Allow", "ec2:*", Resource="*"), "allow"),
        (_say("Allow", "ec2:*", Resource=VOLUME), "allow"),
        (
            _say("Allow", "ec2:*", Resource=["arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:*:*:volume/*"]),
            "allow",
        ),
        (_say("Allow", "ec2:*", Resource="arn:aws:ec2:*:${aws:PrincipalAccount}:volume/*"), "allow"),
        (_say("Allow", "ec2:*", NotResource="arn:aws:ec2:*:*:instance/*"), "allow"),
        (_say("Deny", "ec2:*", Resource=VOLUME), "deny"),
        (_say("Allow", "ec2:*"), "none"),
        (_say("Allow", "ec2:*", Resource=[]), "none"),
        (_say("Allow", "ec2:*", Resource="arn:aws:ec2:*:*:snapshot/*"), "none"),
        (_say("Allow", "ec2:*", Resource="arn:aws:ec2:us-east-1:*:volume/*"), "none"),
        (_say("Allow", "ec2:*", Resource="arn:aws:ec2:*:${aws:username}:volume/*"), "none"),
        (_say("Allow", "ec2:*", Resource=VOLUME + "2"), "none"),
        (_say("Allow", "ec2:*", NotResource="arn:aws:ec2:*:*:volume/*"), "none"),
        (_say("Deny", "ec2:*", Resource="arn:aws:ec2:*:*:snapshot/*"), "none"),
    ],
)
def test_what_a_statement_is_about(statement: dict[str, Any], verdict: str) -> None:
    """It speaks of the things that it names alone."""
    assert evaluate([statement], Ask("ec2:CreateSnapshot", VOLUME, CONTEXT)) == verdict


def test_what_was_not_said() -> None:
    """The keys of conditions about an action that a request does not have, as the simulator names them."""
    tagged = _say("Allow", "ec2:CreateSnapshot", Condition={"Null": {"aws:RequestTag/a": "false"}})
    other = _say("Allow", "s3:*", Condition={"Null": {"s3:prefix": "false"}})
    here = _say("Deny", "*", Condition={"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}})
    assert missing([tagged, other, here], Ask("ec2:CreateSnapshot", "*", CONTEXT)) == {"aws:RequestTag/a"}


@pytest.mark.parametrize(
    ("operation", "params", "actions"),
    [
        ("CreateSnapshot", {}, ("ec2:CreateSnapshot",)),
        ("CreateSnapshot", {"TagSpecifications": [{}]}, ("ec2:CreateSnapshot", "ec2:CreateTags")),
        ("DescribeTags", {"TagSpecifications": [{}]}, ("ec2:DescribeTags",)),
    ],
)
def test_tags_want_an_action_of_their_own(operation: str, params: Any, actions: tuple[str, ...]) -> None:
    """Where they come with what is made."""
    assert actions_of("ec2", operation, params) == actions


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
