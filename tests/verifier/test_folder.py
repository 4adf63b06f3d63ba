"""The folder to be checked: its files' bytes, read once each."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest

from forensics.errors import IntegrityError, UsageError
from forensics.verifier import file as single
from forensics.verifier.folder import Folder


def test_read(tmp_path: Path) -> None:
    """The same bytes each time, whatever becomes of the file, and their hash with them."""
    (tmp_path / "f").write_bytes(b"first")
    folder = Folder(tmp_path)
    assert folder.read("f", 5) == b"first"
    (tmp_path / "f").write_bytes(b"second")
    assert folder.read("f", 5) == b"first"
    assert folder.digests["f"] == hashlib.sha256(b"first").hexdigest()
    assert folder.read_once("f", 5) == b"first"
    other = Folder(tmp_path)
    assert other.read_once("f", 6) == b"second"
    (tmp_path / "f").write_bytes(b"third")
    assert other.read_once("f", 6) == b"third"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("big", "is 6 bytes long, and at most 5 are read"),
        ("gone", "no such file"),
        ("d", "a folder, not a file"),
        ("link", "a symbolic link"),
        ("linked/f", "linked is a symbolic link, not a folder"),
        ("big/f", "big is a file, not a folder"),
        ("d/linked/f", "d/linked is a symbolic link, not a folder"),
    ],
)
def test_refused(tmp_path: Path, path: str, words: str) -> None:
    """What is missing, too long, no file, or behind a link at any place of its path is not read."""
    (tmp_path / "big").write_bytes(b"123456")
    (tmp_path / "d").mkdir()
    (tmp_path / "d/f").write_bytes(b"x")
    (tmp_path / "link").symlink_to("d/f")
    (tmp_path / "linked").symlink_to("d")
    (tmp_path / "d/linked").symlink_to(".")
    with pytest.raises(IntegrityError, match=words):
        Folder(tmp_path).read(path, 5)


def test_replaced_between_look_and_open(tmp_path: Path) -> None:
    """The file that is opened must be the one that was looked at."""
    (tmp_path / "f").write_bytes(b"x")
    (tmp_path / "g").write_bytes(b"x")
    folder = Folder(tmp_path)
    file = folder.look("f")
    (tmp_path / "g").replace(tmp_path / "f")
    with pytest.raises(IntegrityError, match="was replaced"):
        folder.open(file)


class _Failing(io.BytesIO):
    def read(self, _: int | None = -1) -> bytes:
        raise OSError(5, "Input/output error")


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (_Failing(), "cannot be read: input/output error"),
        (io.BytesIO(b"xy"), "changed its size"),
        (io.BytesIO(b""), "changed its size"),
    ],
    ids=["error", "longer", "shorter"],
)
def test_reading_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stream: io.BytesIO, words: str
) -> None:
    """A file that grows, shrinks or fails while it is read is a finding."""
    (tmp_path / "f").write_bytes(b"x")
    monkeypatch.setattr(single, "stream", lambda *_, **__: stream)
    with pytest.raises(IntegrityError, match=words):
        Folder(tmp_path).read("f", 9)


def test_root(tmp_path: Path) -> None:
    """Only a plain folder can be checked."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path)
    for name, words in (
        ("pipe", "is a named pipe"),
        ("file", "is not a folder"),
        ("link", "is a symbolic link"),
        ("gone", "cannot look at"),
        ("nul\0", "no such path can be"),
    ):
        with pytest.raises(UsageError, match=words):
            Folder(tmp_path / name)
