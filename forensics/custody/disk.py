"""
Durable files: what is written here is on the disk when the call returns.

Every other file of custody writes through this one, so that the order of writes, the modes and the
meaning of an `OSError` are decided once. Paths are ours; no symbolic link is followed at their end.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from forensics.errors import CaseError, NoSpaceError, StoreError

FOLDER_MODE = 0o700
OPEN_MODE = 0o600
KEPT_MODE = 0o400

CHUNK = 1 << 20
"""Bytes read at once: below 256 KiB SHA-256 is slowed by its calls, above 1 MiB nothing is gained."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NOT_THERE = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EMLINK, errno.ENXIO, errno.EOPNOTSUPP}
)
"""What opening says of a file that is missing, a link (EMLINK on BSD), or a pipe or socket."""
_HINTS = {
    errno.EFBIG: "raise the size limit of files (`ulimit -f`) and run the same command again",
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "name a folder that you may write in"),
}
_FULL_FSYNC: int | None = getattr(fcntl, "F_FULLFSYNC", None)
"""macOS: its fsync stops at the drive's cache, and this goes through it."""
_ADVISE: Callable[[int, int, int, int], None] | None = getattr(os, "posix_fadvise", None)


@contextmanager
def guarded(deed: str) -> Iterator[None]:
    """Turn an `OSError` of what is done inside into `StoreError`, or `NoSpaceError` where it says full."""
    try:
        yield
    except OSError as error:
        raise failure(error, deed) from error


def failure(error: OSError, deed: str) -> StoreError:
    """Return the exception that a failed write stands for."""
    kind = NoSpaceError if error.errno in _FULL else StoreError
    return kind(f"cannot {deed}: {error.strerror or error}", hint=_HINTS.get(error.errno or 0))


def close(descriptor: int) -> None:
    """Close a file. What it held was put on the disk before, or was not to be: nothing hangs on this."""
    with suppress(OSError):
        os.close(descriptor)


def sync(descriptor: int) -> None:
    """Put a file, or a folder's names, on the disk. Never to be tried again once it failed."""
    if _FULL_FSYNC is None:
        os.fsync(descriptor)
    else:
        fcntl.fcntl(descriptor, _FULL_FSYNC)


def sync_folder(path: Path) -> None:
    """Put a folder's names on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        close(descriptor)


def make_folder(path: Path) -> None:
    """Make one folder, 0700 whatever the umask, and put its name on the disk."""
    path.mkdir(FOLDER_MODE)
    path.chmod(FOLDER_MODE)
    sync_folder(path.parent)


def make_folders(path: Path) -> None:
    """Make a folder and those above it that are missing."""
    if not path.is_dir():
        make_folders(path.parent)
        # Another thread may have been faster; its own fsync may not be through, so ours is made too.
        with suppress(FileExistsError):
            path.mkdir(FOLDER_MODE)
            path.chmod(FOLDER_MODE)
        sync_folder(path.parent)


@contextmanager
def workplace(place: Path) -> Iterator[Path]:
    """
    Give a new folder in which something is made; it is removed where that fails.

    What a crash left there is removed first: the caller makes sure that nobody else is at that name.
    """
    with guarded(f"make {place}"):
        make_folders(place.parent)
        if os.path.lexists(place):
            check_folder(place)
            shutil.rmtree(place)
        make_folder(place)
    try:
        yield place
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def create(path: Path | str, mode: int = OPEN_MODE) -> int:
    """Open a new file for writing, never one that exists; return its descriptor."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)


def write(descriptor: int, data: bytes | memoryview) -> None:
    """Write all of it. A disk that fills up says so at the second of two short writes."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def start(descriptor: int, first: int, size: int) -> None:
    """Have bytes of a file go to the disk from now on, and wait for none: less is left for its fsync."""
    if _ADVISE is not None:
        # Linux begins to write what it is told not to keep. A failure is the fsync's to tell.
        with suppress(OSError):
            _ADVISE(descriptor, first, size, os.POSIX_FADV_DONTNEED)


def write_new(path: Path, data: bytes, mode: int = KEPT_MODE) -> None:
    """Write a new file in a folder that nobody reads yet: its name is the caller's to sync."""
    descriptor = create(path)
    try:
        write(descriptor, data)
        os.fchmod(descriptor, mode)
        sync(descriptor)
    finally:
        close(descriptor)


def publish(draft: Path, target: Path, data: bytes) -> None:
    """
    Write a file that appears whole or not at all, and never in the place of another.

    Raises `FileExistsError` where there is one: what was published is never rewritten.
    """
    draft.unlink(missing_ok=True)
    write_new(draft, data)
    os.link(draft, target, follow_symlinks=False)
    draft.unlink()
    sync_folder(target.parent)


class NotThereError(Exception):
    """A file that should be there is missing, is none, or is too large: somebody's doing, not the disk's."""


def open_regular(path: Path) -> int:
    """
    Open a regular file for reading, and nothing else: no link, no pipe that would hang.

    Raises `NotThereError` for what is none, and `OSError` where the disk fails.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in _NOT_THERE:
            raise NotThereError(os.strerror(error.errno)) from error
        raise
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    close(descriptor)
    raise NotThereError("not a regular file")


def read(path: Path, limit: int) -> bytes:
    """Read a small regular file: `NotThereError` if it is none or longer, `StoreError` if the disk fails."""
    with guarded(f"read {path.name}"), os.fdopen(open_regular(path), "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise NotThereError(f"longer than {limit} bytes")
    return data


def check_folder(path: Path) -> None:
    """Refuse a folder that somebody else could have put there or may write in."""
    try:
        status = path.lstat()
    except OSError as error:
        raise CaseError(f"cannot open {path}: {error.strerror}", hint="name a case folder") from error
    if stat.S_ISLNK(status.st_mode):
        raise CaseError(f"{path} is a symbolic link", hint="name the folder itself")
    if not stat.S_ISDIR(status.st_mode):
        raise CaseError(f"{path} is not a folder", hint="name a folder that is a case, or a new one")
    if status.st_uid != os.geteuid():
        raise CaseError(f"{path} belongs to another user", hint="run as the user who owns the case")
    if status.st_mode & stat.S_IWOTH:
        raise CaseError(f"{path} is writable for everybody", hint=f"chmod 700 {path}, and ask who did")
