"""
The head of a log, to be read out, printed or mailed; and proofs between two of them.

A head that somebody outside has written down is what neither key of a case can take back: whatever is shown
later must have been so then.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forensics import keys
from forensics.errors import FormatError, IntegrityError, UsageError
from forensics.formats import merkle, note
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.note import Note
from forensics.formats.proof import Consistency
from forensics.verifier import checkpoints
from forensics.verifier.reader import Lines, Record, checkpoints_of, ledger_of, open_ledger, open_record

_GROUP = 4


@dataclass(frozen=True, slots=True)
class Head:
    """A checkpoint that the ledger bears out."""

    path: str
    """Of the note, in the case or bundle."""
    note: bytes
    checkpoint: Checkpoint
    lines_after: int
    """Lines of the ledger that it does not speak of."""
    kind: str

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the note's bytes."""
        return hashlib.sha256(self.note).hexdigest()

    @property
    def root(self) -> str:
        """Return the root in groups of four hex digits, as one reads it out."""
        return grouped(self.checkpoint.root.hex())

    def document(self) -> dict[str, Any]:
        """Return the head as JSON-able values."""
        return {
            "entries": self.checkpoint.size,
            "entries_after": self.lines_after,
            "kind": self.kind,
            "note": self.note.decode(),
            "origin": self.checkpoint.origin,
            "path": self.path,
            "root": self.checkpoint.root.hex(),
            "root_base64": base64.b64encode(self.checkpoint.root).decode("ascii"),
            "sha256": self.sha256,
        }


def grouped(digits: str) -> str:
    """Part a text into groups of four."""
    return " ".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


def head(path: Path, *, size: int | None = None) -> Head:
    """
    Return the newest checkpoint of a case or a bundle, or the one over so many entries.

    Works on a case that is being written. Raises `UsageError` where there is none over `size`,
    `IntegrityError` for one that is not the log's or that the ledger does not bear out.
    """
    record = open_record(path)
    folder = checkpoints_of(record.kind)
    sizes = [int(name.removesuffix(".note")) for name in _names(record, folder)]
    if size is not None and size not in sizes:
        raise UsageError(f"there is no checkpoint over {size} entries", hint="name one of `checkpoints/`")
    if not sizes:
        raise IntegrityError(f"{folder}: there is no checkpoint, and a case begins with one")
    place = f"{folder}/{size or max(sizes):08d}.note"
    data = record.folder.read_once(place, note.MAX_BYTES)
    stated = _signed(data, record, place)
    leaves, after = _leaves(record, stated.size)
    _bear_out(stated, leaves, place)
    return Head(place, data, stated, after, record.kind)


def _names(record: Record, folder: str) -> Iterator[str]:
    try:
        paths = list((record.path / folder).iterdir())
    except OSError as error:
        raise IntegrityError(f"{folder} cannot be listed: {error.strerror}") from error
    for path in paths:
        digits = path.name.removesuffix(".note")
        if path.suffix == ".note" and digits.isascii() and digits.isdigit() and len(digits) <= 19:
            yield path.name


def _signed(data: bytes, record: Record, what: str) -> Checkpoint:
    """Read a checkpoint of this log, signed by its key; `IntegrityError` for any other."""
    try:
        signed = Note.parse(data)
        stated = Checkpoint.parse(signed.text)
        checkpoints.signed_by(signed, stated, record.roster())
    except FormatError as error:
        raise IntegrityError(f"{what}: {error}") from error
    if stated.origin != record.opening.origin:
        raise IntegrityError(f"{what}: it is of another log, {stated.origin}")
    return stated


def _leaves(record: Record, size: int) -> tuple[list[bytes], int]:
    """Return the leaf hashes of the first lines, and how many follow."""
    leaves: list[bytes] = []
    after = 0
    with open_ledger(record.folder, ledger_of(record.kind)) as stream:
        for line in Lines(stream):
            if len(leaves) < size:
                leaves.append(merkle.leaf_hash(line))
            else:
                after += 1
    return leaves, after


def _bear_out(stated: Checkpoint, leaves: list[bytes], what: str) -> None:
    """Refuse a checkpoint that the ledger does not bear out."""
    if stated.size > len(leaves):
        raise IntegrityError(
            f"{what} is over {stated.size} entries, and the ledger has {len(leaves)}: it was rolled back"
        )
    tree = merkle.Tree()
    tree.extend(leaves[: stated.size])
    if tree.root() != stated.root:
        raise IntegrityError(f"{what} states another root than the ledger has: one of them was changed")


def prove(path: Path, old: bytes, new: bytes) -> Consistency:
    """
    Prove that the log of a case or bundle grew from one checkpoint into the other.

    Raises `UsageError` where the two are the wrong way round, `IntegrityError` for one that is not this
    log's, or that its ledger does not bear out: a fork, which no proof can hide.
    """
    record = open_record(path)
    older, newer = (_signed(data, record, f"the {name} note") for name, data in (("old", old), ("new", new)))
    if not 0 < older.size <= newer.size:
        raise UsageError(
            f"a log of {older.size} entries does not grow into one of {newer.size}",
            hint="--from is the older checkpoint, --to the newer one",
        )
    leaves, _ = _leaves(record, newer.size)
    _bear_out(newer, leaves, "the new note")
    _bear_out(older, leaves, "the old note")
    return Consistency(older.size, tuple(merkle.consistency_proof(leaves, older.size)), Note.parse(new))


def check_proof(proof: bytes, old: bytes, new: bytes, *vkeys: str) -> tuple[Checkpoint, Checkpoint]:
    """
    Check a proof with nothing but the two notes, and return what they state.

    `vkeys` are the log's verifier keys, several where it was rotated: each note must be by one of them.
    Without any nobody has looked at the signatures, and the notes are only as good as where they came from.
    Raises `FormatError` for a proof that does not hold.
    """
    path, older, newer = Consistency.parse(proof), Note.parse(old), Note.parse(new)
    if path.note.text != newer.text:
        raise FormatError("consistency proof: it leads to another checkpoint than the newer note")
    known = [note.parse_vkey(vkey) for vkey in vkeys]
    for signed in (older, newer, path.note) if known else ():
        _by_one(signed, known)
    first = Checkpoint.parse(older.text)
    return first, path.verify(first)


def _by_one(signed: Note, known: Sequence[tuple[str, bytes]]) -> None:
    """Refuse a note that none of these keys signed, or that is of another log than its key."""
    ids = {(one.name, one.key_id) for one in signed.signatures}
    theirs = [key for key in known if (key[0], note.key_id(key[0], note.ED25519, key[1])) in ids]
    name, public = (theirs or known)[0]
    keys.verify_note(signed, name, public)
    if Checkpoint.parse(signed.text).origin != name:
        raise FormatError("note: it is of another log than its key")
