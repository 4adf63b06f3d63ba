"""
Hand evidence over: records of custody beside a bundle or its parts, each signed, none ever rewritten.

`<bundle>.custody/` holds `0001-release.json` and so on, and beside each record its signatures, which
`ssh-keygen -Y sign -n forensics-custody-v1` makes as well. A record is on the disk before it is signed: one
that a crash left unsigned says so to every reader, and is signed by `sign_records`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from forensics import keys
from forensics.custody import case as cases
from forensics.custody.case import Clock
from forensics.custody.scribe import Person, Scribe, Words, Written, typed
from forensics.errors import CaseError, FormatError, IntegrityError, UsageError
from forensics.formats import handover, sshsig, statement
from forensics.formats.statement import Party


class Judgement(Protocol):
    """What verifying came to, as far as a receiver has to know it."""

    @property
    def exit_code(self) -> int:
        """4 where it is not intact."""
        ...

    @property
    def sentence(self) -> str:
        """The verdict, in words."""
        ...


Verify = Callable[[Path], Judgement]


def release(
    path: Path,
    person: Person,
    taker: Party,
    words: Words,
    *,
    tsas: Sequence[str] = (),
    clock: Clock = cases.now,
) -> Written:
    """
    Write and sign that a bundle, or its parts, is given to somebody: the first half of a hand-over.

    Raises `UsageError` for what is no bundle and for words that are not one line, `IntegrityError` where
    the records that are there are about another one.
    """
    scribe = Scribe.open(path, clock, tsas)
    return scribe.write("release", person, words, giver=person.party, taker=taker)


def receive(
    path: Path,
    person: Person,
    words: Words,
    verify: Verify,
    *,
    tsas: Sequence[str] = (),
    clock: Clock = cases.now,
) -> Written:
    """
    Verify what was released, countersign the release, and write and sign the receipt.

    A challenge, where the receiver gave one, must be in the release; without one the release's is repeated.
    Raises `IntegrityError` where the evidence is not intact, not what was released, or the challenge is
    another; `CaseError` where nothing was released, or to somebody else. Nothing is written then.
    """
    scribe = Scribe.open(path, clock, tsas)
    released = handover.open_release(scribe.chain.statements)
    if released is None:
        raise CaseError(f"nobody has released {path}", hint="the releaser runs `forensics custody release`")
    if released.giver.key not in scribe.chain.signed.get(released.name, set()):
        raise IntegrityError(f"{released.name} is not signed by {released.giver.key}, who released it")
    if words.challenge and words.challenge != released.challenge:
        raise IntegrityError(
            "the release has another challenge than the one given",
            hint="what lies here was not released for you, or is an older copy: do not sign for it",
        )
    if released.taker.key and released.taker.key != person.public.fingerprint:
        raise CaseError(f"it was released to the key {released.taker.key}", hint="give that key")
    judged = verify(path)
    if judged.exit_code == IntegrityError.exit_code:
        raise IntegrityError(
            judged.sentence, hint="do not sign for it: `forensics verify` lists every finding"
        )
    said = replace(words, challenge=released.challenge)
    draft = scribe.draft("receive", said, giver=released.giver, taker=person.party)
    signatures = scribe.sign(released.name, person)
    return scribe.keep(draft, person, signatures)


def party(name: str, org: str = "", key: str = "") -> Party:
    """Name somebody in a record; `UsageError` for what is not one line of text, or no fingerprint."""
    with typed():
        return Party(name, org, key)


def act(
    path: Path,
    action: str,
    person: Person,
    words: Words,
    *,
    taker: Party = Party(),  # noqa: B008 - frozen
    tsas: Sequence[str] = (),
    clock: Clock = cases.now,
) -> Written:
    """
    Write and sign what a holder did: verified, opened, copied, analysed, stored, returned, destroyed it.

    The bundle need not be there any more: without it the records themselves say what they are about.
    """
    if action not in statement.ACTS:
        raise UsageError(f"no such act: {action!a}", hint=f"one of {', '.join(statement.ACTS)}")
    scribe = Scribe.open(path, clock, tsas, gone=True)
    return scribe.write(action, person, words, giver=person.party, taker=taker)


def sign_records(path: Path, person: Person, *, tsas: Sequence[str] = ()) -> list[str]:
    """Sign the records that name a person's key and lack its signature; return the files written."""
    scribe = Scribe.open(path, cases.now, tsas, gone=True)
    mine = person.public.fingerprint
    due = [one.name for one in scribe.chain.statements if mine in (one.giver.key, one.taker.key)]
    due = [name for name in due if mine in scribe.signers(name)]
    written = [name for record in due for name in scribe.sign(record, person)]
    if not written:
        raise CaseError(f"no record awaits the signature of {mine}")
    scribe.stamp(written)
    return written


def lay_signature(path: Path, signature: bytes, *, who: str = "") -> tuple[str, str]:
    """
    Put a signature that somebody made with ssh-keygen beside the record that it is over.

    Returns its name and the key. Raises `UsageError` for what is no signature for custody, `CaseError`
    where it is over no record that is there.
    """
    try:
        made_for = sshsig.SshSignature.parse(signature).namespace
    except FormatError as error:
        raise UsageError(str(error), hint=f"ssh-keygen -Y sign -n {keys.CUSTODY} -f KEY RECORD") from error
    if made_for != keys.CUSTODY:
        raise UsageError(f"the signature was made for {made_for}, not for {keys.CUSTODY}")
    scribe = Scribe.open(path, cases.now, (), gone=True)
    for name, data in scribe.chain.files.items():
        try:
            key = keys.verify_signature(signature, data, keys.CUSTODY)
        except FormatError:
            continue
        return scribe.put_signature(name, who or key.fingerprint, signature), key.fingerprint
    raise CaseError("the signature is over no record that lies there", hint="it was made over another file")
