"""A ledger read by the block: every finding, root and item as read line by line, for good ledgers and bad."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies

from forensics.errors import ForensicsError, IntegrityError
from forensics.formats.anchor import Anchor
from forensics.verifier import blocks, crew, history
from forensics.verifier.crew import Crew
from forensics.verifier.history import History
from forensics.verifier.reader import Lines
from forensics.verifier.verdict import Examination
from tests.verifier import build
from tests.verifier.judging import judge, told

SIZES = {1, 2, 7, 20, 21, 30, 33}
ANCHOR = Anchor("checkpoints/00000007.note", build.ZEROS, "http://tsa.example", build.ZEROS).body()
EARLY = "2001-01-01T00:00:00.000000Z"


class _Here(Crew):
    """A crew of this process, so that many ledgers are soon read; it counts what it has an answer to."""

    def __init__(self) -> None:
        super().__init__(2)
        self.told = 0

    def ask(self, module: str, request: bytes) -> Future[bytes | None]:
        """Answer at once."""
        future: Future[bytes | None] = Future()
        future.set_result(import_module(module).answer(request))
        self.told += bool(future.result())
        return future


class _Pieces(io.BytesIO):
    """A ledger that comes in pieces of one size."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._size = size

    def read1(self, _: int | None = -1) -> bytes:
        """Return the next piece."""
        return super().read1(self._size)


def _seen(data: bytes, size: int, helpers: Crew | None) -> dict[str, Any]:
    """Return all that reading a ledger comes to."""
    examination = Examination("ledger")
    one = History("ledger.jsonl", SIZES, examination)
    one.read(Lines(_Pieces(data, size)), helpers)
    contents = one.contents
    kept = {"items": list(contents.items.items()), "bytes": contents.bytes, "seal": contents.seal}
    facts = {"lines": one.lines, "torn": one.torn, "digest": one.digest, "opening": one.opening}
    dated = {"times": one.times, "places": list(contents.lines), "anchors": contents.anchors}
    facts |= {"last": contents.last_item}
    return {**kept, **facts, **dated, "roots": one.roots, "check": examination.end("").document()}


def _same(data: bytes, size: int) -> int:
    """Assert that both ways come to the same; return how many blocks were read as such."""
    here = _Here()
    assert _seen(data, size, here) == _seen(data, size, None)
    return here.told


def _ledger() -> build.Ledger:
    """Return a ledger with some of everything."""
    ledger = build.Plan().ledger()
    for number in range(12):
        ledger.add("item.add", build.item(f"data/1/x{number}.jsonl", b"x" * number))
    for number in range(5):
        ledger.add("item.add", build.stored(f"data/1/s3/x{number}.gz", b"y"))
    ledger.add("note", {"text": 'né "quoted" \\', "time": EARLY})
    window = {**build.item("data/1/w.gz", b"w"), "kind": "window", "name": "né", "window": {"events": 1}}
    ledger.add("item.add", window)
    ledger.add("coverage", {"items": ["data/1/x1.jsonl"]})
    ledger.add("anchor.tsa", ANCHOR)
    for number in range(4):
        ledger.add("item.add", build.item(f"data/1/z{number}.jsonl", b"z"))
    ledger.add("anchor.tsa", ANCHOR)
    return ledger


WHOLE = sum(map(len, _ledger().lines))


def _chained(lines: list[bytes]) -> list[bytes]:
    """Give lines the places that they have now: what is wrong with them then is not the chain."""
    ledger = build.Ledger()
    for number, line in enumerate(lines):
        one = json.loads(line)
        other = {"time": one["time"], "salt": one["salt"]} if one["seq"] == number else {}
        ledger.add(one["type"], one["body"], **other)
    return ledger.lines


@pytest.mark.parametrize("size", [300, 2_000, 10_000, WHOLE, 2 * WHOLE])
def test_good(size: int) -> None:
    """However a good ledger falls into blocks, each that a helper reads is taken as read."""
    assert _same(b"".join(_ledger().lines), size) > 0


def _add(kind: str, body: dict[str, Any], **other: Any) -> Callable[[build.Ledger], None]:
    def change(ledger: build.Ledger) -> None:
        ledger.add(kind, body, **other)
        ledger.add("note", {})

    return change


def _seal(ledger: build.Ledger) -> None:
    ledger.add("bundle.seal", build.Plan().sealing(build.ZEROS))
    ledger.add("item.add", build.item(build.GONE, b""))
    ledger.add("item.add", build.item(build.GONE, b""))
    ledger.add("bundle.sealed", {})


CHANGES = {
    "item twice": _add("item.add", build.item("data/1/x1.jsonl", b"")),
    "item of other keys": _add("item.add", {}),
    "item outside": _add("item.add", build.item("derived/1", b"")),
    "path outside the grammar": _add("item.add", build.item("data/.x", b"")),
    "path outside the grammar, in a folder within": _add("item.add", build.item("data/1/con", b"")),
    "no path": _add("item.add", build.item("", b"")),
    "name that is no text": _add("item.add", build.stored("data/x", b"", name=7)),
    "object that is none": _add("item.add", build.stored("data/x", b"", object=[])),
    "window that is none": _add(
        "item.add", {**build.item("data/x", b""), "kind": "window", "name": "x", "window": 7}
    ),
    "size of another type": _add("item.add", {**build.item("data/x", b""), "size": True}),
    "size below nothing": _add("item.add", {**build.item("data/x", b""), "size": -1}),
    "no digest": _add("item.add", {**build.item("data/x", b""), "sha256": "0"}),
    "second opening": _add("case.open", build.opening()),
    "clock set back": _add("note", {}, time=EARLY),
    "salt used before": _add("note", {}, salt=json.loads(_ledger().lines[3])["salt"]),
    "another seq": _add("note", {}, seq=99),
    "another prev": _add("note", {}, prev=build.ZEROS),
    "item of another seq": _add("item.add", build.item("data/x", b""), seq=3),
    "coverage of nothing": _add("coverage", {"items": [build.GONE]}),
    "op of nothing": _add("op.end", {"op": "o9"}),
    "after the seal": _seal,
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("size", [300, 2_500, 2 * WHOLE])
def test_lies(name: str, size: int) -> None:
    """What is wrong across lines is found, wherever a block ends; and what is after it is read again."""
    ledger = _ledger()
    CHANGES[name](ledger)
    for number in range(9):
        ledger.add("item.add", build.item(f"data/2/{number}", b""))
    _same(b"".join(ledger.lines), size)


@pytest.mark.parametrize("most", [0, 10, 25])
def test_salts_up_to_a_bound(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """The bound on salts is the same line by line."""
    ledger = _ledger()
    for number in (9, 10, 11, 24, 25, 26):
        ledger.add("note", {}, salt=json.loads(ledger.lines[number])["salt"])
    monkeypatch.setattr(history, "MAX_SALTS", most)
    for size in (400, 3_000):
        _same(b"".join(ledger.lines), size)


@given(strategies.data())
def test_changed_lines(data: strategies.DataObject) -> None:
    """Lines moved, doubled, dropped, changed by a byte, put in order again or not: the same is found."""
    lines = _ledger().lines
    for _ in range(data.draw(strategies.integers(1, 3))):
        place = data.draw(strategies.integers(1, len(lines) - 1))
        line = lines.pop(place)
        at = data.draw(strategies.integers(0, len(line) - 1))
        byte = data.draw(strategies.sampled_from(b'0aA"\\{}[],:. -\r\n\x00\xff'))
        changed = {
            "dropped": [],
            "doubled": [line, line],
            "changed": [line[:at] + bytes([byte]) + line[at + 1 :]],
        }
        lines[place:place] = data.draw(strategies.sampled_from(sorted(changed.items())))[1]
        other = data.draw(strategies.integers(1, len(lines) - 1))
        lines.insert(other, lines.pop(data.draw(strategies.integers(1, len(lines) - 1))))
    if data.draw(strategies.booleans()):
        try:
            lines = _chained(lines)
        except (ForensicsError, ValueError, LookupError, TypeError):
            return  # a changed line that is no entry has no place
    raw = b"".join(lines)
    _same(
        raw[: data.draw(strategies.sampled_from([len(raw), len(raw) - 5]))],
        data.draw(strategies.sampled_from([200, 900, 9_999, WHOLE])),
    )


def test_what_reading_raises_comes_last() -> None:
    """An error of the disk comes after the blocks before it."""

    def broken() -> Iterator[bytes]:
        yield from _ledger().lines[:5]
        raise IntegrityError("broken")

    seen: list[bytes] = []
    with pytest.raises(IntegrityError, match="broken"):
        seen.extend(raw for raw, _ in blocks.ahead(broken(), _Here()))
    assert seen == _ledger().lines[:5]


def test_verdict_is_the_same_with_helpers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundle, with a line changed, gives the same findings with real helpers as without."""

    def change(ledger: build.Ledger) -> None:
        ledger.lines[2] = ledger.lines[2].replace(b'"v":1', b'"v":2')

    root = build.bundle(tmp_path / "b", on_ledger=change)
    without = judge(root)
    monkeypatch.setattr(crew, "MANY", 0)
    assert judge(root).document() == without.document()
    assert "unknown version" in told(without, build.LEDGER)


def test_helpers_do_answer() -> None:
    """A helper has all that it needs without what is installed: else all would only be slower."""
    with Crew(1) as one:
        ((_, block),) = blocks.ahead([b"".join(_ledger().lines)], one)
    assert block is not None
    assert block.seq == 0
    assert len(block.leaves) == 64 * len(_ledger().lines)


def test_a_line_that_nobody_wrote() -> None:
    """A block with one is no block: each of its lines is looked at by itself."""
    lines = _ledger().lines
    assert blocks.read(b"".join(lines[1:4])) is not None
    assert blocks.read(b"".join([*lines[1:3], b"{}\n"])) is None
    assert blocks.read(b"".join([lines[1], lines[2].replace(b'"v":1', b'"v":2')])) is None
