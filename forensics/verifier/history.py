"""
The ledger read once, from its first line to its last: what it says, and every line that cannot be right.

A bad line does not end the reading: each line's place in the chain is checked against the bytes before
it, so all that is wrong is listed.
"""

from __future__ import annotations

from collections.abc import Collection

from forensics.errors import FormatError, IntegrityError
from forensics.formats import entry, merkle
from forensics.formats.entry import Entry
from forensics.verifier.contents import Contents
from forensics.verifier.opening import Opening
from forensics.verifier.parsing import Line, parse, parse_all
from forensics.verifier.quick import Said
from forensics.verifier.reader import Lines
from forensics.verifier.verdict import Examination

MAX_SALTS = 100_000
"""Salts compared with each other; 128 random bits do not repeat by chance."""


class History:
    """
    What a ledger says, filled line by line.

    Args:
        path: the ledger's, for findings.
        sizes: lengths at which the tree's root is wanted, for the checkpoints.
        examination: takes what is wrong.

    """

    def __init__(self, path: str, sizes: Collection[int], examination: Examination) -> None:
        self.path = path
        self.lines = 0
        self.torn = 0
        self.digest = ""
        """SHA-256 of the ledger in hex; empty unless it was read to its end."""
        self.opening: Opening | None = None
        self.contents = Contents()
        self.roots: dict[int, bytes] = {}
        self._examination = examination
        self._sizes = frozenset(sizes)
        self._tree = merkle.Tree()
        self._head = ""
        self._time = ""
        self._salts: set[bytes] = set()

    def read(self, lines: Lines, *, helped: bool = False) -> None:
        """Read all lines, `helped` by a second process. What cannot be read ends it, and is a finding."""
        try:
            for line in parse_all(lines) if helped else map(parse, lines):
                self._line(line)
            self.digest = lines.digest
        except IntegrityError as error:
            self._examination.fail(self.path, str(error))
        self.torn = lines.torn
        for number, path in self.contents.dangling():
            self._examination.fail(self.path, f"line {number}: coverage: {path} was never added")

    def _line(self, line: Line) -> None:
        self.lines += 1
        self._tree.append(merkle.leaf_hash(line.raw))
        if self.lines in self._sizes:
            self.roots[self.lines] = self._tree.root()
        if line.said is None:
            self._fail(line.problem)
        else:
            self._place(line.said)
            self._say(line.raw, line.said)
        self._head = entry.digest(line.raw)

    def _place(self, one: Said) -> None:
        if one.seq != self.lines - 1:
            self._fail(
                f"seq is {one.seq}, and should be {self.lines - 1}: a line is missing, doubled or moved"
            )
        if self.lines > 1 and one.prev != self._head:
            self._fail("prev is not the hash of the line before: that line, or this one's place, was changed")
        if one.time < self._time:
            self._note(f"the clock went back, from {self._time} to {one.time}")
        salt = bytes.fromhex(one.salt)
        if salt in self._salts:
            self._note("its salt was used before, so it hides nothing")
        elif self.lines <= MAX_SALTS:
            self._salts.add(salt)
        self._time = one.time

    def _say(self, raw: bytes, one: Said) -> None:
        try:
            if self.lines == 1:
                self.opening = Opening.read(Entry.parse(raw))
            elif one.type == "case.open":
                self._fail("a ledger has one case.open, its first line")
            elif self.contents.seal and one.type not in entry.AFTER_SEAL:
                self._fail(f"{one.type} after bundle.seal: nothing can be added to sealed evidence")
            else:
                self.contents.take(self.lines, one.type, one.body)
        except FormatError as error:
            self._fail(f"{one.type}: {error}")

    def _fail(self, message: str) -> None:
        self._examination.fail(self.path, f"line {self.lines}: {message}")

    def _note(self, message: str) -> None:
        self._examination.note(self.path, f"line {self.lines}: {message}")
