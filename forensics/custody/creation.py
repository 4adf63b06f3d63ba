"""
Make a case: in a folder beside its place, which gets its name only once the whole of it is on the disk.

So a half-made case never exists. What a crash left of one is found by the next attempt, and replaced:
nothing in it was acknowledged.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from forensics import keys
from forensics.custody import checkpoints, disk, facts, ledger, lock
from forensics.custody.store import DATA, TMP
from forensics.errors import CaseError, FormatError, UsageError
from forensics.formats import bag, manifest

PRIVATE = "private"
LOCK = "lock"
LOG_KEY = f"{PRIVATE}/log.key"
IDENTITY = f"{PRIVATE}/identity"
FOLDERS = ("bundles", checkpoints.FOLDER, DATA, PRIVATE, TMP)

_LINE_HINT = "it goes on forms: say it in a line; a case is named as its folder"
LEDGER_FORMAT = "forensics-ledger/1"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new case is to say of itself."""

    name: str
    examiner: str
    reference: str
    tool: Mapping[str, Any]
    authority: str = ""
    """Who ordered it, and on what grounds."""

    def __post_init__(self) -> None:
        """Refuse what would not stand on one line of a form."""
        if not self.name:
            raise UsageError("a case needs a name")
        for label in ("name", "examiner", "reference", "authority"):
            check_line(label, getattr(self, label))


def create(
    path: Path,
    opening: Opening,
    pen: ledger.Pen,
    identity: keys.Identity | None,
    first: Callable[[], None] = lambda: None,
) -> int:
    """
    Make the case at `path` and return the descriptor that holds its lock.

    `first` is done once the place is ours, and before anything is in it: what it raises leaves no case.

    Raises `CaseError` where something is there already, an empty folder excepted.
    """
    _refuse_taken(path)
    with disk.guarded(f"make {path.parent}"):
        disk.make_folders(path.parent)
    place = path.with_name(f".{path.name}.creating")
    held = _begin(place, path)
    try:
        first()
        with disk.guarded(f"make {path}"):
            _Founding(place, opening, pen, identity).write()
            place.rename(path)
            disk.sync_folder(path.parent)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        disk.close(held)
        raise
    return held


def _refuse_taken(path: Path) -> None:
    if not os.path.lexists(path):
        return
    disk.check_folder(path)
    if os.path.lexists(path / facts.NAME):
        raise CaseError(f"{path} is a case already", hint="open it, or name a new folder")
    with disk.guarded(f"look into {path}"):
        if any(path.iterdir()):
            raise CaseError(f"{path} is not empty, and is no case", hint="name a new folder")


def _begin(place: Path, path: Path) -> int:
    """Make the folder beside the case's place, in the stead of what a dead attempt left, and lock it."""
    if os.path.lexists(place):
        disk.check_folder(place)
        held = lock.acquire(place / LOCK, str(path))
        with disk.guarded(f"remove {place}"):
            shutil.rmtree(place)
        disk.close(held)
    try:
        disk.make_folder(place)
    except OSError as error:
        raise disk.failure(error, f"make {place}") from error
    return lock.acquire(place / LOCK, str(path))


@dataclass(frozen=True, slots=True)
class _Founding:
    """Everything that a case is at its beginning."""

    place: Path
    opening: Opening
    pen: ledger.Pen
    given: keys.Identity | None

    def write(self) -> None:
        for folder in FOLDERS:
            disk.make_folder(self.place / folder)
        origin = f"forensics.local/case/{_slug(self.opening.name)}-{self.pen.random(4).hex()}"
        key = keys.LogKey.from_seed(origin, self.pen.random(32))
        disk.write_new(self.place / LOG_KEY, key.to_pem(), disk.OPEN_MODE)
        identity = self.given or self._made()
        name = identity.name or self.opening.examiner or self.opening.name
        check_line("the key's name", name)
        public = identity.public
        about = {"fingerprint": public.fingerprint, "name": name, "public": public.openssh()}
        case = facts.Facts(self.opening.name, "", (about,), key.vkey, origin)
        created = self._write_ledger(case, key, identity)
        disk.write_new(self.place / facts.NAME, replace(case, created=created).encode())
        for folder in (PRIVATE, checkpoints.FOLDER, "."):
            disk.sync_folder(self.place / folder)

    def _made(self) -> keys.Identity:
        """Make an identity for the case alone: better than none, and no better than its folder."""
        made = keys.generate_identity(self.pen.random(32), name=self.opening.examiner or self.opening.name)
        disk.write_new(self.place / IDENTITY, made.private_openssh(), disk.OPEN_MODE)
        public = f"{made.public.openssh()} {_slug(self.opening.name)}\n".encode()
        disk.write_new(self.place / f"{IDENTITY}.pub", public, disk.OPEN_MODE)
        return made

    def _write_ledger(self, case: facts.Facts, key: keys.LogKey, identity: keys.Identity) -> str:
        """Write the first entry and its checkpoint, signed by the identity; return the entry's time."""
        ledger.create(self.place / ledger.NAME)
        log = ledger.Ledger(self.place / ledger.NAME, case.origin)
        try:
            batch = ledger.Batch(log, self.pen)
            (first,) = batch.add(identity.public.fingerprint, [("case.open", self._body(case))])
            log.append(batch)
            note = checkpoints.Checkpoints(self.place, key).publish(log.size, log.tree.root())
        finally:
            log.close()
        # The identity's word for the log key: from here on, what the log key signs is the case's.
        signature = identity.sign(note.read_bytes(), keys.CASE)
        who = manifest.component(case.identities[0]["name"])
        disk.write_new(note.with_name(f"{note.name}.{who}.sig"), signature)
        return first.time

    def _body(self, case: facts.Facts) -> dict[str, Any]:
        return {
            "case": case.case,
            "examiner": self.opening.examiner,
            "format": LEDGER_FORMAT,
            "identities": [dict(identity) for identity in case.identities],
            "identity_made": self.given is None,
            "log_vkey": case.log_vkey,
            "origin": case.origin,
            "reference": self.opening.reference,
            "tool": dict(self.opening.tool),
            **({"authority": self.opening.authority} if self.opening.authority else {}),
        }


def check_line(label: str, value: str) -> None:
    """Refuse what would not stand on one line of a form, or of `bag-info.txt`."""
    try:
        bag.bag_info([("X", value or "-")])
    except FormatError as error:
        raise UsageError(f"{label} is not one line of printable text", hint=_LINE_HINT) from error
    if len(value) > 200:
        raise UsageError(f"{label} is longer than 200 characters", hint=_LINE_HINT)


def _slug(name: str) -> str:
    # A note's key name may hold no plus.
    return manifest.component(name).replace("+", "-")
