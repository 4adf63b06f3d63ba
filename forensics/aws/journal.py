"""
The responder's footprint: every request that a session makes, a line each, as it is answered.

Transcripts hold what was said. This holds that it was, also of answers that are kept as files, or not at all:
whoever reads CloudTrail later can tell our requests from the intruder's.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections import deque
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from forensics.model import Draft, Exchange
from forensics.plain import plain

_GZIP, _LEVEL = 28, 6
"""zlib's numbers for a gzip member with a window of 4 kB: each account has one, of lines all alike."""
_JSON = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode
_NOTHING: Mapping[str, str] = MappingProxyType({})
_BEFORE = 1_000
"""Requests remembered before there is a file: those that a run opens with."""


class Journal:
    """The requests of one session, in the order of their answers. Safe for threads."""

    def __init__(self) -> None:
        self.requests = 0
        """Lines that are in the file."""
        self.first = self.last = ""
        """When the first was sent, and the last answered."""
        self._lock = threading.Lock()
        self._before: deque[dict[str, Any]] = deque(maxlen=_BEFORE)
        self._draft: Draft | None = None
        self._into: Journal | None = None

    def begin(self, draft: Draft) -> None:
        """Write to a file from now on, what was asked before included."""
        with self._lock:
            self._draft, self._zip = draft, zlib.compressobj(wbits=_GZIP, memLevel=_LEVEL)
            while self._before:
                self._write(self._before.popleft())

    def end(self) -> Draft | None:
        """End the file and hand it over, None if there is none, or nothing was asked."""
        with self._lock:
            draft, self._draft = self._draft, None
            if draft is None:
                return None
            draft.write(self._zip.flush())
            draft.sync()
            if self.requests:
                return draft
            draft.discard()
            return None

    def adopt(self, other: Journal) -> None:
        """Note down what another session asked, and will ask, that has no file of its own."""
        with other._lock:
            lines, other._before = other._before, deque(maxlen=_BEFORE)
            other._into = self
        for line in lines:
            self.note(line)

    def exchange(self, one: Exchange) -> None:
        """Note down a request."""
        source = one.source
        self.note(
            {
                "account": source.account,
                "code": one.code,
                "operation": one.operation or source.operation,
                "principal": one.principal,
                "received": one.received,
                "region": source.region,
                "request_id": one.request_id,
                "sent": one.sent,
                "service": one.service or source.service,
                "status": one.status,
            }
        )

    def aside(
        self, operation: str, status: int, request_id: str, when: str, known: Mapping[str, str] = _NOTHING
    ) -> None:
        """Note down a request that botocore made by itself: in which region a bucket is, to assume a role."""
        service, _, name = operation.partition(".")
        self.note(
            {
                "account": "",
                "code": "",
                "operation": name,
                "principal": "",
                "received": when,
                "region": "",
                "request_id": request_id,
                "sent": when,
                "service": service,
                "status": status,
                **known,
            }
        )

    def note(self, line: dict[str, Any]) -> None:
        """Take a line: into the file, or that of who adopted us, or until there is one."""
        with self._lock:
            into = self._into if self._draft is None else None
            if self._draft is not None:
                self._write(line)
            elif into is None:
                self._before.append(line)
        if into is not None:
            into.note(line)

    def _write(self, line: dict[str, Any]) -> None:
        assert self._draft is not None  # noqa: S101 - who calls it has looked
        self._draft.write(self._zip.compress(f"{_JSON(plain(line))}\n".encode()))
        self.requests += 1
        self.first, self.last = self.first or str(line["sent"]), str(line["received"])
