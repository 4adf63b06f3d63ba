"""
Change who speaks for a case: a new log key, a person's key more, one less.

Each is an entry, and the key that is added is signed for by an identity of the case: over the first
checkpoint that has the entry under it. The new key is on the disk before the ledger names it, and a crash
at any step leaves a case that opens; what is still to be signed for then is, once an identity opens it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forensics import keys
from forensics.custody import checkpoints, creation, disk, keyring
from forensics.errors import CaseError, FormatError, IdentityError, IntegrityError, UsageError
from forensics.formats import entry, manifest, note
from forensics.keys import roster

if TYPE_CHECKING:
    from forensics.custody.case import Case

_DRAFT = "tmp/draft-binding"


def rotate(case: Case, reason: str = "rotated") -> str:
    """
    Give the case a new log key, and return its verifier key.

    Raises `IdentityError` without an identity: nobody else can vouch for the new key.
    """
    signer = voucher(case)
    creation.check_line("the reason", reason)
    fresh, former = keys.LogKey.from_seed(case.origin, case.random(32)), case.roster.term
    keyring.add(case.path, fresh)
    case.checkpoints.know(fresh)
    case.known[fresh.vkey] = fresh
    added = {"by": signer.public.fingerprint, "role": roster.LOG, "vkey": fresh.vkey}
    _record(case, [("key.add", added), ("key.retire", retirement(case, former, reason))])
    case.log_key = fresh
    keyring.settle(case.path, case.roster, case.known)
    bind(case)
    return fresh.vkey


def add_identity(case: Case, public: keys.PublicKey, name: str) -> None:
    """Let a person's key speak for the case from now on; an identity of the case vouches for it."""
    signer = voucher(case)
    creation.check_line("the name", name)
    body = {
        "by": signer.public.fingerprint,
        "fingerprint": public.fingerprint,
        "name": name,
        "public": public.openssh(),
        "role": roster.IDENTITY,
    }
    _record(case, [("key.add", body)])
    bind(case)


def retire_identity(case: Case, key: str, reason: str, since: datetime | None = None) -> str:
    """
    Let a person's key speak for the case no more, and return its fingerprint.

    `key` is a fingerprint or a name, `since` when it stopped to be trusted, now unless said. What it
    signed before stands. `IdentityError` without an identity, as for every change of keys.
    """
    voucher(case)
    creation.check_line("the reason", reason)
    found = [one for one in case.roster.active() if key in {one.fingerprint, one.name}]
    if not found:
        current = ", ".join(sorted(one.name for one in case.roster.active()))
        raise UsageError(
            f"{key} is no identity of this case",
            hint=f"it has {current}; a log key is retired by rotating it",
        )
    now = case.clock()
    if since and since > now:
        raise UsageError(
            f"{since} is still to come", hint="retire a key when it is not to be trusted any more"
        )
    fingerprint = found[0].fingerprint
    body = {
        "key": fingerprint,
        "reason": reason,
        "role": roster.IDENTITY,
        "since": entry.timestamp(since or now),
    }
    _record(case, [("key.retire", body)])
    case.writer.checkpoint()
    return fingerprint


def finish(case: Case) -> None:
    """Say what a crash kept from being said: that the log key which was replaced is retired."""
    if former := case.roster.pending:
        _record(case, [("key.retire", retirement(case, former, "rotated, which a crash cut short"))])


def voucher(case: Case) -> keys.Identity:
    """Return the identity that vouches for what is added."""
    if case.identity is None:
        names = ", ".join(one.name for one in case.roster.active())
        raise IdentityError(
            "a key of the case must vouch for it", hint=f"give the key of {names} (--identity)"
        )
    return case.identity


def retirement(case: Case, former: roster.Term, reason: str) -> Mapping[str, Any]:
    """Return the body of the entry that retires a log key which was replaced."""
    since = entry.timestamp(case.clock())
    return {"key": former.vkey, "reason": reason, "role": roster.LOG, "since": since}


def _record(case: Case, deeds: list[tuple[str, Mapping[str, Any]]]) -> None:
    """Write entries, once they are known to be such as a verifier takes."""
    trial = case.roster.copy()
    try:
        for place, (kind, body) in enumerate(deeds):
            trial.take(trial.last + 1 + place, kind, body)
    except FormatError as error:
        raise CaseError(f"this cannot be done with the keys of this case: {error}") from error
    for one in case.writer.record_together(deeds):
        case.roster.take(one.seq + 1, one.type, one.body)


def bind(case: Case) -> list[str]:
    """
    Have signed what was added, as far as the identity at hand vouches for it, and return the files' names.

    What is there already is left as it is.
    """
    made: list[str] = []
    for line, by in case.roster.vouched():
        signer = case.identity
        if signer is None or signer.public.fingerprint != by:
            continue
        size = first_over(case.path, line)
        if size == 0:
            case.writer.checkpoint()
            size = first_over(case.path, line)
        target = case.path / checkpoints.FOLDER / _file(case, size, by)
        if not os.path.lexists(target):
            _sign(case, target, signer, size)
            made.append(target.name)
    return made


def unbound(case: Case) -> list[str]:
    """Name the identities that have a signature to make still, by their fingerprints."""
    missing = []
    for line, by in case.roster.vouched():
        size = first_over(case.path, line)
        if not size or not os.path.lexists(case.path / checkpoints.FOLDER / _file(case, size, by)):
            missing.append(by)
    return missing


def _file(case: Case, size: int, by: str) -> str:
    one = case.roster.member(by)
    return f"{checkpoints.name(size)}.{manifest.component(one.name if one else by)}.sig"


def _sign(case: Case, target: Path, signer: keys.Identity, size: int) -> None:
    path = case.path / checkpoints.FOLDER / checkpoints.name(size)
    try:
        data = disk.read(path, note.MAX_BYTES)
    except disk.NotThereError as error:
        raise IntegrityError(f"{checkpoints.FOLDER}/{path.name}: {error}") from error
    signature = signer.sign(data, keys.CASE)
    with disk.guarded(f"write {target.name}"):
        disk.publish(case.path / _DRAFT, target, signature)


def first_over(root: Path, line: int) -> int:
    """Return the length of the first checkpoint that has a line under it; 0 where there is none yet."""
    return next((size for size in checkpoints.sizes(root) if size >= line), 0)
