"""The signed statements of a ledger's length and root, one file each, never rewritten."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from pathlib import Path

from forensics import keys
from forensics.custody import disk
from forensics.errors import FormatError, IntegrityError
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.note import MAX_BYTES, Note

FOLDER = "checkpoints"

_NAME = re.compile(r"([0-9]{8,19})\.note")
_DRAFT = "draft-checkpoint"


def name(size: int) -> str:
    """Name the file of the checkpoint over the first `size` entries."""
    return f"{size:08d}.note"


def size_of(file: str) -> int | None:
    """Return the size that a file's name states, for the note and for signatures of it; None for others."""
    match = _NAME.match(file)
    return int(match[1]) if match and (match.end() == len(file) or file[match.end()] == ".") else None


class Checkpoints:
    """The folder of checkpoints of one case, and the key that signs them."""

    def __init__(self, root: Path, key: keys.LogKey) -> None:
        self.folder = root / FOLDER
        self._draft = root / "tmp" / _DRAFT
        self._key = key
        self._lock = threading.Lock()
        self.listener: Callable[[int], None] | None = None
        """Told of each size that is published; it must not wait for anything that is written."""

    def publish(self, size: int, root: bytes) -> Path:
        """
        State the length and root that the ledger has, or had, once.

        So much of the ledger was put on the disk before: a checkpoint never outruns it. From any thread.
        """
        text = Checkpoint(self._key.name, size, root).encode()
        target = self.folder / name(size)
        with self._lock, disk.guarded(f"write {target.name}"):
            disk.publish(self._draft, target, self._key.sign_note(text).encode())
        if (listener := self.listener) is not None:
            listener(size)
        return target

    def has(self, size: int) -> bool:
        """Say whether there is one over so many entries."""
        return os.path.lexists(self.folder / name(size))

    def newest(self) -> Checkpoint:
        """
        Return the longest checkpoint, its signature verified.

        Raises `IntegrityError` where there is none, or where it is not one of this case's key.
        """
        with disk.guarded(f"list {FOLDER}"):
            notes = [path.name for path in self.folder.iterdir() if path.suffix == ".note"]
        sizes = [size for note in notes if (size := size_of(note)) is not None]
        if not sizes:
            raise IntegrityError(f"{FOLDER}: there is none, and a case begins with one")
        file = name(max(sizes))
        try:
            note = Note.parse(disk.read(self.folder / file, MAX_BYTES))
            keys.verify_note(note, self._key.name, self._key.public)
            found = Checkpoint.parse(note.text)
        except (FormatError, disk.NotThereError) as error:
            raise IntegrityError(f"{FOLDER}/{file}: {error}") from error
        if (found.origin, found.size) != (self._key.name, max(sizes)):
            raise IntegrityError(f"{FOLDER}/{file}: it is of another log or size than its place says")
        return found
