"""Two readings of one thing, some time apart: which of its fields have changed, but for what always does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from forensics.plain import plain

_USED = ("RoleLastUsed", "InstanceProfileList.Roles.RoleLastUsed")
_RUN = ("LastExecutionDate",)

VOLATILE: Mapping[str, tuple[str, ...]] = {
    "appflow:flow": ("lastRunExecutionDetails",),
    "backup:backup-plan": _RUN,
    "backup:report-plan": ("LastAttemptedExecutionTime", "LastSuccessfulExecutionTime"),
    "ec2:snapshot": ("Progress",),
    "ec2:subnet": ("AvailableIpAddressCount",),
    "elasticfilesystem:file-system": ("SizeInBytes",),
    "events:archive": ("EventCount", "SizeBytes"),
    "glue:crawler": ("LastCrawl",),
    "glue:session": ("Progress",),
    "iam:instance-profile": ("Roles.RoleLastUsed",),
    "iam:mfa": ("User.PasswordLastUsed",),
    "iam:role": _USED,
    "logs:log-group": ("storedBytes",),
    "rds:cluster": ("LatestRestorableTime",),
    "rds:db": ("LatestRestorableTime",),
    "redshift:scheduled-action": ("NextInvocations",),
    "redshift:snapshotschedule": ("NextInvocations",),
    "secretsmanager:secret": ("LastAccessedDate",),
    "ssm:association": _RUN,
    "ssm:maintenancewindow": ("NextExecutionTime",),
    "ssm:resource-data-sync": ("LastSuccessfulSyncTime", "LastSyncTime"),
    "synthetics:canary": ("Timeline.LastStarted", "Timeline.LastStopped"),
}
"""
Fields that AWS changes by itself, of each kind of thing: times of use, counters, sizes.

Paths from the thing, through lists: a name alone may be anybody's, of a tag or a variable of a function's.
"""


def face(fields: Mapping[str, Any], kind: str) -> dict[str, str]:
    """Return a hash of each field of a thing, without what changes by itself."""
    passed = frozenset(VOLATILE.get(kind, ()))
    return {
        str(name): _hash(value, str(name), passed) for name, value in fields.items() if name not in passed
    }


def differing(now: Mapping[str, str], before: Mapping[str, str]) -> tuple[str, ...]:
    """Name the fields in which two faces differ."""
    return tuple(sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name)))


def _hash(value: Any, path: str, passed: frozenset[str]) -> str:
    return sha256(_text(_settled(plain(value), path, passed)).encode()).hexdigest()[:16]


def _settled(value: Any, path: str, passed: frozenset[str]) -> Any:
    """Drop what changes by itself, and the order of lists, in which AWS promises nothing."""
    match value:
        case dict():
            paths = {name: f"{path}.{name}" for name in value}
            return {
                name: _settled(inner, paths[name], passed)
                for name, inner in value.items()
                if paths[name] not in passed
            }
        case list():
            return sorted((_settled(inner, path, passed) for inner in value), key=_text)
        case _:
            return value


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
