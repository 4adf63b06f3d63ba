"""The keys that open parts, loaded from files, as one function from what is sealed to what is in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from forensics.custody import plugins
from forensics.errors import IdentityError
from forensics.keys import age, holders, stream
from forensics.keys.holders import Ask, Holders
from forensics.keys.stream import Room, Source

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Unlocking:
    """Opens what is sealed to any of the keys; those that a plugin holds are asked last."""

    keys: Holders

    def __call__(self, source: Source, room: Room = bytearray, /) -> Iterator[bytes | memoryview]:
        """Yield what an age file holds; raises as `stream.decrypt` does."""
        if not self.keys.plugins:
            return stream.decrypt(source, self.keys.holders, room)
        header, rest = stream.read_header(source)
        whole = _Whole(header + rest, source)
        try:
            age.open_header(header, self.keys.holders)
        except IdentityError:
            return plugins.decrypt(whole.pieces(), self.keys.plugins)
        return stream.decrypt(whole, self.keys.holders, room)


@dataclass(slots=True)
class _Whole:
    """A source whose beginning was read already."""

    start: bytes
    rest: Source

    def readinto(self, buffer: memoryview, /) -> int:
        count = min(len(self.start), len(buffer))
        if not count:
            return self.rest.readinto(buffer) or 0
        buffer[:count], self.start = self.start[:count], self.start[count:]
        return count

    def pieces(self) -> Iterator[bytes]:
        buffer = bytearray(_PIECE)
        while count := self.readinto(memoryview(buffer)):
            yield bytes(buffer[:count])


def load_age_keys(paths: Sequence[Path], passphrase: Ask | None = None) -> Unlocking:
    """
    Load the files of keys that parts are to be opened with; `passphrase` is asked for each that has one.

    Raises `IdentityError` for a file that holds none.
    """
    return Unlocking(holders.all_of([holders.load_holders(path, passphrase) for path in paths]))
