"""Volumes, whoever keeps them: moto's, and those of the crowd; and what is written on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.ec2.models import ec2_backends

from forensics.drill.call import Call
from forensics.drill.crowd import crowd
from forensics.drill.denials import Refusal
from forensics.drill.disks import GIB, Disk


@dataclass(frozen=True, slots=True)
class Volume:
    """What a snapshot needs to know of a volume."""

    id: str
    size: int
    """GiB."""
    encrypted: bool = False
    key: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    instance: str = ""
    device: str = ""
    boot: bool = False


def find(call: Call, volume: str) -> Volume:
    """Find a volume, or refuse as EC2 does."""
    kept = backend(call).volumes.get(volume)
    if kept is not None:
        return _of_moto(call, kept)
    if (member := crowd(call.world, call.account, call.region).by_volume(volume)) is not None:
        tags = {"Name": member.name}
        return Volume(
            volume, member.size, tags=tags, instance=member.instance, device=member.device, boot=True
        )
    raise Refusal("InvalidVolume.NotFound", f"The volume '{volume}' does not exist.")


def attached(call: Call, instance: str) -> list[Volume]:
    """Give an instance's volumes, or refuse as EC2 does."""
    if (member := crowd(call.world, call.account, call.region).by_instance(instance)) is not None:
        return [find(call, member.volume)]
    for reservation in backend(call).all_reservations():
        if any(one.id == instance for one in reservation.instances):
            kept = backend(call).volumes.values()
            found = [one for one in kept if one.attachment and one.attachment.instance.id == instance]
            return [_of_moto(call, one) for one in found]
    raise Refusal("InvalidInstanceID.NotFound", f"The instance ID '{instance}' does not exist")


def _of_moto(call: Call, kept: Any) -> Volume:
    tags = dict(backend(call).tags.get(kept.id, {}))
    held = kept.attachment
    return Volume(
        str(kept.id),
        int(kept.size),
        encrypted=bool(kept.encrypted),
        key=str(kept.kms_key_id or ""),
        tags=tags,
        instance=str(held.instance.id) if held else "",
        device=str(held.device) if held else "",
        boot=bool(held) and held.device == held.instance.root_device_name,
    )


def backend(call: Call) -> Any:
    """Give moto's EC2 of this account and region."""
    return ec2_backends[call.account][call.region]


def disks(call: Call) -> dict[str, Disk]:
    """Give the disks of this account and region, by volume."""
    found: dict[str, Disk] = call.shelf("disks", dict)
    return found


def disk(call: Call, volume: Volume) -> Disk:
    """Give a volume's disk; one that nobody wrote on is all holes."""
    return disks(call).setdefault(volume.id, Disk(volume.size * GIB))


def statuses(call: Call) -> list[dict[str, Any]]:
    """Give the health of moto's volumes, which moto does not tell."""
    wanted = set(call.params.get("VolumeIds", ()))
    return [
        {
            "VolumeId": one.id,
            "AvailabilityZone": one.zone.name if one.zone else None,
            "VolumeStatus": {"Status": "ok", "Details": [{"Name": "io-enabled", "Status": "passed"}]},
            "Actions": [],
            "Events": [],
        }
        for one in list(backend(call).volumes.values())
        if not wanted or one.id in wanted
    ]
