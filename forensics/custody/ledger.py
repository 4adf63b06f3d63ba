"""
The append-only file of lines, each holding the hash of the line before.

The bytes of a line are what is hashed, never a re-encoding of what they say. One process holds a ledger
at a time, and within it the writer is the only one to append.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from forensics.custody import disk
from forensics.errors import FormatError, IntegrityError, StoreError
from forensics.formats import entry, merkle
from forensics.formats.entry import Entry

NAME = "ledger.jsonl"


@dataclass(frozen=True, slots=True)
class Pen:
    """What every new entry needs and no ledger should make up by itself: time and salt."""

    clock: Callable[[], datetime]
    random: Callable[[int], bytes]


class Batch:
    """Lines that continue a ledger and are not in it yet."""

    def __init__(self, ledger: Ledger, pen: Pen) -> None:
        self._pen = pen
        self._seq, self._prev = ledger.size, ledger.head
        self.lines: list[bytes] = []

    def add(self, actor: str, deeds: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Entry]:
        """Add an entry for each (type, body); all of them, or where one raises `FormatError` none."""
        entries, lines, prev = [], [], self._prev
        # One moment and one draw for all: they are written in one group.
        time, salts = entry.timestamp(self._pen.clock()), self._pen.random(16 * len(deeds)).hex()
        for number, (kind, body) in enumerate(deeds):
            salt = salts[32 * number : 32 * number + 32]
            entries.append(Entry(self._seq + number, time, actor, kind, dict(body), prev, salt))
            lines.append(entries[-1].encode())
            prev = entry.digest(lines[-1])
        self._seq, self._prev = self._seq + len(lines), prev
        self.lines += lines
        return entries


class Ledger:
    """
    A ledger open for appending, its chain and its tree brought up to the last line.

    `size` counts entries, `length` bytes: both of what is on the disk for certain.
    """

    def __init__(self, path: Path, origin: str) -> None:
        """Open the ledger at `path`, still unread: `replay` it before anything is appended."""
        self.path = path
        self.size = 0
        self.length = 0
        self.head = entry.genesis(origin)
        self.tree = merkle.Tree()
        flags = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW
        with disk.guarded(f"open {NAME}"):
            self._descriptor = os.open(path, flags)
        if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            self.close()
            raise IntegrityError(f"{NAME} is not a regular file")

    def replay(self) -> Iterator[Entry]:
        """
        Read every whole line, check that it continues the chain, and yield its entry.

        Raises `IntegrityError` naming the line. What follows the last line feed is left for `torn`.
        """
        with disk.guarded(f"read {NAME}"), self.path.open("rb") as file:
            while (line := file.readline(entry.MAX_BYTES + 1)).endswith(b"\n"):
                yield self._follow(line)
        if len(line) > entry.MAX_BYTES:
            raise IntegrityError(f"{NAME}: line {self.size + 1} is longer than {entry.MAX_BYTES} bytes")

    def _follow(self, line: bytes) -> Entry:
        try:
            found = Entry.parse(line)
        except FormatError as error:
            raise IntegrityError(f"{NAME}: line {self.size + 1}: {error}") from error
        if (found.seq, found.prev) != (self.size, self.head):
            raise IntegrityError(f"{NAME}: line {self.size + 1} does not continue the line before it")
        self._count(line)
        return found

    def _count(self, line: bytes) -> None:
        self.size += 1
        self.length += len(line)
        self.head = entry.digest(line)
        self.tree.append(merkle.leaf_hash(line))

    def torn(self) -> bytes:
        """Return what stands after the last line feed: a line that a crash cut, never acknowledged."""
        with disk.guarded(f"read {NAME}"), self.path.open("rb") as file:
            file.seek(self.length)
            return file.read()

    def cut(self) -> None:
        """Remove what stands after the last line feed. Its bytes must be kept elsewhere by now."""
        with disk.guarded(f"cut {NAME}"):
            os.ftruncate(self._descriptor, self.length)
            disk.sync(self._descriptor)

    def append(self, batch: Batch) -> None:
        """
        Write a batch and return once it is on the disk. Must not be called again once it raised.

        One write and one fsync, however many lines.
        """
        data = b"".join(batch.lines)
        with disk.guarded(f"write {NAME}"):
            disk.write(self._descriptor, data)
            disk.sync(self._descriptor)
            found = os.fstat(self._descriptor).st_size
        if found != self.length + len(data):
            raise StoreError(f"{NAME} is {found} bytes long, and should be {self.length + len(data)}")
        for line in batch.lines:
            self._count(line)

    def close(self) -> None:
        """Close the file."""
        disk.close(self._descriptor)


def create(path: Path) -> None:
    """Make an empty ledger."""
    disk.write_new(path, b"", disk.OPEN_MODE)


def read(path: Path, length: int) -> Iterator[tuple[bytes, Entry]]:
    """Yield the lines of the first `length` bytes, and what they say; the chain is not checked again."""
    with disk.guarded(f"read {NAME}"), path.open("rb") as file:
        while length > 0:
            line = file.readline(entry.MAX_BYTES + 1)
            length -= len(line)
            yield line, Entry.parse(line)
