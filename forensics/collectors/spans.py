"""Spans of the event history: how they are named and cut, and which of them a case lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

HOUR = 3_600
DAY = 24 * HOUR
OLDEST = datetime(2006, 1, 1, tzinfo=UTC)
"""S3 began then, CloudTrail and CloudWatch Logs later: no log is older."""
_BLOCKS = (12 * HOUR, 4 * HOUR, HOUR)
"""What a day is cut into where it cannot be had in one piece, and those again."""


def moment(second: int) -> datetime:
    """Give a second since 1970 as a time."""
    return datetime.fromtimestamp(second, UTC)


def iso(second: int) -> str:
    """Write a second since 1970."""
    return moment(second).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds since 1970: `since` is in it, `until` is not."""

    category: str
    since: int
    until: int

    @property
    def name(self) -> str:
        """Name it, as a case has it."""
        return f"{self.category} {iso(self.since)}/{iso(self.until)}"

    @property
    def key(self) -> str:
        """Name its file."""
        return f"{self.category}/{iso(self.since).replace(':', '')}.jsonl.gz"

    def divide(self) -> list[Span]:
        """Cut it in pieces that may go better, newest first; none if it is too short."""
        if self.until - self.since > DAY:
            middle = (self.since + self.until) // 2 // DAY * DAY
            cuts = [middle] if middle > self.since else [self.until // DAY * DAY]
        else:
            size = next((size for size in _BLOCKS if size < self.until - self.since), 0)
            first = (self.since // size + 1) * size if size else self.until
            cuts = list(range(first, self.until, size or 1))
        ends = [self.since, *cuts, self.until]
        pieces = [replace(self, since=a, until=b) for a, b in pairwise(ends)]
        return pieces[::-1] if len(pieces) > 1 else []


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where the files of a category are cut: at multiples of `unit`, and where the last half hour begins."""

    unit: int
    tail: int
    earliest: int = 0
    """What is older is forgotten: no file of it is looked for."""
    latest: int = 2**60
    """What is later is still to come: none of it either."""

    def border(self, second: int) -> int:
        """Give the border below a second."""
        return self.tail if second >= self.tail else second // self.unit * self.unit

    def missing(self, whole: Span, holds: Callable[[str], bool]) -> list[Span]:
        """List what is not held of a span, newest first."""
        missing, below = [], whole.until
        for since, until in sorted(self._held(whole, holds), key=lambda pair: -pair[1]):
            if until < below:
                missing.append(replace(whole, since=until, until=below))
            below = min(below, since)
        return [*missing, replace(whole, until=below)] if below > whole.since else missing

    def _held(self, whole: Span, holds: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
        points = self._points(whole)
        # Thousands of days have millions of spans: each is named in the cheapest way.
        said = [iso(point) for point in points]
        lone: list[tuple[int, int]] = []
        for number, since in enumerate(points[:-1]):
            start = f"{whole.category} {said[number]}/"
            found = [one for one in range(number + 1, len(points)) if holds(start + said[one])]
            yield from ((since, points[one]) for one in found)
            if not found and self.unit == DAY and points[number + 1] - since <= DAY:
                lone.append((since, points[number + 1]))
        for since, until in lone:
            yield from _within(replace(whole, since=since, until=until), holds)

    def _points(self, whole: Span) -> list[int]:
        """List where files of a span may begin and end."""
        first = (max(whole.since, self.earliest) // self.unit + 1) * self.unit
        last = min(whole.until, self.latest)
        ends = {whole.since, *range(first, last, self.unit), self.tail, whole.until}
        return sorted(point for point in ends if whole.since <= point <= whole.until)


def _within(day: Span, holds: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Find pieces of a day: those that it is divided into, and those cut off a busy one from above."""
    for size in _BLOCKS:
        for start in range(day.since // size * size, day.until, size):
            piece = replace(day, since=max(start, day.since), until=min(start + size, day.until))
            if holds(piece.name):
                yield piece.since, piece.until
    top, hour = day.until, (day.until - 1) // HOUR * HOUR
    while hour > day.since:
        if holds(replace(day, since=hour, until=top).name):
            yield hour, top
            top = hour
        hour -= HOUR
    if top < day.until and holds(replace(day, until=top).name):
        yield day.since, top
