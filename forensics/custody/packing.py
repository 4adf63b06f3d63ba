"""
One part: files of a bundle, as a tar, as an age file, none of it ever on a disk in the clear.

Each step has a thread (read and hash; encrypt; hash and write), so that one part alone keeps two processors
busy. A file whose bytes are not those of the manifest ends it.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from forensics.custody import disk
from forensics.custody.recipients import Recipients
from forensics.errors import IntegrityError, StoreError
from forensics.formats import tar
from forensics.formats.volumes import Part
from forensics.pipeline import Ring, ahead

_PIECE = disk.CHUNK

Member = tuple[str, str]
"""Path of a file in the bundle, and its SHA-256 in hex; empty where no manifest lists it."""


@dataclass(frozen=True, slots=True)
class Packing:
    """What every part of a bundle is made of and for."""

    bundle: Path
    recipients: Recipients
    stopped: threading.Event
    """Set where no more is wanted: the part that is being made is given up."""

    def pack(self, members: Iterable[Member], target: Path) -> Part:
        """
        Write a part, which gets its name once it is whole and on the disk.

        What is written meanwhile lies in the folder above. Raises `IntegrityError` naming a file at fault.
        """
        draft, known = _draft_of(target), _digest_of(target)
        with disk.guarded(f"write {target.name}"):
            for path in (draft, known, target):
                path.unlink(missing_ok=True)
            try:
                digest, size = self._write(members, draft)
                disk.write_new(known, digest.encode())
                disk.sync_folder(known.parent)
                draft.rename(target)
                disk.sync_folder(target.parent)
            finally:
                with suppress(OSError):
                    draft.unlink(missing_ok=True)
        return Part(target.name, digest, size)

    def _write(self, members: Iterable[Member], draft: Path) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        with ExitStack() as stack:
            descriptor = disk.create(draft)
            stack.callback(disk.close, descriptor)
            plain = ahead(self._tar(members))
            stack.callback(plain.close)
            sealed = ahead(self.recipients.encrypt(plain, Ring()))
            stack.callback(sealed.close)
            for piece in sealed:
                if self.stopped.is_set():
                    raise StoreError("given up: another part could not be made")
                digest.update(piece)
                disk.write(descriptor, piece)
                disk.start(descriptor, size, len(piece))
                size += len(piece)
            os.fchmod(descriptor, disk.KEPT_MODE)
            disk.sync(descriptor)
        return digest.hexdigest(), size

    def _tar(self, members: Iterable[Member]) -> Iterator[memoryview]:
        """Yield the tar in pieces of a mebibyte, so that none of them is copied on its way."""
        block = _Block()
        for path, wanted in members:
            yield from self._file(path, wanted, block)
        yield from block.add(tar.END)
        yield block.rest()

    def _file(self, path: str, wanted: str, block: _Block) -> Iterator[memoryview]:
        try:
            descriptor = disk.open_regular(self.bundle / path)
        except disk.NotThereError as error:
            raise IntegrityError(f"{path} cannot be read: {error}") from error
        try:
            size, digest, done = os.fstat(descriptor).st_size, hashlib.sha256(), 0
            yield from block.add(tar.header(path, size))
            while done < size and (count := os.readv(descriptor, [block.room(size - done)])):
                digest.update(block.room(count))
                done += count
                yield from block.fill(count)
        finally:
            disk.close(descriptor)
        if done != size or (wanted and digest.hexdigest() != wanted):
            raise IntegrityError(f"{path} is not what was sealed: its SHA-256 is not the one in the manifest")
        yield from block.add(tar.padding(size))


class _Block:
    """A piece of the tar while it is filled. Its room is used again: see `Ring`."""

    def __init__(self) -> None:
        self._ring = Ring()
        self._piece, self._have = self._ring(_PIECE), 0

    def room(self, most: int) -> memoryview:
        """Return what is free, but no more than `most` bytes."""
        return self._piece[self._have : self._have + most]

    def fill(self, count: int) -> Iterator[memoryview]:
        """Count bytes that were written into the room; yield the piece if it is full."""
        self._have += count
        if self._have == _PIECE:
            yield self._piece
            self._piece, self._have = self._ring(_PIECE), 0

    def add(self, data: bytes) -> Iterator[memoryview]:
        """Write bytes; yield each piece that gets full."""
        while data:
            room = self.room(len(data))
            room[:] = data[: len(room)]
            data = data[len(room) :]
            yield from self.fill(len(room))

    def rest(self) -> memoryview:
        """Return what is written of the last piece."""
        return self._piece[: self._have]


def finished(target: Path) -> Part | None:
    """Return the part that an earlier run made whole under this name, if it is there and still that."""
    try:
        said = disk.read(_digest_of(target), 64).decode("ascii", "replace")
        with os.fdopen(disk.open_regular(target), "rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            size = os.fstat(file.fileno()).st_size
    except disk.NotThereError:
        return None
    return Part(target.name, found, size) if found == said else None


def _draft_of(target: Path) -> Path:
    return target.parent.parent / f"{target.name}.draft"


def _digest_of(target: Path) -> Path:
    """Name the file that has a part's SHA-256 until all parts are made: what is signed is what we wrote."""
    return target.parent.parent / f"{target.name}.sha256"
