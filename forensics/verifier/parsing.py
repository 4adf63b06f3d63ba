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
from typing import Any, NamedTuple

from forensics.errors import FormatError, IntegrityError
from forensics.formats.entry import Entry
from forensics.verifier.helper import Helper

MANY = 8 * 2**20
"""Bytes of a ledger from which a helper pays off."""
BATCH = 256 * 2**10
"""Bytes in one request to the helper, or a line more."""
AHEAD = 8
"""Batches in memory: what waits for the helper, and what waits for us."""

_LOAD = json.JSONDecoder().decode


class Said(NamedTuple):
    """What an entry says, every rule of `formats.entry` kept."""

    seq: int
    time: str
    type: str
    body: dict[str, Any]
    prev: str
    salt: str


class Line(NamedTuple):
    """A line, and what it says or what is wrong with it."""

    raw: bytes
    said: Said | None
    problem: str


def parse(raw: bytes) -> Line:
    """Parse one line."""
    try:
        one = Entry.parse(raw)
    except FormatError as error:
        return Line(raw, None, str(error))
    return Line(raw, Said(one.seq, one.time, one.type, one.body, one.prev, one.salt), "")


def parse_all(lines: Iterable[bytes]) -> Iterator[Line]:
    """Parse lines with a helper, in order. What `lines` raises is raised after the lines before it."""
    helper = Helper(__name__)
    source = _Batches(lines)
    waiting: deque[tuple[list[bytes], Future[dict[int, str] | None]]] = deque()
    with ThreadPoolExecutor(1) as pool:
        try:
            for batch in source:
                waiting.append((batch, pool.submit(_ask, helper, batch)))
                if len(waiting) >= AHEAD:
                    yield from _read(*waiting.popleft())
            while waiting:
                yield from _read(*waiting.popleft())
        finally:
            helper.close()
    if source.error:
        raise source.error


class _Batches:
    """Lines in batches; an error among them ends the last batch, and waits."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = lines
        self.error: IntegrityError | None = None

    def __iter__(self) -> Iterator[list[bytes]]:
        batch: list[bytes] = []
        size = 0
        try:
            for line in self._lines:
                batch.append(line)
                size += len(line)
                if size >= BATCH:
                    yield batch
                    batch, size = [], 0
        except IntegrityError as error:
            self.error = error
        if batch:
            yield batch


def _ask(helper: Helper, batch: list[bytes]) -> dict[int, str] | None:
    reply = helper.ask(b"".join(batch))
    return None if reply is None else dict(json.loads(reply))


def _read(batch: list[bytes], reply: Future[dict[int, str] | None]) -> Iterator[Line]:
    problems = reply.result()
    if problems is None:
        yield from map(parse, batch)
        return
    for number, raw in enumerate(batch):
        if problem := problems.get(number):
            yield Line(raw, None, problem)
        else:
            document = _LOAD(raw.decode())
            del document["actor"], document["v"]
            yield Line(raw, Said(**document), "")


def answer(request: bytes) -> bytes:
    """Return, as JSON, [number, what is wrong] of each line of a request that is not as we write it."""
    # Not splitlines(): it would split at a carriage return too.
    lines = (line + b"\n" for line in request.split(b"\n")[:-1])
    parsed = enumerate(map(parse, lines))
    return json.dumps([[number, line.problem] for number, line in parsed if line.problem]).encode()
