"""The policies that we print, as the drill enforces them: on what they allow, and on what they do not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from forensics.collectors import policies
from forensics.collectors.granting import PolicyNames
from forensics.drill import Drill
from tests.drill.conftest import EVIDENCE, HOME, MANAGEMENT, VICTIM, Refused

NAMES = PolicyNames(case="IR-1", evidence_account=EVIDENCE)
PARTS = {VICTIM: "snapshots", EVIDENCE: "evidence"}
OPTIONS = frozenset({"copy", "lock"})
OURS = {"forensics:op": "0123", "forensics:case": "IR-1"}


def tagged(tags: dict[str, str]) -> list[dict[str, Any]]:
    """Write the tags of a snapshot to be made."""
    return [{"ResourceType": "snapshot", "Tags": listed(tags)}]


def listed(tags: dict[str, str]) -> list[dict[str, str]]:
    """Write tags as EC2 takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@dataclass(frozen=True)
class Scene:
    """An account with a snapshot of ours, and one that is not; and who has our policy alone."""

    bound: Any
    evidence: Any
    instance: str
    volume: str
    ours: str
    lent: str
    """Another, which is shared with the evidence account."""
    foreign: str
    other_case: str
    key: str


def _client(drill: Drill, service: str, keys: dict[str, str]) -> Any:
    new: Any = boto3.client
    return new(
        service,
        region_name=HOME,
        endpoint_url=drill.url,
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
    )


def _bound(drill: Drill, account: str) -> dict[str, str]:
    """Make a user who has what is printed for his account, and nothing else."""
    iam = _client(drill, "iam", drill.root(account))
    iam.create_user(UserName="bound")
    for document in policies.policies(NAMES, [PARTS[account]], options=OPTIONS):
        iam.put_user_policy(
            UserName="bound", PolicyName=document.name, PolicyDocument=json.dumps(document.policy)
        )
    key = iam.create_access_key(UserName="bound")["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


@pytest.fixture(scope="module")
def scene(running: Drill) -> Iterator[Scene]:
    """Set it up once: what is refused changes nothing, and what is allowed is of no matter to the others."""
    running.reset()
    running.waiting(seconds=0, polls=0)
    root = _client(running, "ec2", running.root(VICTIM))
    found = root.describe_instances(Filters=[{"Name": "tag:Name", "Values": ["web-1"]}])
    web = found["Reservations"][0]["Instances"][0]
    volume = web["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]

    def make(tags: dict[str, str]) -> str:
        made = root.create_snapshot(VolumeId=volume, TagSpecifications=tagged(tags))["SnapshotId"]
        root.describe_snapshots(SnapshotIds=[made])
        return str(made)

    ours, lent, foreign = make(OURS), make(OURS), make({"Name": "backup"})
    other = make({**OURS, "forensics:case": "IR-2"})
    share = {"CreateVolumePermission": {"Add": [{"UserId": EVIDENCE}]}}
    for one in (ours, lent):
        root.modify_snapshot_attribute(SnapshotId=one, **share)
    key = _client(running, "kms", running.root(VICTIM)).create_key()["KeyMetadata"]["KeyId"]
    yield Scene(
        _client(running, "ec2", _bound(running, VICTIM)),
        _client(running, "ec2", _bound(running, EVIDENCE)),
        web["InstanceId"],
        volume,
        ours,
        lent,
        foreign,
        other,
        key,
    )
    running.reset()


def _share(scene: Scene, id_: str, add: list[dict[str, str]]) -> Any:
    return scene.bound.modify_snapshot_attribute(SnapshotId=id_, CreateVolumePermission={"Add": add})


def _copy(who: Any, id_: str, tags: dict[str, str], **how: Any) -> Any:
    given = {"TagSpecifications": tagged(tags)} if tags else {}
    return who.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=id_, **given, **how)


Deed = Callable[[Scene], Any]

ALLOWED: dict[str, Deed] = {
    "make, with our tags": lambda s: s.bound.create_snapshot(
        VolumeId=s.volume, TagSpecifications=tagged(OURS)
    ),
    "make of an instance": lambda s: s.bound.create_snapshots(
        InstanceSpecification={"InstanceId": s.instance}, TagSpecifications=tagged(OURS)
    ),
    "copy what is ours": lambda s: _copy(s.bound, s.ours, OURS),
    "lock what is ours": lambda s: s.bound.lock_snapshot(
        SnapshotId=s.ours, LockMode="governance", LockDuration=1
    ),
    "share what is ours": lambda s: _share(s, s.ours, [{"UserId": EVIDENCE}]),
    "take back what was shared": lambda s: s.bound.modify_snapshot_attribute(
        SnapshotId=s.lent, CreateVolumePermission={"Remove": [{"UserId": EVIDENCE}]}
    ),
    "copy in the evidence account": lambda s: _copy(s.evidence, s.ours, OURS),
}

REFUSED: dict[str, Deed] = {
    # Making: without our tags, or with another case's.
    "make without tags": lambda s: s.bound.create_snapshot(VolumeId=s.volume),
    "make with others' tags": lambda s: s.bound.create_snapshot(
        VolumeId=s.volume, TagSpecifications=tagged({"Name": "x"})
    ),
    "make for another case": lambda s: s.bound.create_snapshot(
        VolumeId=s.volume, TagSpecifications=tagged({**OURS, "forensics:case": "IR-2"})
    ),
    "make for no case": lambda s: s.bound.create_snapshot(
        VolumeId=s.volume, TagSpecifications=tagged({"forensics:op": "0123"})
    ),
    "make of an instance without tags": lambda s: s.bound.create_snapshots(
        InstanceSpecification={"InstanceId": s.instance}
    ),
    "make of an instance, tags of volumes only": lambda s: s.bound.create_snapshots(
        InstanceSpecification={"InstanceId": s.instance}, CopyTagsFromSource="volume"
    ),
    # Tags: none are put on, or taken from, what there is already.
    "tag a foreign snapshot as ours": lambda s: s.bound.create_tags(Resources=[s.foreign], Tags=listed(OURS)),
    "tag ours anew": lambda s: s.bound.create_tags(Resources=[s.ours], Tags=listed({"x": "y"})),
    "tag a volume": lambda s: s.bound.create_tags(Resources=[s.volume], Tags=listed(OURS)),
    "tag ours and a foreign one": lambda s: s.bound.create_tags(
        Resources=[s.ours, s.foreign], Tags=listed(OURS)
    ),
    "untag a foreign snapshot": lambda s: s.bound.delete_tags(Resources=[s.foreign], Tags=[{"Key": "Name"}]),
    "untag ours": lambda s: s.bound.delete_tags(Resources=[s.ours], Tags=[{"Key": "forensics:op"}]),
    # Sharing: what is not ours, and with whom it is not to be shared.
    "share a foreign snapshot": lambda s: _share(s, s.foreign, [{"UserId": EVIDENCE}]),
    "share another case's": lambda s: _share(s, s.other_case, [{"UserId": EVIDENCE}]),
    "share what there is not": lambda s: _share(s, "snap-00000000000000000", [{"UserId": EVIDENCE}]),
    "share with another": lambda s: _share(s, s.ours, [{"UserId": MANAGEMENT}]),
    "share with everybody": lambda s: _share(s, s.ours, [{"Group": "all"}]),
    "share with both": lambda s: _share(s, s.ours, [{"UserId": EVIDENCE}, {"Group": "all"}]),
    "share with another, said otherwise": lambda s: s.bound.modify_snapshot_attribute(
        SnapshotId=s.ours, OperationType="add", UserIds=[MANAGEMENT], Attribute="createVolumePermission"
    ),
    "take back from a foreign one": lambda s: s.bound.modify_snapshot_attribute(
        SnapshotId=s.foreign, CreateVolumePermission={"Remove": [{"UserId": EVIDENCE}]}
    ),
    # Locking and copying.
    "lock a foreign snapshot": lambda s: s.bound.lock_snapshot(
        SnapshotId=s.foreign, LockMode="governance", LockDuration=1
    ),
    "lock another case's": lambda s: s.bound.lock_snapshot(
        SnapshotId=s.other_case, LockMode="governance", LockDuration=1
    ),
    "copy without tags": lambda s: _copy(s.bound, s.ours, {}),
    "copy with others' tags": lambda s: _copy(s.bound, s.ours, {"Name": "x"}),
    "copy what there is not": lambda s: _copy(s.bound, "snap-00000000000000000", OURS),
    "copy in the evidence account, untagged": lambda s: _copy(s.evidence, s.ours, {}),
    "lock in the evidence account what it has not": lambda s: s.evidence.lock_snapshot(
        SnapshotId=s.ours, LockMode="governance", LockDuration=1
    ),
    # What no part speaks of.
    "delete ours": lambda s: s.bound.delete_snapshot(SnapshotId=s.ours),
    "unlock ours": lambda s: s.bound.unlock_snapshot(SnapshotId=s.ours),
    "end the instance": lambda s: s.bound.terminate_instances(InstanceIds=[s.instance]),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_allowed(scene: Scene, name: str) -> None:
    """What a run takes is carried out, under nothing but the policy."""
    ALLOWED[name](scene)


@pytest.mark.parametrize("name", REFUSED)
def test_refused(scene: Scene, name: str, refused: Refused) -> None:
    """Anything else is refused, whatever is asked, and a dry run is told no better."""
    code, status, message = refused(lambda: REFUSED[name](scene))
    assert (code, status) == ("UnauthorizedOperation", 403)
    assert "because no identity-based policy allows the ec2:" in message


def test_a_dry_run_is_refused_alike(scene: Scene, refused: Refused) -> None:
    """It asks IAM the same question."""
    code, _, message = refused(scene.bound.create_snapshot, VolumeId=scene.volume, DryRun=True)
    assert code == "UnauthorizedOperation"
    assert "on resource: arn:aws:ec2:eu-west-1::snapshot/*" in message
    made = {"VolumeId": scene.volume, "DryRun": True, "TagSpecifications": tagged(OURS)}
    assert refused(scene.bound.create_snapshot, **made)[0] == "DryRunOperation"


def _root(account: str) -> str:
    return f"arn:aws:iam::{account}:root"


@pytest.mark.parametrize(
    ("grantee", "operations", "allowed"),
    [
        (EVIDENCE, ["Decrypt", "DescribeKey"], True),
        (MANAGEMENT, ["Decrypt"], False),
        (EVIDENCE, ["Decrypt", "Encrypt"], False),
        (EVIDENCE, ["RetireGrant"], False),
    ],
)
def test_keys_are_lent_to_the_evidence_account(
    running: Drill, scene: Scene, refused: Refused, grantee: str, operations: list[str], *, allowed: bool
) -> None:
    """For what a copy takes, and to nobody else."""
    keys = scene.bound._request_signer._credentials
    known = {"AWS_ACCESS_KEY_ID": keys.access_key, "AWS_SECRET_ACCESS_KEY": keys.secret_key}
    kms = _client(running, "kms", known)
    given = {"KeyId": scene.key, "GranteePrincipal": _root(grantee), "Operations": operations}
    if allowed:
        grant = kms.create_grant(RetiringPrincipal=_root(VICTIM), **given)["GrantId"]
        kms.retire_grant(KeyId=scene.key, GrantId=grant)
    else:
        assert refused(kms.create_grant, **given)[0] == "AccessDeniedException"
