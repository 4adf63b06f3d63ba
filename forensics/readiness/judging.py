"""What would be lost of each thing that is alive, if it were destroyed now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from forensics import comparing
from forensics.collectors.spec import Thing
from forensics.model import GLOBAL, Effect
from forensics.plain import printable
from forensics.readiness import contents
from forensics.readiness.conditions import is_out
from forensics.readiness.holdings import Holdings, of_more, refused
from forensics.readiness.listing import source_of
from forensics.readiness.things import Found

Key = tuple[str, str, str]

_FIELDS = 4
"""Fields named of a thing that has changed; the others are counted."""
_GONE = frozenset({"terminated", "stopped"})
"""States of an instance in which it has no memory and no disks in its host any more."""


class State(StrEnum):
    """What the case has of a thing."""

    KEPT = "kept"
    LOCKED = "kept-and-locked"
    COPIED = "copied-out"
    CHANGED = "changed"
    """It is another by now than when it was kept."""
    UNKEEPABLE = "cannot-be-kept"
    """Nothing that this program does keeps it."""
    NOT_KEPT = "not-kept"
    GONE = "gone"
    """It was named, is in the case, and is there no more."""
    UNKNOWN = "not-known"
    """It was named, and nobody here knows what it is."""


SAFE = frozenset({State.KEPT, State.LOCKED, State.COPIED, State.GONE})


@dataclass(frozen=True, slots=True)
class Judged:
    """A thing, and what the case has of it. Names and reasons hold hostile text."""

    kind: str
    id: str
    region: str
    state: State
    why: str = ""
    arn: str = ""
    name: str = ""
    waived: Mapping[str, Any] | None = None
    """Who let it go, and why: the body of that `waive`."""
    account: str = ""
    """Where it is; empty where nobody knows."""

    @property
    def ref(self) -> str:
        """What it is waived by: `ec2:volume/vol-1@eu-west-1`, `iam:role/Admin`."""
        return printable(f"{self.kind}/{self.id}" + ("" if self.region == GLOBAL else f"@{self.region}"))

    @property
    def where(self) -> tuple[str, str]:
        """What a waiver is of: the account, and the name of the thing in it."""
        return self.account, self.ref

    @property
    def full(self) -> str:
        """The same with its account, without which two may have it: `222222222222/iam:role/Admin`."""
        return f"{self.account}/{self.ref}" if self.account else self.ref

    @property
    def safe(self) -> bool:
        """Say whether nothing of it would be lost that has not been waived."""
        return self.state in SAFE or self.waived is not None

    def document(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        return {
            "account": self.account,
            "arn": self.arn,
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "ref": self.ref,
            "region": self.region,
            "safe": self.safe,
            "state": str(self.state),
            "waived": dict(self.waived) if self.waived else None,
            "why": self.why,
        }


class Judge:
    """Holds what is alive against what the case has."""

    def __init__(
        self,
        live: Mapping[Key, Found],
        known: Mapping[Key, Found],
        holdings: Holdings,
        rows: Mapping[str, tuple[Thing, ...]],
    ) -> None:
        self._live, self._known, self._holdings = live, known, holdings
        self._rows: dict[str, list[str]] = {}
        for row, lists in rows.items():
            for thing in lists:
                self._rows.setdefault(thing.kind, []).append(row)
        effects = holdings.effects()
        self._made = {one.id: one for one in effects if one.kind == "snapshot"}
        self._of_volume: dict[str, list[Effect]] = {}
        for one in self._made.values():
            self._of_volume.setdefault(str(one.detail.get("volume", "")), []).append(one)
        self._copies: dict[str, list[Effect]] = {}
        for one in effects:
            if one.kind == "copy":
                self._copies.setdefault(str(one.detail.get("snapshot", "")), []).append(one)
        self._special: Mapping[str, Callable[[Found], tuple[State, str]]] = {
            "ec2:volume": self._volume,
            "logs:log-group": self._log_group,
            "s3:bucket": self._bucket,
        }

    def judge(self, found: Found) -> Iterator[Judged]:
        """Yield the thing, and what it has that is a thing by itself: its memory, the disks of its host."""
        if found.kind in contents.BESIDE:
            return
        if found.kind == "ec2:snapshot" and found.id in self._made:
            state, why = self._snapshot(self._made[found.id])
        else:
            state, why = self._plain(found)
            if state is State.KEPT:
                state, why = self._special.get(found.kind, self._content)(found)
        yield Judged(found.kind, found.id, found.region, state, why, found.arn, found.name)
        if found.kind == "ec2:instance":
            yield from self._of_host(found)

    def _plain(self, found: Found) -> tuple[State, str]:
        """Say whether the case knows it, as it is now, with all that was asked about it."""
        before = self._known.get(found.key)
        if before is None:
            return State.NOT_KEPT, self._unknown(found)
        if lost := self._part(found):
            return State.NOT_KEPT, lost
        if fields := comparing.differing(found.face, before.face):
            more = f" and {len(fields) - _FIELDS} more" if len(fields) > _FIELDS else ""
            return State.CHANGED, f"since it was kept: {', '.join(fields[:_FIELDS])}{more}"
        return State.KEPT, ""

    def _unknown(self, found: Found) -> str:
        """Say why the case does not know it."""
        for row in self._rows.get(found.kind, ()):
            for source, gap in self._holdings.gaps:
                if source.region == found.region and refused(row, source, gap):
                    return f"{row} was {gap['outcome']}: {gap['code']}"
        asked = {source.name for source in self._holdings.coverage if source.region == found.region}
        if not asked & {source_of(row) for row in self._rows.get(found.kind, ())}:
            return "the case has not asked for it here"
        return "it was not there when the case was made"

    def _part(self, found: Found) -> str:
        """Name a row that asked about this one, and was not answered."""
        for row in (*self._rows.get(found.kind, ()), *contents.ASKED.get(found.kind, ())):
            for source, gap in self._holdings.about(row, found.region):
                if source.name != row and _speaks(gap, found):
                    return f"{source.name} was {gap['outcome']}: {gap['code']}"
        return ""

    # -- what is more than its description

    def _content(self, found: Found) -> tuple[State, str]:
        why = contents.UNKEPT.get(found.kind, "")
        return (State.UNKEEPABLE, why) if why else (State.KEPT, "")

    def _volume(self, found: Found) -> tuple[State, str]:
        made = self._of_volume.get(found.id, [])
        if not made:
            return State.NOT_KEPT, "the case has no snapshot of it"
        judged = [self._snapshot(one) for one in made]
        order = (State.COPIED, State.LOCKED, State.KEPT, State.NOT_KEPT)
        return min(judged, key=lambda one: order.index(one[0]))

    def _snapshot(self, made: Effect) -> tuple[State, str]:
        """Say what has become of a snapshot of ours, and of its copies."""
        done = [copy for copy in self._copies.get(made.id, ()) if is_out(copy)]
        if done:
            return State.COPIED, f"{made.id} as {done[0].id}"
        there = self._live.get(("ec2:snapshot", made.source.region, made.id))
        state = str(there.facts.get("State", "")) if there else "gone: AWS lists it no more"
        if state != "completed":
            return State.NOT_KEPT, f"its snapshot {made.id} is {state}"
        lock = self._live.get(("ec2:locked-snapshot", made.source.region, made.id))
        if lock is not None and lock.name not in contents.UNLOCKED:
            return State.LOCKED, made.id
        return State.KEPT, made.id

    def _log_group(self, found: Found) -> tuple[State, str]:
        if ("logs.FilterLogEvents", found.region) in self._covered():
            return State.KEPT, ""
        return State.NOT_KEPT, "its events were not asked for"

    def _covered(self) -> set[tuple[str, str]]:
        return {(source.name, source.region) for source in self._holdings.coverage}

    def _bucket(self, found: Found) -> tuple[State, str]:
        kept = self._holdings.objects[found.id]
        if not kept:
            return State.UNKEEPABLE, contents.UNKEPT[found.kind]
        for source, gap in self._holdings.gaps:
            if source.name in contents.LOGS and _speaks_of_bucket(gap, found.id):
                return State.NOT_KEPT, f"{source.name} was {gap['outcome']}: {gap['code']}"
        return State.KEPT, f"{kept} objects: its logs of the case's window"

    def _of_host(self, found: Found) -> Iterator[Judged]:
        """Yield what an instance has that ends with it."""
        if str(found.facts.get("State", {}).get("Name", "")) in _GONE:
            return
        beside = Judged("ec2:memory", found.id, found.region, State.UNKEEPABLE, contents.MEMORY)
        yield beside
        kind = str(found.facts.get("InstanceType", ""))
        if ("ec2:instance-type", found.region, kind) in self._live:
            yield replace(beside, kind="ec2:instance-store", why=f"{kind}: {contents.STORE}")


def _speaks(gap: Mapping[str, Any], found: Found) -> bool:
    """Say whether a gap is, or may be, of this thing: not all that ended in it are named."""
    named = {str(value) for one in gap["examples"] for value in one.values()}
    return found.id in named or (found.arn or found.id) in named or of_more(gap)


def _speaks_of_bucket(gap: Mapping[str, Any], bucket: str) -> bool:
    named = {str(one.get("Bucket", "")) for one in gap["examples"]} - {""}
    return bucket in named or not named or of_more(gap)
