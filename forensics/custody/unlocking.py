"""The keys that open parts, loaded from files, as one function from what is sealed to what is in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from forensics.custody import plugins
from forensics.errors import FormatError, IdentityError
from forensics.keys import age, holders, stream
from forensics.keys.holders import Ask, Holders

Pieces = Iterator[bytes | memoryview]


@dataclass(frozen=True, slots=True)
class Unlocking:
    """Opens what is sealed to any of the keys; those that a plugin holds are asked last."""

    keys: Holders

    def __call__(self, pieces: Pieces) -> Pieces:
        """Yield what an age file holds; raises as `stream.decrypt` does."""
        if not self.keys.plugins:
            return stream.decrypt(pieces, self.keys.holders)
        start = b""
        while (found := age.split(start)) is None:
            piece = next(pieces, None)
            if piece is None:
                raise FormatError("age: cut off in its header")
            start += piece
        whole: Pieces = chain([start], pieces)
        try:
            age.open_header(found[0], self.keys.holders)
        except IdentityError:
            return plugins.decrypt(whole, self.keys.plugins)
        return stream.decrypt(whole, self.keys.holders)


def load_age_keys(paths: Sequence[Path], passphrase: Ask | None = None) -> Unlocking:
    """
    Load the files of keys that parts are to be opened with; `passphrase` is asked for each that has one.

    Raises `IdentityError` for a file that holds none.
    """
    return Unlocking(holders.all_of([holders.load_holders(path, passphrase) for path in paths]))
