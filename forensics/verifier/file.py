"""
One file, read through one descriptor: what is hashed is what was looked at.

Nothing but the standard library is imported here, so that a helper process has it at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable
from io import BufferedReader, FileIO
from typing import NamedTuple

SMALL = 128 * 2**10
"""Below this size a file is read in one piece."""
CHUNK = 2**20
"""Of the sizes tried, 256 KiB and up are equally fast, and smaller ones are not."""

# What a platform does not have it cannot be asked for: Windows has no O_NOFOLLOW (the identity check
# below stands in), and only Windows has O_BINARY. O_NONBLOCK keeps a FIFO, swapped in, from hanging us.
_FLAGS = os.O_RDONLY
_NOFOLLOW = hasattr(os, "O_NOFOLLOW")
for _name in ("O_BINARY", "O_CLOEXEC", "O_NOCTTY", "O_NOFOLLOW", "O_NONBLOCK"):
    _FLAGS |= getattr(os, _name, 0)

_REPARSE_POINT = 0x400  # FILE_ATTRIBUTE_REPARSE_POINT: a Windows junction is a link that is no symlink


class Unreadable(Exception):  # noqa: N818 - it is the file's state, and becomes a finding
    """The file cannot be read, or is not (any more) the file that was looked at."""


class File(NamedTuple):
    """A regular file as it was first seen."""

    path: str
    """Relative to the folder checked, with `/`."""
    size: int
    device: int
    inode: int
    sha256: str = ""
    """In hex, where it was read as it was first seen."""


class Written(NamedTuple):
    """A file as whoever wrote it left it, with the hash of what was written."""

    path: str
    sha256: str
    device: int
    inode: int
    changed: int
    """When it was last changed, in nanoseconds: every write, new name and change of mode sets it to now."""


def is_still(root: str, written: Written) -> bool:
    """Say whether a file is, by all that the system tells of it, as it was left."""
    try:
        state = os.lstat(f"{root}/{written.path}")
    except OSError:
        return False
    left = stat.S_ISREG(state.st_mode) and state.st_nlink == 1
    return left and (state.st_dev, state.st_ino, state.st_ctime_ns) == written[2:]


def why(error: OSError) -> str:
    """Say in a few words what the system said."""
    return (error.strerror or type(error).__name__).lower()


def what(state: os.stat_result) -> str:
    """Say what stands there, if it is neither a plain file nor a folder; else nothing."""
    if stat.S_ISLNK(state.st_mode) or getattr(state, "st_file_attributes", 0) & _REPARSE_POINT:
        return "a symbolic link"
    if stat.S_ISREG(state.st_mode) or stat.S_ISDIR(state.st_mode):
        return ""
    kinds = {stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(state.st_mode), "a device")


def look(root: str, path: str, *, folder: bool = False) -> File:
    """Look at one file (or `folder`) without opening it; `Unreadable` unless it is a plain one."""
    try:
        state = os.lstat(f"{root}/{path}")  # a pathlib or os.path join costs as much as the call itself
    except OSError as error:
        raise Unreadable(why(error)) from error
    if what(state) or stat.S_ISDIR(state.st_mode) != folder:
        found = what(state) or ("a file" if folder else "a folder")
        raise Unreadable(f"{path} is {found}, not a {'folder' if folder else 'file'}")
    return File(path, state.st_size, state.st_dev, state.st_ino)


def open_file(root: str, file: File, *, growing: bool = False) -> int:
    """
    Open a file for reading and return its descriptor; `Unreadable` unless it is still the same file.

    One that is `growing`, as the ledger of a running case, may be longer than it was when it was looked at.
    """
    try:
        descriptor = os.open(f"{root}/{file.path}", _FLAGS)
    except OSError as error:
        raise Unreadable(f"cannot be read: {why(error)}") from error
    try:
        _same(os.fstat(descriptor), file, growing=growing)
    except Unreadable:
        os.close(descriptor)
        raise
    return descriptor


def _same(state: os.stat_result, file: File, *, growing: bool) -> None:
    if not stat.S_ISREG(state.st_mode) or (state.st_dev, state.st_ino) != (file.device, file.inode):
        raise Unreadable("was replaced while it was being checked")
    if state.st_size < file.size or (state.st_size > file.size and not growing):
        raise Unreadable("changed its size while it was being checked")


def stream(root: str, file: File, *, growing: bool = False) -> BufferedReader:
    """Open a file as a buffered stream. The caller closes it."""
    return BufferedReader(FileIO(open_file(root, file, growing=growing), "rb"), CHUNK)


def _nothing(_: int) -> None:
    return


def digest(root: str, file: File, buffer: bytearray, beat: Callable[[int], None] = _nothing) -> str:
    """
    Return the SHA-256 of a file in hex, read once, through one descriptor.

    Args:
        root: the folder that `file.path` is relative to.
        file: as `look` or a walk saw it.
        buffer: scratch for big files, not shared with another thread.
        beat: told of the bytes hashed, chunk by chunk; may raise to stop.

    """
    descriptor = open_file(root, file)
    try:
        if file.size < SMALL:
            data = os.read(descriptor, file.size + 1)
            if len(data) == file.size:
                beat(file.size)
                return hashlib.sha256(data).hexdigest()
            os.lseek(descriptor, 0, os.SEEK_SET)  # a file system may read short: once more, the patient way
        return _digest(descriptor, file.size, memoryview(buffer), beat)
    except OSError as error:
        raise Unreadable(f"cannot be read: {why(error)}") from error
    finally:
        os.close(descriptor)


def _digest(descriptor: int, size: int, view: memoryview, beat: Callable[[int], None]) -> str:
    # Not mmap: it is 8 % faster, and a file that shrinks meanwhile kills the process with SIGBUS.
    total, running = 0, hashlib.sha256()
    with FileIO(descriptor, closefd=False) as raw:
        while total <= size and (count := raw.readinto(view)):
            running.update(view[:count])
            total += count
            beat(count)
    if total != size:
        raise Unreadable("changed its size while it was being checked")
    return running.hexdigest()


Glance = tuple[int, int, int, str]
"""Size, device, inode, and the SHA-256 in hex of a small file; the size is -1 where nothing is said."""
_NOTHING: Glance = (-1, 0, 0, "")


def answer(request: bytes) -> bytes:
    """Answer a helper's request, JSON both: [root, [path, ...]] -> the columns of a `Glance` of each."""
    root, paths = json.loads(request)
    return json.dumps(list(zip(*[glance(root, path) for path in paths], strict=True))).encode()


def glance(root: str, path: str) -> Glance:
    """Look at a file through its descriptor, and hash a small one; say nothing where anything is odd."""
    try:
        descriptor = os.open(f"{root}/{path}", _FLAGS)
    except OSError:
        return _NOTHING
    try:
        state = os.fstat(descriptor)
        seen = state.st_size, state.st_dev, state.st_ino
        if not stat.S_ISREG(state.st_mode) or state.st_nlink != 1:
            return _NOTHING
        if not _NOFOLLOW and look(root, path)[1:4] != seen:
            return _NOTHING
        data = os.read(descriptor, state.st_size + 1) if state.st_size < SMALL else None
    except (OSError, Unreadable):
        return _NOTHING
    finally:
        os.close(descriptor)
    if data is None:
        return *seen, ""
    return (*seen, hashlib.sha256(data).hexdigest()) if len(data) == state.st_size else _NOTHING
