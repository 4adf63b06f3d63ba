"""A file of JSON lines, compressed as it grows: what events of logs are kept in."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from typing import Any

from forensics.model import Draft, Exchange

_GZIP = 31
"""zlib's number for a gzip member. Its header has no time in it: the same events give the same bytes."""


@dataclass
class Lines:
    """One file in the making. Nothing of it is in memory but what the compressor holds."""

    draft: Draft
    events: int = 0
    pages: int = 0
    """Answers that gave it at least one event."""
    first: Exchange | None = None
    last: Exchange | None = None
    _zip: Any = field(default_factory=lambda: zlib.compressobj(wbits=_GZIP))

    def add(self, text: bytes, exchange: Exchange) -> None:
        """Append the line of one event, that came with an answer."""
        self.draft.write(self._zip.compress(text))
        self.events += 1
        self.first = self.first or exchange
        if self.last is not exchange:
            self.last, self.pages = exchange, self.pages + 1

    def end(self) -> Draft:
        """End the file."""
        self.draft.write(self._zip.flush())
        self.draft.sync()
        return self.draft

    def about(self) -> dict[str, Any]:
        """Say what is in it, and which requests gave it."""
        return {
            "events": self.events,
            "first_request_id": self.first.request_id if self.first else "",
            "last_request_id": self.last.request_id if self.last else "",
            "pages": self.pages,
        }


def line(event: Mapping[str, Any]) -> bytes:
    """Write an event as a line: members and texts as AWS sent them."""
    try:
        text = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        # Half a surrogate pair, which JSON can say and UTF-8 cannot.
        text = json.dumps(event, separators=(",", ":")).encode()
    return text + b"\n"


def events_of(exchange: Exchange, name: str) -> list[dict[str, Any]]:
    """Read the events of an answer, as they were sent."""
    found = json.loads(exchange.body.decode("utf-8", "replace")).get(name) or []
    return [event for event in found if isinstance(event, dict)]


def mark(text: bytes) -> bytes:
    """Tell an event from all others. By all of it: two answers may differ in what they say of one id."""
    return blake2b(text, digest_size=16).digest()


@dataclass
class Seen:
    """The events of late, so that a page that comes twice is not kept twice: so many, and no more."""

    most: int
    _marks: dict[bytes, None] = field(default_factory=dict)

    def __len__(self) -> int:
        """Count them."""
        return len(self._marks)

    def again(self, event: bytes) -> bool:
        """Say whether an event was there before, by its mark, and remember it."""
        known = event in self._marks
        self._marks[event] = None
        return known

    def forget(self) -> None:
        """Remember the latest alone."""
        for old in list(islice(self._marks, max(0, len(self._marks) - self.most))):
            del self._marks[old]
