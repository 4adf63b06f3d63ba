"""Snapshots of the account: with whom they are shared, locked or not, and how they are protected."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_ec2 = partial(Call, service="ec2")

COLLECTOR = Collector(
    name="snapshots",
    about="snapshots, their sharing and protection",
    phase=Phase.CONFIGURATION,
    calls=(
        _ec2(
            operation="DescribeSnapshots",
            about="snapshots that the account owns",
            # Without an owner, it lists every public snapshot there is.
            params=({"OwnerIds": ["self"]},),
            lists=(Thing(kind="ec2:snapshot", select="Snapshots[].{id: SnapshotId}"),),
        ),
        _ec2(
            operation="DescribeSnapshotAttribute",
            about="who may make a volume of each snapshot",
            params=({"Attribute": "createVolumePermission"},),
            each=Each(row="ec2.DescribeSnapshots", select="Snapshots[].{SnapshotId: SnapshotId}"),
        ),
        _ec2(operation="DescribeLockedSnapshots", about="snapshots that cannot be deleted, and until when"),
        _ec2(operation="DescribeSnapshotTierStatus", about="snapshots in the archive tier"),
        _ec2(
            operation="GetSnapshotBlockPublicAccessState",
            about="whether snapshots can be made public",
        ),
        _ec2(operation="GetEbsEncryptionByDefault", about="whether new volumes are encrypted"),
        _ec2(operation="GetEbsDefaultKmsKeyId", about="and with which key"),
        _ec2(operation="ListSnapshotsInRecycleBin", about="deleted snapshots that can be had back"),
        _ec2(operation="ListVolumesInRecycleBin", about="deleted volumes that can be had back"),
        Call(
            service="rbin",
            operation="ListRules",
            about="what is kept in the recycle bin, and how long",
            params=(
                {"ResourceType": "EBS_SNAPSHOT"},
                {"ResourceType": "EC2_IMAGE"},
                {"ResourceType": "EBS_VOLUME"},
            ),
            lists=(Thing(kind="rbin:rule", select="Rules[].{id: Identifier, arn: RuleArn}"),),
        ),
        Call(
            service="rbin",
            operation="GetRule",
            about="which of them, by tag, and whether the rule is locked",
            each=Each(row="rbin.ListRules", select="Rules[].{Identifier: Identifier}"),
        ),
    ),
)
