"""What is gone when an instance is: its state, user data, console, interfaces, addresses and disks."""

from __future__ import annotations

from forensics.aws.names import Batch
from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_INSTANCES = "Reservations[].Instances[].{InstanceId: InstanceId}"
_RUNNING = "Reservations[].Instances[?State.Name=='running'][].{InstanceId: InstanceId}"

COLLECTOR = Collector(
    name="instances",
    about="instances and all that belongs to them",
    phase=Phase.VOLATILE,
    calls=(
        Call(
            service="ec2",
            operation="DescribeInstances",
            about="every instance, with its metadata options",
            lists=(
                Thing(
                    kind="ec2:instance",
                    select="Reservations[].Instances[?State.Name!='terminated'][].{id: InstanceId}",
                ),
            ),
        ),
        Call(
            service="ec2",
            operation="DescribeInstanceTypes",
            about="which of them have disks in their host, of which no snapshot can be made",
            each=Each(
                row="ec2.DescribeInstances",
                select="Reservations[].Instances[].{InstanceTypes: InstanceType}",
            ),
            batch=Batch("InstanceTypes", 100),
        ),
        Call(
            service="ec2",
            operation="DescribeInstanceStatus",
            about="state, checks and planned events, of stopped instances too",
            params=({"IncludeAllInstances": True},),
        ),
        Call(
            service="ec2",
            operation="GetConsoleOutput",
            about="the last 64 KB of the serial console: as of the last change of state, and as of now",
            params=({"Latest": False}, {"Latest": True}),
            each=Each(row="ec2.DescribeInstances", select=_INSTANCES),
            # An instance that is not on Nitro has no latest output: AWS says so in this code.
            absent=frozenset({"UnsupportedOperation"}),
            sensitive=True,
        ),
        Call(
            service="ec2",
            operation="GetConsoleScreenshot",
            about="the screen of running instances",
            # Waking the screen up would change the guest.
            params=({"WakeUp": False},),
            each=Each(row="ec2.DescribeInstances", select=_RUNNING),
            # Bare metal and some types have no screen.
            absent=frozenset({"UnsupportedOperation"}),
            sensitive=True,
        ),
        Call(
            service="ec2",
            operation="DescribeInstanceAttribute",
            about="user data, and who may end the instance: what DescribeInstances does not say",
            # Why not all sixteen: docs/adr/0002-attributes.md.
            params=(
                {"Attribute": "userData"},
                {"Attribute": "disableApiTermination"},
                {"Attribute": "disableApiStop"},
                {"Attribute": "instanceInitiatedShutdownBehavior"},
            ),
            each=Each(row="ec2.DescribeInstances", select=_INSTANCES),
            sensitive=True,
        ),
        Call(
            service="ec2",
            operation="DescribeVolumes",
            about="disks, attached and detached",
            lists=(Thing(kind="ec2:volume", select="Volumes[].{id: VolumeId}"),),
        ),
        Call(service="ec2", operation="DescribeVolumeStatus", about="health and events of disks"),
        Call(service="ec2", operation="DescribeNetworkInterfaces", about="interfaces and their addresses"),
        Call(service="ec2", operation="DescribeAddresses", about="elastic addresses"),
        Call(
            service="ec2",
            operation="DescribeIamInstanceProfileAssociations",
            about="which instance has which role, and since when",
        ),
        Call(
            service="ec2",
            operation="DescribeKeyPairs",
            about="SSH key pairs: public keys, and when made",
            params=({"IncludePublicKey": True},),
        ),
        Call(service="ec2", operation="DescribeSpotInstanceRequests", about="spot requests: the miner's way"),
        Call(service="ec2", operation="DescribeSpotFleetRequests", about="spot fleets"),
        Call(service="ec2", operation="DescribeFleets", about="EC2 fleets"),
        Call(
            service="ec2",
            operation="DescribeHosts",
            about="machines that the account has to itself",
            lists=(Thing(kind="ec2:dedicated-host", select="Hosts[].{id: HostId}"),),
        ),
        Call(service="ec2", operation="DescribePlacementGroups", about="groups of instances near each other"),
        Call(
            service="ec2",
            operation="DescribeInstanceEventWindows",
            about="when AWS may restart instances",
        ),
        Call(service="ec2", operation="DescribeLaunchTemplates", about="launch templates"),
        Call(
            service="ec2",
            operation="DescribeLaunchTemplateVersions",
            about="every version of each template, with user data of its own",
            each=Each(
                row="ec2.DescribeLaunchTemplates",
                select="LaunchTemplates[].{LaunchTemplateId: LaunchTemplateId}",
            ),
            sensitive=True,
        ),
        Call(service="ec2", operation="DescribeTags", about="tags of everything in EC2"),
    ),
)
