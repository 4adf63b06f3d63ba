"""Lines parsed by a helper: the same as without one, for good lines and bad."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from forensics.errors import IntegrityError
from forensics.verifier import helper, parsing
from forensics.verifier.parsing import Line, parse, parse_all
from tests.verifier import build
from tests.verifier.judging import judge, told

BAD = [b"\n", b"{}\n", b"\xff\n", b"\r\n", b'{"a":1}\n', b"[" * 1000 + b"\n", b"no json\r at all\n"]


def _lines(count: int = 40) -> list[bytes]:
    ledger = build.Ledger()
    for number in range(count):
        ledger.add("note", {"text": f"né {number}"})
        ledger.add("item.add", build.item(f"data/{number}", b"x"))
    return ledger.lines


def test_same_as_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """A helper changes nothing, however the lines fall into batches."""
    lines = [*_lines(), *BAD, *_lines(3)]
    expected = [parse(line) for line in lines]
    assert sum(line.said is None for line in expected) == len(BAD)
    for size, worth in ((1, 0), (500, 0), (500, 300), (parsing.BATCH, 0), (parsing.BATCH, parsing.WORTH)):
        monkeypatch.setattr(parsing, "BATCH", size)
        monkeypatch.setattr(parsing, "WORTH", worth)
        assert list(parse_all(lines)) == expected


def test_no_lines() -> None:
    """No lines, no answer."""
    assert list(parse_all([])) == []


def _torn(lines: list[bytes]) -> Iterator[bytes]:
    yield from lines
    raise IntegrityError("torn")


@pytest.mark.parametrize("count", [0, 1, 40])
def test_error_among_the_lines(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """What reading raises comes after the lines before it."""
    monkeypatch.setattr(parsing, "BATCH", 700)
    seen: list[Line] = []
    with pytest.raises(IntegrityError, match="torn"):
        seen.extend(parse_all(_torn(_lines(count))))
    lines = iter(parse_all(_torn(_lines(count))))
    assert sum(1 for _ in zip(range(count), lines, strict=False)) == count
    del seen


def test_without_a_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no process can be started, the work is done here."""
    monkeypatch.setattr(sys, "executable", "")
    monkeypatch.setattr(parsing, "WORTH", 0)
    lines = [*_lines(), *BAD]
    assert list(parse_all(lines)) == [parse(line) for line in lines]


def test_helper_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A helper that is killed in the middle costs nothing but time."""
    monkeypatch.setattr(parsing, "BATCH", 1)
    monkeypatch.setattr(parsing, "WORTH", 0)
    started: list[helper.Helper] = []

    class Watched(helper.Helper):
        """A helper that can be found."""

        def __init__(self, module: str) -> None:
            super().__init__(module)
            started.append(self)

    monkeypatch.setattr(parsing, "Helper", Watched)
    lines = _lines(60)
    seen = []
    for number, line in enumerate(parse_all(lines)):
        if number == 5:
            process = started[0]._process
            assert process is not None
            os.kill(process.pid, signal.SIGKILL)
        seen.append(line)
    assert seen == [parse(line) for line in lines]


def test_reader_who_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stops reading leaves no process behind."""
    monkeypatch.setattr(parsing, "WORTH", 0)
    lines = parse_all(_lines(60))
    next(iter(lines))
    lines.close()  # type: ignore[attr-defined]


def test_answer() -> None:
    """A helper names the lines that are wrong, by their number."""
    lines = [*_lines(2), BAD[0], *_lines(1), BAD[6]]
    assert [number for number, _ in json.loads(parsing.answer(b"".join(lines)))] == [4, 7]


def test_verdict_is_the_same_with_a_helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long ledger, with a line changed, gives the same findings with a helper as without."""

    def change(ledger: build.Ledger) -> None:
        ledger.lines[2] = ledger.lines[2].replace(b'"v":1', b'"v":2')

    root = build.bundle(tmp_path / "b", on_ledger=change)
    without = judge(root)
    monkeypatch.setattr(parsing, "MANY", 0)
    monkeypatch.setattr(parsing, "WORTH", 0)
    assert judge(root).document() == without.document()
    assert "unknown version" in told(without, build.LEDGER)
