"""
Read CloudTrail's digests while they are fetched: which logs AWS says that it delivered.

A digest lies in a bucket that the attacker may write to, so nothing in it is believed: what it lists is
looked for, and that is all. Whether AWS signed it, the verifier finds out.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace

from forensics.collectors.spec import Context
from forensics.model import Draft, Evidence

PACKED = 16 * 2**20
UNPACKED = 64 * 2**20
"""Bytes of a digest that are read, at most: AWS's own have kilobytes, a few megabytes where much goes on."""
MOST = 1_000_000
"""Logs that are looked for, at most."""

_ENTRY = re.compile(rb"\{[^{}]{1,8192}\}")
"""A log in the list of a digest: a flat object. Found so, no document has to be held as a whole."""


class Reading:
    """Reads what passes. Fetch with `context`, and hand on what `read` gives back."""

    def __init__(self, context: Context) -> None:
        self._case = context
        self.context = replace(context, draft=lambda: _Copied(context.draft()), holds=self._holds)
        self.listed: dict[tuple[str, str], None] = {}
        """Bucket and key of each log that a digest lists, in order."""
        self.notes: list[str] = []
        self._read: set[str] = set()

    def _holds(self, name: str) -> bool:
        """Read one that the case has already, from there."""
        if not self._case.holds(name):
            return False
        if name not in self._read:
            self._read.add(name)
            body = bytearray()
            for data in self._case.kept(self._case.source, name):
                body += data[: PACKED - len(body)]
            self._take(bytes(body))
        return True

    def read(self, group: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        """Read digests that were fetched; give them as they are to be kept."""
        kept = []
        for one in group:
            assert isinstance(one.draft, _Copied)  # noqa: S101 - it was begun by `context`
            self._take(bytes(one.draft.copy))
            kept.append(replace(one, draft=one.draft.draft))
        return tuple(kept)

    def _take(self, body: bytes) -> None:
        try:
            for name in logs(body):
                if len(self.listed) < MOST:
                    self.listed[name] = None
        except ValueError as error:
            self.notes.append(str(error))


def logs(body: bytes) -> Iterator[tuple[str, str]]:
    """Yield bucket and key of each log that a digest lists; `ValueError` for what is no digest of AWS's."""
    for entry in _ENTRY.finditer(_unpacked(body)):
        try:
            said = json.loads(entry[0])
        except (ValueError, RecursionError):
            continue
        bucket, key = said.get("s3Bucket"), said.get("s3Object")
        if isinstance(bucket, str) and isinstance(key, str):
            yield bucket, key


def _unpacked(body: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)
    try:
        text = unpacking.decompress(body, UNPACKED)
    except zlib.error:
        raise ValueError("a digest is no gzip, and was not read") from None
    if unpacking.unconsumed_tail or len(body) >= PACKED:
        raise ValueError("a digest is larger than any of AWS's, and was not read to its end")
    return text


class _Copied:
    """A draft, and a copy of what is written to it."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.copy = bytearray()

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self.draft.size

    @property
    def sha256(self) -> str:
        """Hash of them, in hex."""
        return self.draft.sha256

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self.draft.write(data)
        self.copy += data[: PACKED - len(self.copy)]

    def sync(self) -> None:
        """End it."""
        self.draft.sync()

    def discard(self) -> None:
        """Remove it."""
        self.draft.discard()
