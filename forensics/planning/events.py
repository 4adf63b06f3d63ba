"""
How many pages of events there are, by their density: a page here and there, instead of all of them.

AWS answers two of these a second in each region, so that a few are all that a survey can afford.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from forensics.aws.ask import Answer, Asker, Refusal
from forensics.aws.session import Session, drain
from forensics.model import Gap, Source
from forensics.scope import Window

PAGE = 50
"""Events of one page."""
PROBES = (1.0, 0.75, 0.5, 0.25)
"""Where the window is looked into, as parts of it, the newest first."""
LOG_PAGE = 2**20
"""Bytes of a page of FilterLogEvents: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/"""


def lookups(session: Session, source: Source, window: Window) -> tuple[int, int, list[Gap]]:
    """Estimate the pages of the event history; return them, their bytes, and what went wrong."""
    asker = Asker(session, source, session.clock, session.sleep, session.draw)
    length = (window.until - window.since).total_seconds()
    probes: list[_Probe] = []
    for part in PROBES:
        end = window.since + timedelta(seconds=length * part)
        answer, size, gap = _page(asker, window.since, end)
        if gap:
            return 0, 0, [gap]
        probes.append(_Probe(answer, end, size))
        if not answer.get("NextToken"):
            break  # all that is older was in it
    pages = len(probes) + math.ceil(sum(_between(*pair, window.since) for pair in _pairs(probes)))
    return pages, pages * sum(one.size for one in probes) // len(probes), []


@dataclass(frozen=True, slots=True)
class _Probe:
    """One page: the newest events before `end`."""

    answer: Mapping[str, Any]
    end: datetime
    size: int

    @property
    def oldest(self) -> datetime:
        times: list[datetime] = [
            event["EventTime"] for event in self.answer.get("Events") or () if event.get("EventTime")
        ]
        return min([self.end, *times])

    @property
    def density(self) -> float:
        """Return events a second."""
        return len(self.answer.get("Events") or ()) / max(1.0, (self.end - self.oldest).total_seconds())


def _pairs(probes: Sequence[_Probe]) -> Iterator[tuple[_Probe, _Probe | None]]:
    last = probes[-1]
    yield from pairwise(probes)
    if last.answer.get("NextToken"):
        yield last, None


def _between(newer: _Probe, older: _Probe | None, since: datetime) -> float:
    """Estimate the pages between two probes. The sparser counts more: a burst is dense, and soon over."""
    end, sparser = (older.end, older.density) if older else (since, newer.density)
    both = newer.density + sparser
    mean = 2 * newer.density * sparser / both if both else 0.0
    return mean * max(0.0, (newer.oldest - end).total_seconds()) / PAGE


def _page(asker: Asker, since: datetime, until: datetime) -> tuple[Mapping[str, Any], int, Gap | None]:
    request = {"StartTime": since, "EndTime": until, "MaxResults": PAGE}
    exchanges, said = drain(asker.ask(request, operation="LookupEvents", whole=True))
    if isinstance(said, Refusal):
        return {}, 0, Gap(asker.source, said.outcome, said.code, said.message, said.request_id)
    return said.values if isinstance(said, Answer) else {}, len(exchanges[-1].body), None


def filtered(groups: Sequence[Mapping[str, Any]], limit: int) -> tuple[int, int]:
    """Estimate the pages and bytes of log groups, by what AWS says is stored of each."""
    sizes = [int(group.get("storedBytes") or 0) for group in groups]
    read = [size for size in sizes if size <= limit]
    return sum(1 + size // LOG_PAGE for size in read), sum(read)
