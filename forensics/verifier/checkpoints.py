"""Checkpoints: each must state the ledger as it is, under the case's own log key."""

from __future__ import annotations

from forensics import keys
from forensics.errors import FormatError, IdentityError, IntegrityError
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.note import ED25519, MAX_BYTES, Note, key_id
from forensics.keys.roster import Roster
from forensics.verifier.evidence import Evidence
from forensics.verifier.history import History
from forensics.verifier.verdict import Examination


def notes(evidence: Evidence) -> list[tuple[int, str]]:
    """Return the size that each checkpoint's name states, and its path."""
    found = (file.path for file in evidence.listing.within(evidence.checkpoints))
    return sorted((_stated(path), path) for path in found if path.endswith(".note"))


def _stated(path: str) -> int:
    name = path.rpartition("/")[2].removesuffix(".note")
    return int(name) if name.isascii() and name.isdigit() and len(name) <= 19 else 0


def check(evidence: Evidence, examination: Examination) -> str:
    """Verify every checkpoint, and that those which must be there are."""
    roster, history = evidence.roster, evidence.history
    if roster is None or history is None:
        examination.undone("the first line of the ledger does not say whose log this is")
        return ""
    found = notes(evidence)
    for _, path in found:
        try:
            _one(evidence.folder.read_once(path, MAX_BYTES), path, roster, history)
        except (IntegrityError, FormatError, IdentityError) as error:
            examination.fail(path, str(error))
    sizes = {size for size, _ in found}
    for size in sorted({1, history.lines} if evidence.kind == "bundle" else {1}):
        if size not in sizes:
            path = f"{evidence.checkpoints}/{size:08d}.note"
            examination.fail(path, f"is missing: line {size} is always signed for")
    newest = max((size for size in sizes if size <= history.lines), default=0)
    if newest < history.lines:
        left = history.lines - newest
        # Anyone can write lines that fit the chain.
        unsigned = f"the last {left} lines are not signed for yet by a checkpoint"
        examination.note(evidence.ledger, unsigned)
        examination.undone(f"{unsigned}, as while a run goes on, or after a crash")
    return f"{len(found)}, the newest over {newest} of {history.lines} lines"


def check_latest(evidence: Evidence, examination: Examination) -> str:
    """
    Say whether this can be all of the case. Until it is sealed, nothing that lies in it can tell.

    Whoever can write in the folder can cut it back to an older checkpoint, or go on with a copy of it.
    """
    history = evidence.history
    if history is None:
        examination.undone("the ledger cannot be read, so nothing says where it should end")
        return ""
    if (seal := history.contents.seal) is None:
        examination.undone(
            f"the case is not sealed: nothing in it can say that its last line is {history.lines}, that none "
            "was cut off, and that no copy of it went on otherwise; only a bundle can"
        )
        return ""
    return f"closed by the seal in line {seal.line}"


def signed_by(note: Note, stated: Checkpoint, roster: Roster) -> None:
    """Refuse unless the log key that was the current one at that length signed a checkpoint."""
    term = roster.term_at(stated.size)
    try:
        keys.verify_note(note, roster.origin, term.public.raw)
    except FormatError as error:
        theirs = {signature.key_id for signature in note.signatures}
        for other in roster.terms:
            if other is not term and key_id(roster.origin, ED25519, other.public.raw) in theirs:
                when = "was replaced before" if other.line < term.line else "was added only after"
                raise FormatError(f"is signed by a log key that {when}: {other.vkey}") from error
        raise


def _one(data: bytes, path: str, roster: Roster, history: History) -> None:
    note = Note.parse(data)
    if len(note.signatures) != 1:
        raise FormatError(f"has {len(note.signatures)} signatures, and should have the log's one")
    stated = Checkpoint.parse(note.text)
    signed_by(note, stated, roster)
    if stated.origin != roster.origin:
        raise FormatError("is of another log")
    if path.rpartition("/")[2] != f"{stated.size:08d}.note":
        raise FormatError(f"states {stated.size} entries, and its name another number")
    if stated.size > history.lines:
        raise FormatError(
            f"states {stated.size} entries, and the ledger has {history.lines}: its end was cut off"
        )
    if stated.root != history.roots.get(stated.size):
        raise FormatError(
            f"states another root than the ledger's first {stated.size} lines have: one was changed"
        )
