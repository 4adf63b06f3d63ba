"""The records of custody of one bundle, as they lie beside it: read, strictly and in order."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from forensics import keys
from forensics.custody import disk
from forensics.errors import CaseError, FormatError, IntegrityError
from forensics.formats import handover, statement
from forensics.formats.statement import Statement

MAX_SIGNATURE = 32_768
MAX_FILES = 100_000

BROKEN = "keep the folder as it is, and run `forensics custody show` on it for every finding"


@dataclass(slots=True)
class Chain:
    """The records that are there, each checked to follow the one before, and who has signed which."""

    folder: Path
    records: list[tuple[str, Statement]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    signed: dict[str, set[str]] = field(default_factory=dict)
    """By the name of a record, fingerprints of those who signed it."""
    by: dict[str, str] = field(default_factory=dict)
    """By the name of a signature's file, the fingerprint of who made it."""

    @classmethod
    def read(cls, folder: Path) -> Chain:
        """Read a folder of records; `IntegrityError` for one that does not hold together."""
        chain = cls(folder)
        names = listing(folder)
        for name in names:
            if statement.parse_name(name):
                chain.files[name] = read(folder / name, statement.MAX_BYTES)
        try:
            chain.records = handover.chain(chain.files)
        except FormatError as error:
            raise IntegrityError(f"{folder.name}: {error}", hint=BROKEN) from error
        for name in names:
            chain._take(name)
        return chain

    def _take(self, name: str) -> None:
        over = over_of(name)
        if over not in self.files or not name.endswith(".sig"):
            return
        try:
            signature = read(self.folder / name, MAX_SIGNATURE)
            key = keys.verify_signature(signature, self.files[over], keys.CUSTODY)
        except FormatError as error:
            raise IntegrityError(f"{self.folder.name}/{name}: {error}", hint=BROKEN) from error
        self.signed.setdefault(over, set()).add(key.fingerprint)
        self.by[name] = key.fingerprint

    @property
    def statements(self) -> list[Statement]:
        """List the records without their digests."""
        return [record for _, record in self.records]


def over_of(name: str) -> str:
    """Return the name of the record that a signature, or a stamp over one, lies beside; else nothing."""
    stem, found, _ = name.partition(".json.")
    return f"{stem}.json" if found else ""


def listing(folder: Path) -> list[str]:
    """List the files of a folder of records, sorted; none where it is not there yet."""
    if not os.path.lexists(folder):
        return []
    if folder.is_symlink() or not folder.is_dir():
        raise CaseError(f"{folder} is no folder of custody records")
    with disk.guarded(f"list {folder}"):
        names = sorted(path.name for path in folder.iterdir())
    if len(names) > MAX_FILES:
        raise CaseError(f"{folder} holds more than {MAX_FILES} files")
    return names


def read(path: Path, limit: int) -> bytes:
    """Read a file of the folder; `IntegrityError` where it is no plain file, or too long."""
    try:
        return disk.read(path, limit)
    except disk.NotThereError as error:
        raise IntegrityError(f"{path.name} cannot be read: {error}", hint=BROKEN) from error
