"""
Many files on the disk in one go: Linux's `syncfs`, where its answer can be trusted.

It tells of every page of the file system that could not be written since the descriptor was opened or told
last, also of files that are closed by then. That is so from Linux 5.8 on, and for file systems that write
their pages themselves: overlayfs and FUSE pass the call on and lose the answer, so there, as everywhere
else, each file gets an fsync of its own.
"""

from __future__ import annotations

import ctypes
import os
import platform
import re
import threading
from pathlib import Path

from forensics.custody import disk
from forensics.errors import StoreError

SOUND = frozenset({0xEF53, 0x58465342, 0x9123683E, 0xF2F52010, 0x01021994})
"""What `statfs` calls ext4, XFS, Btrfs, F2FS and tmpfs."""
_SINCE = (5, 8)
_STATFS_BYTES = 512
"""More than any system's `struct statfs`, which begins with the type."""


class Flush:
    """
    Puts the files of one file system on the disk, for every thread.

    After a failure it takes no more: which files are lost, nobody can say.
    """

    def __init__(self, folder: Path) -> None:
        """Begin to take note of what cannot be written: before the first file that it is to speak for."""
        self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        self._lock = threading.Lock()
        self._begun = self._done = 0
        self._failure: StoreError | None = None

    def mark(self) -> int:
        """Return a mark for a file that is written: `reach` puts it on the disk."""
        return self._begun

    def reach(self, mark: int) -> None:
        """
        Return once everything that was marked so is on the disk.

        Raises `StoreError` or `NoSpaceError`, from then on for all that was not on the disk before.
        """
        with self._lock:
            if self._done > mark:
                return
            if self._failure is not None:
                raise type(self._failure)(str(self._failure), hint=self._failure.hint)
            # What is written while this one runs may be too late for it: its mark is ours.
            self._begun += 1
            try:
                _call("syncfs", self._descriptor)
            except OSError as error:
                self._failure = disk.failure(error, "put files on the disk")
                raise self._failure from error
            self._done = self._begun

    def close(self) -> None:
        """Let go of the file system."""
        disk.close(self._descriptor)


def flush_of(
    folder: Path, system: str = platform.system(), release: str = platform.release()
) -> Flush | None:
    """Return what puts the files below a folder on the disk together; None where that cannot be trusted."""
    if system != "Linux" or _version(release) < _SINCE or _kind(folder) not in SOUND:
        return None
    return Flush(folder)


def _version(release: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", release)[:2]))


def _kind(folder: Path) -> int:
    buffer = ctypes.create_string_buffer(_STATFS_BYTES)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _call("fstatfs", descriptor, buffer)
    finally:
        disk.close(descriptor)
    return ctypes.c_long.from_buffer(buffer).value & 0xFFFFFFFF


def _call(name: str, *arguments: object) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
