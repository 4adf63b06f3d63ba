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
            # An instance that is not on Nitro has no latest output: AWS says so in this code, and in words
            # that «This instance type does not support retrieving the latest console logs».
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
            # Bare metal and some types have no screen. That AWS says so in this code is from memory.
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
        Call(
            service="ec2",
            operation="DescribeNetworkInterfaces",
            about="interfaces and their addresses",
            lists=(
                Thing(kind="ec2:network-interface", select="NetworkInterfaces[].{id: NetworkInterfaceId}"),
            ),
        ),
        Call(
            service="ec2",
            operation="DescribeAddresses",
            about="elastic addresses",
            lists=(Thing(kind="ec2:elastic-ip", select="Addresses[].{id: AllocationId}"),),
        ),
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
            lists=(Thing(kind="ec2:key-pair", select="KeyPairs[].{id: KeyPairId, name: KeyName}"),),
        ),
        Call(
            service="ec2",
            operation="DescribeSpotInstanceRequests",
            about="spot requests: the miner's way",
            lists=(
                Thing(
                    kind="ec2:spot-instances-request",
                    select="SpotInstanceRequests[].{id: SpotInstanceRequestId}",
                ),
            ),
        ),
        Call(
            service="ec2",
            operation="DescribeSpotFleetRequests",
            about="spot fleets",
            lists=(
                Thing(
                    kind="ec2:spot-fleet-request", select="SpotFleetRequestConfigs[].{id: SpotFleetRequestId}"
                ),
            ),
        ),
        Call(
            service="ec2",
            operation="DescribeFleets",
            about="EC2 fleets",
            lists=(Thing(kind="ec2:fleet", select="Fleets[].{id: FleetId}"),),
        ),
        Call(
            service="ec2",
            operation="DescribeLaunchTemplates",
            about="launch templates",
            lists=(
                Thing(
                    kind="ec2:launch-template",
                    select="LaunchTemplates[].{id: LaunchTemplateId, name: LaunchTemplateName}",
                ),
            ),
        ),
        Call(
            service="ec2",
            operation="DescribeHosts",
            about="machines that the account has to itself",
            lists=(Thing(kind="ec2:dedicated-host", select="Hosts[].{id: HostId}"),),
        ),
        Call(
            service="ec2",
            operation="DescribePlacementGroups",
            about="groups of instances near each other",
            lists=(
                Thing(kind="ec2:placement-group", select="PlacementGroups[].{id: GroupName, arn: GroupArn}"),
            ),
        ),
        Call(
            service="ec2",
            operation="DescribeInstanceEventWindows",
            about="when AWS may restart instances",
            lists=(
                Thing(
                    kind="ec2:instance-event-window",
                    select="InstanceEventWindows[].{id: InstanceEventWindowId, name: Name}",
                ),
            ),
        ),
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
        Call(
            service="ec2",
            operation="DescribeInstanceCreditSpecifications",
            about="whether instances that burst may run at full power without end: the miner's choice",
        ),
        Call(
            service="ec2",
            operation="GetInstanceUefiData",
            about="variables of the firmware, where a rootkit may sit",
            each=Each(
                row="ec2.DescribeInstances",
                select="Reservations[].Instances[?CurrentInstanceBootMode=='uefi'][]"
                ".{InstanceId: InstanceId}",
            ),
        ),
        Call(
            service="ec2",
            operation="GetInstanceTpmEkPub",
            about="the key by which an instance's TPM proves what it booted",
            params=({"KeyType": "rsa-2048", "KeyFormat": "der"},),
            each=Each(
                row="ec2.DescribeInstances",
                select="Reservations[].Instances[?TpmSupport=='v2.0'][].{InstanceId: InstanceId}",
            ),
        ),
        Call(
            service="ec2",
            operation="DescribeVolumeAttribute",
            about="what of each disk was bought: its seller may forbid to share copies",
            params=({"Attribute": "productCodes"},),
            each=Each(row="ec2.DescribeVolumes", select="Volumes[].{VolumeId: VolumeId}"),
            phase=Phase.CONFIGURATION,
        ),
        Call(service="ec2", operation="DescribeTags", about="tags of everything in EC2"),
    ),
)
