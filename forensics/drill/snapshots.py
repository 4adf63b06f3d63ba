"""Snapshots: pending for a while, tagged, shared, locked, and holding the blocks of their moment."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from forensics.drill import keys, pages, volumes
from forensics.drill.call import Call, Handler
from forensics.drill.denials import Refusal
from forensics.drill.disks import Disk
from forensics.drill.filters import passes, tag_list, tags_of
from forensics.drill.principals import Principal
from forensics.drill.world import World

_PAGING = pages.table("ec2")["DescribeSnapshots"]


@dataclass(slots=True)
class Snapshot:
    """A snapshot, of whoever's."""

    id: str
    owner: str
    volume: str
    size: int
    """GiB."""
    started: datetime
    description: str = ""
    encrypted: bool = False
    key: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    disk: Disk | None = None
    users: set[str] = field(default_factory=set)
    public: bool = False
    lock: dict[str, Any] = field(default_factory=dict)
    polls: int = 0
    """How often it was described while pending."""
    ended: str = ""
    """State in which it has come to rest."""
    origin: Snapshot | None = None
    """What it is a copy of."""
    trouble: str = ""
    """Why it is to end in `error`."""

    def settle(self, world: World, *, look: bool = False) -> str:
        """Say which state it is in now; `look` counts as one more poll."""
        if not self.ended and not world.waiting.stuck and self._share(world) >= 1:
            self.ended = "error" if self._fails(world) else "completed"
        elif look and not self.ended:
            self.polls += 1
        return self.ended or "pending"

    def _fails(self, world: World) -> bool:
        """Say whether it ends badly: also a copy of what the account may not see any more, or not decrypt."""
        origin = self.origin
        if origin is not None:
            if world.waiting.copies_fail:
                self.trouble = "The copy failed for an internal reason"
            elif origin.owner != self.owner and not (origin.public or self.owner in origin.users):
                self.trouble = "The source snapshot is not accessible"
        return world.waiting.fails or bool(self.trouble)

    def progress(self, world: World) -> str:
        """Say how far it is, as EC2 does."""
        if self.ended == "completed":
            return "100%"
        return f"{min(99, math.floor(self._share(world) * 100))}%"

    def _share(self, world: World) -> float:
        waiting = world.waiting
        if waiting.polls is not None:
            return self.polls / waiting.polls if waiting.polls else 1.0
        past = world.clock() - self.started.timestamp()
        return past / waiting.seconds if waiting.seconds else 1.0

    def written(self, world: World) -> dict[str, Any]:
        """Write it as DescribeSnapshots does."""
        state = self.settle(world, look=True)
        said = {"KmsKeyId": self.key or None, "StateMessage": self.trouble or None, "StorageTier": "standard"}
        return {**self.short(world), "State": state, **said}

    def short(self, world: World) -> dict[str, Any]:
        """Write it as CreateSnapshots does."""
        return {
            "SnapshotId": self.id,
            "OwnerId": self.owner,
            "VolumeId": self.volume,
            "VolumeSize": self.size,
            "StartTime": self.started,
            "Description": self.description,
            "Encrypted": self.encrypted,
            "Progress": self.progress(world),
            "State": self.ended or "pending",
            "Tags": tag_list(self.tags) or None,
        }

    def fields(self) -> dict[str, Any]:
        """Give what it can be filtered by."""
        return {
            "snapshot-id": self.id,
            "owner-id": self.owner,
            "volume-id": self.volume,
            "volume-size": self.size,
            "description": self.description,
            "encrypted": self.encrypted,
            "status": self.ended or "pending",
            "start-time": self.started.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "storage-tier": "standard",
            "tags": self.tags,
        }


Store = dict[str, Snapshot]
ROOM = "snapshots"
"""Of the shelf."""


def store(call: Call) -> Store:
    """Give the snapshots of this account and region, those that moto made beside us among them."""
    found: Store = call.shelf(ROOM, dict)
    for id_, kept in list(volumes.backend(call).snapshots.items()):
        if id_ not in found:
            found[id_] = _adopt(call, kept)
    return found


def _adopt(call: Call, kept: Any) -> Snapshot:
    moment = kept.start_time.replace(tzinfo=call.now.tzinfo)
    tags = dict(volumes.backend(call).tags.get(kept.id, {}))
    disk = volumes.disks(call).get(str(kept.volume.id))
    return Snapshot(
        str(kept.id),
        call.account,
        str(kept.volume.id),
        int(kept.volume.size),
        moment,
        str(kept.description or ""),
        encrypted=bool(kept.encrypted),
        tags=tags,
        disk=disk.copy() if disk else None,
    )


def visible(call: Call) -> Iterator[Snapshot]:
    """Give every snapshot of the region that the caller may see: its own, shared ones, and public ones."""
    yield from list(store(call).values())
    for (room, account, region), kept in list(call.world.shelf.items()):
        if room == ROOM and region == call.region and account != call.account:
            yield from (one for one in list(kept.values()) if one.public or call.account in one.users)


def owner_of(world: World, region: str, id_: str) -> str:
    """Name the account that a snapshot is of, whoever asks; empty where there is none."""
    rooms = [kept for (room, _, where), kept in list(world.shelf.items()) if (room, where) == (ROOM, region)]
    return next((str(kept[id_].owner) for kept in rooms if id_ in kept), "")


def find(call: Call, id_: str) -> Snapshot:
    """Find a snapshot of the caller's own, or refuse as EC2 does."""
    if (found := store(call).get(id_)) is None:
        raise Refusal("InvalidSnapshot.NotFound", f"The snapshot '{id_}' does not exist.")
    return found


def _make(call: Call, volume: volumes.Volume, tags: Mapping[str, str]) -> Snapshot:
    snapshot = Snapshot(
        call.world.hex_id("snap"),
        call.account,
        volume.id,
        volume.size,
        call.now,
        str(call.params.get("Description", "")),
        volume.encrypted,
        volume.key,
        dict(tags),
        volumes.disk(call, volume).copy(),
    )
    store(call)[snapshot.id] = snapshot
    return snapshot


def _create_snapshot(call: Call) -> Mapping[str, Any]:
    volume = volumes.find(call, str(call.params.get("VolumeId")))
    call.dry()
    with call.world.lock:
        made = _make(call, volume, tags_of(call.params.get("TagSpecifications", ()), "snapshot"))
    return made.short(call.world)


def _create_snapshots(call: Call) -> Mapping[str, Any]:
    wanted = call.params.get("InstanceSpecification", {})
    left_out = set(wanted.get("ExcludeDataVolumeIds", ()))
    found = [
        volume
        for volume in volumes.attached(call, str(wanted.get("InstanceId")))
        if volume.id not in left_out and not (volume.boot and wanted.get("ExcludeBootVolume"))
    ]
    if not found:
        raise Refusal("InvalidParameterValue", "The instance has no volumes that are not excluded")
    call.dry()
    given = tags_of(call.params.get("TagSpecifications", ()), "snapshot")
    copied = call.params.get("CopyTagsFromSource") == "volume"
    with call.world.lock:
        made = [_make(call, volume, {**(volume.tags if copied else {}), **given}) for volume in found]
    return {"Snapshots": [one.short(call.world) for one in made]}


def _describe_snapshots(call: Call) -> Mapping[str, Any]:
    params = call.params
    ids = params.get("SnapshotIds", ())
    if ids and "MaxResults" in params:
        raise Refusal("InvalidParameterCombination", "MaxResults cannot be used with snapshot ids")
    seen = {one.id: one for one in visible(call)}
    if missing := [id_ for id_ in ids if id_ not in seen]:
        raise Refusal("InvalidSnapshot.NotFound", f"The snapshot '{missing[0]}' does not exist.")
    filters = params.get("Filters", ())
    owners = {call.account if owner == "self" else owner for owner in params.get("OwnerIds", ())}
    for one in seen.values():
        one.settle(call.world)
    found = [
        one
        for one in ([seen[id_] for id_ in ids] if ids else seen.values())
        if (not owners or one.owner in owners) and (not filters or passes(one.fields(), filters))
    ]
    page, following = pages.cut(_PAGING, params, found, call.world.page_size or pages.DEFAULTS["ec2"])
    return {"Snapshots": [one.written(call.world) for one in page], "NextToken": following}


def _describe_attribute(call: Call) -> Mapping[str, Any]:
    one = find(call, str(call.params.get("SnapshotId")))
    if call.params.get("Attribute") == "productCodes":
        return {"SnapshotId": one.id, "ProductCodes": []}
    permissions: list[dict[str, str]] = [{"UserId": user} for user in sorted(one.users)]
    if one.public:
        permissions.append({"Group": "all"})
    return {"SnapshotId": one.id, "CreateVolumePermissions": permissions}


def _modify_attribute(call: Call) -> Mapping[str, Any]:
    one = find(call, str(call.params.get("SnapshotId")))
    call.dry()
    change = call.params.get("CreateVolumePermission", {})
    if one.key and keys.managed(one.key) and (change.get("Add") or call.params.get("OperationType") == "add"):
        raise Refusal("OperationNotPermitted", "Encrypted snapshots with EBS default key cannot be shared")
    for add in _entries(call, change, "Add", "add"):
        one.users |= {add["UserId"]} if "UserId" in add else set()
        one.public = one.public or add.get("Group") == "all"
    for remove in _entries(call, change, "Remove", "remove"):
        one.users -= {remove.get("UserId", "")}
        one.public = one.public and remove.get("Group") != "all"
    return {}


def _entries(call: Call, change: Mapping[str, Any], key: str, kind: str) -> Sequence[Mapping[str, str]]:
    listed: list[Mapping[str, str]] = list(change.get(key, ()))
    if call.params.get("OperationType") == kind:
        listed += [{"UserId": user} for user in call.params.get("UserIds", ())]
        listed += [{"Group": group} for group in call.params.get("GroupNames", ())]
    return listed


def _delete(call: Call) -> Mapping[str, Any]:
    one = find(call, str(call.params.get("SnapshotId")))
    call.dry()
    if one.lock:
        raise Refusal("SnapshotLocked", f"The snapshot '{one.id}' is locked and cannot be deleted")
    del store(call)[one.id]
    volumes.backend(call).snapshots.pop(one.id, None)
    return {}


def owned_by(principal: Principal, one: Snapshot) -> bool:
    """Say whether a principal's account may read a snapshot's blocks."""
    return one.owner == principal.account or principal.account in one.users


HANDLERS: Mapping[str, Handler] = {
    "CreateSnapshot": _create_snapshot,
    "CreateSnapshots": _create_snapshots,
    "DeleteSnapshot": _delete,
    "DescribeSnapshotAttribute": _describe_attribute,
    "DescribeSnapshots": _describe_snapshots,
    "ModifySnapshotAttribute": _modify_attribute,
}
