"""Copies that others made: AWS Backup, lifecycle policies, and file systems with their backups."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_backup = partial(Call, service="backup")
_efs = partial(Call, service="efs")
_fsx = partial(Call, service="fsx")

_VAULTS = Each(row="backup.ListBackupVaults", select="BackupVaultList[].{BackupVaultName: BackupVaultName}")

COLLECTOR = Collector(
    name="backups",
    about="backups and their rules, and file systems",
    phase=Phase.DISKS,
    calls=(
        _backup(
            operation="ListBackupVaults",
            about="vaults, and whether they are locked",
            lists=(
                Thing(
                    kind="backup:backup-vault",
                    select="BackupVaultList[].{id: BackupVaultName, arn: BackupVaultArn,"
                    " name: BackupVaultName}",
                ),
            ),
        ),
        _backup(
            operation="GetBackupVaultAccessPolicy",
            about="who may reach into each vault",
            each=_VAULTS,
            # A vault without a policy.
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        _backup(
            operation="ListRecoveryPointsByBackupVault",
            about="what is in each vault: how it was before the attack",
            each=_VAULTS,
            lists=(
                Thing(
                    kind="backup:recovery-point",
                    select="RecoveryPoints[].{id: RecoveryPointArn, arn: RecoveryPointArn,"
                    " name: ResourceName}",
                ),
            ),
        ),
        _backup(
            operation="ListBackupPlans",
            about="what is backed up, also by plans that were deleted",
            lists=(
                Thing(
                    kind="backup:backup-plan",
                    select="BackupPlansList[].{id: BackupPlanId, arn: BackupPlanArn, name: BackupPlanName}",
                ),
            ),
            params=({"IncludeDeleted": True},),
        ),
        Call(
            service="dlm",
            operation="GetLifecyclePolicies",
            about="what makes snapshots by itself, and deletes them",
            lists=(Thing(kind="dlm:policy", select="Policies[].{id: PolicyId}"),),
        ),
        Call(
            service="dlm",
            operation="GetLifecyclePolicy",
            about="when, and how many it keeps",
            each=Each(row="dlm.GetLifecyclePolicies", select="Policies[].{PolicyId: PolicyId}"),
        ),
        _efs(
            operation="DescribeFileSystems",
            about="file systems of EFS: no snapshot of a disk has what is on them",
            lists=(
                Thing(
                    kind="elasticfilesystem:file-system",
                    select="FileSystems[].{id: FileSystemId, arn: FileSystemArn, name: Name}",
                ),
            ),
        ),
        _efs(
            operation="DescribeAccessPoints",
            about="ways into them",
            lists=(
                Thing(
                    kind="elasticfilesystem:access-point",
                    select="AccessPoints[].{id: AccessPointId, arn: AccessPointArn, name: Name}",
                ),
            ),
        ),
        _efs(
            operation="DescribeFileSystemPolicy",
            about="who may mount each",
            each=Each(row="efs.DescribeFileSystems", select="FileSystems[].{FileSystemId: FileSystemId}"),
            absent=frozenset({"PolicyNotFound"}),
        ),
        _fsx(
            operation="DescribeFileSystems",
            about="file systems of FSx",
            lists=(
                Thing(kind="fsx:file-system", select="FileSystems[].{id: FileSystemId, arn: ResourceARN}"),
            ),
        ),
        _fsx(
            operation="DescribeBackups",
            about="and their backups",
            lists=(Thing(kind="fsx:backup", select="Backups[].{id: BackupId, arn: ResourceARN}"),),
        ),
    ),
)
