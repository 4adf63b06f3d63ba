"""
When each item was kept, at the earliest and at the latest, by clocks that are not the responder's.

A stamp that a line tells of was there before the line: what comes after it is younger. A checkpoint covers
the lines before it: they are older than a stamp over it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

SKEW = timedelta(minutes=10)
"""How far the ledger's clock may be off before it is said."""
LATE = timedelta(hours=1)
"""How long after its entry an item may be dated before that is said: until then it could be rewritten."""


class Before(NamedTuple):
    """A line that tells of a stamp: all lines after it are younger."""

    line: int
    time: str


class After(NamedTuple):
    """A stamp over so many lines: all of them are older."""

    lines: int
    time: str


@dataclass(frozen=True, slots=True)
class Window:
    """Lines of the ledger, one after the other, that lie between the same two stamps."""

    first: int
    last: int
    not_before: str
    """Empty where no stamp says."""
    not_after: str
    since: str
    """The ledger's own times of the first line and the last; empty where it was not read."""
    until: str

    @property
    def between(self) -> tuple[str, str]:
        """Return its two ends."""
        return self.not_before, self.not_after

    @property
    def skewed(self) -> bool:
        """Say whether the ledger's own times contradict the stamps."""
        early = _apart(self.since, self.not_before) > SKEW
        return early or _apart(self.not_after, self.until) > SKEW

    @property
    def late(self) -> timedelta:
        """
        Return how long the lines lay undated: by the ledger's time of the first, and by the stamp before it.

        Whichever is less, for a clock may be behind; but not by more than `LATE`: whoever rewrites a ledger
        and has it stamped anew has a young stamp before its old lines as well.
        """
        by_clock, by_stamps = _apart(self.since, self.not_after), _apart(self.not_before, self.not_after)
        trusted = self.not_before and _apart(self.since, self.not_before) <= LATE
        return min(by_clock, by_stamps) if trusted else by_clock

    @property
    def ahead(self) -> timedelta:
        """Return by how much the stamp after the lines is older than they, or than the stamp before them."""
        return max(_apart(self.not_after, self.until), _apart(self.not_after, self.not_before))

    @property
    def crossed(self) -> bool:
        """Say whether the stamps contradict each other."""
        return _apart(self.not_after, self.not_before) > SKEW


def _apart(start: str, end: str) -> timedelta:
    """Return how long after the one the other is; nothing where either is not known."""
    if not start or not end:
        return timedelta(0)
    return datetime.fromisoformat(end) - datetime.fromisoformat(start)


@dataclass(frozen=True, slots=True)
class Windows:
    """All of a ledger's items, each in its window. Nothing where nothing is stamped."""

    windows: tuple[Window, ...] = ()
    paths: Sequence[str] = ()
    """The items, in the ledger's order."""
    lines: Sequence[int] = ()
    """Where each was added."""
    trusted: bool = False
    """The times are those of authorities that were named; else they are only claimed."""

    def items(self, window: Window) -> Sequence[str]:
        """Return the items of a window."""
        return self.paths[bisect_left(self.lines, window.first) : bisect_right(self.lines, window.last)]

    def document(self) -> dict[str, Any]:
        """Return them as JSON-able values."""
        spans = [
            {
                "first_line": one.first,
                "items": list(self.items(one)),
                "last_line": one.last,
                "late": one.late > LATE,
                "not_after": one.not_after,
                "not_before": one.not_before,
                "skewed": one.skewed,
            }
            for one in self.windows
        ]
        return {"spans": spans, "trusted": self.trusted}

    def summary(self) -> Iterator[str]:
        """Yield what there is to say for a terminal, in a line or two."""
        if not self.windows:
            return
        first, last = self.windows[0], self.windows[-1]
        whose = "" if self.trusted else ", as stamps claim that nobody vouches for (--tsa-root)"
        open_ended = sum(len(self.items(one)) for one in self.windows if not one.not_after)
        latest = max(one.not_after for one in self.windows)
        if latest:
            since = f"not before {first.not_before}" if first.not_before else "since when, nothing says"
            count = len(self.windows)
            yield f"items kept: {since}, not after {latest}; {count} window{'s' * (count != 1)}{whose}"
        if open_ended:
            yield f"{open_ended} items are in no stamp: after line {last.first - 1} nothing says until when"


@dataclass(slots=True)
class Dates:
    """What stamps say of a ledger, gathered one by one."""

    before: list[Before] = field(default_factory=list)
    after: list[After] = field(default_factory=list)

    def windows(
        self, size: int, times: Mapping[int, str], lines: Sequence[int], stated: Collection[int]
    ) -> tuple[Window, ...]:
        """
        Cut a ledger of so many lines where a stamp begins or ends to say something.

        `times` are the ledger's own, at least of the lines at the cuts; `lines` those that add items: each
        window begins and ends close to one, where there was a checkpoint (`stated` has their sizes).
        """
        if not self.before and not self.after:
            return ()
        cuts = {0, size, *stated, *(one.line for one in self.before), *(one.lines for one in self.after)}
        low, high = _Low(self.before), _High(self.after)
        found: list[Window] = []
        for start, end in pairwise(sorted(cut for cut in cuts if cut <= size)):
            if bisect_right(lines, end) == bisect_right(lines, start):
                continue
            since, until = times.get(start + 1, ""), times.get(end, "")
            window = Window(start + 1, end, low.at(start), high.at(end), since, until)
            if found and found[-1].between == window.between:
                found[-1] = replace(found[-1], last=end, until=until)
            else:
                found.append(window)
        return tuple(found)


class _Low:
    """The latest time that a line up to some place tells of."""

    def __init__(self, points: Sequence[Before]) -> None:
        ordered = sorted(points)
        self._lines = [one.line for one in ordered]
        self._times = list(accumulate((one.time for one in ordered), max))

    def at(self, line: int) -> str:
        place = bisect_right(self._lines, line)
        return self._times[place - 1] if place else ""


class _High:
    """The earliest time of a stamp over some place or more."""

    def __init__(self, points: Sequence[After]) -> None:
        ordered = sorted(points)
        self._lines = [one.lines for one in ordered]
        self._times = list(accumulate((one.time for one in reversed(ordered)), min))[::-1]

    def at(self, line: int) -> str:
        place = bisect_left(self._lines, line)
        return self._times[place] if place < len(self._times) else ""
