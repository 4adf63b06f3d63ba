"""A record read for telling: strictly, within bounds, and while it is being written."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import pytest

from forensics.errors import IntegrityError, UsageError
from forensics.verifier import reader
from forensics.verifier.reader import Lines, kind_of, open_record
from tests.verifier import build
from tests.verifier.judging import judge, told


def test_bundle_and_case(bundle: Path, case: Path) -> None:
    """Both are read the same way."""
    for path, kind, count in ((bundle, "bundle", 13), (case, "case", 12)):
        record = open_record(path)
        assert record.kind == kind
        assert record.opening.origin == build.ORIGIN
        assert record.opening.examiner == "Ana"
        assert [entry.seq for entry in record.entries()] == list(range(count))


def test_torn_tail(bundle: Path, case: Path) -> None:
    """The torn last line of a case is not there yet; in a bundle it has no business."""
    for path in (case / "ledger.jsonl", bundle / build.LEDGER):
        with path.open("ab") as file:
            file.write(b'{"actor"')
    assert len(list(open_record(case).entries())) == 12
    with pytest.raises(IntegrityError, match="the last line is torn"):
        list(open_record(bundle).entries())


def test_case_that_grows_while_it_is_read(case: Path) -> None:
    """What comes after the first look is read, too."""
    record = open_record(case)
    ledger = build.Ledger(lines=(case / "ledger.jsonl").read_bytes().splitlines(keepends=True))
    ledger.add("note", {})
    with (case / "ledger.jsonl").open("ab") as file:
        file.write(ledger.lines[-1])
    assert len(list(record.entries())) == 13


@pytest.mark.parametrize(
    ("number", "old", "new", "words"),
    [
        (4, b'"size":', b'"size": ', "line 5: not canonical"),
        (4, b'"requests":1', b'"requests":2', "line 6 does not follow"),
        (4, b'"seq":4', b'"seq":5', "line 5 does not follow"),
        (0, b'"case":"IR-1"', b'"case":1', "line 1: case.open"),
        (0, b"{", b"", "line 1: not canonical"),
    ],
)
def test_line_that_is_not_ours(case: Path, number: int, old: bytes, new: bytes, words: str) -> None:
    """A line that does not hold is an error that names it."""
    lines = (case / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    lines[number] = lines[number].replace(old, new, 1)
    (case / "ledger.jsonl").write_bytes(b"".join(lines))
    with pytest.raises(IntegrityError, match=words):
        list(open_record(case).entries())


def test_no_ledger(case: Path) -> None:
    """A case without a ledger cannot be read, nor one with an empty one."""
    (case / "ledger.jsonl").write_bytes(b"")
    with pytest.raises(IntegrityError, match="line 1"):
        open_record(case)
    (case / "ledger.jsonl").unlink()
    with pytest.raises(IntegrityError, match="no such file"):
        open_record(case)


@pytest.mark.parametrize("planted", [["case.json"], ["case.json", "ledger.jsonl"], ["lock", "private"]])
def test_kind_of_a_bundle_with_marks_of_a_case(bundle: Path, planted: list[str]) -> None:
    """What was planted does not make a bundle a case."""
    for name in planted:
        (bundle / name).write_bytes(b"")
    (bundle / "bagit.txt").unlink()
    assert kind_of(bundle) == "bundle"


def test_kind_of_a_case_with_marks_of_a_bundle(case: Path) -> None:
    """Nor the other way round."""
    (case / "bagit.txt").write_bytes(b"")
    (case / "case.json").unlink()
    assert kind_of(case) == "case"


def test_kind_of_nothing(tmp_path: Path) -> None:
    """A folder without any mark is neither."""
    (tmp_path / "data").mkdir()
    with pytest.raises(UsageError, match="neither a case nor a bundle"):
        kind_of(tmp_path)


class _Failing(io.BytesIO):
    def read1(self, _: int | None = -1) -> bytes:
        if data := super().read1(70):
            return data
        raise OSError(5, "Input/output error")


def test_ledger_that_cannot_be_read() -> None:
    """A disk that fails is an error that says after which line, and those before it are read."""
    lines = iter(Lines(_Failing(b"x" * 29 + b"\n" + b"y" * 29 + b"\n" + b"z" * 29)))
    assert [next(lines)[:1], next(lines)[:1]] == [b"x", b"y"]
    with pytest.raises(IntegrityError, match="cannot be read after line 2: input/output error"):
        next(lines)


def test_too_many_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger has an end."""
    monkeypatch.setattr(reader, "MAX_LINES", 3)
    lines = iter(Lines(io.BytesIO(b"\n" * 4)))
    assert [next(lines) for _ in range(3)] == [b"\n"] * 3
    with pytest.raises(IntegrityError, match="more than 3 lines"):
        next(lines)


@pytest.mark.parametrize("kind", ["bundle", "case"])
def test_line_of_a_gigabyte(kind: str, bundle: Path, case: Path) -> None:
    """A line of 1 GB is refused at once, in little memory, whether first or last."""
    root, name = (bundle, build.LEDGER) if kind == "bundle" else (case, "ledger.jsonl")
    for start in ("last", "first"):
        with (root / name).open("r+b") as file:
            file.seek(0, io.SEEK_END if start == "last" else io.SEEK_SET)
            file.truncate(file.tell() + 2**30)
        tracemalloc.start()
        verdict = judge(root)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert verdict.exit_code == 4
        assert "longer than 65535 bytes; no more was read" in told(verdict, name)
        assert most < 20 * 2**20
