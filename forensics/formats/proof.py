"""
Proofs about a log that hold without it: that an entry is in it, and that one state of it grew into another.

The first is a C2SP tlog-proof. The second has the form in which C2SP tlog-witness has a log send it to a
witness (`add-checkpoint`), so that what is printed for a person can be sent to one as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from forensics.errors import FormatError
from forensics.formats import merkle, note
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.note import Note, decode_base64, encode_base64

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63
"""A path in a tree of at most 2^63 - 1 leaves has no more."""
MAX_EXTRA = 65_536
MAX_BYTES = note.MAX_BYTES + 2 * MAX_EXTRA

_COUNT = r"(0|[1-9][0-9]{0,18})"
_EXTRA = re.compile(r"extra ([A-Za-z0-9+/]+={0,2})")
_INDEX = re.compile(f"index {_COUNT}")
_OLD = re.compile(f"old {_COUNT}")
_HASH = re.compile(r"[A-Za-z0-9+/]{43}=")


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That one entry is in the log: its index, the path to the root, and the signed root."""

    index: int
    hashes: tuple[bytes, ...]
    note: Note
    """The checkpoint, with whatever cosignatures there are."""
    extra: bytes = b""
    """Not vouched for by anything."""

    def __post_init__(self) -> None:
        """Refuse what the format cannot hold."""
        _check(self.index, self.hashes)
        if len(self.extra) > MAX_EXTRA:
            raise FormatError(f"proof: more than {MAX_EXTRA} bytes of extra data")

    def encode(self) -> bytes:
        """Write the proof."""
        extra = [f"extra {encode_base64(self.extra)}"] if self.extra else []
        return _join([HEADER, *extra, f"index {self.index}"], self.hashes, self.note)

    @classmethod
    def parse(cls, data: bytes) -> Inclusion:
        """Read a proof, refusing all but what `encode` writes. Nothing is verified here."""
        lines, signed = _split(data)
        if lines[0] != HEADER:
            raise FormatError(f"proof: does not begin with {HEADER}")
        extra = _EXTRA.fullmatch(lines[1]) if len(lines) > 1 else None
        rest = lines[2 if extra else 1 :]
        index = _number(_INDEX, rest)
        return cls(index, _hashes(rest[1:]), signed, decode_base64(extra[1]) if extra else b"")

    def verify(self, entry: bytes) -> Checkpoint:
        """Return what the checkpoint states, or refuse unless the proof leads from `entry` to its root."""
        stated = Checkpoint.parse(self.note.text)
        merkle.verify_inclusion(merkle.leaf_hash(entry), self.index, stated.size, self.hashes, stated.root)
        return stated


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the first `old` entries of the log are still what they were: a path, and the later checkpoint."""

    old: int
    hashes: tuple[bytes, ...]
    note: Note

    def __post_init__(self) -> None:
        """Refuse what the format cannot hold."""
        _check(self.old, self.hashes)

    def encode(self) -> bytes:
        """Write the proof."""
        return _join([f"old {self.old}"], self.hashes, self.note)

    @classmethod
    def parse(cls, data: bytes) -> Consistency:
        """Read a proof, refusing all but what `encode` writes. Nothing is verified here."""
        lines, signed = _split(data)
        return cls(_number(_OLD, lines), _hashes(lines[1:]), signed)

    def verify(self, old: Checkpoint) -> Checkpoint:
        """Return what the later checkpoint states, or refuse unless the log of `old` grew into it."""
        stated = Checkpoint.parse(self.note.text)
        if stated.origin != old.origin:
            raise FormatError("consistency proof: the two checkpoints are of two logs")
        if self.old != old.size:
            raise FormatError(f"consistency proof: it begins at {self.old}, and the checkpoint at {old.size}")
        merkle.verify_consistency(old.size, stated.size, self.hashes, old.root, stated.root)
        return stated


def _check(number: int, hashes: Sequence[bytes]) -> None:
    if type(number) is not int or not 0 <= number <= merkle.MAX_SIZE:
        raise FormatError("proof: an index or size that is not a count")
    if len(hashes) > MAX_HASHES or any(len(item) != merkle.HASH_BYTES for item in hashes):
        raise FormatError(f"proof: more than {MAX_HASHES} hashes, or one that is not 32 bytes")


def _join(head: Sequence[str], hashes: Sequence[bytes], signed: Note) -> bytes:
    lines = [*head, *map(encode_base64, hashes), ""]
    return "".join(f"{line}\n" for line in lines).encode() + signed.encode()


def _split(data: bytes) -> tuple[list[str], Note]:
    """Part the lines of the proof from the note after the first empty line."""
    if len(data) > MAX_BYTES:
        raise FormatError(f"proof: longer than {MAX_BYTES} bytes")
    head, blank, rest = data.partition(b"\n\n")
    if not blank or not head.isascii():
        raise FormatError("proof: no empty line, or not ASCII before it")
    return head.decode("ascii").split("\n"), Note.parse(rest)


def _number(pattern: re.Pattern[str], lines: Sequence[str]) -> int:
    match = pattern.fullmatch(lines[0]) if lines else None
    if match is None:
        raise FormatError("proof: no line that says where it begins")
    return int(match[1])


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > MAX_HASHES or not all(map(_HASH.fullmatch, lines)):
        raise FormatError("proof: a line that is no hash, or too many of them")
    return tuple(map(decode_base64, lines))
