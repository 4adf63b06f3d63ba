"""IAM: the credential report, and what the attacker left."""

from __future__ import annotations

import csv
import json
import time
from typing import Any

import pytest

from forensics.drill import Drill
from tests.drill.conftest import Clients, Refused


def _report(iam: Any) -> list[dict[str, str]]:
    while iam.generate_credential_report()["State"] != "COMPLETE":
        time.sleep(0.05)
    text = iam.get_credential_report()["Content"].decode()
    return list(csv.DictReader(text.splitlines()))


def test_report_is_made_in_its_time(drill: Drill, client: Clients, refused: Refused) -> None:
    """A report is absent, then in the making, then there; each says so in AWS's code."""
    drill.reset()
    drill.waiting(seconds=1)
    iam = client("iam")
    assert refused(iam.get_credential_report)[:2] == ("ReportNotPresent", 410)
    assert iam.generate_credential_report()["State"] == "STARTED"
    assert refused(iam.get_credential_report)[:2] == ("ReportInProgress", 404)
    time.sleep(1)
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    assert iam.get_credential_report()["ReportFormat"] == "text/csv"


def test_report_has_root_and_everyone(client: Clients) -> None:
    """The report begins with the root user and has a row for each user."""
    iam = client("iam")
    rows = _report(iam)
    assert rows[0]["user"] == "<root_account>"
    users = {
        user["UserName"] for page in iam.get_paginator("list_users").paginate() for user in page["Users"]
    }
    assert {row["user"] for row in rows[1:]} == users
    deploy = next(row for row in rows if row["user"] == "deploy")
    assert (deploy["access_key_1_active"], deploy["access_key_2_active"]) == ("true", "true")


def test_attackers_traces(client: Clients) -> None:
    """Second key, password without a second factor, back door, changed policy, Bedrock key: all are there."""
    iam = client("iam")
    assert len(iam.list_access_keys(UserName="deploy")["AccessKeyMetadata"]) == 2
    assert iam.get_login_profile(UserName="support-desk")["LoginProfile"]["UserName"] == "support-desk"
    assert iam.list_mfa_devices(UserName="support-desk")["MFADevices"] == []
    trust = iam.get_role(RoleName="AWSServiceRoleForResourceSync")["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::777777777777:root"}
    versions = iam.list_policy_versions(PolicyArn="arn:aws:iam::222222222222:policy/log-write")["Versions"]
    assert {version["VersionId"]: version["IsDefaultVersion"] for version in versions} == {
        "v1": False,
        "v2": True,
    }
    assert len(iam.list_service_specific_credentials(UserName="backup")["ServiceSpecificCredentials"]) == 1
    assert len(iam.list_ssh_public_keys(UserName="ci")["SSHPublicKeys"]) == 1


def test_key_never_used(client: Clients) -> None:
    """A key that was never used says N/A and no date, as AWS does."""
    iam = client("iam")
    key = iam.list_access_keys(UserName="hugo")["AccessKeyMetadata"][0]["AccessKeyId"]
    assert iam.get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"] == {
        "ServiceName": "N/A",
        "Region": "N/A",
    }


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("get_login_profile", {"UserName": "hugo"}, "NoSuchEntity"),
        ("list_service_specific_credentials", {"UserName": "nobody"}, "NoSuchEntity"),
        ("list_access_keys", {"UserName": "nobody"}, "NoSuchEntity"),
        ("get_access_key_last_used", {"AccessKeyId": "AKIAAAAAAAAAAAAAAAAA"}, "AccessDenied"),
        ("list_users", {"Marker": "made-up"}, "InvalidInput"),
    ],
)
def test_refusals(
    client: Clients, refused: Refused, method: str, arguments: dict[str, str], code: str
) -> None:
    """What is not there is refused in IAM's code for it."""
    assert refused(getattr(client("iam"), method), **arguments)[0] == code


def test_simulation(client: Clients) -> None:
    """A principal's policies are judged as the gateway judges them."""
    answer = client("iam").simulate_principal_policy(
        PolicySourceArn="arn:aws:iam::222222222222:role/ForensicsCollector",
        ActionNames=["ec2:CreateSnapshots", "ec2:TerminateInstances"],
    )
    decisions = [one["EvalDecision"] for one in answer["EvaluationResults"]]
    assert decisions == ["allowed", "implicitDeny"]


def test_simulation_of_what_is_bound(root: Clients, fresh: object) -> None:
    """A condition on what was not said is not met, and named; and a thing that was not named is no thing."""
    assert fresh
    iam = root("iam")
    tagged = {"Null": {"aws:RequestTag/forensics:op": "false"}}
    statement = {"Effect": "Allow", "Action": "ec2:CreateSnapshot", "Resource": "*", "Condition": tagged}
    objects = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*"}
    document = {"Version": "2012-10-17", "Statement": [statement, objects]}
    iam.create_user(UserName="bound")
    iam.put_user_policy(UserName="bound", PolicyName="p", PolicyDocument=json.dumps(document))
    ask = {"PolicySourceArn": "arn:aws:iam::222222222222:user/bound"}
    entry = {"ContextKeyName": "aws:RequestTag/forensics:op", "ContextKeyType": "string"}

    def say(**how: Any) -> list[tuple[str, list[str]]]:
        results = iam.simulate_principal_policy(**ask, **how)["EvaluationResults"]
        return [(one["EvalDecision"], one["MissingContextValues"]) for one in results]

    missing = ["aws:RequestTag/forensics:op"]
    assert say(ActionNames=["ec2:CreateSnapshot"]) == [("implicitDeny", missing)]
    known = [{**entry, "ContextKeyValues": ["0123"]}]
    assert say(ActionNames=["ec2:CreateSnapshot"], ContextEntries=known) == [("allowed", [])]
    assert say(ActionNames=["s3:GetObject"]) == [("implicitDeny", [])]
    there = ["arn:aws:s3:::logs/x", "arn:aws:s3:::goods/x"]
    assert say(ActionNames=["s3:GetObject"], ResourceArns=there) == [("allowed", []), ("implicitDeny", [])]
