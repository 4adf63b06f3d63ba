"""Parts: what they are called, how they are told in the ledger, and how long one may be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from forensics.errors import FormatError
from forensics.formats import manifest

SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.sig"
FOLDER = ".parts"
"""What the name of the folder ends in."""
LIMIT = 2**32
"""Bytes of a part: below what one PUT of S3 takes, so that S3's own checksum is the one in the sums."""
MOST = 100_000
"""Parts: 400 TB."""

_NAME = re.compile(r"([A-Za-z0-9][A-Za-z0-9._=@,+-]{0,119})\.vol([0-9]{4,5})\.tar\.age")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PART = {"name": str, "sha256": str, "size": int}
_KEYS = {"parts", "recipients", "sums_sha256"}


class Part(NamedTuple):
    """A part as the ledger tells of it."""

    name: str
    sha256: str
    size: int


def name(bundle: str, number: int) -> str:
    """Name a part of a bundle, whose own name is made a safe component of a path."""
    return f"{manifest.component(bundle, limit=100)}.vol{number:04d}.tar.age"


def number_of(text: str) -> tuple[str, int]:
    """Read a part's name as its bundle's and its number; `FormatError` for what `name` does not write."""
    match = _NAME.fullmatch(text)
    if match is None or name(match[1], int(match[2])) != text:
        raise FormatError("not the name of a part")
    return match[1], int(match[2])


def told(parts: Sequence[Part], sums_sha256: str, recipients: Sequence[str]) -> dict[str, Any]:
    """Write the body of a `bundle.exported`."""
    return {
        "parts": [part._asdict() for part in parts],
        "recipients": list(recipients),
        "sums_sha256": sums_sha256,
    }


def check_told(body: Mapping[str, Any]) -> None:
    """Refuse a body that `told` would not have written."""
    if body.keys() != _KEYS or not _is_digest(body["sums_sha256"]):
        raise FormatError("it has other keys than ours, or names no sums")
    parts, recipients = body["parts"], body["recipients"]
    if not isinstance(recipients, list) or not all(isinstance(one, str) and one for one in recipients):
        raise FormatError("its recipients are no list of texts")
    if not isinstance(parts, list) or not parts or not all(map(_is_part, parts)):
        raise FormatError("its parts are no list of names, SHA-256 and sizes")


def _is_part(part: object) -> bool:
    if not isinstance(part, dict) or part.keys() != _PART.keys():
        return False
    if any(type(part[key]) is not kind for key, kind in _PART.items()):
        return False
    return _NAME.fullmatch(part["name"]) is not None and _is_digest(part["sha256"]) and part["size"] >= 0


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None
