"""Many files: the same digests whoever makes them, and all that goes wrong is told."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from forensics.verifier import hashing
from forensics.verifier.file import SMALL, File, look


def _files(root: Path, sizes: list[int]) -> list[File]:
    for number, size in enumerate(sizes):
        (root / f"f{number}").write_bytes(os.urandom(size))
    return [look(str(root), f"f{number}") for number in range(len(sizes))]


def _expected(root: Path, files: list[File]) -> dict[str, str]:
    return {file.path: hashlib.sha256((root / file.path).read_bytes()).hexdigest() for file in files}


@pytest.fixture
def mixed(tmp_path: Path) -> list[File]:
    """Return small and large files, the last of them no longer what it was."""
    return _files(tmp_path, [0, 1, 5_000, SMALL - 1, SMALL, SMALL + 7, 3 * 2**20, 40, 41])


def _low(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("BULK", 10), ("SHARE", SMALL + 1)):
        monkeypatch.setattr(hashing, name, value)


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("low", [False, True])
def test_digests(
    tmp_path: Path, mixed: list[File], monkeypatch: pytest.MonkeyPatch, workers: int, low: bool
) -> None:
    """Here or in threads: every file once, with its digest, and every byte counted."""
    if low:
        _low(monkeypatch)
    counted: list[int] = []
    answers = list(hashing.digests(str(tmp_path), mixed, workers=workers, progress=counted.append))
    assert {file.path: digest for file, digest, _ in answers} == _expected(tmp_path, mixed)
    assert len(answers) == len(mixed)
    assert not any(problem for *_, problem in answers)
    assert sum(counted) == sum(file.size for file in mixed)


@pytest.mark.parametrize("workers", [1, 2])
def test_problems(tmp_path: Path, mixed: list[File], monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    """What is wrong with a file is told of that file, and the others are hashed."""
    _low(monkeypatch)
    (tmp_path / "f2").unlink()
    os.truncate(tmp_path / "f6", 5)
    answers = {
        file.path: problem for file, _, problem in hashing.digests(str(tmp_path), mixed, workers=workers)
    }
    assert "no such file" in answers.pop("f2")
    assert "changed its size" in answers.pop("f6")
    assert not any(answers.values())


def test_no_pool_for_little(tmp_path: Path, mixed: list[File], monkeypatch: pytest.MonkeyPatch) -> None:
    """A small bundle starts no thread, whatever it may."""
    monkeypatch.delattr(hashing, "ThreadPoolExecutor")
    assert len(list(hashing.digests(str(tmp_path), mixed, workers=8))) == len(mixed)


def test_known(tmp_path: Path, mixed: list[File]) -> None:
    """What was hashed as it was looked at is not read again, and counts."""
    mixed[3] = mixed[3]._replace(sha256="0" * 64)
    (tmp_path / "f3").unlink()
    counted: list[int] = []
    answers = list(hashing.digests(str(tmp_path), mixed, progress=counted.append))
    assert answers[0] == (mixed[3], "0" * 64, "")
    assert len(answers) == len(mixed)
    assert sum(counted) == sum(file.size for file in mixed)


def test_reader_who_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stops reading does not wait for the rest, and leaves no thread behind."""
    _low(monkeypatch)
    files = _files(tmp_path, [8 * 2**20] * 6 + [10] * 50)
    before = threading.active_count()
    answers = hashing.digests(str(tmp_path), files, workers=2)
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    large = hashing.digests(str(tmp_path), [file for file in files if file.size > SMALL], workers=2)
    next(large)
    large.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before


def test_processors() -> None:
    """At least one processor, and no more than there are."""
    assert 1 <= hashing.processors() <= (os.cpu_count() or 1)


def test_shares_that_come_out_even(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last share may be a full one."""
    _low(monkeypatch)
    monkeypatch.setattr(hashing, "SHARE", 1)
    files = _files(tmp_path, [SMALL] * 3)
    assert len(list(hashing.digests(str(tmp_path), files, workers=2))) == 3
