"""Who is meant to come: the responder's role in the victim's account, and `ir` who may assume it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from forensics.drill.principals import Credential
from forensics.drill.seed.stage import Stage
from forensics.drill.world import EVIDENCE, VICTIM, World

ROLE = "ForensicsCollector"
COPIER = "ForensicsEvidence"
"""The role in the evidence account that disks are copied as."""
_SESSION_HOURS = 12

SERVICES = (
    *(
        "access-analyzer",
        "account",
        "acm",
        "amplify",
        "apprunner",
        "athena",
        "autoscaling",
        "backup",
        "batch",
    ),
    *(
        "bedrock",
        "ce",
        "cloudformation",
        "cloudfront",
        "cloudtrail",
        "cloudwatch",
        "codebuild",
        "codepipeline",
    ),
    *("cognito-identity", "cognito-idp", "config", "datasync", "detective", "dlm", "dms", "dynamodb", "ebs"),
    *("ec2", "ecs", "eks", "elasticfilesystem", "elasticloadbalancing", "elasticmapreduce", "es", "events"),
    *("firehose", "fsx", "globalaccelerator", "glue", "guardduty", "health", "iam", "identitystore"),
    *("imagebuilder", "inspector2", "kafka", "kms", "lambda", "logs", "macie2", "network-firewall"),
    "organizations",
    *(
        "ram",
        "rbin",
        "rds",
        "redshift",
        "rolesanywhere",
        "route53",
        "route53domains",
        "route53resolver",
        "s3",
    ),
    *("sagemaker", "scheduler", "securityhub", "servicequotas", "ses", "sns", "sqs", "sso", "ssm", "states"),
    *("sts", "support", "tag", "transfer", "vpc-lattice", "wafv2"),
)
"""Services of which the responder's role may read all that describes them."""

READING = (
    *(f"{service}:{verb}*" for service in SERVICES for verb in ("Describe", "Get", "List")),
    "athena:BatchGet*",
    "cloudtrail:LookupEvents",
    "codebuild:BatchGet*",
    "apigateway:GET",
    "config:Select*",
    "ecr:Describe*",
    "ecr:GetRegistryPolicy",
    "ecr:GetRepositoryPolicy",
    "ecr:List*",
    "iam:Generate*",
    "iam:Simulate*",
    "inspector2:BatchGet*",
    "lightsail:GetDisks",
    "lightsail:GetInstanceSnapshots",
    "lightsail:GetInstances",
    "lightsail:GetStaticIps",
    "logs:FilterLogEvents",
    "logs:Unmask",
    "rds:DownloadDBLogFilePortion",
    "resource-explorer-2:Get*",
    "resource-explorer-2:List*",
    "resource-explorer-2:Search",
    "secretsmanager:Describe*",
    "secretsmanager:GetResourcePolicy",
    "secretsmanager:List*",
)
WRITING = (
    "ec2:CopySnapshot",
    "ec2:CreateSnapshot",
    "ec2:CreateSnapshots",
    "ec2:CreateTags",
    "ec2:LockSnapshot",
    "ec2:ModifySnapshotAttribute",
)
HOLDING = (
    "autoscaling:SetInstanceProtection",
    "autoscaling:SuspendProcesses",
    "ec2:ModifyInstanceAttribute",
    "logs:PutRetentionPolicy",
)
SHARING = ("kms:CreateGrant", "kms:RetireGrant", "sts:AssumeRole")
COPYING = (
    "ec2:CopySnapshot",
    "ec2:CreateTags",
    "ec2:DescribeLockedSnapshots",
    "ec2:DescribeSnapshots",
    "ec2:LockSnapshot",
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncrypt*",
)


def build(stage: Stage) -> Mapping[str, Credential]:
    """Make role and user; give the users' credentials by name."""
    trust = _allow({"Principal": {"AWS": _root(EVIDENCE)}, "Action": "sts:AssumeRole"})
    victim = stage.client("iam", account=VICTIM)
    victim.create_role(
        RoleName=ROLE, AssumeRolePolicyDocument=trust, MaxSessionDuration=_SESSION_HOURS * 3600
    )
    reading = _allow({"Action": list(READING + WRITING + HOLDING + SHARING), "Resource": "*"})
    victim.put_role_policy(RoleName=ROLE, PolicyName="collect", PolicyDocument=reading)
    evidence = stage.client("iam", account=EVIDENCE)
    evidence.create_user(UserName="ir")
    copies = _allow({"Principal": {"AWS": [_root(VICTIM), _root(EVIDENCE)]}, "Action": "sts:AssumeRole"})
    evidence.create_role(RoleName=COPIER, AssumeRolePolicyDocument=copies)
    copying = _allow({"Action": list(COPYING), "Resource": "*"})
    evidence.put_role_policy(RoleName=COPIER, PolicyName="copy", PolicyDocument=copying)
    assume = _allow(
        {
            "Action": "sts:AssumeRole",
            "Resource": [f"arn:aws:iam::*:role/{ROLE}", f"arn:aws:iam::{EVIDENCE}:role/{COPIER}"],
        }
    )
    evidence.put_user_policy(UserName="ir", PolicyName="assume", PolicyDocument=assume)
    return {"ir": _key(stage, evidence, "ir")}


def session(world: World) -> Credential:
    """Give out a session of the responder's role."""
    return world.keys.role_session(VICTIM, ROLE, "responder", world.clock() + _SESSION_HOURS * 3600)


def _root(account: str) -> str:
    return f"arn:aws:iam::{account}:root"


def _key(stage: Stage, iam: object, user: str) -> Credential:
    made = iam.create_access_key(UserName=user)["AccessKey"]  # type: ignore[attr-defined]
    found = stage.world.keys.find(made["AccessKeyId"])
    assert found is not None  # noqa: S101 - made a line above
    return found


def _allow(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})
