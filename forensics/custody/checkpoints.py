"""The signed statements of a ledger's length and root, one file each, never rewritten."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from forensics import keys
from forensics.custody import disk
from forensics.errors import FormatError, IntegrityError
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.note import MAX_BYTES, Note, parse_vkey

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
    """The folder of checkpoints of one case, and the keys that sign them, each from some length on."""

    def __init__(self, root: Path, key: keys.LogKey) -> None:
        self.folder = root / FOLDER
        self._root, self._origin = root, key.name
        self._draft = root / "tmp" / _DRAFT
        self._known = {key.vkey: key}
        self._turns = [(0, key.vkey)]
        self._lock = threading.Lock()
        self.listener: Callable[[int], None] | None = None
        """Told of each size that is published; it must not wait for anything that is written."""

    def publish(self, size: int, root: bytes) -> Path:
        """
        State the length and root that the ledger has, or had, once.

        So much of the ledger was put on the disk before: a checkpoint never outruns it. From any thread.
        """
        key = self._key(size)
        text = Checkpoint(key.name, size, root).encode()
        target = self.folder / name(size)
        with self._lock, disk.guarded(f"write {target.name}"):
            disk.publish(self._draft, target, key.sign_note(text).encode())
        if (listener := self.listener) is not None:
            listener(size)
        return target

    def know(self, key: keys.LogKey) -> None:
        """Have a key at hand that will sign once the ledger names it."""
        self._known[key.vkey] = key

    def turn(self, size: int, vkey: str) -> None:
        """Sign with this key from the checkpoint over so many entries on: the ledger names it by now."""
        self._turns.append((size, vkey))

    def _key(self, size: int) -> keys.LogKey:
        vkey = self._vkey(size)
        if vkey not in self._known:
            raise IntegrityError(f"the log key that signs checkpoint {size} is not in private/: {vkey}")
        return self._known[vkey]

    def _vkey(self, size: int) -> str:
        return next(vkey for start, vkey in reversed(self._turns) if start <= size)

    def has(self, size: int) -> bool:
        """Say whether there is one over so many entries."""
        return os.path.lexists(self.folder / name(size))

    def newest(self) -> Checkpoint:
        """
        Return the longest checkpoint, its signature verified.

        Raises `IntegrityError` where there is none, or where it is not one of this case's key.
        """
        stated = newest(self._root, self._origin)
        _, public = parse_vkey(self._vkey(stated.checkpoint.size))
        stated.verify(public)
        return stated.checkpoint


@dataclass(frozen=True, slots=True)
class Stated:
    """A checkpoint, and who signed it: which key that should be, the ledger says."""

    file: str
    note: Note
    checkpoint: Checkpoint

    def verify(self, public: bytes) -> None:
        """Refuse with `IntegrityError` unless this log key (32 bytes) signed it."""
        try:
            keys.verify_note(self.note, self.checkpoint.origin, public)
        except FormatError as error:
            raise IntegrityError(f"{FOLDER}/{self.file}: {error}") from error


def sizes(root: Path) -> list[int]:
    """List the lengths that the case at `root` has checkpoints over, shortest first."""
    with disk.guarded(f"list {FOLDER}"):
        notes = [path.name for path in (root / FOLDER).iterdir() if path.suffix == ".note"]
    return sorted(size for note in notes if (size := size_of(note)) is not None)


def newest(root: Path, origin: str) -> Stated:
    """
    Return the longest checkpoint of a case, its signature still unverified.

    Raises `IntegrityError` where there is none, or where it is of another log or size than its place says.
    """
    found = sizes(root)
    if not found:
        raise IntegrityError(f"{FOLDER}: there is none, and a case begins with one")
    file = name(found[-1])
    try:
        note = Note.parse(disk.read(root / FOLDER / file, MAX_BYTES))
        stated = Checkpoint.parse(note.text)
    except (FormatError, disk.NotThereError) as error:
        raise IntegrityError(f"{FOLDER}/{file}: {error}") from error
    if (stated.origin, stated.size) != (origin, found[-1]):
        raise IntegrityError(f"{FOLDER}/{file}: it is of another log or size than its place says")
    return Stated(file, note, stated)
