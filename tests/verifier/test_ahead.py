"""Files looked into ahead of the walk: it sees what it would have seen without."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest

from forensics.verifier import ahead, crew, folder
from forensics.verifier.ahead import Ahead
from forensics.verifier.crew import Crew
from forensics.verifier.file import SMALL
from forensics.verifier.folder import Folder
from tests.verifier import build
from tests.verifier.judging import judge


@pytest.fixture
def two() -> Iterator[Crew]:
    """Return a crew of two."""
    with Crew(2) as one:
        yield one


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a folder with some of everything that may lie in one."""
    root = tmp_path / "tree"
    for number in range(30):
        build.put(root / f"a/b{number % 4}/f{number}", b"x" * number)
    build.put(root / "big", b"x" * SMALL)
    build.put(root / "tmp/passed", b"")
    build.put(root / "c/tmp/not-passed", b"")
    build.put(root / "a/b1/.hidden", b"")
    build.put(root / ".hidden/f", b"")
    build.put(root / "a/B1/f", b"")
    build.put(root / "a/b2/\udcff", b"")
    plain = ("a/f", "a/g", "twins/f", "twins/F", "odd/f", "odd/con", "long/f", f"long/{'x' * 151}")
    for name in plain:  # in folders of nothing else
        build.put(root / "d" / name, b"x")
    (root / "empty").mkdir()
    (root / "link").symlink_to("big")
    (root / "a/folder").symlink_to("b1")
    os.mkfifo(root / "a/pipe")
    os.link(root / "a/b1/f1", root / "a/b2/linked")
    return root


def _walk(root: Path, helpers: Crew | None) -> tuple[Any, ...]:
    files, *others = astuple(Folder(root).walk(passing=frozenset({"tmp", "lock"}), crew=helpers))
    return [(path, file[:4]) for path, file in files.items()], *others


def _low(monkeypatch: pytest.MonkeyPatch, batch: int, most: int) -> None:
    monkeypatch.setattr(ahead, "BATCH", batch)
    monkeypatch.setattr(ahead, "AHEAD", most)


@pytest.mark.parametrize(("batch", "most"), [(1, 0), (2, 3), (3, 5), (7, 20), (512, 32_768)])
def test_same(tree: Path, two: Crew, monkeypatch: pytest.MonkeyPatch, batch: int, most: int) -> None:
    """The same files, folders, links and problems in the same order, however batches fall."""
    _low(monkeypatch, batch, most)
    assert _walk(tree, two) == _walk(tree, None)


def test_hashed(tree: Path, two: Crew) -> None:
    """Small plain files of one name have their hash; others have none yet."""
    files = Folder(tree).walk(crew=two).files
    for path, file in files.items():
        plain = path not in {"big", "a/b1/f1", "a/b2/linked"}
        assert file.sha256 == (hashlib.sha256((tree / path).read_bytes()).hexdigest() if plain else "")


@pytest.mark.parametrize("most", [1, 2, 5, 12, 30, 60])
def test_bounded(tree: Path, two: Crew, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Of too many names the same are left out."""
    _low(monkeypatch, 2, 100)
    monkeypatch.setattr(folder, "MAX_FILES", most)
    assert _walk(tree, two) == _walk(tree, None)


@pytest.mark.parametrize("batch", [2, 100])
def test_without_helpers(tree: Path, two: Crew, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    """Where no helper answers, the walk looks itself."""
    monkeypatch.setattr(sys, "executable", "")
    _low(monkeypatch, batch, 10)
    assert _walk(tree, two) == _walk(tree, None)


def test_folder_that_cannot_be_listed(tree: Path, two: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the walk that says why, and goes on."""
    real = os.scandir

    def scandir(path: str) -> Any:
        if path.endswith("/b2"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    walked = _walk(tree, two)
    assert ("a/b2", "cannot be listed: permission denied") in walked[-1]
    assert walked == _walk(tree, None)


class _Asked(Crew):
    """A crew that keeps which files it was asked about, request by request."""

    def __init__(self) -> None:
        super().__init__(2)
        self.requests: list[list[str]] = []

    def ask(self, module: str, request: bytes) -> Future[bytes | None]:
        """Ask, and keep what for."""
        self.requests.append(json.loads(request)[1])
        return super().ask(module, request)

    @property
    def paths(self) -> list[str]:
        """List all paths, as often as they were asked about."""
        return [path for paths in self.requests for path in paths]


@pytest.fixture
def asked() -> Iterator[_Asked]:
    """Return a crew that tells what it was asked."""
    with _Asked() as one:
        yield one


def test_asked_once(tree: Path, asked: _Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each plain file is asked about once, some at a time; none that is passed over, or behind a link."""
    _low(monkeypatch, 4, 100)
    Folder(tree).walk(passing=frozenset({"tmp", "lock"}), crew=asked)
    plain = {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}
    plain -= {path for path in plain if (tree / path).is_symlink()}
    plain.remove("tmp/passed")
    assert len(asked.paths) == len(set(asked.paths))
    assert plain - {".hidden/f"} <= set(asked.paths) <= plain, "the walk does not come to what is hidden"
    assert {len(paths) for paths in asked.requests[:-1]} == {4}


@pytest.mark.parametrize("most", [1, 5, 12, 30])
def test_asked_within_the_limit(tree: Path, asked: _Asked, most: int) -> None:
    """Of more names than may be, no more are in memory."""
    one = Ahead(str(tree), frozenset(), asked, most)
    one.names("nowhere")
    assert len(list(one.names("") or ())) <= most
    assert len(asked.paths) <= most


def test_no_further_ahead_than_allowed(
    tmp_path: Path, asked: _Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once so many files wait for the walk, the next are asked about as it comes by."""
    _low(monkeypatch, 1, 3)
    for number in range(10):
        build.put(tmp_path / f"{number}/f", b"x")
    one = Ahead(str(tmp_path), frozenset(), asked, 1_000)
    folders = [name for name, _ in one.names("") or ()]
    for place in range(10):
        assert len(asked.paths) == min(10, place + 3) - (place > 0) * (place < 8)
        names = one.names(asked.paths[place].partition("/")[0])
        assert len(asked.paths) == min(10, place + 3)
        assert [file is not None for _, file in names or ()] == [True]
    assert sorted(asked.paths) == sorted(f"{folder}/f" for folder in folders)


def test_folder_that_it_does_not_know(tree: Path, two: Crew) -> None:
    """A folder that came since is left to the walk."""
    one = Ahead(str(tree), frozenset(), two, 1_000)
    assert one.names("nowhere") is None
    known = one.names("a/b1")
    assert known is not None
    assert len(list(known)) == 9
    assert one.names("a/b1") is None


def _gone(path: Path) -> None:
    path.unlink()


def _longer(path: Path) -> None:
    path.write_bytes(b"longer")


@pytest.mark.parametrize("change", [_gone, _longer])
def test_file_that_changes_before_the_walk(tree: Path, two: Crew, change: Callable[[Path], None]) -> None:
    """What a helper saw is what the walk sees, whatever became of it since."""
    one = Ahead(str(tree), frozenset(), two, 1_000)
    names = one.names("a/b1")
    assert names is not None
    name, file = next(names)
    while file is None:
        name, file = next(names)
    before = (tree / "a/b1" / name).read_bytes()
    change(tree / "a/b1" / name)
    assert (file.size, file.sha256) == (len(before), hashlib.sha256(before).hexdigest())


@pytest.mark.parametrize("kind", ["bundle", "case"])
def test_verdict_is_the_same(kind: str, bundle: Path, case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what is changed, added, linked, missing or no file, the same is said with helpers as without."""
    root = bundle if kind == "bundle" else case
    before = judge(root).document()
    monkeypatch.setattr(crew, "MANY", 0)
    assert judge(root).document() == before
    assert before["intact"]
    first, second, third, *_ = sorted((root / "data").rglob("*.jsonl"))
    first.write_bytes(first.read_bytes()[::-1])
    os.link(second, root / "data/linked")
    third.unlink()
    third.symlink_to(second)
    build.put(root / "data/.added", b"")
    build.put(root / "private/x", b"")
    changed = judge(root)
    monkeypatch.undo()
    assert changed.document() == judge(root).document()
    assert changed.exit_code == 4
