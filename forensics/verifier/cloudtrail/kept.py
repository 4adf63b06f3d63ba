"""What of CloudTrail is in the record: its objects, by where they lay, and the transcripts about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import BufferedIOBase
from sys import intern
from typing import Any, NamedTuple, TypeGuard

from forensics.errors import FormatError
from forensics.formats import entry
from forensics.verifier.cloudtrail import names
from forensics.verifier.cloudtrail.names import DigestName, Place
from forensics.verifier.paths import Paths

MAX_OBJECTS = 2_000_000
"""Objects looked at. 90 days in every region are half a million."""
MAX_KEY = 1_024
"""Characters of a key, and S3's own limit in bytes."""

_BLOCK = 2**20
_MARKS = (b"/CloudTrail", b"/cloudtrail/", b'"type":"run.start"')
_NONE: Mapping[str, str] = {}
_ASKED = ("ListPublicKeys", "DescribeTrails", "GetTrailStatus")


class Object(NamedTuple):
    """An object, or a version of one, that is in the case. Bucket and key are hostile text."""

    path: str
    bucket: str
    key: str
    latest: bool
    """It is what the bucket gives to who asks for the key."""
    deleted: bool
    """A delete marker hides it."""
    metadata: Mapping[str, str]

    @property
    def url(self) -> str:
        """Say where it lay."""
        return f"s3://{self.bucket}/{self.key}"


Where = tuple[str, str]
"""Bucket and key."""


@dataclass(slots=True)
class Shelf:
    """What is kept of one region of one account, of every trail and bucket."""

    digests: list[tuple[DigestName, Object]] = field(default_factory=list)
    logs: dict[Where, list[Object]] = field(default_factory=dict)


@dataclass(slots=True)
class Kept:
    """What of CloudTrail is in the record."""

    shelves: dict[tuple[str, str, str], Shelf] = field(default_factory=dict)
    """By organization, account and region."""
    buckets: set[str] = field(default_factory=set)
    """Of which something of CloudTrail's is kept."""
    transcripts: dict[str, list[str]] = field(default_factory=dict)
    """Paths, by operation."""
    since: datetime | None = None
    until: datetime | None = None
    """The span of time that logs were kept of; None where the record does not say."""
    strangers: list[Object] = field(default_factory=list)
    """Digests by their folder that have no name of a digest's."""
    objects: int = 0
    _grammar: Paths = field(default_factory=Paths)
    _taken: set[str] = field(default_factory=set)
    """Paths: a file is read for one line of the ledger, however many name it."""

    @classmethod
    def read(cls, ledger: BufferedIOBase) -> Kept:
        """Read a ledger. Whether it is right, other checks say: what is not as we write it is passed over."""
        kept = cls()
        for line in _lines(ledger):
            try:
                one = json.loads(line.decode())  # bytes are looked at for UTF-16 first
            except (ValueError, RecursionError):
                continue
            if isinstance(one, dict) and isinstance(one.get("body"), dict):
                kept.take(one.get("type"), one["body"])
        return kept

    def take(self, kind: object, body: Mapping[str, Any]) -> None:
        """Take one entry into account."""
        if kind == "run.start" and isinstance(window := body.get("window"), dict):
            self._widen(*(_moment(window.get(name)) for name in ("since", "until")))
        elif kind == "item.add" and self._is_stored(path := body.get("path")):
            if isinstance(about := body.get("object"), dict):
                self._object(path, about)
            else:
                self._transcript(path)

    def _widen(self, since: datetime | None, until: datetime | None) -> None:
        """Take in the span of one more run: all of them together were to be kept."""
        self.since = min(filter(None, (self.since, since)), default=None)
        self.until = max(filter(None, (self.until, until)), default=None)

    def _is_stored(self, path: object) -> TypeGuard[str]:
        """Say whether a path is one that we store, and new: no other is ever looked at."""
        try:
            if not isinstance(path, str) or not path.startswith("data/") or path in self._taken:
                return False
            self._grammar.check(path)
        except FormatError:
            return False
        return True

    def _transcript(self, path: str) -> None:
        folder, _, name = path.rpartition("/")
        operation, _, rest = name.partition(".")
        if operation in _ASKED and rest.endswith("jsonl") and folder.endswith("/cloudtrail"):
            self.transcripts.setdefault(operation, []).append(path)
            self._taken.add(path)

    def _object(self, path: str, about: Mapping[str, Any]) -> None:
        bucket, key, metadata = about.get("bucket"), about.get("key"), about.get("metadata")
        if not isinstance(bucket, str) or not isinstance(key, str):
            return
        if len(key) > MAX_KEY or self.objects >= MAX_OBJECTS:
            return
        texts = metadata if isinstance(metadata, dict) else {}
        latest, deleted = about.get("latest") is not False, about.get("deleted") is True
        # A log's metadata says nothing, and there are many logs.
        log = names.log_name(key)
        one = Object(path, intern(bucket), key, latest and not deleted, deleted, _NONE if log else texts)
        if log:
            self._shelf(log.place).logs.setdefault((one.bucket, key), []).append(one)
        elif name := names.digest_name(key):
            self._shelf(name.place).digests.append((name, one))
        elif "/CloudTrail-Digest/" in key:
            self.strangers.append(one)
        else:
            return
        self.objects += 1
        self.buckets.add(one.bucket)
        self._taken.add(path)

    def _shelf(self, place: Place) -> Shelf:
        key = place.organization, place.account, place.region
        if key not in self.shelves:
            self.shelves[key] = Shelf()
        return self.shelves[key]


def _moment(text: object) -> datetime | None:
    # Python writes it with an offset, and AWS with a letter.
    return names.moment(text.replace("+00:00", "Z")) if isinstance(text, str) else None


def _lines(ledger: BufferedIOBase) -> Iterator[bytes]:
    """Yield the lines that may speak of CloudTrail; nearly all others are passed over unseen."""
    rest = b""
    while data := ledger.read(_BLOCK):
        whole, _, rest = (rest + data).rpartition(b"\n")
        if len(rest) > entry.MAX_BYTES:
            return
        if any(mark in whole for mark in _MARKS):
            yield from (line for line in whole.split(b"\n") if any(mark in line for mark in _MARKS))
