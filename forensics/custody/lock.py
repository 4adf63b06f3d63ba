"""One process holds a case: a lock that the system lets go of when the process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from forensics.custody import disk
from forensics.errors import CaseHeldError


def acquire(path: Path, name: str) -> int:
    """
    Take the lock in `path` and write our process id in it; return the descriptor that holds it.

    Raises `CaseHeldError`, naming the process that holds `name`. Never waits.
    """
    with disk.guarded(f"open {path}"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, disk.OPEN_MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
        disk.close(descriptor)
        who = f"process {holder}" if holder.isdigit() else "another process"
        raise CaseHeldError(f"{name} is held by {who}") from error
    if not _still_there(descriptor, path):
        disk.close(descriptor)
        raise CaseHeldError(f"{name} is being made by another process")
    # Only a help for people: a full disk must not keep a case from being opened and looked at.
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def _still_there(descriptor: int, path: Path) -> bool:
    """Say whether the file locked is the one at `path`: who held it before us may have removed it."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except OSError:
        return False
