"""
What is dated of a case, by whom, and what is not; and how far its clock was from others.

Of what the ledger says alone: whether a stamp is worth anything, `verify` finds out.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple

from forensics.errors import FormatError
from forensics.formats import entry
from forensics.formats.anchor import Anchor
from forensics.formats.display import clean
from forensics.formats.dues import Dues
from forensics.formats.entry import Entry
from forensics.verifier.reader import open_record

SKEW = timedelta(minutes=10)
"""How far a clock may be off before it is said."""

_SECOND = timedelta(seconds=1)
_NAMED = 5


class Skew(NamedTuple):
    """How far the case's clock was ahead of another; less than nothing where it was behind."""

    of: str
    """`AWS`, or the URL of a time-stamp authority."""
    time: str
    """When it was seen, by the case's clock."""
    seconds: int

    @property
    def flagged(self) -> bool:
        """Say whether it is more than clocks may be off."""
        return abs(self.seconds) > SKEW // _SECOND


@dataclass(slots=True)
class Dating:
    """Filled entry by entry, oldest first."""

    dues: Dues = field(default_factory=Dues)
    skews: list[Skew] = field(default_factory=list)
    """One for each run and each jump of the clock in one, and one for each stamp that shows one."""
    _times: array[float] = field(default_factory=lambda: array("d"))

    def take(self, one: Entry) -> None:
        """Take one more entry into account."""
        self._times.append(_seconds(one.time))
        before = len(self.dues.anchors)
        self.dues.take(one.seq, one.type, one.body)
        if one.type in {"run.start", "note"}:
            self._run(one.body.get("clock"))
        for _, anchor in self.dues.anchors[before:]:
            self._stamp(one.time, anchor)

    def _run(self, clock: object) -> None:
        if not isinstance(clock, dict):
            return
        aws, local = clock.get("aws"), clock.get("local")
        if not isinstance(aws, str) or not isinstance(local, str):
            return
        try:
            seen, said = entry.moment(local), parsedate_to_datetime(aws)
            self.skews.append(Skew("AWS", local, (seen - said) // _SECOND))
        except (FormatError, ValueError, TypeError, OverflowError):
            return  # a date that is none, or without a zone

    def _stamp(self, time: str, anchor: Anchor) -> None:
        """
        Hold a stamp's time against the entries about it: after the last one that it covers, before its own.

        What lies between is no skew: an authority may have been asked late.
        """
        if not anchor.time:
            return
        said, own = _seconds(anchor.time), _seconds(time)
        covered = self._times[anchor.checkpoint - 1] if 0 < anchor.checkpoint <= len(self._times) else said
        if said > own:
            self.skews.append(Skew(anchor.tsa, time, int(own - said)))
        elif covered > said:
            self.skews.append(Skew(anchor.tsa, time, int(covered - said)))

    @property
    def skew(self) -> Skew | None:
        """Return the worst that was seen."""
        return max(self.skews, key=lambda one: abs(one.seconds), default=None)

    @property
    def owed(self) -> dict[str, list[str]]:
        """Say of each authority what it has not stamped that it was to stamp."""
        found: dict[str, list[str]] = {}
        for tsa in self.dues.tsas:
            entries, bundles = self.dues.undated(tsa), self.dues.unsigned(tsa)
            what = [f"{entries} ledger entries"] if entries else []
            if what or bundles:
                found[tsa] = what + bundles
        return found

    def lines(self) -> Iterator[str]:
        """Yield lines for a terminal, all clean."""
        newest = {one.tsa: one for _, one in self.dues.anchors if one.checkpoint}
        for tsa, one in newest.items():
            said = f"at {one.time}" if one.time else "in a response that cannot be read"
            yield f"dated       {one.checkpoint} of {self.dues.size} entries, {said}, by {clean(tsa)}"
        if not newest:
            yield "dated       nothing: no time-stamp authority has stamped it (--tsa)"
        for tsa, what in self.owed.items():
            listed = ", ".join(map(clean, what[:_NAMED]))
            yield f"not dated   {listed}: owed by {clean(tsa)}; forensics stamp asks again"
        if self.skew is not None and self.skew.flagged:
            yield f"clock       {_words(self.skew)}: times in the ledger are by that clock"

    def document(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        return {
            "owed": self.owed,
            "skew": {"flagged": False} if self.skew is None else _document(self.skew),
            "stamps": [{**one.body(), "line": line} for line, one in self.dues.anchors],
            "tsas": list(self.dues.tsas),
        }


def dating(path: Path) -> Dating:
    """Say what is dated of a case or a bundle; raises as `coverage` does."""
    found = Dating()
    for one in open_record(path).entries():
        found.take(one)
    return found


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()


def _words(skew: Skew) -> str:
    minutes = abs(skew.seconds) // 60
    side = "ahead of" if skew.seconds > 0 else "behind"
    whose = "AWS's" if skew.of == "AWS" else f"that of {clean(skew.of)}"
    return f"{minutes} minutes {side} {whose} at {clean(skew.time)}"


def _document(skew: Skew) -> Mapping[str, Any]:
    return {"flagged": skew.flagged, "of": skew.of, "seconds": skew.seconds, "time": skew.time}
