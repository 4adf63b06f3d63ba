"""Durable files, and what a failed write stands for."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forensics.custody import disk
from forensics.errors import CaseError, NoSpaceError, StoreError
from tests.custody import world


def mode(path: Path) -> int:
    """Return the permission bits."""
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture(params=[0o000, 0o077, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set a umask, as a shell might."""
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_full_disk(number: int) -> None:
    """A full disk, a quota and a size limit are no space; each says what to do."""
    error = disk.failure(OSError(number, os.strerror(number)), "write x")
    assert type(error) is NoSpaceError
    assert str(error) == f"cannot write x: {os.strerror(number)}"
    assert error.hint is not None
    assert ("ulimit" in error.hint) == (number == errno.EFBIG)
    assert error.exit_code == 7


@pytest.mark.parametrize("number", [errno.EIO, errno.EROFS, errno.EACCES, errno.EBADF])
def test_broken_disk(number: int) -> None:
    """Any other error of a write is a store error."""
    error = disk.failure(OSError(number, os.strerror(number)), "write x")
    assert type(error) is StoreError
    assert error.exit_code == 1


def test_error_without_a_text() -> None:
    """An OSError that Python made itself still gives a message."""
    assert str(disk.failure(OSError("odd"), "write x")) == "cannot write x: odd"


def test_sync_goes_through_the_drive_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has a fuller fsync (macOS), that one is asked for."""
    import fcntl

    # F_GETFD stands for it: a command that every system has, and that fails alike on a closed file.
    monkeypatch.setattr(disk, "_FULL_FSYNC", fcntl.F_GETFD)
    descriptor = os.open(tmp_path, os.O_RDONLY)
    disk.sync(descriptor)
    os.close(descriptor)
    with pytest.raises(OSError, match=r"Bad file"):
        disk.sync(descriptor)


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("advise", [None, os.posix_fadvise])
def test_start_promises_nothing(monkeypatch: pytest.MonkeyPatch, advise: object) -> None:
    """Where the system cannot begin early, or fails, the fsync that follows does and tells it all."""
    monkeypatch.setattr(disk, "_ADVISE", advise)
    disk.start(1_000_000, 0, 1)


def test_modes_are_ours_whatever_the_umask(tmp_path: Path) -> None:
    """Folders are 0700, files as asked."""
    disk.make_folder(tmp_path / "one")
    disk.make_folders(tmp_path / "two" / "three")
    disk.write_new(tmp_path / "kept", b"x")
    disk.write_new(tmp_path / "open", b"x", disk.OPEN_MODE)
    assert [mode(tmp_path / name) for name in ("one", "two", "two/three")] == [0o700] * 3
    assert (mode(tmp_path / "kept"), mode(tmp_path / "open")) == (0o400, 0o600)


def test_make_folders_twice(tmp_path: Path) -> None:
    """Folders that are there stay as they are."""
    disk.make_folders(tmp_path / "a" / "b")
    (tmp_path / "a" / "b" / "file").touch()
    disk.make_folders(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b" / "file").exists()


def test_make_folders_through_a_file(tmp_path: Path) -> None:
    """A file in the way is an error, not a folder."""
    (tmp_path / "a").touch()
    with pytest.raises(OSError, match=r"Not a directory"):
        disk.make_folders(tmp_path / "a" / "b" / "c")


@pytest.mark.parametrize("lay", [Path.touch, lambda path: path.symlink_to("nowhere"), os.mkfifo, Path.mkdir])
def test_create_never_takes_what_is_there(tmp_path: Path, lay: Callable[[Path], object]) -> None:
    """A new file is new: no file, link, pipe or folder is opened in its place."""
    lay(tmp_path / "x")
    with pytest.raises(FileExistsError):
        disk.create(tmp_path / "x")
    assert not (tmp_path / "nowhere").exists()


def test_publish(tmp_path: Path) -> None:
    """A published file is whole, read-only, and its draft is gone; a stale draft does not matter."""
    (tmp_path / "draft").write_bytes(b"of a dead run")
    disk.publish(tmp_path / "draft", tmp_path / "target", b"x" * 10)
    assert world.files(tmp_path) == {"target": b"x" * 10}
    assert mode(tmp_path / "target") == 0o400


def test_publish_never_over_another(tmp_path: Path) -> None:
    """What was published is never rewritten."""
    disk.publish(tmp_path / "draft", tmp_path / "target", b"one")
    with pytest.raises(FileExistsError):
        disk.publish(tmp_path / "draft", tmp_path / "target", b"two")
    assert (tmp_path / "target").read_bytes() == b"one"


def test_write_to_a_full_disk(tmp_path: Path) -> None:
    """A disk that fills up in the middle of a write says so."""
    with world.files_of_at_most(100), pytest.raises(OSError, match=r"File too large"):
        disk.write_new(tmp_path / "x", b"x" * 101)
    assert (tmp_path / "x").stat().st_size == 100


def test_read(tmp_path: Path) -> None:
    """A small file is read whole, up to the limit."""
    (tmp_path / "x").write_bytes(b"12345")
    assert disk.read(tmp_path / "x", 5) == b"12345"
    with pytest.raises(disk.NotThereError, match=r"longer than 4 bytes"):
        disk.read(tmp_path / "x", 4)


def test_read_follows_no_link(tmp_path: Path) -> None:
    """A link at the end of a path is not followed."""
    (tmp_path / "x").write_bytes(b"secret")
    (tmp_path / "link").symlink_to(tmp_path / "x")
    with pytest.raises(disk.NotThereError, match=r"symbolic links"):
        disk.read(tmp_path / "link", 100)


@pytest.mark.parametrize("lay", [os.mkfifo, Path.mkdir])
def test_read_of_no_file(tmp_path: Path, lay: Callable[[Path], object]) -> None:
    """A pipe does not hang us, and a folder is no file."""
    lay(tmp_path / "x")
    with pytest.raises(disk.NotThereError, match=r"not a regular file"):
        disk.read(tmp_path / "x", 100)


def test_read_of_nothing(tmp_path: Path) -> None:
    """A file that is missing is not there, which is not the disk's failure."""
    with pytest.raises(disk.NotThereError, match=r"No such file"):
        disk.read(tmp_path / "x", 100)


def test_read_from_a_broken_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails is no integrity failure."""

    def fail(*_: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(StoreError, match=r"cannot read x: Input/output error"):
        disk.read(tmp_path / "x", 100)


def test_check_folder(tmp_path: Path) -> None:
    """Our own folder is good."""
    disk.check_folder(tmp_path)


def test_check_folder_missing(tmp_path: Path) -> None:
    """A folder that is not there cannot be opened."""
    with pytest.raises(CaseError, match=r"cannot open .*: No such file"):
        disk.check_folder(tmp_path / "x")


def test_check_folder_link(tmp_path: Path) -> None:
    """A link is not the folder."""
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(CaseError, match=r"is a symbolic link") as raised:
        disk.check_folder(tmp_path / "link")
    assert raised.value.hint == "name the folder itself"


def test_check_folder_file(tmp_path: Path) -> None:
    """A file is no folder."""
    (tmp_path / "x").touch()
    with pytest.raises(CaseError, match=r"is not a folder"):
        disk.check_folder(tmp_path / "x")


def test_check_folder_of_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another user's folder is refused."""
    ours = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: ours + 1)
    with pytest.raises(CaseError, match=r"belongs to another user"):
        disk.check_folder(tmp_path)


def test_check_folder_writable_for_all(tmp_path: Path) -> None:
    """A folder in which everybody may write is refused."""
    tmp_path.chmod(0o777)
    with pytest.raises(CaseError, match=r"writable for everybody"):
        disk.check_folder(tmp_path)
