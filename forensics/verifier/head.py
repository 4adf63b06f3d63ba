"""Heads had from outside: what is verified must have been so once, and be no older: no rollback, no fork."""

from __future__ import annotations

from forensics.errors import FormatError
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.note import Note
from forensics.keys.roster import Roster
from forensics.verifier.checkpoints import signed_by
from forensics.verifier.evidence import Evidence
from forensics.verifier.history import History
from forensics.verifier.verdict import Examination

_FORK = "states another root of the first {size} entries: this ledger is a fork, or was rewritten since"


def read(data: bytes) -> tuple[Note, Checkpoint]:
    """Read a head: a checkpoint, with whatever cosignatures; `FormatError` for anything else."""
    note = Note.parse(data)
    return note, Checkpoint.parse(note.text)


def sizes(evidence: Evidence) -> set[int]:
    """Return the lengths at which a head needs to know the ledger's root."""
    return {stated.size for _, stated in _readable(evidence)}


def _readable(evidence: Evidence) -> list[tuple[Note, Checkpoint]]:
    found = []
    for data in evidence.demands.heads:
        try:
            found.append(read(data))
        except FormatError:
            continue  # `check` says so
    return found


def check(evidence: Evidence, examination: Examination) -> str:
    """Hold the ledger against each head that was named from outside."""
    roster, history = evidence.roster, evidence.history
    if roster is not None and evidence.proved is not None:
        return _disclosed(evidence, examination, roster, evidence.proved)
    if roster is None or history is None:
        examination.undone("the ledger cannot be read, so no head can be held against it")
        return ""
    newest = 0
    for data in evidence.demands.heads:
        try:
            newest = max(newest, hold(data, roster, history))
        except FormatError as error:
            examination.fail(evidence.ledger, f"the head that you named {error}")
    return f"as the head that you named says of the first {newest} of {history.lines} lines"


def _disclosed(evidence: Evidence, examination: Examination, roster: Roster, proved: Checkpoint) -> str:
    """Hold the one checkpoint of a disclosure against heads: of other lengths it can say nothing."""
    for data in evidence.demands.heads:
        try:
            stated = _ours(data, roster)
        except FormatError as error:
            examination.fail(evidence.ledger, f"the head that you named {error}")
            continue
        if stated.size != proved.size:
            examination.undone(
                f"the head that you named is over {stated.size} entries, this one is under {proved.size}: "
                "`forensics prove` leads from one to the other"
            )
        elif stated.root != proved.root:
            examination.fail(evidence.ledger, f"the head that you named {_FORK.format(size=stated.size)}")
    return f"as the head that you named says of the first {proved.size} entries"


def hold(data: bytes, roster: Roster, history: History) -> int:
    """Return how many lines a head speaks of, or refuse it: `FormatError` goes on after "the head"."""
    stated = _ours(data, roster)
    if stated.size > history.lines:
        raise FormatError(
            f"is over {stated.size} entries, and the ledger has {history.lines}: it was rolled back to an "
            "older state, or its end was cut off (a bundle ends at its seal)"
        )
    if stated.root != history.roots.get(stated.size):
        raise FormatError(_FORK.format(size=stated.size))
    return stated.size


def _ours(data: bytes, roster: Roster) -> Checkpoint:
    """Read a head of this log, signed by its key."""
    try:
        note, stated = read(data)
    except FormatError as error:
        raise FormatError(f"is no checkpoint: {error}") from error
    if stated.origin != roster.origin:
        raise FormatError(f"is of another log: {stated.origin}, and this is {roster.origin}")
    try:
        signed_by(note, stated, roster)
    except FormatError as error:
        raise FormatError(f"is not signed by this log's key: {error}") from error
    return stated
