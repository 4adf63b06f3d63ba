"""The signed statements of a ledger's length and root, one file each, never rewritten."""

from __future__ import annotations

import re
from pathlib import Path

from forensics import keys
from forensics.custody import disk
from forensics.custody.ledger import Ledger
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

    def publish(self, ledger: Ledger) -> Path:
        """
        State the ledger's length and root as they are on the disk, once.

        The ledger was put on the disk before: a checkpoint never outruns it.
        """
        text = Checkpoint(self._key.name, ledger.size, ledger.tree.root()).encode()
        target = self.folder / name(ledger.size)
        with disk.guarded(f"write {target.name}"):
            disk.publish(self._draft, target, self._key.sign_note(text).encode())
        return target

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
