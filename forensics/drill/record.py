"""The drill's own CloudTrail: every call, who made it, what it asked, and what became of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from forensics.drill.principals import Principal

READS = (
    "Get",
    "List",
    "Describe",
    "Head",
    "Lookup",
    "Search",
    "Simulate",
    "Select",
    "BatchGet",
    "BatchDescribe",
    "Query",
    "Scan",
    "Check",
    "Validate",
    "Verify",
    "View",
    "Preview",
    "Estimate",
    "Assume",
    "Decrypt",
    "Download",
    "FilterLogEvents",
    "GenerateCredentialReport",
    "GenerateServiceLastAccessedDetails",
)
"""First words of the operations that change nothing; CloudTrail calls them read-only."""
_LONGEST = 1024


def mutating(operation: str) -> bool:
    """Say whether an operation changes something in the account."""
    return not operation.startswith(READS)


@dataclass(frozen=True, slots=True)
class Seen:
    """A management call, as CloudTrail sees it: what its record is made of once somebody wants it."""

    moment: float
    call: Mapping[str, Any]
    principal: Principal
    key: str
    address: str
    status: int
    protocol: str = ""
    model: Any = None
    body: bytes = b""
    """The answer, of calls that change something or failed."""
    headers: Mapping[str, str] = field(default_factory=dict)


class Calls:
    """The calls so far, each as its JSON line: 50,000 of them are read in one answer."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._seen: list[Seen] = []
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, call: Mapping[str, Any]) -> None:
        """Note a call."""
        with self._lock:
            line = json.dumps({"index": len(self._lines), **call}, default=_plain, separators=(",", ":"))
            self._lines.append(line.encode())

    def since(self, index: int, limit: int | None = None) -> bytes:
        """Give the lines from an index on."""
        with self._lock:
            end = None if limit is None else index + limit
            lines = self._lines[index:end]
        return b"".join(line + b"\n" for line in lines)

    def see(self, seen: Seen) -> None:
        """Note a management call for CloudTrail, which forgets none when the lines are cleared."""
        with self._lock:
            self._seen.append(seen)

    def seen(self, index: int) -> Sequence[Seen]:
        """Give the management calls from an index on."""
        with self._lock:
            return self._seen[index:]

    def clear(self, *, unseen: bool = False) -> None:
        """Forget them all; with `unseen` CloudTrail never saw them."""
        with self._lock:
            self._lines.clear()
            if unseen:
                self._seen.clear()


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.replace(tzinfo=value.tzinfo or UTC).isoformat()
        case bytes() if len(value) > _LONGEST:
            return f"<{len(value)} bytes>"
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return str(value)
