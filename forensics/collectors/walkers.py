"""
Walks through the event history of one region, several at once: pages of one list come one after the other.

A walk's next request is on its way before its last answer is written down. The generator alone writes and
yields; the threads only ask.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue
from typing import NamedTuple

from forensics.aws.ask import Answer, Refusal
from forensics.aws.tally import Tally
from forensics.collectors.lines import Lines, events_of
from forensics.collectors.spans import Calendar, Span, iso
from forensics.collectors.spec import Context
from forensics.collectors.walk import Walk, about
from forensics.errors import ForensicsError
from forensics.model import Evidence, Exchange, Kind, Outcome, Record

OPERATION = "LookupEvents"

HOPELESS = frozenset(
    {
        Outcome.DENIED,
        Outcome.DENIED_BY_SCP,
        Outcome.NOT_ENABLED,
        Outcome.REGION_DISABLED,
        Outcome.UNSUPPORTED,
    }
)
"""What is the same for every span of a category."""
FAILURES = 4
"""Requests that fail one after the other, each after all its attempts, after which no more are made."""
MOST = 6
"""Walks at once in a region: enough for answers that take two seconds."""
TURN = 0.5
"""Seconds between two requests."""
WORTH = 4
"""Pages that a walk has to have before it, by its own guess, to be shared with another."""


class Came(NamedTuple):
    """What became of a walk's request."""

    walk: Walk
    exchanges: list[Exchange]
    result: Answer | Refusal | ForensicsError | None
    """None where the thread died of a bug, which it says itself."""


@dataclass
class Walkers:
    """All walks of one source. `records()` is the whole of it."""

    context: Context
    calendars: dict[str, Calendar]
    """By category."""
    spans: list[Span]
    tally: Tally
    title: Callable[[Span], str] = lambda span: span.name
    known: dict[str, Collection[bytes]] = field(default_factory=dict)
    """By category, marks of events that are kept elsewhere."""
    divisible: bool = True
    kept: int = 0
    """Files."""
    _walks: list[Walk] = field(default_factory=list)
    _streak: int = 0
    _slow: float = 0.0
    """Seconds that an answer takes, of late."""

    def __post_init__(self) -> None:
        """Line up."""
        self._waiting = deque(self.spans)
        self._came: SimpleQueue[Came] = SimpleQueue()

    def records(self) -> Iterator[Record]:
        """Read all spans, yielding requests that failed, and files."""
        closed = self.context.session.closed
        if self._waiting and (refusal := closed.refusal(self.context.source.region)) is not None:
            self._give_up(refusal)
        # Made before the first request's turn comes: it takes long enough for two to arrive at once.
        self.context.session.client(self.context.source.service, self.context.source.region)
        self._fill()
        while self._walks:
            walk, exchanges, result = self._came.get()
            if isinstance(result, ForensicsError):
                raise result
            if result is None:
                raise RuntimeError("a request ended in an error of this program")
            # Answers are kept as events: transcripts of them would be all of it once more.
            yield from (exchange for exchange in exchanges if exchange.code)
            self.tally.requests += len(exchanges)
            if isinstance(result, Refusal):
                self._refused(walk, result)
            else:
                yield from self._answered(walk, exchanges[-1], result)
            self._fill()

    def _fill(self) -> None:
        """Have as many walks on their way as use the limit."""
        while len(self._walks) < min(MOST, 2 + int(1.5 * self._slow / TURN)):
            span = self._waiting.popleft() if self._waiting else self._share()
            if span is None:
                return
            known = self.known.get(span.category, frozenset())
            walk = Walk(span, self.calendars[span.category], self.context.draft, known)
            self._walks.append(walk)
            self._ask(walk)

    def _share(self) -> Span | None:
        """Take from the walk that has most before it: early and often where answers take long."""
        slow = self._slow > TURN
        known = [walk for walk in self._walks if walk.pages > (not slow)]
        walk = max(known, key=lambda walk: walk.left, default=None)
        worth = 1 if slow else WORTH
        return walk.halve() if self.divisible and walk is not None and walk.left >= worth else None

    def _ask(self, walk: Walk) -> None:
        # Daemons, as the schedule's: what hangs in a socket must not keep an interrupted run from ending.
        threading.Thread(target=self._fetch, args=(walk,), daemon=True).start()

    def _fetch(self, walk: Walk) -> None:
        exchanges: list[Exchange] = []
        result: Answer | Refusal | ForensicsError | None = None
        asking = self.context.asker.ask(walk.request, operation=OPERATION, whole=True)
        try:
            result = _drive(asking, exchanges)
        except ForensicsError as error:
            result = error
        finally:
            self._came.put(Came(walk, exchanges, result))

    def _answered(self, walk: Walk, exchange: Exchange, answer: Answer) -> Iterator[Record]:
        self.context.session.closed.answered(self.context.source.region)
        self.tally.pages += 1
        self._streak = 0
        seconds = _seconds(exchange)
        self._slow += (seconds - self._slow) / (4 if self._slow else 1)
        events = events_of(exchange, "Events")
        refusal = walk.advance(events, answer)
        if refusal is None and not walk.over:
            self._ask(walk)
        yield from self._files(walk.take(events, exchange))
        if refusal is not None:
            self._refused(walk, refusal)
        elif walk.over:
            self._walks.remove(walk)
            yield from self._files(walk.end())

    def _files(self, found: Iterator[tuple[Span, Lines]]) -> Iterator[Record]:
        for span, lines in found:
            draft = lines.end()
            if self.context.holds(self.title(span)):
                draft.discard()
                continue
            self.kept += 1
            yield (self._evidence(span, lines),)

    def _evidence(self, span: Span, lines: Lines) -> Evidence:
        source = self.context.source
        assert lines.first is not None  # noqa: S101 - no file is opened without an event
        assert lines.last is not None  # noqa: S101
        return Evidence(
            source=source,
            kind=Kind.WINDOW,
            name=self.title(span),
            folder=f"{source.account}/{source.region}/cloudtrail/events",
            key=span.key,
            draft=lines.draft,
            first=lines.first.sent,
            last=lines.last.received,
            about={
                **lines.about(),
                "category": span.category,
                "since": iso(span.since),
                "until": iso(span.until),
            },
            requests=lines.pages,
        )

    def _refused(self, walk: Walk, refusal: Refusal) -> None:
        """Try what is left of a walk in pieces; what cannot be had is a gap."""
        walk.discard()
        self._walks.remove(walk)
        if refusal.outcome in HOPELESS:
            source = self.context.source
            self.context.session.closed.refused(source.region, source.name, refusal)
            self.tally.refuse(refusal, about(walk.rest))
            self._give_up(refusal, walk.span.category)
            return
        self._streak += refusal.outcome is not Outcome.TRUNCATED
        pieces = walk.rest.divide() if self.divisible else []
        if self._streak < FAILURES and pieces:
            self._waiting.extend(pieces)
            return
        self.tally.refuse(refusal, about(walk.rest))
        if self._streak >= FAILURES:
            self._give_up(refusal)

    def _give_up(self, refusal: Refusal, category: str = "") -> None:
        """Ask for nothing of what waits, or of one category: the other may be answered."""
        given_up = [span for span in self._waiting if category in {"", span.category}]
        self._waiting = deque(span for span in self._waiting if span not in given_up)
        for span in given_up:
            self.tally.miss(refusal, about(span), 0)


def _drive(asking: Generator[Exchange, None, Answer | Refusal], into: list[Exchange]) -> Answer | Refusal:
    while True:
        try:
            into.append(next(asking))
        except StopIteration as end:
            result: Answer | Refusal = end.value
            return result


def _seconds(exchange: Exchange) -> float:
    sent, received = (datetime.fromisoformat(text) for text in (exchange.sent, exchange.received))
    return max(0.0, (received - sent).total_seconds())
