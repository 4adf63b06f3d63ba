"""
The bundle in parts, looked at as a folder that nobody ever wrote: decrypted and hashed piece by piece.

Only the small files of part 0 are held in memory. What is read of the rest, the ledger above all, is
decrypted once more when it is asked for.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from io import BufferedReader

from forensics.errors import FormatError, IdentityError, IntegrityError
from forensics.formats import tar
from forensics.keys.stream import Decrypt, Room
from forensics.pipeline import Ring, ahead
from forensics.verifier.file import CHUNK, File
from forensics.verifier.folder import MAX_FILES, Folder, Listing

KEPT = 65_536
"""Bytes of a file of part 0 that is held in memory, and `ROOM` those of all of them."""
ROOM = 32 * 2**20

BULK = ("data/", "derived/")
"""What lies in the parts after the first, and nowhere else."""

Pieces = Iterator[bytes | memoryview]


@dataclass(slots=True)
class _Scan:
    """What one part holds, or how far it could be read."""

    part: File
    files: list[File] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    problem: str = ""
    locked: bool = False
    """None of the keys opens it."""


class Vault(Folder):
    """
    A bundle in parts.

    Args:
        outer: the folder of the parts.
        parts: the parts in their order, as a walk saw them.
        unlock: decrypts one.

    """

    def __init__(self, outer: Folder, parts: Sequence[File], unlock: Decrypt) -> None:
        self.path, self.root = outer.path, outer.root
        self.digests: dict[str, str] = {}
        self.listing = Listing()
        self.problems: list[tuple[str, str]] = []
        """Part, and what is wrong with it."""
        self.locked = False
        """No part at all could be opened with the keys given."""
        self._outer, self._parts, self._unlock = outer, parts, unlock
        self._contents: dict[str, bytes] = {}

    def scan(self, workers: int) -> Listing:
        """Decrypt all parts once, and list what is in them, each file with its SHA-256."""
        last = ""
        with ThreadPoolExecutor(workers) as pool:
            scans = list(pool.map(self._scan, range(len(self._parts))))
        for number, one in enumerate(scans):
            if one.problem:
                self.problems.append((one.part.path, one.problem))
            if number > 1 and one.files and one.files[0].path <= last:
                self.problems.append((one.part.path, "does not go on where the part before it ends"))
            last = one.files[-1].path if one.files else last
            for file in one.files:
                self._list(file, one.part.path)
            self._contents |= one.contents
        self.locked = bool(scans) and all(one.locked for one in scans)
        return self.listing

    def _list(self, file: File, part: str) -> None:
        files, folders = self.listing.files, self.listing.folders
        if file.path in files or file.path in folders:
            self.problems.append((part, f"holds {file.path}, which another part holds too"))
        elif len(files) == MAX_FILES:
            self.problems.append(
                (part, f"holds {file.path}, one of more than {MAX_FILES} files of all parts")
            )
        else:
            files[file.path] = file
            self.digests[file.path] = file.sha256
            folder = file.path.rpartition("/")[0]
            while folder and folder not in folders:
                if folder in files:
                    self.problems.append((part, f"holds {file.path}, in a folder that is a file"))
                folders.add(folder)
                folder = folder.rpartition("/")[0]

    def _scan(self, number: int) -> _Scan:
        found, room = _Scan(self._parts[number]), ROOM
        try:
            reader = tar.Reader(self._plain(number, Ring()))
            for count, member in enumerate(reader, 1):
                _belongs(member.path, number, count)
                digest, kept = sha256(), bytearray()
                keep = not number and member.size <= min(KEPT, room)
                for piece in reader.content():
                    digest.update(piece)
                    kept += piece if keep else b""
                found.files.append(File(member.path, member.size, 0, 0, digest.hexdigest()))
                if keep:
                    room -= member.size
                    found.contents[member.path] = bytes(kept)
        except (FormatError, IntegrityError) as error:
            found.problem = str(error)
        except IdentityError as error:
            found.problem, found.locked = str(error), True
        return found

    def _plain(self, number: int, room: Room = bytearray) -> Pieces:
        with self._outer.open(self._parts[number]) as stream:
            yield from ahead(self._unlock(stream, room))

    # -- what a folder is asked

    def read_once(self, path: str, limit: int) -> bytes:
        """Return a file's bytes; `IntegrityError` where that cannot be."""
        if path in self._contents:
            return self._contents[path]
        file = self.look(path)
        if file.size > limit:
            raise IntegrityError(f"is {file.size} bytes long, and at most {limit} are read")
        return b"".join(self._fetch(path))

    def look(self, path: str) -> File:
        """Find a file; `IntegrityError` if it is missing."""
        try:
            return self.listing.files[path]
        except KeyError as error:
            raise IntegrityError("no such file") from error

    def open(self, file: File, *, growing: bool = False) -> BufferedReader:  # noqa: ARG002 - a folder's signature
        """Open a file for reading."""
        return BufferedReader(_Stream(self._fetch(file.path)), CHUNK)

    def _fetch(self, path: str) -> Pieces:
        """Decrypt part 0 up to a file, and yield that."""
        try:
            reader = tar.Reader(self._plain(0))
            for member in reader:
                if member.path == path:
                    yield from reader.content()
                    return
        except (FormatError, IdentityError) as error:
            raise IntegrityError(f"cannot be read: {error}") from error
        raise IntegrityError("is not in the first part")


class _Stream(io.RawIOBase):
    """Pieces as a file."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _belongs(path: str, number: int, count: int) -> None:
    if path.startswith(BULK) != bool(number):
        raise FormatError(f"holds {path}, which does not belong in this part")
    if count > MAX_FILES:
        raise FormatError(f"holds more than {MAX_FILES} files")
