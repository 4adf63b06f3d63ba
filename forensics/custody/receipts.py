"""Take records of custody back into the case: what others signed is then part of its ledger."""

from __future__ import annotations

import os
from pathlib import Path

from forensics.custody import disk, records
from forensics.custody.case import Case
from forensics.custody.records import Chain
from forensics.custody.subjects import FOLDER
from forensics.errors import CaseError, IntegrityError
from forensics.formats import manifest, statement

CUSTODY = "custody"
_NOTE = "custody.note"
_KINDS = {"release": "custody.release", "receive": "custody.receive"}


def take_custody(case: Case, folder: Path) -> list[str]:
    """
    Copy the records about a bundle of the case, and all signatures, into it; return what is new to it.

    Raises `CaseError` where they are about no bundle of this case, `IntegrityError` where they do not hold
    together or are not what was taken in before.
    """
    chain = Chain.read(folder)
    if not chain.records:
        raise CaseError(f"{folder} holds no record of custody")
    told, bundles = _told(case)
    if bundles.isdisjoint(one.sha256 for one in chain.records[0][1].subjects):
        raise CaseError(
            f"{folder.name} is about no bundle of this case", hint="its ledger names the digest of each"
        )
    target = _folder(case, folder)
    names = [
        name
        for name in records.listing(folder)
        if name in chain.files or records.over_of(name) in chain.files
    ]
    return [path for name in names for path in _take(case, chain, name, target, told)]


def _told(case: Case) -> tuple[set[str], set[str]]:
    """Return what was taken in before, and the digests of bundles and of sums of parts."""
    told: set[str] = set()
    digests: set[str] = set()
    for item in case.entries():
        if item.type.startswith("custody."):
            told.add(str(item.body.get("record")))
        elif item.type == "bundle.sealed":
            digests.add(str(item.body.get("digest")))
        elif item.type == "bundle.exported":
            digests.add(str(item.body.get("sums_sha256")))
    return told, digests


def _folder(case: Case, folder: Path) -> str:
    name = manifest.component(folder.name.removesuffix(FOLDER)) + FOLDER
    with disk.guarded(f"make {CUSTODY}/{name}"):
        disk.make_folders(case.path / CUSTODY / name)
    return f"{CUSTODY}/{name}"


def _take(case: Case, chain: Chain, name: str, target: str, told: set[str]) -> list[str]:
    """Copy one file, and tell of it, unless that was done before; a file never changes."""
    path = f"{target}/{manifest.component(name, limit=150)}"
    data = records.read(chain.folder / name, statement.MAX_BYTES)
    if not os.path.lexists(case.path / path):
        with disk.guarded(f"write {path}"):
            disk.publish(case.path / "tmp/draft-custody", case.path / path, data)
    elif records.read(case.path / path, statement.MAX_BYTES) != data:
        raise IntegrityError(
            f"{path} is in the case already, and is another", hint="keep both: one was changed"
        )
    if path in told:
        return []
    record = name if name in chain.files else records.over_of(name)
    (about,) = (one for one in chain.statements if one.name == record)
    kind = _KINDS.get(about.action, _NOTE) if name == record else _NOTE
    by = about.author.key if name == record else chain.by.get(name, "")
    body = {"action": about.action, "by": by, "record": path, "sha256": statement.digest(data)}
    case.writer.record(kind, body)
    return [path]
