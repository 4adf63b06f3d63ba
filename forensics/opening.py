"""
open_parts(): the one place where decrypting meets checking.

What is decrypted lies in a folder beside its place, which nobody else can read, until all of it was
verified; only then it gets its name. Evidence is hashed as it is written, and not read back where it is
as it was written (ADR 13). Whatever fails, or breaks it off, nothing of it is left; after a `kill -9` the
next one sweeps. What a disk keeps of blocks that are free again, nobody can promise.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from forensics.custody import disk, lock
from forensics.custody.unpacking import Unpacking
from forensics.errors import CaseHeldError, IntegrityError, NoSpaceError, UsageError
from forensics.formats import manifest, volumes
from forensics.keys.stream import Decrypt
from forensics.verifier.checks import verify
from forensics.verifier.demands import NONE, Demands
from forensics.verifier.file import Written
from forensics.verifier.parts import check_origin, is_parts
from forensics.verifier.pins import Trusted
from forensics.verifier.reader import open_record
from forensics.verifier.verdict import FAILURE, Examination, Verdict

LOCK, INNER = "lock", "bundle"
_ENDING = ".opening"
_LIMIT = 64 << 20


def open_parts(
    path: Path,
    target: Path,
    unlock: Decrypt,
    *,
    identities: Sequence[Trusted] = (),
    demands: Demands = NONE,
    progress: Callable[[int, int], None] | None = None,
) -> Verdict:
    """
    Decrypt the parts in `path`, verify the bundle in them, and give it the name `target`.

    Returns the verdict: of the parts, where they are not those that were signed; else of the bundle. With the
    exit code 4 there is no `target`, and nothing of what was decrypted. `identities` and `demands` are as in
    `verify`; `progress` is told now and then of bytes done and of bytes in all, where those of a part count
    twice: once hashed, once decrypted.

    Raises `UsageError` where `path` holds no parts or something has the name already, `IdentityError` where
    the keys do not open them, `IntegrityError` for what is no part of ours, `NoSpaceError`.
    """
    if not is_parts(path):
        raise UsageError(f"{path} holds no parts of a bundle", hint="name the folder with SHA256SUMS in it")
    target = target.absolute()
    if os.path.lexists(target):
        raise UsageError(f"{target} exists already", hint="name a new folder")
    tell = progress or (lambda *_: None)
    sealed = verify(path, identities=identities, progress=lambda done, total: tell(done, 2 * total))
    if sealed.exit_code == FAILURE:
        return sealed
    parts = _parts(path)
    with _beside(target) as place:
        size = sum(part.stat().st_size for part in parts)
        _check_room(place, size)
        inner = place / INNER
        with disk.guarded(f"make {inner}"):
            disk.make_folder(inner)
        written = map(Written._make, Unpacking(inner, unlock, _Second(tell, size)).unpack(parts))
        opened = verify(inner, identities=identities, demands=demands, written=written)
        opened = _with_origin(opened, inner, str(sealed.facts.get("signer", "")))
        if opened.exit_code != FAILURE:
            with disk.guarded(f"write {target}"):
                inner.rename(target)
                disk.sync_folder(target.parent)
    return replace(opened, path=str(target))


class _Second:
    """Tells of bytes written, after as many that were hashed as there are bytes of parts."""

    def __init__(self, tell: Callable[[int, int], None], size: int) -> None:
        self._tell = tell
        self._size = size
        self._done = size

    def __call__(self, more: int) -> None:
        self._done += more  # encrypted, in a tar, they are more: never more than all
        self._tell(self._done, 2 * self._size)


def _with_origin(opened: Verdict, inner: Path, signer: str) -> Verdict:
    """Add to a bundle's verdict whether its parts were made by one of its own identities."""
    examination = Examination("origin")
    try:
        roster = open_record(inner).roster()
    except IntegrityError:
        roster = None  # the ledger's own check says why
    detail = check_origin(signer, roster, examination)
    return replace(opened, checks=(*opened.checks, examination.end(detail)))


def _parts(path: Path) -> list[Path]:
    sums = manifest.parse(disk.read(path / volumes.SUMS, _LIMIT))
    return [path / name for name in sorted(sums, key=lambda name: volumes.number_of(name)[1])]


def _check_room(place: Path, need: int) -> None:
    """Refuse at once what cannot be finished."""
    with disk.guarded(f"look at {place}"):
        free = shutil.disk_usage(place).free
    if need > free:
        raise NoSpaceError(f"the bundle takes {need} bytes, and {free} are free")


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Give a folder beside the target that is gone at the end, and sweep what killed runs left of theirs."""
    place = target.with_name(f".{target.name}{_ENDING}")
    with disk.guarded(f"make {place}"):
        disk.make_folders(target.parent)
        for other in target.parent.glob(f".*{_ENDING}"):
            _sweep(other, wanted=other == place)
        disk.make_folder(place)
    held = lock.acquire(place / LOCK, str(target))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        disk.close(held)


def _sweep(place: Path, *, wanted: bool) -> None:
    """Remove what a killed run left; `CaseHeldError` where one that lives has the place that we want."""
    if not wanted and (not place.is_dir() or {one.name for one in place.iterdir()} - {LOCK, INNER}):
        return  # none of ours
    disk.check_folder(place)
    try:
        held = lock.acquire(place / LOCK, str(place))
    except CaseHeldError:
        if wanted:
            raise
        return
    shutil.rmtree(place)
    disk.close(held)
