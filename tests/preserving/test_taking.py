"""A notice goes into the case, byte for byte, before anything else; and what is none does not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from forensics.custody.case import Case
from forensics.custody.seal import seal
from forensics.errors import CaseError, UsageError
from forensics.formats import strict
from forensics.preserving import taking
from forensics.preserving.taking import check_notices, take_notice
from forensics.reports.coverage import coverage
from forensics.verifier import verify
from tests.custody import world

TEXT = b"\0\xff i-0123456789abcdef0 AKIAIOSFODNN7EXAMPLE \r\n"


def _notice(folder: Path, data: bytes = TEXT, name: str = "abuse.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def _told(case: Case) -> list[tuple[str, dict[str, Any]]]:
    return [(item.type, item.body) for item in case.entries() if item.type in {"item.add", "intake"}]


def test_taken(tmp_path: Path) -> None:
    """Its bytes are kept, its hash and what it names are in the ledger, and the case verifies."""
    with world.create(tmp_path / "case", authority="court order 7") as case:
        taken = take_notice(case, _notice(tmp_path))
        assert not taken.again
        assert (case.path / taken.path).read_bytes() == TEXT
        (_, item), (_, body) = _told(case)
        assert [item["path"]] == body["items"] == [taken.path] == ["data/intake/abuse.txt"]
        assert item["sha256"] == body["sha256"]
        assert (item["kind"], item["sensitive"], item["requests"]) == ("notice", True, 0)
        assert body["found"]["keys"] == ["AKIAIOSFODNN7EXAMPLE"]
        assert case.opening["authority"] == "court order 7"
    report = coverage(tmp_path / "case")
    assert report.notices[0].found["instances"] == ("i-0123456789abcdef0",)
    assert report.opening.authority == report.document()["authority"] == "court order 7"
    verdict = verify(tmp_path / "case")
    assert verdict.exit_code != 4
    assert verdict.facts["authority"] == "court order 7"


def test_not_taken_twice(tmp_path: Path) -> None:
    """The same bytes are kept once, under whatever name; other bytes of the same name are kept too."""
    with world.create(tmp_path / "case") as case:
        first = take_notice(case, _notice(tmp_path))
        size = len(list(case.entries()))
        again = take_notice(case, _notice(tmp_path, name="other.eml"))
        assert (again.again, again.path) == (True, first.path)
        assert len(list(case.entries())) == size
        assert not list((case.path / "tmp").iterdir())
        other = take_notice(case, _notice(tmp_path, b"else"))
        assert other.path == "data/intake/abuse.2.txt"


def test_hostile_name(tmp_path: Path) -> None:
    """A file's name is told as it is, and is no path of ours."""
    name = "-\x1b[2J\u202e\udcff .eml"
    with world.create(tmp_path / "case") as case:
        taken = take_notice(case, _notice(tmp_path, name=name))
        assert taken.path.isascii()
        assert _told(case)[1][1]["name"] == "-\x1b[2J\u202e\\udcff .eml"


def test_names_without_end(tmp_path: Path) -> None:
    """What names more than a line of the ledger holds is kept whole, and what is left out is counted."""
    text = "\n".join(f"arn:aws:s3:::{number:05d}{'x' * 290} i-{number:08x}" for number in range(1_000))
    with world.create(tmp_path / "case") as case:
        taken = take_notice(case, _notice(tmp_path, text.encode()))
        body = _told(case)[1][1]
        assert (case.path / taken.path).read_bytes() == text.encode()
    assert len(strict.encode(body)) < 48_000
    assert body["found_left_out"] == 2_000 - len(body["found"]["arns"]) - len(body["found"]["instances"])


def test_sealed(tmp_path: Path) -> None:
    """Nothing is added to a sealed case."""
    with world.create(tmp_path / "case") as case:
        seal(case, tmp_path / "out", derive=lambda _: iter(()))
        with pytest.raises(CaseError, match="is sealed"):
            take_notice(case, _notice(tmp_path))


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _long(path: Path) -> None:
    path.touch()
    os.truncate(path, taking.LONGEST + 1)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda _: None, "no such file"),
        (_fifo, "not a regular file"),
        (Path.mkdir, "not a regular file"),
        (Path.touch, "is empty"),
        (lambda path: path.symlink_to(path), "cannot read"),
        (lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
        (_long, "is longer than"),
    ],
    ids=["missing", "fifo", "folder", "empty", "loop", "device", "long"],
)
def test_no_notice(tmp_path: Path, make: Any, words: str) -> None:
    """What cannot be taken is refused in one line, before a case is made and after, and nothing is left."""
    path = tmp_path / "notice"
    make(path)
    with pytest.raises(UsageError, match=words):
        check_notices([path])
    with world.create(tmp_path / "case") as case:
        with pytest.raises(UsageError, match=words):
            take_notice(case, path)
        assert not list((case.path / "tmp").iterdir())
        assert not _told(case)


def test_grows_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that turns out longer than it was is refused, and nothing of it is left."""
    path = _notice(tmp_path, b"x" * 100)
    monkeypatch.setattr(taking, "LONGEST", 100)
    with world.create(tmp_path / "case") as case:
        small = _notice(tmp_path, b"y", "small").stat()
        monkeypatch.setattr(os, "fstat", lambda _: small)
        path.write_bytes(b"x" * 101)
        with pytest.raises(UsageError, match="is longer than"):
            take_notice(case, path)


@pytest.mark.torture
def test_long(tmp_path: Path) -> None:
    """Two hundred megabytes are kept, and only the beginning is read for names."""
    path = _notice(tmp_path)
    os.truncate(path, 200 * 2**20)
    with world.create(tmp_path / "case") as case:
        taken = take_notice(case, path)
        assert (case.path / taken.path).stat().st_size == 200 * 2**20
        assert _told(case)[1][1]["remark"] == "only its beginning was read for names"
