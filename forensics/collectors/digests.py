"""
Read CloudTrail's digests as they are kept: which logs AWS says that it delivered.

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

PACKED = 16 * 2**20
UNPACKED = 64 * 2**20
"""Bytes of a digest that are read, at most: AWS's own have kilobytes, a few megabytes where much goes on."""
MOST = 1_000_000
"""Logs that are looked for, at most."""

_ENTRY = re.compile(rb"\{[^{}]{1,8192}\}")
"""A log in the list of a digest: a flat object. Found so, no document has to be held as a whole."""


class Reading:
    """Reads what the case has of digests. Fetch with `context`, and `read` what came once it is kept."""

    def __init__(self, context: Context) -> None:
        self._case = context
        self.context = replace(context, holds=self._holds)
        self.listed: dict[tuple[str, str], None] = {}
        """Bucket and key of each log that a digest lists, in order."""
        self.whole = True
        """Whether those are all."""
        self.notes: list[str] = []
        self._read: set[str] = set()

    def _holds(self, name: str) -> bool:
        """Read one that the case has already."""
        held = self._case.holds(name)
        if held:
            self.read(name)
        return held

    def read(self, name: str) -> None:
        """Read a digest, once: from the case, for in memory five hundred large ones would be too many."""
        if name in self._read:
            return
        self._read.add(name)
        try:
            for log in logs(self._body(name)):
                self._take(log)
        except ValueError as error:
            self.notes.append(str(error))

    def _take(self, log: tuple[str, str]) -> None:
        if len(self.listed) < MOST or log in self.listed:
            self.listed[log] = None
        else:
            self.whole = False

    def _body(self, name: str) -> bytes:
        body = bytearray()
        for data in self._case.kept(self._case.source, name):
            body += data[: PACKED - len(body)]
            if len(body) >= PACKED:
                break
        return bytes(body)


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
