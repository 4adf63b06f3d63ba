"""
One log file of a database, read in portions: `DownloadDBLogFilePortion`, from its first byte to its last.

The portions are taken out of the answers' bytes, not out of what an XML parser makes of them: a log may
hold any byte, and line ends of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forensics.aws import codes
from forensics.aws.ask import Answer, Asker, Refusal, truncated
from forensics.aws.paging import MAX_PAGES
from forensics.model import Draft, Exchange

BEGINNING = "0"
"""Without a marker, AWS may begin near the end of a file."""
CUT = b"[Your log message was truncated]"
"""AWS's own sentence, in place of the rest of a line that is longer than a portion."""
LINES_CUT = "LogMessageTruncated"
"""Our own code: some lines of a log are longer than AWS hands out."""

_DATA = re.compile(rb"<LogFileData>(.*?)</LogFileData>", re.DOTALL)
_NAMED = {"amp": b"&", "apos": b"'", "gt": b">", "lt": b"<", "quot": b'"'}
_REFERENCE = re.compile(rb"&(#x[0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-z]{2,4});")


def data_of(body: bytes) -> bytes:
    """Take the portion out of an answer: its bytes, with what XML has to write otherwise as it was."""
    found = _DATA.search(body)
    return b"" if found is None else _REFERENCE.sub(_meant, found[1])


def _meant(reference: re.Match[bytes]) -> bytes:
    name = reference[1].decode()
    if not name.startswith("#"):
        return _NAMED.get(name, reference[0])
    number = int(name.lstrip("#x"), 16 if "x" in name else 10)
    return chr(number).encode("utf-8", "surrogatepass") if number < 0x110000 else reference[0]


@dataclass
class Portions:
    """Reads one file. `records()` yields the requests that failed, and returns what ended it early."""

    asker: Asker
    request: Mapping[str, Any]
    begin: Callable[[], Draft]
    draft: Draft | None = None
    """What came."""
    requests: int = 0
    pages: int = 0
    cut: int = 0
    """Portions with lines that AWS cut off."""
    first: str = ""
    last: str = ""
    ids: list[str] = field(default_factory=list)
    """Request ids of the first and of the latest portion."""

    def records(self) -> Generator[Exchange, None, Refusal | None]:
        """Read to the end."""
        marker, seen = BEGINNING, {BEGINNING}
        while True:
            said = yield from self._portion(marker)
            if isinstance(said, Refusal):
                return said
            if str(said.values.get("AdditionalDataPending")).lower() != "true":
                return None
            marker = str(said.values.get("Marker") or "")
            if not marker:
                return truncated(codes.MISSING_TOKEN, said)
            if marker in seen:
                return truncated(codes.REPEATED_TOKEN, said)
            seen.add(marker)
            if self.pages >= MAX_PAGES:
                return truncated(codes.PAGE_LIMIT, said)

    def _portion(self, marker: str) -> Generator[Exchange, None, Answer | Refusal]:
        asking = self.asker.ask({**self.request, "Marker": marker}, bound=True)
        came: Exchange | None = None
        while True:
            try:
                exchange = next(asking)
            except StopIteration as end:
                said: Answer | Refusal = end.value
                break
            self.requests += 1
            came = exchange
            if exchange.code:
                yield exchange
        if isinstance(said, Answer) and came is not None:
            self._take(came)
        return said

    def _take(self, exchange: Exchange) -> None:
        data = data_of(exchange.body)
        self.draft = self.draft or self.begin()
        self.draft.write(data)
        self.pages += 1
        self.cut += CUT in data
        self.first, self.last = self.first or exchange.sent, exchange.received
        self.ids[1:] = [exchange.request_id]
