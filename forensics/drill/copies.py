"""Copies of snapshots, within an account and across: with keys that may not be used, and a limit at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forensics.drill import keys
from forensics.drill.call import Call, Handler
from forensics.drill.denials import Refusal
from forensics.drill.disks import GIB, Disk
from forensics.drill.filters import tag_list, tags_of
from forensics.drill.snapshots import Snapshot, Store, store


def _copy(call: Call) -> Mapping[str, Any]:
    region, id_ = str(call.params.get("SourceRegion")), str(call.params.get("SourceSnapshotId"))
    source = _source(call, region, id_)
    if source.settle(call.world) != "completed":
        raise Refusal("IncorrectState", f"The snapshot '{id_}' is not completed")
    running = [one for one in store(call).values() if one.origin and one.settle(call.world) == "pending"]
    if len(running) >= call.world.waiting.copies:
        most = f"Too many snapshot copies in progress. The limit is {call.world.waiting.copies}"
        raise Refusal("ResourceLimitExceeded", f"{most} for this destination region.")
    call.dry()
    made = _make(call, source)
    store(call)[made.id] = made
    return {"SnapshotId": made.id, "Tags": tag_list(made.tags)}


def _make(call: Call, source: Snapshot) -> Snapshot:
    """Begin a copy; that a key may not be used shows once it is under way, as in AWS."""
    wanted = str(call.params.get("KmsKeyId") or "")
    encrypted = bool(call.params.get("Encrypted") or source.encrypted or wanted)
    key = (wanted and keys.arn(wanted, call.account, call.region)) or (source.key if encrypted else "")
    barred = [one for one in (source.key, key) if one and not keys.usable(one, call.account)]
    return Snapshot(
        call.world.hex_id("snap"),
        call.account,
        "vol-ffffffff",  # what AWS puts where a copy has no volume
        source.size,
        call.now,
        str(call.params.get("Description", "")),
        encrypted=encrypted,
        key=key,
        tags=tags_of(call.params.get("TagSpecifications", ()), "snapshot"),
        disk=(source.disk or Disk(source.size * GIB)).copy(),
        origin=source,
        trouble="Given key ID is not accessible" if barred else "",
    )


def _source(call: Call, region: str, id_: str) -> Snapshot:
    kept: Store = call.shelf_of("snapshots", call.account, region, dict)
    if id_ in kept:
        return kept[id_]
    for (room, _, where), others in list(call.world.shelf.items()):
        if room == "snapshots" and where == region and id_ in others:
            shared: Snapshot = others[id_]
            if shared.public or call.account in shared.users:
                return shared
    raise Refusal("InvalidSnapshot.NotFound", f"The snapshot '{id_}' does not exist.")


HANDLERS: Mapping[str, Handler] = {"CopySnapshot": _copy}
