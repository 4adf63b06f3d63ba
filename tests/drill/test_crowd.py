"""A big account, in a drill of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from forensics.drill import Drill

REGIONS = ["eu-west-1", "us-east-1", "af-south-1"]


@pytest.fixture(scope="module")
def crowded() -> Iterator[Drill]:
    """Give an account with a crowd in three regions."""
    with Drill.start(seed=False) as drill:
        drill.regions(REGIONS)
        drill.populate(instances=1200, reservations=160, users=1200)
        yield drill


def _client(drill: Drill, service: str, region: str = "eu-west-1") -> Any:
    variables = drill.environment
    new: Any = boto3.client
    return new(
        service,
        region_name=region,
        endpoint_url=drill.url,
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=variables["AWS_SESSION_TOKEN"],
    )


def _listed(drill: Drill, operation: str, path: str, **how: Any) -> list[Any]:
    found: list[Any] = []
    for region in REGIONS:
        pages = _client(drill, "ec2", region).get_paginator(operation).paginate(**how)
        found += list(pages.search(path))
    return found


def test_everyone_once(crowded: Drill) -> None:
    """All instances come, each once, in 160 reservations that no page cuts."""
    how = {"PaginationConfig": {"PageSize": 100}}
    reservations = _listed(crowded, "describe_instances", "Reservations[]", **how)
    ids = [one["InstanceId"] for reservation in reservations for one in reservation["Instances"]]
    assert (len(reservations), len({one["ReservationId"] for one in reservations})) == (160, 160)
    assert (len(ids), len(set(ids))) == (1200, 1200)


@pytest.mark.parametrize(
    ("operation", "path"),
    [
        ("describe_volumes", "Volumes[].VolumeId"),
        ("describe_network_interfaces", "NetworkInterfaces[].NetworkInterfaceId"),
        ("describe_instance_status", "InstanceStatuses[].InstanceId"),
        ("describe_volume_status", "VolumeStatuses[].VolumeId"),
    ],
)
def test_what_belongs_to_them(crowded: Drill, operation: str, path: str) -> None:
    """Their disks, interfaces and states come too, each once."""
    ids = _listed(crowded, operation, path)
    assert (len(ids), len(set(ids))) == (1200, 1200)


def test_users(crowded: Drill) -> None:
    """1,200 users come in pages of a hundred, each with a key."""
    iam = _client(crowded, "iam")
    pages = list(iam.get_paginator("list_users").paginate())
    names = [user["UserName"] for page in pages for user in page["Users"]]
    assert (len(pages), len(set(names))) == (12, 1200)
    assert len(iam.list_access_keys(UserName=names[-1])["AccessKeyMetadata"]) == 1


def test_one_of_them(crowded: Drill) -> None:
    """A member can be asked about, filtered for, and taken a snapshot of."""
    ec2 = _client(crowded, "ec2")
    found = ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": ["worker-00000"]}])
    one = found["Reservations"][0]["Instances"][0]
    again = ec2.describe_instances(InstanceIds=[one["InstanceId"]])["Reservations"][0]["Instances"][0]
    assert again == one
    attribute = ec2.describe_instance_attribute(
        InstanceId=one["InstanceId"], Attribute="disableApiTermination"
    )
    assert attribute["DisableApiTermination"] == {"Value": False}
    assert "is up" in ec2.get_console_output(InstanceId=one["InstanceId"])["Output"]
    made = ec2.create_snapshots(InstanceSpecification={"InstanceId": one["InstanceId"]})["Snapshots"]
    assert [snapshot["VolumeId"] for snapshot in made] == [one["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]]


def test_without_seed_nothing_else(crowded: Drill) -> None:
    """A drill without the seed has the responder's role, and neither trail nor breach."""
    assert _client(crowded, "cloudtrail").describe_trails()["trailList"] == []
    roles = _client(crowded, "iam").list_roles()["Roles"]
    assert [role["RoleName"] for role in roles] == ["ForensicsCollector"]
