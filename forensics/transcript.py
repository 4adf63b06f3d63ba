"""A transcript: what was said to AWS for one source and what AWS answered, one exchange a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forensics import record
from forensics.formats import strict
from forensics.model import Exchange, Source

if TYPE_CHECKING:
    from forensics.custody.store import Draft


@dataclass
class Transcript:
    """A transcript in the making."""

    draft: Draft
    first: str = ""
    last: str = ""
    exchanges: int = 0

    def add(self, exchange: Exchange) -> None:
        """Write one exchange as one line."""
        self.draft.write(strict.encode(exchange.document()) + b"\n")
        self.first = self.first or exchange.sent
        self.last = exchange.received
        self.exchanges += 1

    def item(self, source: Source, *, sensitive: bool) -> tuple[Draft, str, dict[str, Any]]:
        """Return what the writer needs to keep it: bytes, wished path, body."""
        body = {
            "first": self.first,
            "kind": "transcript",
            "last": self.last,
            "requests": self.exchanges,
            "sensitive": sensitive,
            "source": record.source_body(source),
        }
        return self.draft, record.path_of(source), body
