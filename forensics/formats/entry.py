"""One line of the ledger: what happened, when, by whom, and the hash of the line before."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from forensics.errors import FormatError
from forensics.formats import strict

MAX_BYTES = 65_535
"""Of a line with its line feed: as the entries of a C2SP tiled log, so that a ledger can become one."""
VERSION = 1
MAX_ACTOR = 2_048
"""Characters: AWS's own bound on an ARN."""

EVIDENCE = frozenset(
    {
        "aws.effect",
        "bundle.seal",
        "case.open",
        "coverage",
        "intake",
        "item.add",
        "plan",
        "run.end",
        "run.start",
    }
)
"""Types of what a case is about: none may follow `bundle.seal`."""

AFTER_SEAL = frozenset(
    {
        "anchor.s3",
        "anchor.tsa",
        "anchor.witness",
        "bundle.exported",
        "bundle.sealed",
        "case.close",
        "custody.note",
        "custody.receive",
        "custody.release",
        "disclose",
        "key.add",
        "key.retire",
        "note",
        "op.end",
        "op.start",
        "recovery",
        "waive",
    }
)
"""
Types of what may follow it. They are listed, so that a new type of evidence is refused by itself.

An anchor in S3 is a change to AWS, which is announced and ended as all are: `op.start` and `op.end`.
"""

TYPES = EVIDENCE | AFTER_SEAL

_KEYS = {"actor", "body", "prev", "salt", "seq", "time", "type", "v"}
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SALT = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One entry of the ledger. One that our format cannot hold raises `FormatError` when it is made.

    `seq` counts from 0, `time` is as `timestamp` writes it, `prev` is the `digest` of the line before (or
    `genesis`), `salt` is 16 random bytes as hex: else a neighbour's hash, shown in a proof, could be guessed.
    """

    seq: int
    time: str
    actor: str
    type: str
    body: dict[str, Any]
    prev: str
    salt: str

    def __post_init__(self) -> None:
        """Refuse what does not fit the format."""
        if type(self.seq) is not int or not 0 <= self.seq <= strict.MAX_INTEGER:
            raise FormatError("entry: seq is not a count")
        if type(self.body) is not dict:
            raise FormatError("entry: body is not an object")
        if not isinstance(self.actor, str) or not 0 < len(self.actor) <= MAX_ACTOR:
            raise FormatError("entry: actor is missing or too long")
        if not isinstance(self.type, str) or self.type not in TYPES:
            raise FormatError("entry: unknown type")
        if not isinstance(self.prev, str) or not _DIGEST.fullmatch(self.prev):
            raise FormatError("entry: prev is not a SHA-256 in lower-case hex")
        if not isinstance(self.salt, str) or not _SALT.fullmatch(self.salt):
            raise FormatError("entry: salt is not 16 bytes in lower-case hex")
        moment(self.time)

    def encode(self) -> bytes:
        """Write the line, with its line feed: at most 65,535 bytes."""
        document = {
            "actor": self.actor,
            "body": self.body,
            "prev": self.prev,
            "salt": self.salt,
            "seq": self.seq,
            "time": self.time,
            "type": self.type,
            "v": VERSION,
        }
        line = strict.encode(document) + b"\n"
        if len(line) > MAX_BYTES:
            raise FormatError(f"entry: {len(line)} bytes are more than {MAX_BYTES}")
        return line

    @classmethod
    def parse(cls, line: bytes) -> Entry:
        """Read a line with its line feed, refusing all but what `encode` writes."""
        if not line.endswith(b"\n"):
            raise FormatError("entry: no line feed at its end")
        document = strict.decode(line[:-1], limit=MAX_BYTES - 1)
        if type(document) is not dict or document.keys() != _KEYS:
            raise FormatError("entry: not an object with exactly our keys")
        version = document.pop("v")
        if type(version) is not int or version != VERSION:  # True == 1, and would pass for it
            raise FormatError("entry: unknown version")
        return cls(**document)


def genesis(origin: str) -> str:
    """Give the `prev` of entry 0: the hash of the log's name, so that no line fits a second ledger."""
    try:
        return digest(f"{origin}\n".encode())
    except UnicodeEncodeError as error:
        raise FormatError("origin with a lone surrogate has no UTF-8 form") from error


def digest(line: bytes) -> str:
    """Hash a line, line feed included: `sed -n 12p ledger.jsonl | sha256sum` gives the same."""
    return sha256(line).hexdigest()


def timestamp(moment: datetime) -> str:
    """Write a moment as `YYYY-MM-DDTHH:MM:SS.ffffffZ`; a naive one is refused."""
    offset = moment.utcoffset()
    if offset is None:
        raise FormatError("time without a zone")
    try:
        return (moment.replace(tzinfo=None) - offset).isoformat(timespec="microseconds") + "Z"
    except OverflowError as error:
        raise FormatError("time beyond the calendar") from error


def moment(text: str) -> datetime:
    """Read what `timestamp` writes, and nothing else, as an aware UTC moment."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise FormatError("time is not YYYY-MM-DDTHH:MM:SS.ffffffZ")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise FormatError("time that is in no calendar") from error
