"""What of IAM's conditions holds for what a request has."""

from __future__ import annotations

from typing import Any

import pytest

from forensics.drill.conditions import any_matches, hold, like, matches

CONTEXT = {
    "aws:principalaccount": ("222222222222",),
    "aws:requesttag/forensics:op": ("0123",),
    "aws:tagkeys": ("forensics:op", "forensics:case"),
    "ec2:owner": ("222222222222",),
    "kms:grantoperations": ("Decrypt", "DescribeKey"),
    "kms:grantisforawsresource": ("false",),
    "s3:prefix": ("a*b",),
}
TAG = "aws:RequestTag/forensics:op"
NONE = "aws:RequestTag/forensics:case"
OWN = "${aws:PrincipalAccount}"


@pytest.mark.parametrize(
    "conditions",
    [
        {},
        {"StringEquals": {TAG: "0123"}},
        {"StringEquals": {TAG.upper(): "0123"}},
        {"StringEquals": {TAG: ["x", "0123"]}},
        {"StringEqualsIgnoreCase": {"kms:GrantOperations": "DECRYPT"}},
        {"StringNotEquals": {TAG: "0124"}},
        {"StringNotEquals": {NONE: "0123"}},
        {"StringLike": {TAG: "01?3"}},
        {"StringLike": {TAG: "*"}},
        {"StringNotLike": {TAG: "1*"}},
        {"StringLike": {"s3:prefix": "a${*}b"}},
        {"StringEquals": {"s3:prefix": "a${*}b"}},
        {"StringEquals": {"ec2:Owner": OWN}},
        {"StringEqualsIfExists": {NONE: "IR-1"}},
        {"Null": {TAG: "false"}},
        {"Null": {NONE: "true"}},
        {"Null": {TAG: False}},
        {"Bool": {"kms:GrantIsForAWSResource": "false"}},
        {"Bool": {"kms:GrantIsForAWSResource": False}},
        {"ForAllValues:StringEquals": {"kms:GrantOperations": ["DescribeKey", "Decrypt", "CreateGrant"]}},
        {"ForAllValues:StringEquals": {NONE: "x"}},
        {"ForAnyValue:StringEquals": {"aws:TagKeys": "forensics:case"}},
        {"StringEquals": {"aws:TagKeys": "forensics:case"}},
        {"ArnLike": {"aws:PrincipalAccount": "2222*"}},
        {"Null": {TAG: "false", NONE: "true"}, "StringEquals": {"ec2:Owner": "222222222222"}},
    ],
)
def test_holds(conditions: Any) -> None:
    """Every key that is wanted is there, with a value that is wanted; and what is not wanted is not."""
    assert hold(conditions, CONTEXT)


@pytest.mark.parametrize(
    "conditions",
    [
        # A key that is not there.
        {"StringEquals": {NONE: "IR-1"}},
        {"StringEquals": {NONE: ""}},
        {"StringLike": {NONE: "*"}},
        {"StringEqualsIgnoreCase": {NONE: "x"}},
        {"ArnLike": {NONE: "*"}},
        {"Bool": {"aws:ViaAWSService": "true"}},
        {"Bool": {"aws:ViaAWSService": "false"}},
        {"ForAnyValue:StringEquals": {NONE: "x"}},
        {"ForAnyValue:StringNotEquals": {NONE: "x"}},
        {"Null": {NONE: "false"}},
        {"StringEquals": {"ec2:SnapshotID": OWN}},
        # One that has another value.
        {"StringEquals": {TAG: "0124"}},
        {"StringEquals": {TAG: "012"}},
        {"StringEquals": {TAG: "01*"}},
        {"StringEquals": {TAG: []}},
        {"StringLike": {TAG: "1*"}},
        {"StringLike": {"kms:GrantOperations": "decrypt"}},
        {"StringLike": {"s3:prefix": "a${*}"}},
        {"StringEquals": {"kms:GrantOperations": "decrypt"}},
        {"StringEquals": {"ec2:Owner": "${aws:username}"}},
        {"StringEquals": {"ec2:Owner": "${aws:PrincipalAccount"}},
        {"StringNotEquals": {TAG: "0123"}},
        {"StringNotEquals": {TAG: ["x", "0123"]}},
        {"StringNotEquals": {"kms:GrantOperations": "Decrypt"}},
        {"StringNotLike": {TAG: "0*"}},
        {"StringEqualsIfExists": {TAG: "0124"}},
        {"Null": {TAG: "true"}},
        {"Null": {TAG: True}},
        {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        {"Bool": {"kms:GrantIsForAWSResource": "0"}},
        {"ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt"]}},
        {"ForAllValues:StringLike": {"aws:TagKeys": ["*:op"]}},
        {"ForAnyValue:StringEquals": {"aws:TagKeys": "forensics"}},
        # One of two that must both hold.
        {"StringEquals": {TAG: "0123", NONE: "IR-1"}},
        {"Null": {TAG: "false"}, "StringEquals": {"ec2:Owner": "333333333333"}},
        # What is compared as the drill does not: it does not allow by mistake.
        {"NumericLessThan": {"ec2:Owner": "999999999999"}},
        {"DateLessThan": {"aws:CurrentTime": "2031-01-01T00:00:00Z"}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"IpAddressIfExists": {"aws:SourceIp": "0.0.0.0/0"}},
        {"StringSays": {TAG: "0123"}},
        {"stringequals": {TAG: "0123"}},
    ],
)
def test_does_not_hold(conditions: Any) -> None:
    """A key that is missing, a value that is another, and a comparison that nobody knows."""
    assert not hold(conditions, CONTEXT)


@pytest.mark.parametrize(
    ("pattern", "text", "same"),
    [
        ("arn:aws:ec2:*:*:snapshot/*", "arn:aws:ec2:eu-west-1::snapshot/snap-1", True),
        ("arn:aws:ec2:*::snapshot/*", "arn:aws:ec2:eu-west-1::snapshot/*", True),
        ("arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:eu-west-1::snapshot/snap-1", False),
        ("arn:aws:s3:::logs/*", "arn:aws:s3:::logs", False),
        ("arn:aws:s3:::Logs/*", "arn:aws:s3:::logs/x", False),
        ("arn:aws:s3:::logs.*", "arn:aws:s3:::logsx", False),
    ],
)
def test_resources_are_matched_to_the_letter(pattern: str, text: str, *, same: bool) -> None:
    """Wildcards match anything, nothing too; all else stands for itself, upper and lower case apart."""
    assert like(pattern, text) is same


def test_actions_are_matched_in_any_case() -> None:
    """As IAM takes them."""
    assert matches("EC2:create*", "ec2:CreateSnapshot")
    assert not matches("ec2:CreateSnapshot", "ec2:CreateSnapshots")


@pytest.mark.parametrize(
    ("patterns", "action", "found"),
    [
        (("ec2:Describe*", "iam:List*"), "IAM:listUsers", True),
        (("ec2:Describe*", "iam:List*"), "iam:GetUser", False),
        (("iam:GetUser", "iam:Get"), "iam:GetUser", True),
        (("iam:Get", "iam:GetUse?"), "iam:GetUser", True),
        (("iam:Get|ec2:*", "a"), "ec2:RunInstances", False),
        (("iam:G(et)", "[i]am:*"), "iam:Get", False),
        (("a", "b"), "ab", False),
        (("",), "a", False),
        ((), "iam:GetUser", False),
        ((), "", False),
    ],
)
def test_any_of_some_patterns(patterns: tuple[str, ...], action: str, found: bool) -> None:
    """Together they match what one of them matches alone, and nothing else."""
    assert any_matches(patterns, action) is found
    assert any(matches(pattern, action) for pattern in patterns) is found
