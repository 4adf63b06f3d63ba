"""
One walk through the event history, from its newest event to its oldest.

LookupEvents gives pages in that order alone, and a page's token only with the page before. So a span is
read in one list, and its files are cut as the events pass their borders: days without events cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from forensics.aws import codes
from forensics.aws.ask import Answer, Refusal, truncated
from forensics.collectors.lines import Lines, Seen, line, mark
from forensics.collectors.spans import DAY, HOUR, Calendar, Span, iso, moment
from forensics.model import Draft, Exchange

MANY = 10_000
"""Events of one file past which it is cut at the next full hour: a minute and a half of requests."""
RECENT = 10_000
"""Events remembered, so that a page that comes twice is known: a busy hour has millions."""
REPEATS = 100
"""Pages in a row without anything new, after which the list is taken for endless."""


@dataclass
class Walk:
    """A walk down to `lower`; `top` is where the next file ends, for all above it is kept."""

    span: Span
    calendar: Calendar
    draft: Callable[[], Draft]
    known: Collection[bytes] = frozenset()
    """Marks of events that are kept elsewhere."""
    token: str = ""
    over: bool = False
    pages: int = 0
    strays: int = 0
    """Events of the open file that came after younger files were closed: AWS's order has no guarantee."""
    file: Lines | None = None
    start: int = 0
    """Where the open file begins."""
    _seen: Seen = field(default_factory=lambda: Seen(RECENT))
    _tokens: set[int] = field(default_factory=set)
    _nothing_new: int = 0
    _lowest: int = 0

    def __post_init__(self) -> None:
        """Stand at the upper end."""
        self.lower, self.top, self.at = self.span.since, self.span.until, self.span.until

    @property
    def request(self) -> dict[str, Any]:
        """Give the parameters of the next page: the same for all, or else the token is void."""
        # Both ends are in what AWS answers, and it knows whole seconds.
        request: dict[str, Any] = {
            "StartTime": moment(self.span.since),
            "EndTime": moment(self.span.until - 1),
            "MaxResults": 50,
        }
        if self.span.category != "management":
            request["EventCategory"] = self.span.category
        return {**request, "NextToken": self.token} if self.token else request

    @property
    def rest(self) -> Span:
        """Give what is not kept of it."""
        return replace(self.span, since=self.lower, until=self.top)

    @property
    def left(self) -> float:
        """Guess how many pages are to come."""
        passed = max(1, self.span.until - self.at)
        return self.pages * (self.at - self.lower) / passed

    def halve(self) -> Span | None:
        """Give the older half of what is to come to somebody else."""
        middle = self.calendar.border((self.at + self.lower) // 2)
        highest = self.start if self.file else self.top
        if not self.lower < middle < highest:
            return None
        span = replace(self.span, since=self.lower, until=middle)
        self.lower = middle
        return span

    def advance(self, events: list[dict[str, Any]], answer: Answer) -> Refusal | None:
        """Take the token of the page after this one; say so where it leads nowhere."""
        self.pages += 1
        moments = [second for event in events if (second := _second(event)) is not None]
        # The last two, since AWS's order has no guarantee: one that strayed ends nothing.
        last = max(moments[-2:], default=self.at)
        self.at = min(self.at, last)
        self.token = str(answer.values.get("NextToken") or "")
        self.over = not self.token or last < self.lower
        if self.over:
            return None
        if hash(self.token) in self._tokens:
            return truncated(codes.REPEATED_TOKEN, answer)
        self._tokens.add(hash(self.token))
        return truncated(codes.PAGE_LIMIT, answer) if self._nothing_new >= REPEATS else None

    def take(self, events: list[dict[str, Any]], exchange: Exchange) -> Iterator[tuple[Span, Lines]]:
        """Write the events of a page, and give each file that they close."""
        new = 0
        for event in events:
            second, text = _second(event), line(event)
            if second is not None and second < self.lower:
                continue
            # One without an id is kept once too often rather than lost.
            id_ = mark(text) if isinstance(event.get("EventId"), str) else b""
            if id_ and self._seen.again(id_):
                continue
            new += 1
            if id_ in self.known:
                continue
            yield from self._pass(second)
            self._open(second).add(text, exchange)
        self._seen.forget()
        self._nothing_new = 0 if new else self._nothing_new + 1

    def end(self) -> Iterator[tuple[Span, Lines]]:
        """Close the last file, which reaches down to where the walk ends."""
        if self.file is not None:
            yield self._close(self.lower)

    def discard(self) -> None:
        """Give up the open file."""
        if self.file is not None:
            self.file.draft.discard()
            self.file = None

    def _pass(self, second: int | None) -> Iterator[tuple[Span, Lines]]:
        """Close the open file if an event lies below it, or below a full hour and the file has many."""
        if self.file is None or second is None:
            return
        if second < self.start:
            yield self._close(self.start)
        elif self.file.events >= MANY and self.calendar.unit == DAY and self.start != self.calendar.tail:
            hour = -(-(second + 1) // HOUR) * HOUR
            if hour % DAY and self.start < hour < self.top and self._lowest >= hour:
                yield self._close(hour)

    def _open(self, second: int | None) -> Lines:
        if self.file is None:
            where = self.top - 1 if second is None else min(second, self.top - 1)
            self.start = max(self.lower, self.calendar.border(where))
            self.file, self.strays, self._lowest = Lines(self.draft()), 0, self.top
        if second is not None:
            self.strays += second >= self.top
            self._lowest = min(self._lowest, second)
        return self.file

    def _close(self, since: int) -> tuple[Span, Lines]:
        assert self.file is not None  # noqa: S101 - who calls it has looked
        file, until = self.file, self.top
        if since > self.start:
            # A part of a day is looked for in that day alone: see `spans`.
            until = min(until, (since // DAY + 1) * DAY)
        self.file, self.top = None, since
        return replace(self.span, since=since, until=until), file


def about(span: Span) -> dict[str, str]:
    """Name a span in a gap."""
    return {"EventCategory": span.category, "StartTime": iso(span.since), "EndTime": iso(span.until)}


def _second(event: Mapping[str, Any]) -> int | None:
    """Tell when an event was, in whole seconds, if it says so."""
    said = event.get("EventTime")
    return int(said) if isinstance(said, int | float) and not isinstance(said, bool) else None
