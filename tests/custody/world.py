"""What the tests of custody stand on: a clock that ticks, randomness that repeats, disks that do fail."""

from __future__ import annotations

import hashlib
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from forensics import keys
from forensics.custody.case import Case
from forensics.custody.writer import Rhythm

ANA = keys.generate_identity(b"a" * 32, name="ana@example.com")
TOOL = {"name": "forensics", "version": "0.1.0"}
SOURCE = {"account": "123456789012", "operation": "ListUsers", "region": "global", "service": "iam"}
ITEM: dict[str, Any] = {
    "first": "2031-05-06T07:08:09.000000Z",
    "kind": "transcript",
    "last": "2031-05-06T07:08:09.000000Z",
    "requests": 1,
    "sensitive": False,
    "source": SOURCE,
}


@dataclass
class Ticking:
    """A clock that moves by a second each time that it is read."""

    now: datetime = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Read it."""
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class Repeating:
    """Randomness that is the same in every run."""

    drawn: int = 0

    def __call__(self, size: int) -> bytes:
        """Draw bytes."""
        self.drawn += 1
        return hashlib.shake_256(b"%d" % self.drawn).digest(size)


def create(path: Path, **other: Any) -> Case:
    """Make a case whose every byte is the same in every run."""
    given = {"name": "IR-1", "examiner": "Ana", "reference": "T-1", "identity": ANA, "tool": TOOL}
    return Case.create(path, **{**given, "clock": Ticking(), "random": Repeating(), **other})


def reopen(path: Path, **other: Any) -> Case:
    """Open a case that `create` made."""
    later = Ticking(datetime(2031, 5, 7, tzinfo=UTC))
    return Case.open(path, **{"clock": later, "random": Repeating(1_000), "identity": ANA, **other})


def keep(case: Case, path: str, data: bytes, *, together: bool = False, **body: Any) -> str:
    """Keep one file, and its coverage, and return the path that it got."""
    draft = case.store.draft()
    draft.write(data)
    if together:
        draft.end()
    coverage = {"items": [], "outcome": "collected"}
    (name,) = case.writer.keep([(draft, path, {**ITEM, **body})], [("coverage", coverage)])
    return name


def types(case: Case) -> list[str]:
    """List the types of the entries of a case."""
    return [item.type for item in case.entries()]


def files(root: Path) -> dict[str, bytes]:
    """Read every file below a folder."""
    found = (path for path in sorted(root.rglob("*")) if path.is_file() and not path.is_symlink())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def names(folder: Path) -> list[str]:
    """List what lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def full(descriptor: int) -> Iterator[None]:
    """Let an open file stand on a disk that is full: every write to it fails with ENOSPC."""
    with _standing_on(descriptor, "/dev/full", os.O_WRONLY):
        yield


@contextmanager
def broken(descriptor: int) -> Iterator[None]:
    """Let an open file stand on what takes every write and puts none on a disk: fsync fails with EINVAL."""
    with _standing_on(descriptor, "/dev/null", os.O_WRONLY):
        yield


@contextmanager
def _standing_on(descriptor: int, device: str, flags: int) -> Iterator[None]:
    kept, other = os.dup(descriptor), os.open(device, flags)
    os.dup2(other, descriptor)
    try:
        yield
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)
        os.close(other)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file grow beyond `size` bytes: writes beyond that fail with EFBIG."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


SELDOM = Rhythm(entries=1_000_000, seconds=1_000_000)
"""No checkpoint but those asked for."""
