"""Operations that are not asked although they could be, each with the reason; docs/collectors.md has them."""

from __future__ import annotations

from collections.abc import Mapping

_BLOCKS = "a terabyte has two million blocks: a disk's bytes are a matter of its snapshot, once that is safe"
_DATABASES = "snapshots of databases are not made by this tool: each costs as much again as its database"

LEFT_OUT: Mapping[tuple[str, str], str] = {
    ("ebs", "GetSnapshotBlock"): _BLOCKS,
    ("ebs", "ListChangedBlocks"): _BLOCKS,
    ("ebs", "ListSnapshotBlocks"): _BLOCKS,
    ("iam", "SimulatePrincipalPolicy"): "it says what policies allow: they are kept",
    ("organizations", "DescribeAccount"): "ListAccounts answers the same of every account at once",
    ("wafv2", "GetLoggingConfiguration"): "ListLoggingConfigurations answers the same",
}
"""Such as read, by botocore's names of service and operation. What is never asked is in `aws/never.py`."""

NOT_MADE: Mapping[tuple[str, str], str] = {
    ("ec2", "AssociateKmsKeyId"): "a copy in another account is safer than a second key",
    ("ec2", "CreateImage"): "the disks of an instance are snapshotted all at one moment",
    ("ec2", "RestoreSnapshotTier"): "it takes days and costs: an archived snapshot is safe",
    ("rds", "CopyDBSnapshot"): _DATABASES,
    ("rds", "CreateDBClusterSnapshot"): _DATABASES,
    ("rds", "CreateDBSnapshot"): _DATABASES,
    ("rds", "ModifyDBSnapshotAttribute"): _DATABASES,
}
"""Such as make something in AWS, that would be of use, and is not made."""
