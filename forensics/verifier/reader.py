"""
Read a case or a bundle, strictly and within bounds, for whoever tells of it.

Works on a case that is being written: only whole lines of the ledger count. Everything that is not
as we write it raises `IntegrityError`; `verify` is what lists it all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BufferedIOBase, BufferedReader, BytesIO
from pathlib import Path

from forensics.errors import FormatError, IntegrityError, UsageError
from forensics.formats import entry
from forensics.formats.entry import Entry
from forensics.keys.roster import Roster
from forensics.verifier.file import why
from forensics.verifier.folder import Folder
from forensics.verifier.opening import Opening

MAX_LINES = 10_000_000
BLOCK = 256 * 2**10
"""Bytes of a ledger read at a time."""
BUNDLE_MARKS = (
    "bagit.txt",
    "bag-info.txt",
    "keys",
    "ledger",
    "manifest-sha256.txt",
    "tagmanifest-sha256.txt",
    "tagmanifest-sha256.txt.sig",
)
CASE_MARKS = ("case.json", "checkpoints", "ledger.jsonl", "lock", "private")
DISCLOSURE_MARKS = ("entry.json", "entry.tlog-proof", "log.pub.pem", "log.vkey")


def kind_of(path: Path) -> str:
    """
    Say whether a folder is a `case`, a `bundle` or a `disclosure`, by the most of its marks.

    `UsageError` if by none.

    The most and not one of them, since the one may be what was deleted or planted.
    """
    bundle, case, disclosure = (
        sum(os.path.lexists(path / mark) for mark in marks)
        for marks in (BUNDLE_MARKS, CASE_MARKS, DISCLOSURE_MARKS)
    )
    if not bundle and not case and not disclosure:
        raise UsageError(f"{path} is neither a case nor a bundle", hint="name a case folder or a bundle")
    if disclosure > max(bundle, case):
        return "disclosure"
    return "case" if case > bundle else "bundle"


def ledger_of(kind: str) -> str:
    """Return the path of the ledger, or of the one line of it that is disclosed."""
    return {"case": "ledger.jsonl", "disclosure": "entry.json"}.get(kind, "ledger/ledger.jsonl")


def checkpoints_of(kind: str) -> str:
    """Return the path of the folder of checkpoints in a case or a bundle."""
    return "ledger/checkpoints" if kind == "bundle" else "checkpoints"


def open_ledger(folder: Folder, path: str) -> BufferedReader:
    """Open a ledger; `IntegrityError` where it is no plain file. That of a case may grow at any moment."""
    return folder.open(folder.look(path), growing=path == ledger_of("case"))


class Lines:
    """
    The lines of a ledger, each with its line feed, never many in memory.

    Raises `IntegrityError` for a line that is too long, or one too many. When all is read, `torn`
    counts the bytes after the last line feed and `digest` is the SHA-256 of all bytes in hex.
    """

    def __init__(self, stream: BufferedIOBase) -> None:
        self._stream = stream
        self._hash = sha256()
        self._count = 0
        self.torn = 0

    def __iter__(self) -> Iterator[bytes]:
        return (line + b"\n" for block in self.blocks() for line in block.split(b"\n")[:-1])

    def blocks(self) -> Iterator[bytes]:
        """Yield the same lines, one or more at a time."""
        rest, count = b"", 0
        while data := self._read(count):
            self._hash.update(data)
            data = rest + data
            end = data.rfind(b"\n") + 1
            whole, rest = data[:end], data[end:]
            lines = whole.count(b"\n")
            if not _fits(whole) or len(rest) > entry.MAX_BYTES or count + lines + bool(rest) > MAX_LINES:
                yield from _up_to_the_bad(data, count)
            if whole:
                yield whole
            count += lines
        self.torn = len(rest)

    def _read(self, count: int) -> bytes:
        try:
            return self._stream.read1(BLOCK)  # not read(): where a disk fails, it loses what it had before
        except OSError as error:
            raise IntegrityError(f"cannot be read after line {count}: {why(error)}") from error

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what was read."""
        return self._hash.hexdigest()


def _fits(block: bytes) -> bool:
    """Say whether no line of a block is too long, without a look at each."""
    start = 0
    while start < len(block):
        # The last line to end where the first one must have ended at the latest.
        start = block.rfind(b"\n", start, start + entry.MAX_BYTES) + 1
        if not start:
            return False
    return True


def _up_to_the_bad(data: bytes, number: int) -> Iterator[bytes]:
    """Yield the lines before the one that there cannot be, `number` being before them, and raise."""
    lines = BytesIO(data)
    while len(line := lines.readline()) <= entry.MAX_BYTES and number < MAX_LINES:
        number += 1
        yield line
    problem = f"has more than {MAX_LINES} lines"
    if len(line) > entry.MAX_BYTES:
        problem = f"line {number + 1} is longer than {entry.MAX_BYTES} bytes"
    raise IntegrityError(f"{problem}; no more was read")


@dataclass(frozen=True, slots=True)
class Record:
    """A case or a bundle, open for reading."""

    path: Path
    kind: str
    opening: Opening
    folder: Folder

    def entries(self) -> Iterator[Entry]:
        """
        Yield the entries on disk, oldest first, checking each one's place in the chain.

        A torn last line of a case is not there yet. Raises `IntegrityError`, naming the line.
        """
        path = ledger_of(self.kind)
        head = entry.genesis(self.opening.origin)
        with open_ledger(self.folder, path) as stream:
            lines = Lines(stream)
            for number, line in enumerate(lines):
                try:
                    one = Entry.parse(line)
                except FormatError as error:
                    raise IntegrityError(f"{path}: line {number + 1}: {error}") from error
                if one.seq != number or one.prev != head:
                    raise IntegrityError(f"{path}: line {number + 1} does not follow the line before it")
                head = entry.digest(line)
                yield one
        if lines.torn and self.kind == "bundle":
            raise IntegrityError(f"{path}: the last line is torn")

    def roster(self) -> Roster:
        """Return whose keys speak for the case, and since when; raises as `entries` does."""
        roster = self.opening.roster()
        for one in self.entries():
            if one.type in {"key.add", "key.retire"}:
                try:
                    roster.take(one.seq + 1, one.type, one.body)
                except FormatError as error:
                    where = f"{ledger_of(self.kind)}: line {one.seq + 1}"
                    raise IntegrityError(f"{where}: {one.type}: {error}") from error
        return roster


def open_record(path: Path) -> Record:
    """
    Open a case or a bundle for reading.

    Raises `UsageError` where there is neither, `IntegrityError` where its ledger does not begin as
    ours do. Nothing is verified but what is read: `entries` checks the chain as it goes.
    """
    folder = Folder(path)
    kind = kind_of(path)
    if kind == "disclosure":
        raise UsageError(
            f"{path} is a disclosure, which holds one line of a ledger", hint="name a case folder or a bundle"
        )
    with open_ledger(folder, ledger_of(kind)) as stream:
        first = next(iter(Lines(stream)), b"")
    try:
        opening = Opening.read(Entry.parse(first))
    except FormatError as error:
        raise IntegrityError(f"{ledger_of(kind)}: line 1: {error}") from error
    return Record(path, kind, opening, folder)
