"""`case.json`: what a case is called and which keys speak for it. Written once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from forensics.custody import disk
from forensics.errors import CaseError, FormatError, IntegrityError
from forensics.formats import manifest, strict

NAME = "case.json"
FORMAT = "forensics-case/1"

_LIMIT = 65_535
_KEYS = {"case", "created", "format", "identities", "log_vkey", "origin"}
_IDENTITY_KEYS = {"fingerprint", "name", "public"}


@dataclass(frozen=True, slots=True)
class Facts:
    """The unchanging facts of a case."""

    case: str
    created: str
    identities: tuple[Mapping[str, str], ...]
    """`fingerprint`, `name` and `public` (one OpenSSH line) of each key that may sign for the case."""
    log_vkey: str
    origin: str

    def encode(self) -> bytes:
        """Write the file."""
        document = {
            "case": self.case,
            "created": self.created,
            "format": FORMAT,
            "identities": [dict(identity) for identity in self.identities],
            "log_vkey": self.log_vkey,
            "origin": self.origin,
        }
        return strict.encode(document) + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> Facts:
        """Read the file, refusing all but what `encode` writes."""
        document = strict.decode(data.removesuffix(b"\n"), limit=_LIMIT)
        if not isinstance(document, dict) or document.keys() != _KEYS or document.pop("format") != FORMAT:
            raise FormatError(f"not an object of format {FORMAT}")
        identities = document.pop("identities")
        listed = isinstance(identities, list) and identities and all(map(_is_identity, identities))
        if not listed or not all(isinstance(value, str) for value in document.values()):
            raise FormatError("a value of another type than ours")
        facts = cls(identities=tuple(identities), **document)
        if facts.encode() != data:
            raise FormatError("not ended by one line feed")
        return facts

    @property
    def bundle(self) -> str:
        """Name the case's bundle: safe as a folder's name, and no other case's."""
        return f"{manifest.component(self.case)}-{self.origin[-8:]}"


def _is_identity(value: object) -> bool:
    if not isinstance(value, dict) or value.keys() != _IDENTITY_KEYS:
        return False
    return all(isinstance(text, str) for text in value.values())


def read(root: Path) -> Facts:
    """Read the facts of the case at `root`: `CaseError` where there are none, else `IntegrityError`."""
    if not os.path.lexists(root / NAME):
        raise CaseError(
            f"{root} is not a case: it has no {NAME}", hint="name a folder that `forensics preserve` made"
        )
    try:
        return Facts.parse(disk.read(root / NAME, _LIMIT))
    except (disk.NotThereError, FormatError) as error:
        raise IntegrityError(f"{NAME}: {error}") from error
