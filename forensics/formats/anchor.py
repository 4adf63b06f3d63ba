"""What a time stamp says, as the ledger keeps it: the body of an `anchor.tsa`, and the names of the files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forensics.errors import FormatError
from forensics.formats import entry, manifest, strict

MAX_BYTES = 65_536
"""Bytes of a TimeStampResp: that of a public authority, with its chain, has 4,000 to 7,000."""
MAX_URL = 1_000
CHECKPOINTS = "checkpoints/"
SIGNATURE = "tagmanifest-sha256.txt.sig"

_KEYS = {"accuracy", "checkpoint", "over", "over_sha256", "serial", "time", "tsa", "tsr", "tsr_sha256"}
_TEXTS = _KEYS - {"accuracy", "checkpoint"}
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SERIAL = re.compile(r"(?:0|-?[1-9][0-9]{0,63})?")
_SEQUENCE = 0x30
_INDEFINITE = 0x80
_CHECKPOINT = re.compile(r"checkpoints/([0-9]{8,19})\.note")


def who(tsa: str) -> str:
    """Name an authority in a file's name: its URL without the scheme, as one component of a path."""
    return manifest.component(tsa.partition("://")[2] or tsa)


def response(over: str, tsa: str) -> str:
    """Name the file of an authority's response over a file: it lies beside it."""
    return f"{over}.{who(tsa)}.tsr"


def checkpoint_of(over: str) -> int:
    """Return the size of the checkpoint that a path names; 0 for any other file."""
    match = _CHECKPOINT.fullmatch(over)
    size = int(match[1]) if match else 0
    return size if over == f"{CHECKPOINTS}{size:08d}.note" else 0


def is_der(raw: bytes) -> bool:
    """Say whether these bytes may be a response: one DER sequence, nothing before or after it, bounded."""
    if not 2 <= len(raw) <= MAX_BYTES or raw[0] != _SEQUENCE:
        return False
    octets = raw[1] & 0x7F if raw[1] & 0x80 else 0
    length = int.from_bytes(raw[2 : 2 + octets], "big") if octets else raw[1]
    return raw[1] != _INDEFINITE and octets <= 4 and len(raw) == 2 + octets + length


@dataclass(frozen=True, slots=True)
class Anchor:
    """The body of an `anchor.tsa`. One that it cannot hold raises `FormatError` when it is made."""

    over: str
    """Path of what is stamped: in the case, or where the bundle was when it was stamped."""
    over_sha256: str
    tsa: str
    """URL."""
    tsr_sha256: str
    time: str = ""
    """What the token says, as `entry.timestamp` writes it; empty for a response that could not be read."""
    serial: str = ""
    accuracy: int = -1
    """Microseconds to either side of the time; -1 where it does not say."""

    def __post_init__(self) -> None:
        """Refuse what does not fit the format."""
        if not self.over or not 0 < len(self.tsa) <= MAX_URL:
            raise FormatError("it names no file, or no authority")
        if not all(map(_DIGEST.fullmatch, (self.over_sha256, self.tsr_sha256))):
            raise FormatError("a SHA-256 that is none")
        if not _SERIAL.fullmatch(self.serial) or bool(self.time) != bool(self.serial):
            raise FormatError("a time without a serial number, or the other way round")
        if not -1 <= self.accuracy <= strict.MAX_INTEGER:
            raise FormatError("an accuracy that is none")
        if self.time:
            entry.moment(self.time)

    @property
    def tsr(self) -> str:
        """Return the path of the response."""
        return response(self.over, self.tsa)

    @property
    def checkpoint(self) -> int:
        """Return the size of the checkpoint that is stamped; 0 if it is another file."""
        return checkpoint_of(self.over)

    def body(self) -> dict[str, Any]:
        """Write the entry's body."""
        return {
            "accuracy": self.accuracy,
            "checkpoint": self.checkpoint,
            "over": self.over,
            "over_sha256": self.over_sha256,
            "serial": self.serial,
            "time": self.time,
            "tsa": self.tsa,
            "tsr": self.tsr,
            "tsr_sha256": self.tsr_sha256,
        }

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Anchor:
        """Read an entry's body, refusing all but what `body` writes."""
        if body.keys() != _KEYS or not all(isinstance(body[key], str) for key in _TEXTS):
            raise FormatError("it has other keys than ours, or a value of another type")
        if type(body["accuracy"]) is not int or type(body["checkpoint"]) is not int:
            raise FormatError("it has other keys than ours, or a value of another type")
        made = cls(
            body["over"],
            body["over_sha256"],
            body["tsa"],
            body["tsr_sha256"],
            body["time"],
            body["serial"],
            body["accuracy"],
        )
        if made.body() != body:
            raise FormatError("its tsr or its checkpoint is not that of its over and its tsa")
        return made
