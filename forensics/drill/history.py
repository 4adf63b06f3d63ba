"""
The event history: what LookupEvents answers from, in every account and region.

It holds the story of the seed, what a test fills in, and the calls that were made here. Records are written
out when they are asked for: a drill that nobody asks for its history has none.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from forensics.drill import events
from forensics.drill.principals import Principal
from forensics.drill.world import VICTIM, World

DAY = 86_400
KEPT = 90 * DAY
"""Seconds for which AWS keeps the history."""

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One event: what LookupEvents looks at, and how to write it out."""

    moment: int
    id: str
    name: str
    source: str
    user: str
    key: str
    read: bool
    write: Callable[[], Record]
    resources: tuple[tuple[str, str], ...] = ()

    @property
    def order(self) -> tuple[int, str]:
        """Give what events are sorted by."""
        return self.moment, self.id

    def attributes(self, name: str) -> Iterable[str]:
        """Give the values of an attribute that LookupEvents knows."""
        plain = {
            "AccessKeyId": self.key,
            "EventId": self.id,
            "EventName": self.name,
            "EventSource": self.source,
            "ReadOnly": str(self.read).lower(),
            "Username": self.user,
        }
        if name in plain:
            return (plain[name],)
        return [pair[name == "ResourceName"] for pair in self.resources]

    def shown(self) -> dict[str, Any]:
        """Write it as LookupEvents answers."""
        said: dict[str, Any] = {
            "EventId": self.id,
            "EventName": self.name,
            "ReadOnly": str(self.read).lower(),
            "EventTime": self.moment,
            "EventSource": self.source,
            "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in self.resources],
            "CloudTrailEvent": json.dumps(self.write(), separators=(",", ":"), ensure_ascii=False),
        }
        return said | {
            name: text for name, text in (("Username", self.user), ("AccessKeyId", self.key)) if text
        }


def of(record: Record, moment: float, resources: Sequence[tuple[str, str]] = ()) -> Event:
    """Make an event of a record that is written already."""
    who: Mapping[str, Any] = record.get("userIdentity", {})
    return Event(
        int(moment),
        str(record["eventID"]),
        str(record.get("eventName") or record["insightDetails"]["eventName"]),
        str(record.get("eventSource") or record["insightDetails"]["eventSource"]),
        user(who),
        str(who.get("accessKeyId", "")),
        bool(record.get("readOnly", True)),
        lambda: record,
        tuple(resources),
    )


def user(who: Mapping[str, Any]) -> str:
    """Name the caller as LookupEvents does: a session by its own name."""
    match who.get("type"):
        case "Root":
            return "root"
        case "AssumedRole":
            return str(who["principalId"]).rpartition(":")[2]
        case _:
            return str(who.get("userName", ""))


@dataclass
class History:
    """All events by (account, region), oldest first."""

    world: World
    events: dict[tuple[str, str], list[Event]] = field(default_factory=lambda: defaultdict(list))
    insights: dict[tuple[str, str], list[Event]] = field(default_factory=lambda: defaultdict(list))
    absorbed: int = 0
    """How many of the calls made here are in it."""

    def add(self, account: str, region: str, found: Iterable[Event], *, insight: bool = False) -> None:
        """Put events in."""
        kept = (self.insights if insight else self.events)[account, region]
        kept.extend(found)
        kept.sort(key=lambda event: event.order)

    def catch_up(self) -> None:
        """Take in the calls that CloudTrail has delivered by now."""
        newest = self.world.clock() - self.world.delivery
        new: dict[tuple[str, str], list[Event]] = defaultdict(list)
        for seen in self.world.calls.seen(self.absorbed):
            if seen.moment > newest:
                break
            self.absorbed += 1
            record = events.of(seen)
            where = (seen.principal.account, str(record["awsRegion"]))
            new[where].append(of(record, seen.moment))
        for (account, region), found in new.items():
            self.add(account, region, found)

    def between(self, where: tuple[str, str], span: tuple[float, float], *, insight: bool) -> list[Event]:
        """Give the events of a time, both ends included, oldest first."""
        kept = (self.insights if insight else self.events)[where]
        first = bisect_left(kept, int(span[0]) if span[0] == int(span[0]) else int(span[0]) + 1, key=_moment)
        return kept[first : bisect_right(kept, int(span[1]), key=_moment)]


def _moment(event: Event) -> int:
    return event.moment


Telling = Callable[[World, History], None]
"""Puts the seed's story into a history, when somebody first asks for it."""


def history(world: World) -> History:
    """Give the history of a world, with all that is delivered by now."""
    key = ("history", "", "")
    with world.lock:
        if key not in world.shelf:
            world.shelf[key] = History(world)
            for tell in world.shelf.get(("story", "", ""), ()):
                tell(world, world.shelf[key])
        found: History = world.shelf[key]
        found.catch_up()
        return found


def fill(world: World, regions: Sequence[str], count: int, *, days: int = 89) -> None:
    """Fill the victim's history with many events, spread evenly over regions and days; always the same."""
    found = history(world)
    for number, region in enumerate(regions):
        share = count // len(regions) + (number < count % len(regions))
        step = days * DAY / max(share, 1)
        start = int(world.born) - days * DAY
        made = (_filler(region, index, start + index * step) for index in range(share))
        found.add(VICTIM, region, made)


_NAMES = ("DescribeInstances", "DescribeVolumes", "GetCallerIdentity", "ListBuckets", "DescribeLogGroups")
_CLERK = Principal(VICTIM, "user", "clerk", f"arn:aws:iam::{VICTIM}:user/clerk", "AIDAQCLERKQCLERKQCLER")


def _filler(region: str, index: int, moment: float) -> Event:
    name, source = _NAMES[index % len(_NAMES)], "ec2.amazonaws.com"
    key, id_ = "AKIAQCLERKQCLERKQCLE", events.identifier("filler", region, index, int(moment))
    write = partial(_written, region, index, moment, id_)
    return Event(int(moment), id_, name, source, "clerk", key, read=True, write=write)


def _written(region: str, index: int, moment: float, id_: str) -> Record:
    who = events.identity(_CLERK, "AKIAQCLERKQCLERKQCLE", moment)
    call = ("ec2.amazonaws.com", _NAMES[index % len(_NAMES)])
    made = events.record(
        who, moment, region, call, {"number": index}, account=VICTIM, agent="aws-cli/2.31.0 md/Botocore"
    )
    return {**made, "eventID": id_}
