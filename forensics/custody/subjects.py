"""What a hand-over is about: a bundle by its digest, or the parts that it travels in."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from forensics.custody import checkpoints, disk
from forensics.custody.bundle import TAGMANIFEST
from forensics.errors import FormatError, IntegrityError, UsageError
from forensics.formats import manifest, note
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.note import Note
from forensics.formats.statement import Head, Subject

SUMS = "SHA256SUMS"
PARTS = ".parts"
FOLDER = ".custody"
NOTES = "ledger/checkpoints"

NO_HEAD = Head()
_LIMIT = 2**28


@dataclass(frozen=True, slots=True)
class Found:
    """A bundle or its parts, and where the records about them lie."""

    folder: Path
    subjects: tuple[Subject, ...]
    """What lies there. The first one's digest is what a first record follows."""
    head: Head = NO_HEAD
    beside: tuple[Subject, ...] = ()
    """The bundle that the parts were made of, if it lies beside them: it stands first in a first record."""

    @property
    def all(self) -> tuple[Subject, ...]:
        """Return what a first record is about."""
        return (*self.beside, *self.subjects)

    def is_within(self, subjects: Iterable[Subject]) -> bool:
        """Say whether records about these are about what lies here, whatever its folder is called."""
        return {one.sha256 for one in self.subjects} <= {one.sha256 for one in subjects}


def find(path: Path, *, gone: bool = False) -> Found:
    """
    Look at a bundle or at parts; with `gone`, also at nothing but the records that lie where one was.

    Raises `UsageError` where there is neither, `IntegrityError` for one whose own lists cannot be read.
    """
    if path.name.endswith(FOLDER) and gone:
        path = path.with_name(path.name.removesuffix(FOLDER))
    folder = path.with_name(path.name.removesuffix(PARTS) + FOLDER)
    if os.path.lexists(path / TAGMANIFEST):
        return Found(folder, (_bundle(path),), _head(path / NOTES))
    if os.path.lexists(path / SUMS):
        whole = path.with_name(path.name.removesuffix(PARTS))
        there = whole != path and os.path.lexists(whole / TAGMANIFEST)
        beside, head = ((_bundle(whole),), _head(whole / NOTES)) if there else ((), Head())
        return Found(folder, _parts(_read(path / SUMS)), head, beside)
    if gone and os.path.lexists(folder):
        return Found(folder, ())
    hint = "name the folder of a bundle, or of its parts; a case is sealed first"
    raise UsageError(f"{path} is neither a bundle nor its parts", hint=hint)


def _bundle(path: Path) -> Subject:
    digest = hashlib.sha256(_read(path / TAGMANIFEST)).hexdigest()
    try:
        return Subject(path.name, digest)
    except FormatError as error:
        raise UsageError(f"the name of the folder cannot stand in a form: {error}") from error


def _parts(sums: bytes) -> tuple[Subject, ...]:
    try:
        listed = manifest.parse(sums)
    except FormatError as error:
        raise IntegrityError(f"{SUMS}: {error}") from error
    whole = Subject(SUMS, hashlib.sha256(sums).hexdigest())
    return (whole, *(Subject(name, digest) for name, digest in listed.items()))


def _head(folder: Path) -> Head:
    """Read the newest checkpoint of a bundle; what is none is for the verifier to tell."""
    sizes = [checkpoints.size_of(one.name) for one in folder.iterdir()] if folder.is_dir() else []
    newest = max((size for size in sizes if size), default=0)
    if not newest:
        return Head()
    try:
        stated = Checkpoint.parse(
            Note.parse(disk.read(folder / checkpoints.name(newest), note.MAX_BYTES)).text
        )
    except (FormatError, disk.NotThereError):
        return Head()
    return Head(stated.size, stated.root.hex())


def _read(path: Path) -> bytes:
    try:
        return disk.read(path, _LIMIT)
    except disk.NotThereError as error:
        raise IntegrityError(f"{path.name} cannot be read: {error}") from error
