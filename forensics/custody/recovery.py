"""
What a crash left: put aside, never dropped, and told in the ledger.

A line that was cut, and files that no line names, were never acknowledged; but they are bytes of the case,
and whoever asks later what they were shall find them in `tmp/`.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import stat
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forensics.custody import disk, ledger
from forensics.custody.store import TMP, Store

_MANY = 100
"""Orphans in one entry: each takes up to 600 bytes of its line."""
_TEXT = 200

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recovery:
    """What is to be told, and then moved. Told first, so that where a file lay is never lost."""

    bodies: list[Body]
    """Of the `recovery` entries due; empty after an orderly end."""
    moves: list[tuple[Path, Path]]

    def move(self) -> None:
        """Move the files that no line names out of `data/`."""
        with disk.guarded("move an orphan aside"):
            for source, target in self.moves:
                source.rename(target)
                disk.sync_folder(target.parent)
                disk.sync_folder(source.parent)


def put_torn_aside(log: ledger.Ledger, root: Path) -> None:
    """Keep what follows the last whole line as `tmp/torn-<sha8>`, then cut it from the ledger."""
    torn = log.torn()
    if not torn:
        return
    target = _free(root / TMP / f"torn-{hashlib.sha256(torn).hexdigest()[:8]}", set())
    with disk.guarded(f"put the torn end of {ledger.NAME} aside"):
        disk.publish(root / TMP / "draft-torn", target, torn)
    log.cut()


def unsigned(log: ledger.Ledger, stated: int) -> Body:
    """
    Name the lines after the newest checkpoint, over `stated` of them; nothing where there are none.

    Nobody signed for them: a crash leaves such lines, and anyone can write some that fit the chain.
    """
    if log.size == stated:
        return {}
    return {"count": log.size - stated, "first": stated, "last": log.size - 1, "sha256": log.head}


def examine(store: Store, told: AbstractSet[str], adopted: Body) -> Recovery:
    """
    Find what a crash left in `tmp/` and `data/`; `told` are the `kept` of the entries so far.

    `adopted` is what `unsigned` said. Removes the drafts of the dead run: nothing of them was ever
    acknowledged, and they are counted.
    """
    with disk.guarded("look through the case"):
        drafts = store.sweep()
        aside = sorted((store.root / TMP).glob("torn-*"))
        torn = [_torn(path) for path in aside if _place(store, path) not in told]
        moves: list[tuple[Path, Path]] = []
        orphans = [_orphan(store, path, moves) for path in store.strangers()]
    groups = [orphans[at : at + _MANY] for at in range(0, len(orphans), _MANY)]
    bodies = [*torn, *({**_nothing(), "orphans": group} for group in groups)]
    if drafts or adopted:
        bodies = bodies or [_nothing()]
        bodies[0] |= {"drafts": drafts, "unsigned": adopted}
    return Recovery(bodies, moves)


def _nothing() -> Body:
    return {"drafts": 0, "kept": "", "orphans": [], "torn_bytes": 0, "torn_sha256": "", "unsigned": {}}


def _torn(path: Path) -> Body:
    sha256, size = _measure(path)
    return {**_nothing(), "kept": f"{TMP}/{path.name}", "torn_bytes": size, "torn_sha256": sha256}


def _orphan(store: Store, path: Path, moves: list[tuple[Path, Path]]) -> Body:
    name = _place(store, path)
    target = store.root / TMP / f"orphan-{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}"
    target = _free(target, {taken for _, taken in moves})
    moves.append((path, target))
    sha256, size = _measure(path)
    text = os.fsencode(name).decode("utf-8", "backslashreplace")[:_TEXT]
    return {"kept": f"{TMP}/{target.name}", "path": text, "sha256": sha256, "size": size}


def _place(store: Store, path: Path) -> str:
    return path.relative_to(store.root).as_posix()


def _measure(path: Path) -> tuple[str, int]:
    """Hash a file; what is none (a link, a pipe) has no hash."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return "", 0
    with os.fdopen(disk.open_regular(path), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()


def _free(path: Path, taken: AbstractSet[Path]) -> Path:
    others = (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))
    names = itertools.chain([path], others)
    return next(name for name in names if name not in taken and not os.path.lexists(name))
