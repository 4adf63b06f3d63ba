"""What no role of this tool may do, whatever else is attached to it: a deny wins over every allow."""

from __future__ import annotations

from forensics.aws import never
from forensics.aws.actions import action_of

SECRETS = frozenset({never.CONSUMES, never.CREDENTIALS, never.SECRET})
"""Reasons why something is never asked that get it denied too: logs and disks need some of the others."""

UNKNOWN_TO_IAM = frozenset(
    {
        "account-access:GetRoleCredentials",
        "cloudwatch:GetSpaceDataAccess",
        "cognito-idp:GetClientToken",
        "cognito-idp:GetDerivedToken",
        "execute-api:GetAuthenticationUrl",
        "lakeformation:GetTemporaryDataLocationCredentials",
        "lakeformation:GetTemporaryGlueFunctionCredentials",
        "s3:CreateSession",
        "sso-oauth:CreateToken",
        "sso:GetRoleCredentials",
    }
)
"""Operations that a token allows, or that IAM's list does not have: a policy cannot speak of them."""

ENDING = (
    "cloudtrail:DeleteTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:StopLogging",
    "cloudtrail:UpdateTrail",
    "dynamodb:DeleteTable",
    "ec2:DeleteFlowLogs",
    "ec2:DeleteSnapshot",
    "ec2:DeleteVolume",
    "ec2:DeregisterImage",
    "ec2:RebootInstances",
    "ec2:StopInstances",
    "ec2:TerminateInstances",
    "ec2:UnlockSnapshot",
    "kms:DisableKey",
    "kms:ScheduleKeyDeletion",
    "lambda:DeleteFunction",
    "logs:DeleteLogGroup",
    "logs:DeleteLogStream",
    "rds:DeleteDBCluster",
    "rds:DeleteDBInstance",
    "s3:BypassGovernanceRetention",
    "s3:DeleteBucket",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
)
"""What would end evidence, or blind who watches."""


def denied() -> tuple[str, ...]:
    """Return all actions that are denied, sorted."""
    names = (name.partition(".") for name, reason in never.NEVER.items() if reason in SECRETS)
    secrets = {action_of(service, operation) for service, _, operation in names}
    return tuple(sorted({*secrets - UNKNOWN_TO_IAM, *ENDING}))
