"""
The lines of a ledger parsed strictly, by a helper process where there are very many.

Strictness (nothing but what our encoder writes) is most of the work on a line, and needs nothing but
that line. So a helper can do it, while this process weighs what the lines before it said.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from typing import NamedTuple

from forensics.errors import FormatError, IntegrityError
from forensics.formats.entry import Entry
from forensics.verifier import quick
from forensics.verifier.helper import Helper
from forensics.verifier.quick import Said

MANY = 8 * 2**20
"""Bytes of a ledger from which a helper pays off."""
BATCH = 256 * 2**10
"""Bytes in one request to the helper, or a line more."""
WORTH = 8 * 2**10
"""Bytes for which the helper is asked; fewer are done here in the time that asking takes."""
AHEAD = 8
"""Batches in memory: what waits for the helper, and what waits for us."""

_LOAD = json.JSONDecoder().decode


class Line(NamedTuple):
    """A line, and what it says or what is wrong with it."""

    raw: bytes
    said: Said | None
    problem: str


def parse(raw: bytes) -> Line:
    """Parse one line."""
    if said := quick.item(raw) or quick.other(raw):
        return Line(raw, said, "")
    try:
        one = Entry.parse(raw)
    except FormatError as error:
        return Line(raw, None, str(error))
    return Line(raw, Said(one.seq, one.time, one.type, one.body, one.prev, one.salt), "")


def parse_all(lines: Iterable[bytes]) -> Iterator[Line]:
    """Parse lines with a helper, in order. What `lines` raises is raised after the lines before it."""
    helper: Helper | None = None
    source = _Batches(lines)
    waiting: deque[tuple[_Batch, Future[dict[int, str] | None]]] = deque()
    with ThreadPoolExecutor(1) as pool:
        try:
            for batch in source:
                if helper is None and batch.size >= WORTH:
                    helper = Helper(__name__)
                waiting.append((batch, pool.submit(_ask, helper, batch)))
                if len(waiting) >= AHEAD:
                    yield from _read(*waiting.popleft())
            while waiting:
                yield from _read(*waiting.popleft())
        finally:
            if helper is not None:
                helper.close()
    if source.error:
        raise source.error


class _Batch:
    """Lines in their order: those that a pattern took, read, and the others."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.others: list[bytes] = []
        self.size = 0
        """Bytes of the others."""

    def add(self, raw: bytes) -> None:
        """Take a line."""
        said = quick.item(raw)
        self.lines.append(Line(raw, said, ""))
        if said is None:
            self.others.append(raw)
            self.size += len(raw)


class _Batches:
    """Lines in batches; an error among them ends the last batch, and waits."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = lines
        self.error: IntegrityError | None = None

    def __iter__(self) -> Iterator[_Batch]:
        batch, size = _Batch(), 0
        try:
            for line in self._lines:
                batch.add(line)
                size += len(line)
                if size >= BATCH:
                    yield batch
                    batch, size = _Batch(), 0
        except IntegrityError as error:
            self.error = error
        if batch.lines:
            yield batch


def _ask(helper: Helper | None, batch: _Batch) -> dict[int, str] | None:
    if helper is None or batch.size < WORTH:
        return None
    reply = helper.ask(b"".join(batch.others))
    return None if reply is None else dict(json.loads(reply))


def _read(batch: _Batch, reply: Future[dict[int, str] | None]) -> Iterator[Line]:
    problems = reply.result()
    numbers = count()
    for line in batch.lines:
        if line.said is not None:
            yield line
        elif problems is None:
            yield parse(line.raw)
        elif problem := problems.get(next(numbers)):
            yield Line(line.raw, None, problem)
        else:
            document = _LOAD(line.raw.decode())
            del document["actor"], document["v"]
            yield Line(line.raw, Said(**document), "")


def answer(request: bytes) -> bytes:
    """Return, as JSON, [number, what is wrong] of each line of a request that is not as we write it."""
    # Not splitlines(): it would split at a carriage return too.
    lines = (line + b"\n" for line in request.split(b"\n")[:-1])
    parsed = enumerate(map(parse, lines))
    return json.dumps([[number, line.problem] for number, line in parsed if line.problem]).encode()
