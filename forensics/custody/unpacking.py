"""What is in the parts of a bundle, written into a folder: plain files alone, each new, none outside."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from forensics.custody import disk
from forensics.errors import FormatError, IntegrityError, StoreError
from forensics.formats import tar
from forensics.keys.stream import Decrypt
from forensics.pipeline import Ring, ahead

WORKERS = 2
MOST = 5_000_000
"""Files: what `verify` looks at, at most."""
ASIDE = 256 * 2**10
"""Bytes of a piece from which another thread hashes it while it is written: fewer are hashed by then."""


class Written(NamedTuple):
    """A file as it was written: its place, what the system knows it by, and the hash of what it was given."""

    path: str
    """In the bundle."""
    size: int
    device: int
    inode: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Unpacking:
    """Where the parts of a bundle are unpacked to, and with what."""

    root: Path
    """A folder of ours that nobody else reads."""
    unlock: Decrypt
    stopped: threading.Event = field(default_factory=threading.Event)

    def unpack(self, parts: Sequence[Path]) -> list[Written]:
        """
        Unpack parts, some at once, put them on the disk, and return what was written.

        Raises `IntegrityError` for what is no part of ours, `IdentityError` where the keys do not open one,
        `NoSpaceError`. Then what was written so far is the caller's to remove; nothing writes any more.
        """
        written: list[Written] = []
        with ThreadPoolExecutor(WORKERS) as pool:
            waiting = {pool.submit(self._part, path) for path in parts}
            try:
                while waiting:
                    ended, waiting = wait(waiting, timeout=0.2, return_when=FIRST_EXCEPTION)
                    for future in ended:
                        written += future.result()
            finally:
                self.stopped.set()
                for future in waiting:
                    future.cancel()
        os.sync()  # all of it at once: a sync for each of 100,000 files takes a minute
        return written

    def _part(self, path: Path) -> list[Written]:
        try:
            descriptor = disk.open_regular(path)
        except disk.NotThereError as error:
            raise IntegrityError(f"{path.name} cannot be read: {error}") from error
        with os.fdopen(descriptor, "rb", buffering=0) as stream, disk.guarded(f"unpack {path.name}"):
            plain = ahead(self.unlock(stream, Ring()))
            try:
                with ThreadPoolExecutor(1) as aside:
                    return list(self._files(tar.Reader(plain), aside))
            except FormatError as error:
                hint = "ask for it again: it is not as it was made"
                raise IntegrityError(f"{path.name}: {error}", hint=hint) from error
            finally:
                plain.close()

    def _files(self, reader: tar.Reader, aside: ThreadPoolExecutor) -> Iterator[Written]:
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
                digest = self._write(descriptor, reader.content(), aside)
                state = os.fstat(descriptor)
            finally:
                disk.close(descriptor)
            yield Written(member.path, state.st_size, state.st_dev, state.st_ino, digest)

    def _write(self, descriptor: int, content: Iterator[memoryview], aside: ThreadPoolExecutor) -> str:
        """Write a file, and return the SHA-256 of the very bytes that were given to the system."""
        digest, written = hashlib.sha256(), 0
        for piece in content:
            if self.stopped.is_set():
                raise StoreError("given up: another part could not be unpacked")
            if len(piece) < ASIDE:
                digest.update(piece)
                disk.write(descriptor, piece)
            else:
                hashed = aside.submit(digest.update, piece)
                try:
                    disk.write(descriptor, piece)
                finally:
                    hashed.result()  # the piece's room is used again
            disk.start(descriptor, written, len(piece))
            written += len(piece)
        os.fchmod(descriptor, disk.KEPT_MODE)
        return digest.hexdigest()


def _make(folder: Path, known: set[Path]) -> None:
    """Make a folder and those above it, for its owner alone."""
    if folder not in known:
        _make(folder.parent, known)
        folder.mkdir(disk.FOLDER_MODE, exist_ok=True)
        known.add(folder)
