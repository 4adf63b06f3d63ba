"""Locks and tiers of snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from forensics.drill import pages
from forensics.drill.call import Call, Handler
from forensics.drill.denials import Refusal
from forensics.drill.filters import passes, tag_list
from forensics.drill.snapshots import Snapshot, find, store

_MOST_DAYS, _MOST_HOURS = 36_500, 72
_PAGING = pages.Paging("NextToken", "NextToken", "MaxResults", ("Snapshots",))


def _lock(call: Call) -> Mapping[str, Any]:
    one = find(call, str(call.params.get("SnapshotId")))
    days, until = call.params.get("LockDuration"), call.params.get("ExpirationDate")
    if (days is None) == (until is None):
        raise Refusal("InvalidParameterCombination", "Specify either LockDuration or ExpirationDate")
    cool = int(call.params.get("CoolOffPeriod", 0))
    compliance = call.params.get("LockMode") == "compliance"
    expires = call.now + timedelta(days=int(days)) if days is not None else _aware(call, until)
    _check(call, one, cool=cool, compliance=compliance, expires=expires)
    call.dry()
    one.lock = {
        "LockState": ("compliance-cooloff" if cool else "compliance") if compliance else "governance",
        "LockDuration": int(days) if days is not None else max(1, (expires - call.now).days),
        "CoolOffPeriod": cool or None,
        "CoolOffPeriodExpiresOn": call.now + timedelta(hours=cool) if cool else None,
        "LockCreatedOn": call.now,
        "LockDurationStartTime": call.now,
        "LockExpiresOn": expires,
    }
    return {"SnapshotId": one.id, **one.lock}


def _check(call: Call, one: Snapshot, *, cool: int, compliance: bool, expires: datetime) -> None:
    """Refuse what AWS refuses: a lock in compliance mode can be extended, and nothing else."""
    days = call.params.get("LockDuration", 1)
    if cool and not compliance:
        raise Refusal("InvalidParameterCombination", "CoolOffPeriod is for compliance mode only")
    if not 1 <= int(days) <= _MOST_DAYS or not 0 <= cool <= _MOST_HOURS:
        raise Refusal("InvalidParameterValue", "The lock duration or the cooling-off period is out of range")
    fixed = _settled(call, one).get("LockState") == "compliance"
    if fixed and (not compliance or cool or expires < one.lock["LockExpiresOn"]):
        raise Refusal("InvalidRequest", "A lock in compliance mode can only be extended")


def _settled(call: Call, one: Snapshot) -> dict[str, Any]:
    """Give a lock as it is now: a cooling-off period ends, and so does a lock."""
    if one.lock and one.lock["LockExpiresOn"] <= call.now:
        one.lock["LockState"] = "expired"
    elif (ends := one.lock.get("CoolOffPeriodExpiresOn")) is not None and ends <= call.now:
        one.lock["LockState"] = "compliance"
    return one.lock


def _aware(call: Call, moment: Any) -> datetime:
    found: datetime = moment if moment.tzinfo else moment.replace(tzinfo=call.now.tzinfo)
    return found


def _unlock(call: Call) -> Mapping[str, Any]:
    one = find(call, str(call.params.get("SnapshotId")))
    if _settled(call, one).get("LockState") == "compliance":
        raise Refusal("SnapshotLocked", "The snapshot is locked in compliance mode and cannot be unlocked")
    one.lock = {}
    return {"SnapshotId": one.id}


def _describe_locked(call: Call) -> Mapping[str, Any]:
    ids = call.params.get("SnapshotIds", ())
    if missing := [id_ for id_ in ids if id_ not in store(call)]:
        raise Refusal("InvalidSnapshot.NotFound", f"The snapshot '{missing[0]}' does not exist.")
    found = [one for one in store(call).values() if _settled(call, one) and (not ids or one.id in ids)]
    page, following = pages.cut(_PAGING, call.params, found, call.world.page_size or pages.DEFAULTS["ec2"])
    said = [{"OwnerId": one.owner, "SnapshotId": one.id, **one.lock} for one in page]
    return {"Snapshots": said, "NextToken": following}


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
