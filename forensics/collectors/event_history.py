"""
The event history: what CloudTrail keeps of the last ninety days by itself, trail or no trail.

AWS answers two requests a second in each region, fifty events each, newest first. One walk through a quiet
region is one request; where there is more, walks share the span. What is read becomes a file when the walk
passes a day's border, so that whatever ends a run costs less than one file of each walk.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import replace

from forensics.aws.tally import Tally
from forensics.collectors.lines import mark
from forensics.collectors.spans import DAY, OLDEST, Calendar, Span, iso
from forensics.collectors.spec import Collector, Context, Lane, Phase, Records, Step
from forensics.collectors.walkers import OPERATION, Walkers
from forensics.model import Outcome

UNITS = {"management": DAY, "insight": 30 * DAY}
"""How much of each category a file holds at most: insights are few."""
LATE = 30 * 60
"""Seconds that are read again at the end: CloudTrail delivers within a quarter of an hour, mostly."""
MEMORY = 400 * DAY
"""Seconds before a window's end of which files are looked for: CloudTrail remembers a quarter of it."""
PIECE = 2**20
"""Bytes of a kept file that are read at once, at most."""


def _calendars(context: Context) -> tuple[dict[str, Calendar], int, int]:
    assert context.window is not None  # noqa: S101 - a preservation always has one
    since = math.floor(max(context.window.since, OLDEST).timestamp())
    until = math.ceil(context.window.until.timestamp())
    tail, latest = max(since, until - LATE), math.ceil(context.clock().timestamp()) + DAY
    earliest = min(until, latest) - MEMORY
    calendars = {category: Calendar(unit, tail, earliest, latest) for category, unit in UNITS.items()}
    return calendars, since, until


def _lookup(context: Context) -> Records:
    """Read the window, but for what the case holds of it."""
    calendars, since, until = _calendars(context)
    wholes = [Span(category, since, until) for category in calendars]
    spans = [span for whole in wholes for span in calendars[whole.category].missing(whole, context.holds)]
    walkers = Walkers(context, calendars, spans, Tally(context.source))
    yield from walkers.records()
    partly = sum(span.until - span.since for span in spans) < sum(one.until - one.since for one in wholes)
    yield walkers.tally.coverage(_outcome(walkers, held=partly))
    return {}


def _latest(context: Context) -> Records:
    """Read the end of the window again, and keep what was not there before."""
    calendars, since, until = _calendars(context)
    tail = max(since, until - LATE)
    # A window that somebody ended is read again as far as it goes.
    end = max(until, math.ceil(context.clock().timestamp())) if context.open_ended else until
    spans = [Span(category, tail, end) for category in calendars]
    walkers = Walkers(
        context,
        {category: Calendar(end, 2 * end) for category in calendars},
        [span for span in spans if not context.holds(_title(span))],
        Tally(context.source),
        _title,
        {category: _kept(context, Span(category, tail, until)) for category in calendars},
        divisible=False,
    )
    yield from walkers.records()
    yield walkers.tally.coverage(_outcome(walkers, held=len(walkers.spans) < len(spans)))
    return {}


def _title(span: Span) -> str:
    # By its beginning alone: whenever a run gets here, what it kept here is not asked for again.
    return f"{span.category} latest from {iso(span.since)}"


def _outcome(walkers: Walkers, *, held: bool) -> Outcome | None:
    if walkers.kept or held:
        return Outcome.COLLECTED
    return None if walkers.tally.gaps else Outcome.EMPTY


def _kept(context: Context, tail: Span) -> frozenset[bytes]:
    """Mark the events that the history's own step has kept of its end."""
    source = replace(context.source, operation=OPERATION)
    return frozenset(mark(line + b"\n") for line in _lines(context.kept(source, tail.name)))


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for text in _unpacked(chunks):
        *lines, rest = (rest + text).split(b"\n")
        yield from lines


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack a little at a time: what somebody calls ten thousand times packs well."""
    unzip = zlib.decompressobj(wbits=31)
    for chunk in chunks:
        packed = chunk
        while packed:
            yield unzip.decompress(packed, PIECE)
            packed = unzip.unconsumed_tail
    yield unzip.flush()


COLLECTOR = Collector(
    name="event_history",
    about="the event history: what was called in the last 90 days, whether or not a trail logs",
    phase=Phase.EVENTS,
    steps=(
        Step(
            service="cloudtrail",
            operation=OPERATION,
            about="management and insight events of the last 90 days, or of --since and --until",
            run=_lookup,
            lane=Lane.EVENTS,
            actions=("cloudtrail:LookupEvents",),
        ),
        Step(
            service="cloudtrail",
            # No operation of AWS: the history's end, asked for again.
            operation="LatestEvents",
            about="events that came late, and those of this run: the end of the history, read again",
            run=_latest,
            after=(f"cloudtrail.{OPERATION}", "ec2.SnapshotProgress"),
            phase=Phase.END,
            lane=Lane.EVENTS,
            actions=("cloudtrail:LookupEvents",),
        ),
    ),
)
