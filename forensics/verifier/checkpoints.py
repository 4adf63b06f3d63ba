"""Checkpoints: each must state the ledger as it is, under the case's own log key."""

from __future__ import annotations

from forensics import keys
from forensics.errors import FormatError, IdentityError, IntegrityError
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.note import MAX_BYTES, Note
from forensics.verifier.evidence import Evidence
from forensics.verifier.verdict import Examination


def sizes(evidence: Evidence) -> dict[int, str]:
    """Return the sizes that the names of checkpoints state, and their paths."""
    notes = (
        file.path for file in evidence.listing.within(evidence.checkpoints) if file.path.endswith(".note")
    )
    return {size: path for path in sorted(notes) if (size := _stated(path))}


def _stated(path: str) -> int:
    name = path.rpartition("/")[2].removesuffix(".note")
    return int(name) if name.isascii() and name.isdigit() and len(name) <= 19 else 0


def check(evidence: Evidence, examination: Examination) -> str:
    """Verify every checkpoint, and that those which must be there are."""
    opening, history = evidence.opening, evidence.history
    if opening is None or history is None:
        examination.undone("the first line of the ledger does not say whose log this is")
        return ""
    found = sizes(evidence)
    for size, path in found.items():
        try:
            _one(evidence, path, size)
        except (IntegrityError, FormatError, IdentityError) as error:
            examination.fail(path, str(error))
    for size in {1, history.lines} if evidence.kind == "bundle" else {1}:
        if size and size not in found:
            examination.fail(
                f"{evidence.checkpoints}/{size:08d}.note", f"is missing: line {size} is always signed for"
            )
    return _detail(evidence, examination, found)


def _one(evidence: Evidence, path: str, size: int) -> None:
    opening, history = evidence.opening, evidence.history
    assert opening is not None and history is not None  # noqa: S101, PT018 - for the type checker; see `check`
    note = Note.parse(evidence.folder.read(path, MAX_BYTES))
    if len(note.signatures) != 1:
        raise FormatError(f"has {len(note.signatures)} signatures, and should have the log's one")
    keys.verify_note(note, opening.origin, opening.log_public)
    stated = Checkpoint.parse(note.text)
    if stated.origin != opening.origin:
        raise FormatError("is of another log")
    if path.rpartition("/")[2] != f"{stated.size:08d}.note":
        raise FormatError(f"states {stated.size} entries, and its name another number")
    if size > history.lines:
        raise FormatError(f"states {size} entries, and the ledger has {history.lines}: its end was cut off")
    if stated.root != history.roots[size]:
        raise FormatError(
            f"states another root than that of the ledger's first {size} lines: one was changed"
        )


def _detail(evidence: Evidence, examination: Examination, found: dict[int, str]) -> str:
    lines = evidence.history.lines if evidence.history else 0
    newest = max((size for size in found if size <= lines), default=0)
    if newest < lines:
        examination.note(
            evidence.ledger, f"the last {lines - newest} lines are not signed for yet by a checkpoint"
        )
    return f"{len(found)} checkpoint{'s' * (len(found) != 1)}, the newest over {newest} of {lines} lines"
