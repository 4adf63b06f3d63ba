"""Two readings of one thing, some time apart: which of its fields have changed, but for what always does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from forensics.plain import plain

VOLATILE = frozenset(
    {
        *("ApproximateNumberOfMessages", "AvailableIpAddressCount", "ItemCount", "LastAccessedDate"),
        *("LastAccessTime", "LastDecreaseDateTime", "LastEventTimestamp", "LastHeartbeatTime"),
        *("LastIncreaseDateTime", "LastIngestionTime", "LastPingDateTime", "LastSeenTime"),
        *("LastStatusUpdateTime", "LastUsed", "LastUsedDate", "LatestRestorableTime"),
        *("LatestDeliveryAttemptSucceeded", "LatestDeliveryAttemptTime", "LatestDeliveryTime"),
        *("LatestDigestDeliveryTime", "LatestNotificationAttemptSucceeded", "LatestNotificationAttemptTime"),
        *("LatestNotificationTime", "LatestCloudWatchLogsDeliveryTime", "NumberOfObjects"),
        *("PasswordLastUsed", "Progress", "RoleLastUsed", "SizeInBytes", "TableSizeBytes"),
        *("lastEventTimestamp", "lastIngestionTime", "lastStatus", "storedBytes"),
        *("EventCount", "LastAttemptedExecutionTime", "LastCrawl", "LastExecutionDate", "NextExecutionTime"),
        *("LastSuccessfulExecutionTime", "LastSuccessfulSyncTime", "LastSyncStatus", "LastSyncTime"),
        *("NextInvocations", "SizeBytes", "Timeline", "lastRunExecutionDetails"),
        *("pendingCount", "pendingTasksCount", "registeredContainerInstancesCount", "runningCount"),
        *("runningTasksCount", "statistics"),
    }
)
"""Fields that AWS changes by itself: times of use, counters, sizes. At any depth."""


def face(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return a hash of each field, without those that change by themselves."""
    return {str(name): _hash(value) for name, value in fields.items() if name not in VOLATILE}


def differing(now: Mapping[str, str], before: Mapping[str, str]) -> tuple[str, ...]:
    """Name the fields in which two faces differ."""
    return tuple(sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name)))


def _hash(value: Any) -> str:
    return sha256(_text(_settled(plain(value))).encode()).hexdigest()[:16]


def _settled(value: Any) -> Any:
    """Drop what changes by itself, and the order of lists, in which AWS promises nothing."""
    match value:
        case dict():
            return {name: _settled(inner) for name, inner in value.items() if name not in VOLATILE}
        case list():
            return sorted((_settled(inner) for inner in value), key=_text)
        case _:
            return value


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
