"""Locks and tiers of snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from forensics.drill.call import Call, Handler
from forensics.drill.denials import Refusal
from forensics.drill.filters import passes, tag_list
from forensics.drill.snapshots import find, store


def _lock(call: Call) -> Mapping[str, Any]:
    one = find(call, str(call.params.get("SnapshotId")))
    call.dry()
    days, until = call.params.get("LockDuration"), call.params.get("ExpirationDate")
    if (days is None) == (until is None):
        raise Refusal("InvalidParameterCombination", "Specify either LockDuration or ExpirationDate")
    cool = int(call.params.get("CoolOffPeriod", 0))
    compliance = call.params.get("LockMode") == "compliance"
    one.lock = {
        "LockState": ("compliance-cooloff" if cool else "compliance") if compliance else "governance",
        "LockDuration": int(days) if days is not None else max(1, (_aware(call, until) - call.now).days),
        "CoolOffPeriod": cool or None,
        "CoolOffPeriodExpiresOn": call.now + timedelta(hours=cool) if cool else None,
        "LockCreatedOn": call.now,
        "LockDurationStartTime": call.now,
        "LockExpiresOn": call.now + timedelta(days=int(days)) if days is not None else _aware(call, until),
    }
    return {"SnapshotId": one.id, **one.lock}


def _aware(call: Call, moment: Any) -> datetime:
    found: datetime = moment if moment.tzinfo else moment.replace(tzinfo=call.now.tzinfo)
    return found


def _unlock(call: Call) -> Mapping[str, Any]:
    one = find(call, str(call.params.get("SnapshotId")))
    if one.lock.get("LockState") == "compliance":
        raise Refusal("SnapshotLocked", "The snapshot is locked in compliance mode and cannot be unlocked")
    one.lock = {}
    return {"SnapshotId": one.id}


def _describe_locked(call: Call) -> Mapping[str, Any]:
    ids = set(call.params.get("SnapshotIds", ()))
    found = [one for one in store(call).values() if one.lock and (not ids or one.id in ids)]
    return {"Snapshots": [{"OwnerId": one.owner, "SnapshotId": one.id, **one.lock} for one in found]}


def _tiers(call: Call) -> Mapping[str, Any]:
    found = [one for one in store(call).values() if passes(one.fields(), call.params.get("Filters", ()))]
    return {
        "SnapshotTierStatuses": [
            {
                "SnapshotId": one.id,
                "VolumeId": one.volume,
                "Status": one.ended or "pending",
                "OwnerId": one.owner,
                "Tags": tag_list(one.tags),
                "StorageTier": "standard",
            }
            for one in found
        ]
    }


HANDLERS: Mapping[str, Handler] = {
    "DescribeLockedSnapshots": _describe_locked,
    "DescribeSnapshotTierStatus": _tiers,
    "LockSnapshot": _lock,
    "UnlockSnapshot": _unlock,
}
