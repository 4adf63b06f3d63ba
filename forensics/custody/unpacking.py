"""What is in the parts of a bundle, written into a folder: plain files alone, each new, none outside."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from forensics.custody import disk
from forensics.errors import FormatError, IntegrityError, StoreError
from forensics.formats import tar
from forensics.keys.stream import Decrypt
from forensics.pipeline import Ring, ahead

WORKERS = 2
MOST = 5_000_000
"""Files: what `verify` looks at, at most."""


@dataclass(frozen=True, slots=True)
class Unpacking:
    """Where the parts of a bundle are unpacked to, and with what."""

    root: Path
    """A folder of ours that nobody else reads."""
    unlock: Decrypt
    stopped: threading.Event = field(default_factory=threading.Event)

    def unpack(self, parts: Sequence[Path]) -> None:
        """
        Unpack parts, some at once, and put them on the disk.

        Raises `IntegrityError` for what is no part of ours, `IdentityError` where the keys do not open one,
        `NoSpaceError`. Then what was written so far is the caller's to remove; nothing writes any more.
        """
        with ThreadPoolExecutor(WORKERS) as pool:
            waiting = {pool.submit(self._part, path) for path in parts}
            try:
                while waiting:
                    ended, waiting = wait(waiting, timeout=0.2, return_when=FIRST_EXCEPTION)
                    for future in ended:
                        future.result()
            finally:
                self.stopped.set()
                for future in waiting:
                    future.cancel()
        os.sync()  # all of it at once: a sync for each of 100,000 files takes a minute

    def _part(self, path: Path) -> None:
        try:
            descriptor = disk.open_regular(path)
        except disk.NotThereError as error:
            raise IntegrityError(f"{path.name} cannot be read: {error}") from error
        with os.fdopen(descriptor, "rb", buffering=0) as stream, disk.guarded(f"unpack {path.name}"):
            plain = ahead(self.unlock(stream, Ring()))
            try:
                self._files(tar.Reader(plain))
            except FormatError as error:
                hint = "ask for it again: it is not as it was made"
                raise IntegrityError(f"{path.name}: {error}", hint=hint) from error
            finally:
                plain.close()

    def _files(self, reader: tar.Reader) -> None:
        known = {self.root}
        for count, member in enumerate(reader, 1):
            if count > MOST:
                raise FormatError(f"more than {MOST} files")
            target = self.root / member.path
            try:
                _make(target.parent, known)
                descriptor = disk.create(target)
            except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
                raise FormatError(f"{member.path} is there already, or a folder, or in a file") from error
            try:
                self._write(descriptor, reader.content())
            finally:
                disk.close(descriptor)

    def _write(self, descriptor: int, content: Iterator[memoryview]) -> None:
        written = 0
        for piece in content:
            if self.stopped.is_set():
                raise StoreError("given up: another part could not be unpacked")
            disk.write(descriptor, piece)
            disk.start(descriptor, written, len(piece))
            written += len(piece)
        os.fchmod(descriptor, disk.KEPT_MODE)


def _make(folder: Path, known: set[Path]) -> None:
    """Make a folder and those above it, for its owner alone."""
    if folder not in known:
        _make(folder.parent, known)
        folder.mkdir(disk.FOLDER_MODE, exist_ok=True)
        known.add(folder)
