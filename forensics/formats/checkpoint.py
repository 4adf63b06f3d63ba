"""Checkpoints: a log's name, length and Merkle root, as the text of a note (C2SP tlog-checkpoint)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from forensics.errors import FormatError
from forensics.formats.merkle import HASH_BYTES, MAX_SIZE
from forensics.formats.note import check_name

_TEXT = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log states of itself. `origin` is also the name of the key that signs it."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """Refuse what the three lines cannot hold."""
        check_name(self.origin)
        if not 0 <= self.size <= MAX_SIZE:
            raise FormatError("checkpoint: size is not a count")
        if len(self.root) != HASH_BYTES:
            raise FormatError("checkpoint: root is not 32 bytes")

    def encode(self) -> str:
        """Write the text of the note: three lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a note, refusing all but what `encode` writes: no extension lines."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise FormatError("checkpoint: not the three lines of a checkpoint")
        checkpoint = cls(match[1], int(match[2]), base64.b64decode(match[3]))
        if checkpoint.encode() != text:  # unused bits of the base64 that are set
            raise FormatError("checkpoint: root in another spelling than ours")
        return checkpoint
