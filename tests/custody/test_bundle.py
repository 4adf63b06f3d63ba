"""Copies within the kernel, and without."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from forensics.custody import bundle
from forensics.custody.bundle import Bundle, Item
from forensics.errors import FormatError, IntegrityError, NoSpaceError, StoreError
from tests.custody import world

DATA = bytes(range(256)) * 9_000


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """Make a folder with one file of evidence."""
    (tmp_path / "case/data").mkdir(parents=True)
    (tmp_path / "case/data/x").write_bytes(DATA)
    return tmp_path / "case"


@pytest.fixture
def empty(tmp_path: Path) -> Bundle:
    """Give a bundle that holds nothing yet."""
    (tmp_path / "bundle").mkdir()
    return Bundle(tmp_path / "bundle")


def item(data: bytes = DATA) -> Item:
    """Return the item that the file is."""
    return Item("data/x", hashlib.sha256(data).hexdigest(), len(data), transcript=False)


def test_copy(case: Path, empty: Bundle) -> None:
    """A copy is the same bytes in a file of its own."""
    empty.copy(case, [item()])
    assert (empty.root / "data/x").read_bytes() == DATA
    assert not (case / "data/x").samefile(empty.root / "data/x")


@pytest.mark.parametrize("number", sorted(bundle._NO_RANGE))
def test_copy_where_the_kernel_cannot(
    case: Path, empty: Bundle, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Where the kernel does not copy between two file systems, the bytes go through us."""

    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "copy_file_range", refuse)
    empty.copy(case, [item()])
    assert (empty.root / "data/x").read_bytes() == DATA


def test_copy_where_no_such_call_is(case: Path, empty: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Mac has no copy_file_range."""
    monkeypatch.delattr(os, "copy_file_range")
    empty.copy(case, [item()])
    assert (empty.root / "data/x").read_bytes() == DATA


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, NoSpaceError), (errno.EIO, StoreError)])
def test_copy_that_fails(
    case: Path, empty: Bundle, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[StoreError]
) -> None:
    """A disk that fails is not taken for a kernel that cannot."""

    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "copy_file_range", fail)
    with pytest.raises(kind, match=rf"cannot copy data/x: {os.strerror(number)}"):
        empty.copy(case, [item()])


def test_copy_that_lies(case: Path, empty: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that says that it copied and did not is found out: the copy is what is hashed."""
    monkeypatch.setattr(os, "copy_file_range", lambda *_: 0)
    with pytest.raises(IntegrityError, match=r"data/x is not what was kept"):
        empty.copy(case, [item()])


def test_copy_never_over_another(case: Path, empty: Bundle) -> None:
    """A file that is there already is not overwritten."""
    empty.copy(case, [item()])
    with pytest.raises(StoreError, match=r"cannot copy data/x: File exists"):
        empty.copy(case, [item()])


def test_stream(empty: Bundle) -> None:
    """What was streamed is listed under its hash."""
    empty.stream("derived/x.json", [b"one", b"two"])
    assert empty.tags == {"derived/x.json": hashlib.sha256(b"onetwo").hexdigest()}


def test_stream_outside_the_grammar(empty: Bundle) -> None:
    """No file gets a name that no verifier would take."""
    with pytest.raises(FormatError):
        empty.add("../x", b"x")
    assert world.files(empty.root.parent) == {}


def test_stream_onto_a_full_disk(empty: Bundle) -> None:
    """A file that was not written whole is not listed."""
    with world.files_of_at_most(4), pytest.raises(NoSpaceError, match=r"cannot write keys/x"):
        empty.stream("keys/x", [b"one", b"two"])
    assert empty.tags == {}


def test_publish_of_what_cannot_be_listed(empty: Bundle, tmp_path: Path) -> None:
    """A folder that cannot be listed is not passed over: what is in it would not be on the disk."""
    empty.root.rmdir()
    with pytest.raises(StoreError, match=r"cannot write .*target: No such file"):
        empty.publish(tmp_path / "target")


def test_publish_fails(empty: Bundle, tmp_path: Path) -> None:
    """A bundle that cannot get its name is a store error."""
    (tmp_path / "target").mkdir()
    (tmp_path / "target/x").touch()
    with pytest.raises(StoreError, match=r"cannot write .*target"):
        empty.publish(tmp_path / "target")
