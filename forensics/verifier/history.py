"""
The ledger read once, from its first line to its last: what it says, and every line that cannot be right.

A bad line does not end the reading: each line's place in the chain is checked against the bytes before
it, so all that is wrong is listed.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from forensics.errors import FormatError, IntegrityError
from forensics.formats import entry, merkle
from forensics.formats.entry import Entry
from forensics.verifier.blocks import Block, ahead
from forensics.verifier.contents import Contents
from forensics.verifier.crew import Crew
from forensics.verifier.opening import Opening
from forensics.verifier.parsing import Line, parse
from forensics.verifier.quick import Added, Said
from forensics.verifier.reader import Lines
from forensics.verifier.verdict import Examination

SALT = 16
"""Bytes of one."""
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
        self.times: dict[int, str] = {}
        """The times of the lines that a checkpoint ends at or a stamp is told of, and of those after them."""
        self._examination = examination
        self._sizes = sorted(sizes)
        self._wanted = {1, *sizes, *(size + 1 for size in sizes)}
        self._tree = merkle.Tree()
        self._head = ""
        self._time = ""
        self._salts: set[bytes] = set()

    def read(self, lines: Lines, crew: Crew | None = None) -> None:
        """Read all lines, with the help of a `crew` if given. What cannot be read ends it, as a finding."""
        try:
            for raw, block in ahead(lines.blocks(), crew) if crew else ((line, None) for line in lines):
                if block is None or not self._follows(block):
                    self._each(raw)
                else:
                    self._block(block, raw)
            self.digest = lines.digest
        except IntegrityError as error:
            self._examination.fail(self.path, str(error))
        self.torn = lines.torn
        self.times.setdefault(self.lines, self._time)
        for number, path in self.contents.dangling():
            self._examination.fail(self.path, f"line {number}: coverage: {path} was never added")

    def _each(self, raw: bytes) -> None:
        for line in raw.split(b"\n")[:-1]:
            self._line(parse(line + b"\n"))

    def _line(self, line: Line) -> None:
        self.lines += 1
        self._grow([merkle.leaf_hash(line.raw)])
        if line.said is None:
            self._fail(line.problem)
        else:
            self._place(line.said)
            self._mark(line.said.type, line.said.time)
            self._say(line.said.type, line.said.body, line.raw)
        self._head = entry.digest(line.raw)

    def _grow(self, leaves: Sequence[bytes]) -> None:
        start = self._tree.size
        for size in self._sizes[bisect(self._sizes, start) : bisect(self._sizes, start + len(leaves))]:
            self._tree.extend(leaves[self._tree.size - start : size - start])
            self.roots[size] = self._tree.root()
        self._tree.extend(leaves[self._tree.size - start :])

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

    def _say(self, kind: str, body: Mapping[str, Any] | Added, raw: bytes = b"") -> None:
        try:
            if self.lines == 1:
                self.opening = Opening.read(Entry.parse(raw))
                self.contents.roster = self.opening.roster()
            elif kind == "case.open":
                self._fail("a ledger has one case.open, its first line")
            elif self.contents.seal and kind not in entry.AFTER_SEAL:
                self._fail(f"{kind} after bundle.seal: nothing can be added to sealed evidence")
            else:
                self.contents.take(self.lines, kind, body)
        except FormatError as error:
            self._fail(f"{kind}: {error}")

    def _follows(self, block: Block) -> bool:
        """Say whether `_place` would find nothing in a block of which nothing is to be found by itself."""
        return (
            0 < self.lines == block.seq
            and block.prev == self._head
            and block.since >= self._time
            and self._salts.isdisjoint(_cut(block.salts, SALT))
        )

    def _mark(self, kind: str, time: str) -> None:
        """Keep a line's time, where a stamp may begin or end to say something."""
        if kind == "anchor.tsa":
            self._wanted |= {self.lines, self.lines + 1}
        if self.lines in self._wanted:
            self.times[self.lines] = time

    def _block(self, block: Block, raw: bytes) -> None:
        """Take lines that follow, as `_line` does one by one."""
        self._marks(block, raw)
        self._grow(_cut(block.leaves, merkle.HASH_BYTES))
        self._salts.update(_cut(block.salts, SALT)[: max(0, MAX_SALTS - self.lines)])
        self._head, self._time = block.head, block.until
        start = 0
        for place, kind, body in block.others:
            self._items(block, start, place)
            self.lines += 1
            self._say(kind, body)
            start = place + 1
        self._items(block, start, len(block.paths))

    def _marks(self, block: Block, raw: bytes) -> None:
        """Keep the times of a block's lines, as `_mark` does; the lines are good by now."""
        told = {place for place, kind, _ in block.others if kind == "anchor.tsa"}
        start = self.lines + 1
        self._wanted |= {start + place + more for place in told for more in (0, 1)}
        wanted = self._wanted.intersection(range(start, start + len(block.paths)))
        lines = raw.split(b"\n") if wanted else []
        for number in wanted:
            self.times[number] = lines[number - start].rpartition(b',"time":"')[2][:27].decode()

    def _items(self, block: Block, start: int, end: int) -> None:
        if start == end:
            return
        paths, digests, sizes = block.paths[start:end], block.digests[start:end], block.sizes[start:end]
        if self.contents.seal is None and self.contents.extend(self.lines + 1, paths, digests, sizes):
            self.lines += len(paths)
            return
        for one in map(Added, paths, digests, sizes):
            self.lines += 1
            self._say("item.add", one)

    def _fail(self, message: str) -> None:
        self._examination.fail(self.path, f"line {self.lines}: {message}")

    def _note(self, message: str) -> None:
        self._examination.note(self.path, f"line {self.lines}: {message}")


def _cut(text: str, size: int) -> list[bytes]:
    """Return the values of so many bytes that stand in hex one after the other."""
    data = bytes.fromhex(text)
    return [data[start : start + size] for start in range(0, len(data), size)]
