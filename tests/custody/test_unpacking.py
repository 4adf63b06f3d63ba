"""Parts unpacked: plain files, each new, none outside of the folder; of what is hostile, nothing."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from forensics.custody import unpacking
from forensics.custody.unlocking import Unlocking
from forensics.custody.unpacking import Unpacking
from forensics.errors import FormatError, IdentityError, IntegrityError, NoSpaceError, StoreError
from forensics.formats import tar
from forensics.keys.holders import Holders
from tests.custody import world
from tests.keys.sealed import BOB, EVE, seal

UNLOCK = Unlocking(Holders((BOB,)))


def part(folder: Path, name: str, *files: tuple[str, bytes], raw: bytes | None = None) -> Path:
    """Write a part that holds files, or raw bytes where a tar should be."""
    data = b"".join(tar.header(path, len(one)) + one + tar.padding(len(one)) for path, one in files) + tar.END
    path = folder / name
    path.write_bytes(seal(data if raw is None else raw))
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a folder to unpack into."""
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


def test_unpacked(tmp_path: Path, root: Path) -> None:
    """Files come out as they were, for us to read alone."""
    big = os.urandom(3 << 20)
    first = part(tmp_path, "0", ("bagit.txt", b"x"), ("keys/log.vkey", b"y"))
    second = part(tmp_path, "1", ("data/a", big), ("data/b/c", b""))
    Unpacking(root, UNLOCK).unpack([first, second])
    assert world.files(root) == {"bagit.txt": b"x", "keys/log.vkey": b"y", "data/a": big, "data/b/c": b""}
    assert {path.stat().st_mode & 0o777 for path in root.rglob("*")} == {0o400, 0o700}


def test_hashed_as_written(tmp_path: Path, root: Path) -> None:
    """What is said of each file is what lies there: large, of a length that fits no piece, small, empty."""
    files = {"a": b"x", "b": os.urandom((3 << 20) + 7), "c": b"", "d": os.urandom(300_000)}
    told: list[int] = []
    written = Unpacking(root, UNLOCK, told.append).unpack([part(tmp_path, "0", *files.items())])
    assert sum(told) == sum(map(len, files.values()))
    assert [one.path for one in written] == list(files)
    for one in written:
        state = (root / one.path).stat()
        assert one[2:] == (state.st_dev, state.st_ino, state.st_ctime_ns)
        assert one.sha256 == hashlib.sha256(files[one.path]).hexdigest()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([("a", b"1")], [("a", b"2")]),
        ([("a/b", b"1")], [("a", b"2")]),
        ([("a", b"1")], [("a/b", b"2")]),
        ([("a", b"1")], [("a/b/c", b"2")]),
    ],
)
def test_one_name_twice(
    tmp_path: Path, root: Path, first: list[tuple[str, bytes]], second: list[tuple[str, bytes]]
) -> None:
    """A file is never written over another, nor where a folder is."""
    parts = [part(tmp_path, "0", *first), part(tmp_path, "1", *second)]
    with pytest.raises(IntegrityError, match=r"[01]: .* is there already"):
        Unpacking(root, UNLOCK).unpack(parts)


def test_nothing_follows_a_link(tmp_path: Path, root: Path) -> None:
    """A link in the place of a file is not written through."""
    (root / "a").symlink_to(tmp_path / "outside")
    with pytest.raises(IntegrityError):
        Unpacking(root, UNLOCK).unpack([part(tmp_path, "0", ("a", b"1"))])
    assert not (tmp_path / "outside").exists()


def test_what_is_no_tar(tmp_path: Path, root: Path) -> None:
    """Hostile tars are refused by the reader, and named by the part."""
    link = tar.header("a", 0)
    for raw in (b"", b"x" * 2_000, link[:156] + b"2" + link[157:] + tar.END):
        with pytest.raises(IntegrityError, match="0: tar: "):
            Unpacking(root, UNLOCK).unpack([part(tmp_path, "0", raw=raw)])


@pytest.mark.parametrize("change", [-1, 30, -70_000])
def test_a_part_that_was_changed(tmp_path: Path, root: Path, change: int) -> None:
    """Its last byte, its header, its middle."""
    path = part(tmp_path, "0", ("a", b"1" * 300_000))
    data = bytearray(path.read_bytes())
    data[change] ^= 1
    path.write_bytes(data)
    with pytest.raises((IntegrityError, IdentityError)):
        Unpacking(root, UNLOCK).unpack([path])


def test_none_of_the_keys(tmp_path: Path, root: Path) -> None:
    """The wrong key opens nothing, and is told as that."""
    with pytest.raises(IdentityError, match="none of the keys"):
        Unpacking(root, Unlocking(Holders((EVE,)))).unpack([part(tmp_path, "0", ("a", b""))])


@pytest.mark.parametrize("what", ["none", "pipe", "link", "folder"])
def test_no_part(tmp_path: Path, root: Path, what: str) -> None:
    """A pipe in the place of a part hangs nobody."""
    path = tmp_path / what
    if what == "pipe":
        os.mkfifo(path)
    elif what == "link":
        path.symlink_to("/dev/zero")
    elif what == "folder":
        path.mkdir()
    with pytest.raises(IntegrityError, match="cannot be read"):
        Unpacking(root, UNLOCK).unpack([path])


def test_no_space(tmp_path: Path, root: Path) -> None:
    """A disk that is full is told as that."""
    path = part(tmp_path, "0", ("a", bytes(300_000)))
    with world.files_of_at_most(100_000), pytest.raises(NoSpaceError):
        Unpacking(root, UNLOCK).unpack([path])


def test_too_many_files(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of a million empty files ends where `verify` would not look any further."""
    monkeypatch.setattr(unpacking, "MOST", 10)
    with pytest.raises(IntegrityError, match="more than 10 files"):
        Unpacking(root, UNLOCK).unpack([part(tmp_path, "0", *((f"{n:03}", b"") for n in range(100)))])
    assert len(world.names(root)) == 10


def test_one_fails_and_all_stop(tmp_path: Path, root: Path) -> None:
    """When it returns, nothing writes any more."""
    good = part(tmp_path, "0", *((f"a{n:03}", bytes(1 << 16)) for n in range(100)))
    bad = part(tmp_path, "1", raw=b"x" * 5_000)
    others = set(threading.enumerate())
    with pytest.raises(IntegrityError):
        Unpacking(root, UNLOCK).unpack([bad, good, good, good])
    before = world.files(root)
    assert before == world.files(root)
    assert set(threading.enumerate()) <= others


def test_given_up(tmp_path: Path, root: Path) -> None:
    """A part that is no longer wanted is not unpacked to its end."""
    one = Unpacking(root, UNLOCK)
    one.stopped.set()
    with pytest.raises(StoreError, match="given up"):
        one.unpack([part(tmp_path, "0", ("a", b"1"))])


def test_no_age_file_for_a_plugin_either(tmp_path: Path) -> None:
    """A header is read before a plugin is asked."""
    (tmp_path / "x").write_bytes(b"no")
    with (tmp_path / "x").open("rb") as file, pytest.raises(FormatError):
        list(Unlocking(Holders((), ("AGE-PLUGIN-X-1",)))(file))
