"""Log groups as CloudWatch Logs keeps them: streams of events, what is said of them, and who may not read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forensics.drill.call import Call
from forensics.drill.denials import Refusal
from forensics.drill.principals import PARTITION
from forensics.drill.world import World

_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|[\w.+-]+@[\w.-]+")
"""What a data protection policy of the drill masks: addresses of machines and of people."""

Line = tuple[int, str]
"""Milliseconds since 1970, and the message."""
OVERHEAD = 26
"""Bytes that CloudWatch Logs counts for each event beside its message."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event, where it stands in its stream."""

    stream: str
    index: int
    moment: int
    message: str

    @property
    def id(self) -> str:
        """Give its id: digits, unlike those of any other, even of an event that says the same."""
        seed = f"{self.stream}\n{self.index}\n{self.moment}".encode()
        return f"3{int.from_bytes(hashlib.sha256(seed).digest()[:22], 'big'):055d}"

    @property
    def size(self) -> int:
        """Give its size as CloudWatch Logs counts it."""
        return len(self.message.encode("utf-8", "surrogatepass")) + OVERHEAD


@dataclass
class Group:
    """A log group."""

    name: str
    created: int
    retention: int | None = None
    kms: str = ""
    kind: str = "STANDARD"
    stated: int | None = None
    """What it says is stored in it, where that is not what is."""
    refused: bool = False
    """Its key is nobody's to use."""
    masks: bool = False
    """A data protection policy masks addresses in its events."""
    metrics: list[dict[str, Any]] = field(default_factory=list)
    subscriptions: list[dict[str, Any]] = field(default_factory=list)
    streams: dict[str, list[Line]] = field(default_factory=dict)
    pending: Callable[[], Mapping[str, Iterable[Line]]] | None = None
    """Gives its events when somebody first asks for them."""

    def fill(self) -> Group:
        """Put in what is to be in it."""
        if self.pending is not None:
            pending, self.pending = self.pending, None
            for name, lines in pending().items():
                self.streams.setdefault(name, []).extend(lines)
                self.streams[name].sort(key=lambda line: line[0])
        return self

    def events(self, names: Iterable[str] | None = None) -> Iterator[Event]:
        """Give the events of some streams, or of all, each in its order."""
        for name in sorted(self.fill().streams) if names is None else names:
            for index, (moment, message) in enumerate(self.streams[name]):
                yield Event(name, index, moment, message)

    def shown(self, message: str, *, bare: bool) -> str:
        """Write a message as whoever may not see what is masked gets it, or `bare`."""
        return message if bare or not self.masks else _ADDRESS.sub(lambda found: "*" * len(found[0]), message)

    @property
    def stored(self) -> int:
        """Give the bytes that are stored, or that it says are."""
        return sum(event.size for event in self.events()) if self.stated is None else self.stated

    def arn(self, account: str, region: str) -> str:
        """Name it."""
        return f"arn:{PARTITION}:logs:{region}:{account}:log-group:{self.name}"


def many(born: float, events: int, streams: int, size: int) -> Mapping[str, Iterable[Line]]:
    """Make many events, spread evenly over streams and the last six days; always the same."""
    step = 6 * 86_400_000 // max(events, 1)
    start = int(born) * 1000 - 6 * 86_400_000
    return {
        f"stream-{stream:03d}": [
            (start + number * step, f"{stream} {number} ".ljust(size, "."))
            for number in range(stream, events, streams)
        ]
        for stream in range(streams)
    }


def shelf(world: World, account: str, region: str) -> dict[str, Group]:
    """Give the groups of an account and region."""
    with world.lock:
        found: dict[str, Group] = world.shelf.setdefault(("log-groups", account, region), {})
        return found


def kept(call: Call) -> dict[str, Group]:
    """Give the groups of the caller's account and region."""
    return shelf(call.world, call.account, call.region)


def find(call: Call) -> Group:
    """Find the group that a call names, by name or ARN."""
    asked = str(call.params.get("logGroupName") or call.params.get("logGroupIdentifier") or "")
    name = asked.removesuffix(":*").rpartition(":log-group:")[2]
    found = kept(call).get(name)
    if found is None:
        raise Refusal("ResourceNotFoundException", "The specified log group does not exist.")
    return found


def readable(call: Call) -> Group:
    """Find a group whose events the caller may read."""
    found = find(call)
    if found.refused:
        raise Refusal(
            "AccessDeniedException",
            f"User: {call.principal.arn} is not authorized to perform: kms:Decrypt on resource: {found.kms}",
        )
    if found.kind == "INFREQUENT_ACCESS":
        raise Refusal(
            "InvalidParameterException",
            f"{call.asked.operation} is not supported for log groups of the class INFREQUENT_ACCESS.",
        )
    return found.fill()
