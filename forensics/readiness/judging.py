"""What would be lost of each thing that is alive, if it were destroyed now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeGuard

from forensics import comparing
from forensics.collectors.spec import Thing
from forensics.model import GLOBAL, Effect, Source
from forensics.plain import printable, texts
from forensics.readiness import contents
from forensics.readiness.conditions import is_out
from forensics.readiness.endings import Endings, Loss, key_of
from forensics.readiness.holdings import Holdings, of_more, refused
from forensics.readiness.listing import source_of
from forensics.readiness.things import Found

Key = tuple[str, str, str]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLIS, _DAYS = 10**14, 100_000
"""What AWS's numbers of times are below."""
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
    cause: str = ""
    """Of what was refused: what, and by which code. Another refusal is another thing to be let go."""
    recorded: bool = False
    """Whether that it was copied out is the case's word alone: where the copy is was not looked at now."""

    @property
    def ref(self) -> str:
        """What it is waived by: `ec2:volume/vol-1@eu-west-1`, `iam:role/Admin`."""
        return printable(f"{self.kind}/{self.id}" + ("" if self.region == GLOBAL else f"@{self.region}"))

    @property
    def where(self) -> tuple[str, str]:
        """What a waiver is of: the account, the name of the thing in it, and of a refusal what it was."""
        return self.account, printable(f"{self.ref}: {self.cause}") if self.cause else self.ref

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
            "cause": self.cause,
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "recorded": self.recorded,
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
        *,
        named: bool = False,
        endings: Endings | None = None,
    ) -> None:
        """Know it all; `named` where each thing is one that was named to be destroyed."""
        self._named, self._endings = named, endings or Endings()
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
        self._ids: dict[str, set[str]] = {}
        for found in (*live.values(), *known.values()):
            self._ids.setdefault(found.kind, set()).update(_names(found))
        self._special: Mapping[str, Callable[[Found], tuple[State, str]]] = {
            "ec2:volume": self._volume,
            "logs:log-group": self._log_group,
            "s3:bucket": self._bucket,
        }

    def rows_of(self, kind: str) -> Sequence[str]:
        """Name the rows that list things of a kind."""
        return self._rows.get(kind, ())

    def judge(self, found: Found) -> Iterator[Judged]:
        """Yield the thing, and what it has that is a thing by itself: its memory, the disks of its host."""
        if found.kind in contents.BESIDE:
            return
        if found.kind == "ec2:snapshot" and found.id in self._made:
            state, why = self._snapshot(self._made[found.id])
            if self._named and state is State.KEPT:
                state, why = State.UNKEEPABLE, contents.OURS
        else:
            state, why = self._plain(found)
            if state is State.KEPT:
                state, why = self._special.get(found.kind, self._content)(found)
        about = found.kind, found.id, found.region, state, why, found.arn, found.name
        yield Judged(*about, recorded=state is State.COPIED and not self._seen(found))
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
                if source.name != row and self._speaks(gap, found):
                    return f"{source.name} was {gap['outcome']}: {gap['code']}"
        return ""

    def _speaks(self, gap: Mapping[str, Any], found: Found) -> bool:
        """
        Say whether a gap is, or may be, of this thing: not all that ended in it are named.

        It is of another thing only where each of its examples names one. What was asked about by the name of
        a part (the rules of a listener of a balancer) says of no thing that it is whole.
        """
        others = self._ids.get(found.kind, set()) - _names(found)
        return of_more(gap) or any(_may_be_of(one, found, others) for one in gap["examples"])

    # -- what is more than its description

    def _content(self, found: Found) -> tuple[State, str]:
        why = contents.UNKEPT.get(found.kind, "")
        return (State.UNKEEPABLE, why) if why else (State.KEPT, "")

    def _volume(self, found: Found) -> tuple[State, str]:
        made = self._of_volume.get(found.id, [])
        if not made:
            return State.NOT_KEPT, "the case has no snapshot of it"
        judged = [self._left(one) for one in made]
        order = (State.COPIED, State.LOCKED, State.KEPT, State.UNKNOWN, State.NOT_KEPT)
        return min(judged, key=lambda one: order.index(one[0]))

    def _left(self, made: Effect) -> tuple[State, str]:
        """Say what is left of a disk, whose snapshot may itself have been named to be destroyed."""
        state, why = self._snapshot(made)
        if state is State.KEPT and made.id in self._endings.snapshots:
            return State.NOT_KEPT, f"its snapshot {made.id} is to be destroyed too"
        return state, why

    def _snapshot(self, made: Effect) -> tuple[State, str]:
        """Say what has become of a snapshot of ours, and of its copies."""
        lost = []
        for copy in filter(is_out, self._copies.get(made.id, ())):
            if not (why := self._endings.of_copy(copy)):
                word = (
                    "" if self._endings.sees(copy) else f", {contents.RECORDED.format(copy.source.account)}"
                )
                return State.COPIED, f"{made.id} as {copy.id}{word}"
            lost.append(f"; {why}")
        state, why = self._here(made)
        return state, "".join((why, *lost))

    def _seen(self, disk: Found) -> bool:
        """Say whether a copy of a disk, or of a snapshot of ours, was seen whole now."""
        made = [disk.id, *(one.id for one in self._of_volume.get(disk.id, ()))]
        copies = [one for identifier in made for one in self._copies.get(identifier, ()) if is_out(one)]
        return any(self._endings.sees(one) and not self._endings.of_copy(one) for one in copies)

    def _here(self, made: Effect) -> tuple[State, str]:
        """Say what has become of a snapshot in its own account."""
        there = self._live.get(("ec2:snapshot", made.source.region, made.id))
        state = str(there.facts.get("State", "")) if there else "gone: AWS lists it no more"
        if there is None or state != "completed":
            return State.NOT_KEPT, f"its snapshot {made.id} is {state}"
        if loss := self._endings.of_key(key_of(there)):
            return _unread(made, loss)
        lock = self._live.get(("ec2:locked-snapshot", made.source.region, made.id))
        if lock is not None and lock.name not in contents.UNLOCKED:
            return State.LOCKED, f"{made.id}, in this account"
        return State.KEPT, f"{made.id}, in this account alone"

    def _log_group(self, found: Found) -> tuple[State, str]:
        source = Source(self._holdings.account, found.region, "logs", "FilterLogEvents")
        closing = self._holdings.standing.coverage.get(source)
        if closing is None:
            return State.NOT_KEPT, "its events were not asked for"
        window = closing.window
        if window is None or _oldest(found, window.until) < window.since:
            since = f"before {window.since:%Y-%m-%d}" if window else "of long ago"
            return State.NOT_KEPT, f"its events {since} were not asked for: preserve --since"
        return State.KEPT, ""

    def _bucket(self, found: Found) -> tuple[State, str]:
        if anchored := self._holdings.anchors[found.id]:
            return (
                State.UNKEEPABLE,
                f"{anchored} checkpoints of this case are anchored in it: {contents.ANCHOR}",
            )
        kept = self._holdings.objects[found.id]
        if not kept:
            return State.UNKEEPABLE, contents.UNKEPT[found.kind]
        return State.UNKEEPABLE, f"{kept} objects of it are kept, logs of the case's window: nothing else is"

    def _of_host(self, found: Found) -> Iterator[Judged]:
        """Yield what an instance has that ends with it."""
        if str(found.facts.get("State", {}).get("Name", "")) in _GONE:
            return
        beside = Judged("ec2:memory", found.id, found.region, State.UNKEEPABLE, contents.MEMORY)
        yield beside
        kind = str(found.facts.get("InstanceType", ""))
        if ("ec2:instance-type", found.region, kind) in self._live:
            yield replace(beside, kind="ec2:instance-store", why=f"{kind}: {contents.STORE}")


def _unread(made: Effect, loss: Loss) -> tuple[State, str]:
    if loss.sure:
        return State.NOT_KEPT, f"its snapshot {made.id} cannot be read: {loss.why}"
    return State.UNKNOWN, f"its snapshot {made.id} may not be readable: {loss.why}"


def _oldest(group: Found, until: datetime) -> datetime:
    """Say from when on a log group may have events: those before its retention are deleted."""
    created, days = group.facts.get("creationTime"), group.facts.get("retentionInDays")
    made = _EPOCH + timedelta(milliseconds=created) if _within(created, _MILLIS) else _EPOCH
    return max(made, until - timedelta(days=days)) if _within(days, _DAYS) else made


def _within(value: Any, most: int) -> TypeGuard[int]:
    return isinstance(value, int) and 0 < value <= most


def _may_be_of(example: Any, found: Found, others: set[str]) -> bool:
    named = set(texts(example))
    return bool(named & _names(found)) or not named & others


def _names(found: Found) -> set[str]:
    return {found.id, found.arn, found.name} - {""}
