"""
Read CloudTrail's digests as they are kept: which logs AWS says that it delivered, and where those lie.

A digest lies in a bucket that the attacker may write to, so nothing in it is believed: what it lists is
looked for, within bounds, and that is all. Whether AWS signed it, the verifier finds out.
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
FOLDERS = 16
"""Folders that are looked at, of those that digests name beside the trails' own."""
DIGESTS = "CloudTrail-Digest"

_ENTRY = re.compile(rb"\{[^{}]{1,8192}\}")
"""A log in the list of a digest: a flat object. Found so, no document has to be held as a whole."""
_PREVIOUS = re.compile(rb'"previousDigestS3(Bucket|Object)"\s*:\s*("[^"\x00-\x1f]{1,2048}")')
_FOLDER = re.compile(
    r"((?:.{0,1000}/)?AWSLogs/(?:o-[a-z0-9]{1,64}/)?(\d{12})/)CloudTrail[^/]{0,20}/([a-z0-9-]+)/"
)
"""Of the account, in a key: what is before it is the trail's prefix, and perhaps its organization."""


class Reading:
    """Reads what the case has of digests. Fetch with `context`, and `read` what came once it is kept."""

    def __init__(self, context: Context) -> None:
        self._case = context
        self.context = replace(context, holds=self._holds)
        self.listed: dict[tuple[str, str], None] = {}
        """Bucket and key of each log that a digest lists, in order."""
        self.whole = True
        """Whether those are all."""
        self.folders: dict[tuple[str, str], None] = {}
        """Bucket and folder of the account in which digests say that logs and digests of the region lie."""
        self.notes: list[str] = []
        self._read: set[str] = set()

    def _holds(self, name: str) -> bool:
        """Read one that the case has already."""
        held = self._case.holds(name)
        if held and f"/{DIGESTS}/" in name:
            self.read(name)
        return held

    def read(self, name: str) -> None:
        """Read a digest, once: from the case, for in memory five hundred large ones would be too many."""
        if name in self._read:
            return
        self._read.add(name)
        try:
            text = _unpacked(self._body(name))
            for log in logs(text):
                self._take(log)
            self._look_at(previous(text))
        except ValueError as error:
            self.notes.append(str(error))

    def _take(self, log: tuple[str, str]) -> None:
        self._look_at(log)
        if len(self.listed) < MOST or log in self.listed:
            self.listed[log] = None
        else:
            self.whole = False

    def _look_at(self, where: tuple[str, str]) -> None:
        """Take the folder of an object, if it is the account's and the region's."""
        bucket, found, source = where[0], _FOLDER.match(where[1]), self._case.source
        if bucket and found and (found[2], found[3]) == (source.account, source.region):
            self.folders[bucket, found[1]] = None

    def _body(self, name: str) -> bytes:
        body = bytearray()
        for data in self._case.kept(self._case.source, name):
            body += data[: PACKED - len(body)]
            if len(body) >= PACKED:
                break
        return bytes(body)


def logs(text: bytes) -> Iterator[tuple[str, str]]:
    """Yield bucket and key of each log that a digest lists."""
    for entry in _ENTRY.finditer(text):
        try:
            said = json.loads(entry[0])
        except (ValueError, RecursionError):
            continue
        bucket, key = said.get("s3Bucket"), said.get("s3Object")
        if isinstance(bucket, str) and isinstance(key, str):
            yield bucket, key


def previous(text: bytes) -> tuple[str, str]:
    """Give bucket and key of the digest before, empty where there is none: it may lie in another bucket."""
    said = {}
    for found in _PREVIOUS.finditer(text):
        try:
            said[found[1]] = str(json.loads(found[2]))
        except ValueError:
            continue
    return said.get(b"Bucket", ""), said.get(b"Object", "")


def _unpacked(body: bytes) -> bytes:
    """Unpack a digest; `ValueError` for what is none of AWS's."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        text = unpacking.decompress(body, UNPACKED)
    except zlib.error:
        raise ValueError("a digest is no gzip, and was not read") from None
    if unpacking.unconsumed_tail or len(body) >= PACKED:
        raise ValueError("a digest is larger than any of AWS's, and was not read to its end")
    return text
