"""The crowd on the wire: EC2's XML, ready-made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forensics.drill.crowd import Crowd, Member

BORN = "2026-03-02T08:00:00.000Z"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the crowd is."""

    account: str
    region: str
    crowd: Crowd

    @property
    def zone(self) -> str:
        """Give the availability zone that all are in."""
        return f"{self.region}a"


def _instance(place: Place, one: Member) -> str:
    vpc, subnet, group = place.crowd.network
    dns = f"ip-{one.address.replace('.', '-')}.{place.region}.compute.internal"
    groups = f"<groupSet><item><groupId>{group}</groupId><groupName>default</groupName></item></groupSet>"
    return (
        f"<item><instanceId>{one.instance}</instanceId><imageId>{one.image}</imageId>"
        f"<instanceState><code>16</code><name>running</name></instanceState>"
        f"<privateDnsName>{dns}</privateDnsName><dnsName/><reason/><keyName>ops</keyName>"
        f"<amiLaunchIndex>0</amiLaunchIndex><productCodes/><instanceType>{one.kind}</instanceType>"
        f"<launchTime>{BORN}</launchTime><placement><availabilityZone>{place.zone}</availabilityZone>"
        f"<groupName/><tenancy>default</tenancy></placement><monitoring><state>disabled</state></monitoring>"
        f"<subnetId>{subnet}</subnetId><vpcId>{vpc}</vpcId><privateIpAddress>{one.address}</privateIpAddress>"
        f"<sourceDestCheck>true</sourceDestCheck>{groups}<architecture>x86_64</architecture>"
        f"<rootDeviceType>ebs</rootDeviceType><rootDeviceName>{one.device}</rootDeviceName>"
        f"<blockDeviceMapping><item>"
        f"<deviceName>{one.device}</deviceName><ebs><volumeId>{one.volume}</volumeId>"
        f"<status>attached</status>"
        f"<attachTime>{BORN}</attachTime><deleteOnTermination>true</deleteOnTermination></ebs></item>"
        f"</blockDeviceMapping><virtualizationType>hvm</virtualizationType><clientToken/>{_tags(one)}"
        f"<hypervisor>xen</hypervisor><networkInterfaceSet>{_interface(place, one)}</networkInterfaceSet>"
        f"<ebsOptimized>true</ebsOptimized><enaSupport>true</enaSupport></item>"
    )


def _tags(one: Member) -> str:
    return f"<tagSet><item><key>Name</key><value>{one.name}</value></item></tagSet>"


def _reservation(place: Place, unit: Sequence[Member]) -> str:
    instances = "".join(_instance(place, one) for one in unit)
    return (
        f"<item><reservationId>{unit[0].reservation}</reservationId><ownerId>{place.account}</ownerId>"
        f"<groupSet/>"
        f"<instancesSet>{instances}</instancesSet></item>"
    )


def _volume(place: Place, unit: Sequence[Member]) -> str:
    one = unit[0]
    return (
        f"<item><volumeId>{one.volume}</volumeId><size>{one.size}</size><snapshotId/>"
        f"<availabilityZone>{place.zone}</availabilityZone><status>in-use</status>"
        f"<createTime>{BORN}</createTime>"
        f"<attachmentSet><item><volumeId>{one.volume}</volumeId><instanceId>{one.instance}</instanceId>"
        f"<device>{one.device}</device><status>attached</status><attachTime>{BORN}</attachTime>"
        f"<deleteOnTermination>true</deleteOnTermination></item></attachmentSet>{_tags(one)}"
        f"<volumeType>gp3</volumeType><iops>3000</iops><encrypted>false</encrypted></item>"
    )


def _interface(place: Place, one: Member) -> str:
    vpc, subnet, group = place.crowd.network
    return (
        f"<item><networkInterfaceId>{one.interface}</networkInterfaceId><subnetId>{subnet}</subnetId>"
        f"<vpcId>{vpc}</vpcId><availabilityZone>{place.zone}</availabilityZone><description/>"
        f"<ownerId>{place.account}</ownerId><requesterManaged>false</requesterManaged><status>in-use</status>"
        f"<macAddress>{_mac(one.number)}</macAddress><privateIpAddress>{one.address}</privateIpAddress>"
        f"<sourceDestCheck>true</sourceDestCheck><groupSet><item><groupId>{group}</groupId>"
        f"<groupName>default</groupName></item></groupSet><attachment>"
        f"<attachmentId>eni-attach-0c{one.number:015x}</attachmentId><instanceId>{one.instance}</instanceId>"
        f"<instanceOwnerId>{place.account}</instanceOwnerId><deviceIndex>0</deviceIndex>"
        f"<status>attached</status>"
        f"<attachTime>{BORN}</attachTime><deleteOnTermination>true</deleteOnTermination></attachment>"
        f"<privateIpAddressesSet><item><privateIpAddress>{one.address}</privateIpAddress>"
        f"<primary>true</primary>"
        f"</item></privateIpAddressesSet></item>"
    )


def _mac(number: int) -> str:
    return "06:0c:" + ":".join(f"{number >> shift & 255:02x}" for shift in (24, 16, 8, 0))


def _status(place: Place, unit: Sequence[Member]) -> str:
    one = unit[0]
    check = (
        "<status>ok</status><details><item><name>reachability</name><status>passed</status></item></details>"
    )
    return (
        f"<item><instanceId>{one.instance}</instanceId><availabilityZone>{place.zone}</availabilityZone>"
        f"<instanceState><code>16</code><name>running</name></instanceState>"
        f"<systemStatus>{check}</systemStatus>"
        f"<instanceStatus>{check}</instanceStatus></item>"
    )


def _volume_status(place: Place, unit: Sequence[Member]) -> str:
    return (
        f"<item><volumeId>{unit[0].volume}</volumeId><availabilityZone>{place.zone}</availabilityZone>"
        f"<volumeStatus>"
        f"<status>ok</status><details><item><name>io-enabled</name><status>passed</status></item></details>"
        f"</volumeStatus><actionsSet/><eventsSet/></item>"
    )


def _tag(_: Place, unit: Sequence[Member]) -> str:
    one = unit[0]
    return "".join(
        f"<item><resourceId>{id_}</resourceId><resourceType>{kind}</resourceType><key>Name</key>"
        f"<value>{one.name}</value></item>"
        for id_, kind in ((one.instance, "instance"), (one.volume, "volume"))
    )


def _fields(place: Place, unit: Sequence[Member]) -> dict[str, Any]:
    one = unit[0]
    vpc, subnet, group = place.crowd.network
    return {
        "instance-id": [member.instance for member in unit], "instance-state-name": "running", "vpc-id": vpc,
        "subnet-id": subnet, "availability-zone": place.zone, "attachment.instance-id": one.instance,
        "attachment.device": one.device, "volume-id": one.volume, "status": "in-use", "group-id": group,
        "network-interface-id": one.interface, "reservation-id": one.reservation, "owner-id": place.account,
        "resource-id": [one.instance, one.volume], "resource-type": ["instance", "volume"], "key": "Name",
        "instance-type": one.kind, "image-id": one.image, "tags": {"Name": one.name},
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """How one list of the crowd is asked for and written."""

    operation: str
    key: str
    """botocore's name of the list."""
    tag: str
    """The wire's name of it."""
    ids: str
    """Parameter that names some of them."""
    write: Callable[[Place, Sequence[Member]], str]
    grouped: bool = False
    """One entry a reservation, not one a member."""

    def units(self, place: Place, ids: Iterable[str]) -> list[list[Member]]:
        """Give what the list holds an entry each for."""
        wanted = [place.crowd.by_id[id_] for id_ in ids if id_ in place.crowd.by_id]
        if wanted or not self.grouped:
            return [[member] for member in wanted or place.crowd.members]
        return place.crowd.reservations

    def fields(self, place: Place, unit: Sequence[Member]) -> dict[str, Any]:
        """Give what an entry can be filtered by."""
        return _fields(place, unit)

    def document(
        self, place: Place, units: Iterable[Sequence[Member]], request_id: str, token: str | None
    ) -> bytes:
        """Write a page."""
        items = "".join(self.write(place, unit) for unit in units)
        following = f"<nextToken>{token}</nextToken>" if token else ""
        name = f"{self.operation}Response"
        text = (
            f'{_HEAD}<{name} xmlns="{_SPACE}"><requestId>{request_id}</requestId>'
            f"<{self.tag}>{items}</{self.tag}>{following}</{name}>"
        )
        return text.encode()


KINDS: Mapping[str, Kind] = {
    kind.operation: kind
    for kind in (
        Kind(
            "DescribeInstances", "Reservations", "reservationSet", "InstanceIds", _reservation, grouped=True
        ),
        Kind("DescribeInstanceStatus", "InstanceStatuses", "instanceStatusSet", "InstanceIds", _status),
        Kind("DescribeVolumes", "Volumes", "volumeSet", "VolumeIds", _volume),
        Kind("DescribeVolumeStatus", "VolumeStatuses", "volumeStatusSet", "VolumeIds", _volume_status),
        Kind(
            "DescribeNetworkInterfaces",
            "NetworkInterfaces",
            "networkInterfaceSet",
            "NetworkInterfaceIds",
            lambda place, unit: _interface(place, unit[0]),
        ),
        Kind("DescribeTags", "Tags", "tagSet", "", _tag),
    )
}
