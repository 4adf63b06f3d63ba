"""One file through one descriptor: what is hashed is what was looked at."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from forensics.verifier import file as single
from forensics.verifier.file import CHUNK, SMALL, File, Unreadable

SIZES = [0, 1, SMALL - 1, SMALL, SMALL + 1, CHUNK, CHUNK + 1, 3 * CHUNK]


def _made(root: Path, size: int = 10, name: str = "f") -> File:
    (root / name).write_bytes(os.urandom(size))
    return single.look(str(root), name)


@pytest.mark.parametrize("size", SIZES)
def test_digest(tmp_path: Path, size: int) -> None:
    """The digest is that of the bytes, at every edge of the buffers; every byte is counted."""
    file = _made(tmp_path, size)
    counted: list[int] = []
    found = single.digest(str(tmp_path), file, bytearray(CHUNK), counted.append)
    assert found == hashlib.sha256((tmp_path / "f").read_bytes()).hexdigest()
    assert sum(counted) == size == file.size


@pytest.mark.parametrize("size", SIZES[1:])
def test_replaced(tmp_path: Path, size: int) -> None:
    """Another file in the same place is not the file, whatever its bytes."""
    file = _made(tmp_path, size)
    (tmp_path / "g").write_bytes((tmp_path / "f").read_bytes())
    (tmp_path / "g").replace(tmp_path / "f")
    with pytest.raises(Unreadable, match="was replaced while"):
        single.digest(str(tmp_path), file, bytearray(CHUNK))


def test_became_a_link(tmp_path: Path) -> None:
    """A link that took the file's place is not followed."""
    file = _made(tmp_path)
    (tmp_path / "f").rename(tmp_path / "g")
    (tmp_path / "f").symlink_to("g")
    with pytest.raises(Unreadable, match="cannot be read"):
        single.digest(str(tmp_path), file, bytearray(CHUNK))


def test_became_a_pipe(tmp_path: Path) -> None:
    """A pipe that took the file's place does not hang us."""
    file = _made(tmp_path)
    (tmp_path / "f").unlink()
    os.mkfifo(tmp_path / "f")
    with pytest.raises(Unreadable, match="was replaced while"):
        single.digest(str(tmp_path), file, bytearray(CHUNK))


@pytest.mark.parametrize("size", [9, 11])
def test_changed_its_size(tmp_path: Path, size: int) -> None:
    """A file that is shorter or longer than it was is not the file."""
    file = _made(tmp_path, 10)
    os.truncate(tmp_path / "f", size)
    with pytest.raises(Unreadable, match="changed its size while"):
        single.digest(str(tmp_path), file, bytearray(CHUNK))


@pytest.mark.parametrize("by", [-CHUNK, -1, 1, CHUNK])
def test_changed_its_size_while_read(tmp_path: Path, by: int) -> None:
    """A file that grows or shrinks under our hands is found at its end."""
    file = _made(tmp_path, 3 * CHUNK)

    def beat(_: int) -> None:
        os.truncate(tmp_path / "f", file.size + by)

    with pytest.raises(Unreadable, match="changed its size while"):
        single.digest(str(tmp_path), file, bytearray(CHUNK), beat)


def test_short_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that reads short is read on."""
    file = _made(tmp_path, 100)
    real = os.read
    monkeypatch.setattr(os, "read", lambda descriptor, count: real(descriptor, min(count, 7)))
    found = single.digest(str(tmp_path), file, bytearray(CHUNK))
    assert found == hashlib.sha256((tmp_path / "f").read_bytes()).hexdigest()


def test_disk_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails is a finding that says so, and the file is closed."""
    file = _made(tmp_path, 100)

    def fail(_: int, __: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "read", fail)
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0  # noqa: PTH208
    with pytest.raises(Unreadable, match="cannot be read: input/output error"):
        single.digest(str(tmp_path), file, bytearray(CHUNK))
    after = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0  # noqa: PTH208
    assert before == after


def test_look(tmp_path: Path) -> None:
    """Only what is asked for, a file or a folder, and never a link, is looked at."""
    _made(tmp_path)
    (tmp_path / "d").mkdir()
    (tmp_path / "l").symlink_to("f")
    root = str(tmp_path)
    assert single.look(root, "f").size == 10
    assert single.look(root, "d", folder=True).path == "d"
    for path, folder, words in (
        ("d", False, "a folder, not a file"),
        ("f", True, "a file, not a folder"),
        ("l", False, "a symbolic link"),
        ("gone", False, "no such file"),
        ("f/x", False, "not a directory"),
    ):
        with pytest.raises(Unreadable, match=words):
            single.look(root, path, folder=folder)


@pytest.mark.parametrize(
    ("mode", "attributes", "words"),
    [
        (stat.S_IFREG, 0, ""),
        (stat.S_IFDIR, 0, ""),
        (stat.S_IFLNK, 0, "a symbolic link"),
        (stat.S_IFDIR, 0x400, "a symbolic link"),
        (stat.S_IFIFO, 0, "a named pipe"),
        (stat.S_IFSOCK, 0, "a socket"),
        (stat.S_IFBLK, 0, "a device"),
        (stat.S_IFCHR, 0, "a device"),
    ],
)
def test_what(mode: int, attributes: int, words: str) -> None:
    """Everything but plain files and folders has a name; a junction of Windows is a link."""
    state = SimpleNamespace(st_mode=mode, st_file_attributes=attributes)
    assert single.what(cast("os.stat_result", state)) == words


def test_why_without_words() -> None:
    """An error without a text of the system's is named by its kind."""
    assert single.why(OSError()) == "oserror"


@pytest.mark.parametrize("nofollow", [True, False])
def test_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nofollow: bool) -> None:
    """A helper tells of plain files all there is to know, and of everything else nothing."""
    monkeypatch.setattr(single, "_NOFOLLOW", nofollow)
    files = [_made(tmp_path, 10, "a"), _made(tmp_path, 0, "b"), _made(tmp_path, SMALL, "big")]
    _made(tmp_path, 3, "linked")
    os.link(tmp_path / "linked", tmp_path / "second")
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    odd = ["linked", "second", "link", "folder", "pipe", "gone"]
    request = json.dumps([str(tmp_path), [*(file.path for file in files), *odd]]).encode()
    told = list(zip(*json.loads(single.answer(request)), strict=True))
    hashes = [hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("a", "b")]
    assert told[:3] == [(*file[1:4], digest) for file, digest in zip(files, [*hashes, ""], strict=True)]
    assert told[3:] == [(-1, 0, 0, "")] * len(odd)


def test_glance_where_links_are_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a link cannot but be followed (Windows), what is behind it is not taken for it."""
    _made(tmp_path, 10)
    (tmp_path / "link").symlink_to("f")
    monkeypatch.setattr(single, "_NOFOLLOW", False)
    monkeypatch.setattr(single, "_FLAGS", single._FLAGS & ~os.O_NOFOLLOW)
    assert single.glance(str(tmp_path), "link") == (-1, 0, 0, "")
    assert single.glance(str(tmp_path), "f")[0] == 10


def test_glance_reads_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is not read whole, or not at all, is left to be looked at patiently."""
    _made(tmp_path, 10)
    monkeypatch.setattr(os, "read", lambda *_: b"short")
    assert single.glance(str(tmp_path), "f") == (-1, 0, 0, "")

    def broken(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "read", broken)
    assert single.glance(str(tmp_path), "f") == (-1, 0, 0, "")


def test_glance_at_a_file_that_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a link cannot but be followed, what stands there after must be what was opened."""
    _made(tmp_path, 10)
    _made(tmp_path, 10, "other")
    real = os.lstat

    def lstat(path: str) -> os.stat_result:
        (tmp_path / "other").replace(tmp_path / "f")
        return real(path)

    monkeypatch.setattr(single, "_NOFOLLOW", False)
    monkeypatch.setattr(os, "lstat", lstat)
    assert single.glance(str(tmp_path), "f") == (-1, 0, 0, "")
