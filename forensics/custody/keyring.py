"""
The log keys of a case, in its `private/`: which one signs, its ledger says.

`log.key` is the one that signs. A new one lies as `log-<key id>.key` until the ledger names it; then it takes
that name, and the former one lies as `log-<key id>.retired` for good. Wherever a crash falls, each key is
under one of these names, and is found by what it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from forensics import keys
from forensics.custody import disk, facts
from forensics.custody.creation import LOG_KEY, PRIVATE
from forensics.errors import CaseError, IdentityError, IntegrityError
from forensics.keys.roster import Roster

_LIMIT = 16_384


def load(root: Path, roster: Roster) -> dict[str, keys.LogKey]:
    """
    Return the log keys that are at hand, by their verifier keys; the one that signs now is among them.

    Raises `CaseError` where it is missing, `IntegrityError` where another lies in its place.
    """
    found: dict[str, keys.LogKey] = {}
    problems: dict[str, Exception] = {}
    for name in (LOG_KEY, *(name for term in roster.terms for name in _names(term.vkey))):
        try:
            key = keys.LogKey.from_pem(roster.origin, disk.read(root / name, _LIMIT))
            found[key.vkey] = key
        except (disk.NotThereError, IdentityError) as error:
            problems[name] = error
    if roster.term.vkey not in found:
        raise _missing(roster, problems.get(LOG_KEY))
    return found


def _missing(roster: Roster, problem: Exception | None) -> Exception:
    if isinstance(problem, disk.NotThereError):
        return CaseError(
            f"{LOG_KEY} cannot be read: {problem}",
            hint="a case without its log key can be verified, and not be gone on with",
        )
    if problem is not None:
        return problem
    named = facts.NAME if len(roster.terms) == 1 else f"line {roster.term.line} of the ledger"
    return IntegrityError(f"{LOG_KEY} is not the key that {named} names")


def add(root: Path, key: keys.LogKey) -> None:
    """Put a new log key on the disk, beside the one that signs."""
    name, _ = _names(key.vkey)
    with disk.guarded(f"write {name}"):
        disk.write_new(root / name, key.to_pem(), disk.OPEN_MODE)
        disk.sync_folder(root / PRIVATE)


def settle(root: Path, roster: Roster, known: dict[str, keys.LogKey]) -> None:
    """Let `log.key` be the one that signs, once the ledger says so; the former keeps another name."""
    (fresh, _), current = _names(roster.term.vkey), root / LOG_KEY
    if not os.path.lexists(root / fresh):
        return
    with disk.guarded(f"rename {fresh}"):
        for former in _former(root, roster, known):
            if not os.path.lexists(root / former):
                os.link(current, root / former, follow_symlinks=False)
        disk.sync_folder(root / PRIVATE)
        # In the place of a file that has a second name by now: nothing is written over.
        (root / fresh).rename(current)
        disk.sync_folder(root / PRIVATE)


def _former(root: Path, roster: Roster, known: dict[str, keys.LogKey]) -> Iterator[str]:
    """Yield the name that what lies as `log.key` is to keep."""
    pem = disk.read(root / LOG_KEY, _LIMIT) if os.path.lexists(root / LOG_KEY) else b""
    for term in roster.terms[:-1]:
        if term.vkey in known and known[term.vkey].to_pem() == pem:
            _, retired = _names(term.vkey)
            yield retired


def _names(vkey: str) -> tuple[str, str]:
    """Name the files of a log key: before it is the one that signs, and after."""
    identifier = vkey.split("+")[1]
    return f"{PRIVATE}/log-{identifier}.key", f"{PRIVATE}/log-{identifier}.retired"
