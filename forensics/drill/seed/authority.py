"""Who is meant to come: the responder's role in the victim's account, and `ir` who may assume it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from forensics.drill.principals import Credential
from forensics.drill.seed.stage import Stage
from forensics.drill.world import EVIDENCE, VICTIM, World

ROLE = "ForensicsCollector"
_SESSION_HOURS = 12

READING = (
    "access-analyzer:Get*",
    "access-analyzer:List*",
    "account:Get*",
    "account:List*",
    "autoscaling:Describe*",
    "cloudformation:Describe*",
    "cloudformation:Get*",
    "cloudformation:List*",
    "cloudfront:Get*",
    "cloudfront:List*",
    "cloudtrail:Describe*",
    "cloudtrail:Get*",
    "cloudtrail:List*",
    "cloudtrail:LookupEvents",
    "cloudwatch:Describe*",
    "cloudwatch:Get*",
    "cloudwatch:List*",
    "config:Describe*",
    "config:Get*",
    "config:List*",
    "config:Select*",
    "ebs:Get*",
    "ebs:List*",
    "ec2:Describe*",
    "ec2:Get*",
    "ec2:List*",
    "ecr:Describe*",
    "ecs:Describe*",
    "ecs:List*",
    "eks:Describe*",
    "eks:List*",
    "elasticloadbalancing:Describe*",
    "events:Describe*",
    "events:List*",
    "firehose:Describe*",
    "firehose:List*",
    "guardduty:Get*",
    "guardduty:List*",
    "iam:Generate*",
    "iam:Get*",
    "iam:List*",
    "iam:Simulate*",
    "kms:Describe*",
    "kms:Get*",
    "kms:List*",
    "lambda:Get*",
    "lambda:List*",
    "logs:Describe*",
    "logs:FilterLogEvents",
    "logs:Get*",
    "logs:List*",
    "organizations:Describe*",
    "organizations:List*",
    "rbin:Get*",
    "rbin:List*",
    "rds:Describe*",
    "route53:Get*",
    "route53:List*",
    "route53resolver:Get*",
    "route53resolver:List*",
    "s3:Get*",
    "s3:List*",
    "secretsmanager:Describe*",
    "secretsmanager:List*",
    "securityhub:Describe*",
    "securityhub:Get*",
    "sns:Get*",
    "sns:List*",
    "sqs:Get*",
    "sqs:List*",
    "ssm:Describe*",
    "ssm:Get*",
    "ssm:List*",
    "sts:Get*",
    "tag:Get*",
    "wafv2:Get*",
    "wafv2:List*",
)
WRITING = (
    "ec2:CopySnapshot",
    "ec2:CreateSnapshot",
    "ec2:CreateSnapshots",
    "ec2:CreateTags",
    "ec2:LockSnapshot",
    "ec2:ModifySnapshotAttribute",
)


def build(stage: Stage) -> Mapping[str, Credential]:
    """Make role and user; give the users' credentials by name."""
    trust = _allow({"Principal": {"AWS": f"arn:aws:iam::{EVIDENCE}:root"}, "Action": "sts:AssumeRole"})
    victim = stage.client("iam", account=VICTIM)
    victim.create_role(
        RoleName=ROLE, AssumeRolePolicyDocument=trust, MaxSessionDuration=_SESSION_HOURS * 3600
    )
    reading = _allow({"Action": list(READING + WRITING), "Resource": "*"})
    victim.put_role_policy(RoleName=ROLE, PolicyName="collect", PolicyDocument=reading)
    evidence = stage.client("iam", account=EVIDENCE)
    evidence.create_user(UserName="ir")
    assume = _allow({"Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::*:role/{ROLE}"})
    evidence.put_user_policy(UserName="ir", PolicyName="assume", PolicyDocument=assume)
    return {"ir": _key(stage, evidence, "ir")}


def session(world: World) -> Credential:
    """Give out a session of the responder's role."""
    return world.keys.role_session(VICTIM, ROLE, "responder", world.clock() + _SESSION_HOURS * 3600)


def _key(stage: Stage, iam: object, user: str) -> Credential:
    made = iam.create_access_key(UserName=user)["AccessKey"]  # type: ignore[attr-defined]
    found = stage.world.keys.find(made["AccessKeyId"])
    assert found is not None  # noqa: S101 - made a line above
    return found


def _allow(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})
