"""
A ledger's lines by the block, read by helpers: the short way for very many of them.

A helper reads a block as a whole: its lines must be good each by itself, and each follow the one before.
Of such a block it says what the lines before it and after it are to be held against; that takes little time
here. Of any other it says nothing: `History` reads it line by line, and finds what there is to be found.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from forensics.errors import FormatError, IntegrityError
from forensics.formats import entry, merkle
from forensics.verifier import quick
from forensics.verifier.added import added, check_item
from forensics.verifier.parsing import parse
from forensics.verifier.paths import Paths
from forensics.verifier.quick import OTHER, Added, Row

if TYPE_CHECKING:  # a helper has no crew, and is there the sooner
    from concurrent.futures import Future

    from forensics.verifier.crew import Crew


class Block(NamedTuple):
    """What whole lines say that are good by themselves, and follow each other as they should."""

    seq: int
    """Of the first line, as are `prev` and `since`."""
    prev: str
    since: str
    until: str
    """The last line's time."""
    head: str
    """The last line's hash."""
    leaves: str
    """The lines' leaf hashes in hex, one after the other, as are their salts."""
    salts: str
    paths: list[str]
    """Of the items that lines add, as are digests and sizes. All three keep a place for the other lines."""
    digests: list[str]
    sizes: list[int]
    others: list[tuple[int, str, dict[str, Any]]]
    """Place, type and body of the lines that add none."""


def ahead(blocks: Iterable[bytes], crew: Crew) -> Iterator[tuple[bytes, Block | None]]:
    """Yield blocks of lines, with what a helper says of each. What `blocks` raises comes after them."""
    waiting: deque[tuple[bytes, Future[bytes | None]]] = deque()
    failure: IntegrityError | None = None
    try:
        for raw in blocks:
            waiting.append((raw, crew.ask(__name__, raw)))
            if len(waiting) > 2 * crew.workers:
                yield _told(*waiting.popleft())
    except IntegrityError as error:
        failure = error
    while waiting:
        yield _told(*waiting.popleft())
    if failure:
        raise failure


def _told(raw: bytes, asked: Future[bytes | None]) -> tuple[bytes, Block | None]:
    reply = asked.result()
    return raw, Block(*json.loads(reply)) if reply else None


def answer(request: bytes) -> bytes:
    """Answer a helper's request: a `Block` as JSON, or nothing where there is more to say of the lines."""
    block = read(request)
    return json.dumps(block).encode() if block else b""


def read(raw: bytes) -> Block | None:
    """Read whole lines: one at least, and none longer than a line may be."""
    lines = [line + b"\n" for line in raw.split(b"\n")[:-1]]
    rows = quick.rows(raw)
    try:
        others = list(_others(rows, lines))
        _, paths, digests, sizes, prevs, salts, seqs, times = map(list, zip(*rows, strict=True))
        _check(paths, times)
    except FormatError:
        return None
    first, heads = int(seqs[0]), [entry.digest(line) for line in lines]
    if list(map(int, seqs)) != list(range(first, first + len(lines))) or prevs[1:] != heads[:-1]:
        return None
    if len(set(salts)) != len(salts) or paths.count("") != len(others):
        return None
    leaves = b"".join([merkle.leaf_hash(line) for line in lines]).hex()
    columns = leaves, "".join(salts), paths, digests, list(map(int, sizes))
    return Block(first, prevs[0], times[0], times[-1], heads[-1], *columns, others)


def _others(rows: list[Row], lines: Sequence[bytes]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Read what no row was read of, into its row; yield the lines that add no item."""
    left = [place for place, row in enumerate(rows) if row is OTHER or not row[-1]]
    for place, known in zip(left, quick.others([lines[place] for place in left]), strict=True):
        said, item = known or parse(lines[place]).said, Added("", "", 0)
        if said is None:
            raise FormatError("not as we write it")
        if isinstance(said.body, Added) or said.type == "item.add":
            item = said.body if isinstance(said.body, Added) else added(said.body)
            check_item(item, Paths())
        else:
            yield place, said.type, said.body
        rows[place] = ("", *item[:2], str(item.size), said.prev, said.salt, str(said.seq), said.time)


def _check(paths: Sequence[str], times: Sequence[str]) -> None:
    """Refuse what no pattern sees: a path outside the grammar, a day in no calendar, a clock set back."""
    items = list(filter(None, paths))
    if [path for path in items if not path.startswith("data/")]:
        raise FormatError("not in data/")
    Paths().check_all(items)
    for day in {time[:10] for time in times}:
        entry.moment(f"{day}T00:00:00.000000Z")
    if times != sorted(times):
        raise FormatError("the clock went back")
