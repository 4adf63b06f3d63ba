"""What is in the parts of a bundle, written into a folder: plain files alone, each new, none outside."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
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
    """A file as it was written: its place, the hash of what it was given, and what tells of any change."""

    path: str
    """In the bundle."""
    sha256: str
    device: int
    inode: int
    changed: int
    """When the system says it was last changed, its modes and names too, in nanoseconds."""


@dataclass(frozen=True, slots=True)
class Unpacking:
    """Where the parts of a bundle are unpacked to, and with what."""

    root: Path
    """A folder of ours that nobody else reads."""
    unlock: Decrypt
    progress: Callable[[int], None] = lambda _: None
    """Told now and then, in the caller's thread, how many bytes more are written."""
    stopped: threading.Event = field(default_factory=threading.Event)
    done: SimpleQueue[int] = field(default_factory=SimpleQueue)
    """Bytes written that were not told of yet."""

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
                    self._tell()
            finally:
                self.stopped.set()
                for future in waiting:
                    future.cancel()
        os.sync()  # all of it at once: a sync for each of 100,000 files takes a minute
        return written

    def _tell(self) -> None:
        self.progress(sum(self.done.get() for _ in range(self.done.qsize())))

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
            yield Written(member.path, digest, state.st_dev, state.st_ino, state.st_ctime_ns)

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
            self.done.put(len(piece))
        os.fchmod(descriptor, disk.KEPT_MODE)
        return digest.hexdigest()


def _make(folder: Path, known: set[Path]) -> None:
    """Make a folder and those above it, for its owner alone."""
    if folder not in known:
        _make(folder.parent, known)
        folder.mkdir(disk.FOLDER_MODE, exist_ok=True)
        known.add(folder)
