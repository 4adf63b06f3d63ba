"""
Snapshots of every disk: the only mutations of a collecting run.

All volumes of an instance in one CreateSnapshots, so that they are of one moment; whatever volume that
leaves over, in a CreateSnapshot of its own. Before each call an `Intent` is on disk, and its id goes
along as a tag, by which a snapshot is found again when nobody knows whether the call was carried out.
Nothing is ever made twice, and nothing is ever deleted.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from forensics.collectors.making import Making
from forensics.collectors.progress import LISTED, follow
from forensics.collectors.spec import Collector, Context, Each, Phase, Records, Step
from forensics.model import Record

_VOLUMES = Each(
    row="ec2.DescribeVolumes",
    select=(
        "Volumes[].{VolumeId: VolumeId, "
        "Attachments: (Attachments || `[]`)[].{InstanceId: InstanceId, Device: Device}}"
    ),
)

_NO_NAMES = "`[]`"
"""For a parent whose answers hold no names: it has only to be answered."""

Volume = Mapping[str, Any]
_Making = Generator[Record, None, None]


def _together(context: Context) -> Records:
    """Snapshot each instance's volumes together, those in doubt from an earlier run first."""
    volumes = context.names.get("ec2.DescribeVolumes", ())
    making, groups = Making(context, volumes), _by_instance(volumes)
    yield from making.resume()
    for instance, attached in groups.items():
        # One of them done before, or shared with another instance, would be made twice.
        if making.free(attached):
            yield from _instance(making, instance, attached)
    yield making.coverage(groups, concerned=bool(groups))
    return {}


def _instance(making: Making, instance: str, volumes: Sequence[str]) -> _Making:
    parameters = {"InstanceSpecification": {"InstanceId": instance, "ExcludeBootVolume": False}}
    about = f"all {len(volumes)} volumes of {instance}, of one moment"
    refusal = yield from making.make({**parameters, "CopyTagsFromSource": "volume"}, about, volumes)
    if refusal is not None and refusal.code == "TagLimitExceeded":
        # A volume with fifty tags leaves no room for ours.
        refusal = yield from making.make(parameters, about, volumes)
    if refusal is not None:
        making.refuse(refusal, parameters)


def _alone(context: Context) -> Records:
    """Snapshot each volume that has none: detached ones, and what CreateSnapshots left over."""
    volumes = context.names.get("ec2.DescribeVolumes", ())
    making = Making(context, volumes)
    yield from making.resume()
    for volume in volumes:
        if making.free([volume["VolumeId"]]):
            yield from _volume(making, str(volume["VolumeId"]))
    detached = any(not volume["Attachments"] for volume in volumes)
    yield making.coverage(_by_instance(volumes), concerned=detached or making.made_before)
    return {}


def _volume(making: Making, volume: str) -> _Making:
    parameters = {"VolumeId": volume}
    refusal = yield from making.make(parameters, f"volume {volume} by itself", [volume])
    if refusal is not None:
        making.refuse(refusal, parameters)


def _by_instance(volumes: Sequence[Volume]) -> dict[str, list[str]]:
    """Group the volumes by instance; one that several share is in each group."""
    groups: dict[str, list[str]] = {}
    for volume in volumes:
        for attachment in volume["Attachments"]:
            if attachment["InstanceId"]:
                groups.setdefault(str(attachment["InstanceId"]), []).append(str(volume["VolumeId"]))
    return groups


COLLECTOR = Collector(
    name="volumes",
    about="snapshots of every volume, made now",
    phase=Phase.DISKS,
    steps=(
        Step(
            service="ec2",
            operation="CreateSnapshots",
            about="all volumes of each instance, of one moment",
            run=_together,
            parents={_VOLUMES.row: _VOLUMES},
            actions=("ec2:CreateSnapshots", "ec2:CreateTags", "ec2:DescribeSnapshots"),
            mutates=True,
        ),
        Step(
            service="ec2",
            operation="CreateSnapshot",
            about="each volume that is left over: detached, or refused together with others",
            run=_alone,
            parents={
                _VOLUMES.row: _VOLUMES,
                "ec2.CreateSnapshots": Each(row="ec2.CreateSnapshots", select=_NO_NAMES),
            },
            actions=("ec2:CreateSnapshot", "ec2:CreateTags", "ec2:DescribeSnapshots"),
            mutates=True,
        ),
        Step(
            service="ec2",
            # No operation of AWS: the polls of ec2.DescribeSnapshots, whose own row is another transcript.
            operation="SnapshotProgress",
            about="whether the snapshots made are complete",
            run=follow,
            parents={
                row: Each(row=row, select=_NO_NAMES)
                for row in (LISTED, "ec2.CreateSnapshots", "ec2.CreateSnapshot")
            },
            needs=(LISTED,),
            again=("ec2.CreateSnapshot",),
            phase=Phase.PROGRESS,
            actions=("ec2:DescribeSnapshots",),
        ),
    ),
)
