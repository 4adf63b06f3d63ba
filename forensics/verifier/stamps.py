"""Time stamps: each over the file that it lies beside, as the ledger tells of it, and by whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

from forensics.errors import FormatError, IntegrityError
from forensics.formats import anchor
from forensics.formats.anchor import Anchor
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.note import MAX_BYTES as MAX_NOTE
from forensics.formats.note import Note
from forensics.verifier import tokens
from forensics.verifier.demands import Dated, authorities
from forensics.verifier.evidence import SIG, Evidence
from forensics.verifier.tokens import NotVouchedError, Roots, Token, UnreadableError
from forensics.verifier.verdict import Examination
from forensics.verifier.windows import LATE, After, Before, Dates, Window, Windows

ENDING = ".tsr"
MAX_STAMPS = 10_000
"""Responses that are read: an authority's stamps of a ledger of ten million lines."""
NO_LIBRARY = "rfc3161-client is not installed (pip install 'aws-forensics[tsa]')"


@dataclass(slots=True)
class _Look:
    """What is found out, response by response."""

    roots: Roots | None
    told: dict[str, list[tuple[int, Anchor]]]
    """What the ledger tells of each response, by its path here."""
    files: int = 0
    unreadable: int = 0
    signed: bool = False
    """The bundle's signature is dated under the roots."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Why stamps lead to no root that was named, and one of each."""
    dates: Dates = field(default_factory=Dates)


def check(evidence: Evidence, examination: Examination) -> str:
    """Read every response, hold it to the file beside it and to the ledger, and say what it dates."""
    look = _Look(_roots(evidence, examination), _told(evidence))
    paths = sorted(_files(evidence))
    _missing(evidence, examination, look, {*paths})
    _owed(evidence, examination, {*paths})
    if not tokens.installed():
        if paths and evidence.demands.tsa_roots:
            examination.undone(f"not looked at by whom it was dated: {NO_LIBRARY}")
        elif evidence.demands.tsa_roots:
            _demanded(evidence, examination, look)
        return f"{len(paths)}, not looked at: {NO_LIBRARY}" if paths else "none"
    for path in paths[:MAX_STAMPS]:
        look.files += 1
        try:
            _one(evidence, examination, look, path)
        except (IntegrityError, FormatError) as error:
            examination.fail(path, str(error))
    if len(paths) > MAX_STAMPS:
        examination.undone(f"there are more than {MAX_STAMPS} time stamps, and no more were read")
    _windows(evidence, examination, look)
    if look.roots:
        _demanded(evidence, examination, look)
    return _detail(look, authorities(evidence.dated))


def _roots(evidence: Evidence, examination: Examination) -> Roots | None:
    if not evidence.demands.tsa_roots:
        return None
    try:
        return Roots.load(evidence.demands.tsa_roots)
    except FormatError as error:
        examination.undone(f"the roots that you named are none: {error}")
        return None


def _files(evidence: Evidence) -> Iterator[str]:
    yield from (file.path for file in evidence.beside_notes() if file.path.endswith(ENDING))
    if evidence.kind == "bundle":
        yield from (
            path for path in evidence.listing.beside if path.startswith(f"{SIG}.") and path.endswith(ENDING)
        )


def _told(evidence: Evidence) -> dict[str, list[tuple[int, Anchor]]]:
    """Return what the ledger tells of responses that must be here: those over checkpoints."""
    told: dict[str, list[tuple[int, Anchor]]] = {}
    for line, one in evidence.history.contents.anchors if evidence.history else ():
        if one.checkpoint:
            told.setdefault(_here(evidence, one.tsr), []).append((line, one))
    return told


def _here(evidence: Evidence, path: str) -> str:
    return f"{evidence.checkpoints}/{path.removeprefix(anchor.CHECKPOINTS)}"


def _missing(evidence: Evidence, examination: Examination, look: _Look, found: set[str]) -> None:
    """Miss what the ledger tells of. A case that is being written may have got it since the walk."""
    for path, anchors in look.told.items():
        line, one = anchors[0]
        if path not in found and evidence.file(path) is None:
            examination.fail(path, f"is missing: line {line} of the ledger tells of this time stamp")
        over = _here(evidence, one.over)
        if evidence.file(over) is None:
            examination.fail(over, f"is missing: line {line} of the ledger tells of a time stamp over it")


def _owed(evidence: Evidence, examination: Examination, found: set[str]) -> None:
    """Miss what was to date a bundle: no line tells whether it was got, as the last one is the seal."""
    line, tsas = evidence.history.contents.asked if evidence.history else (0, ())
    for path in (anchor.response(SIG, tsa) for tsa in tsas if evidence.kind == "bundle"):
        if path not in found:
            examination.note(
                path,
                f"is not there: line {line} of the ledger names this authority as one that is to date the "
                "bundle. It has not stamped its signature yet, or the stamp was removed",
            )


def _one(evidence: Evidence, examination: Examination, look: _Look, path: str) -> None:
    over = f"{path.rpartition('.note.')[0]}.note" if path.startswith(f"{evidence.checkpoints}/") else SIG
    if over not in evidence.listing.files:
        raise FormatError("stamps a file that is not there")
    data = evidence.folder.read_once(over, MAX_NOTE)
    raw = evidence.folder.read_once(path, anchor.MAX_BYTES)
    anchors = look.told.get(path, [])
    for line, one in anchors:
        _agrees(line, one, over_sha256=sha256(data).hexdigest(), tsr_sha256=sha256(raw).hexdigest())
    try:
        token = tokens.read(raw, data)
    except UnreadableError:
        look.unreadable += 1
        examination.note(path, "cannot be read by rfc3161-client: try `openssl ts -verify`")
        if not anchors and (evidence.kind == "case" or path.startswith(f"{SIG}.")):
            # Of all others the ledger has the hash, or the bundle's list of its files.
            examination.undone(f"{path} cannot be read, and nothing tells whether it was changed")
        return
    for line, one in anchors:
        if one.time and (one.time, one.serial) != (token.time, token.serial):
            raise FormatError(f"says {token.time}, number {token.serial}, and line {line} says otherwise")
    _count(evidence, examination, look, path, data, token)


def _agrees(line: int, one: Anchor, *, over_sha256: str, tsr_sha256: str) -> None:
    if one.tsr_sha256 != tsr_sha256:
        raise FormatError(
            f"is not the time stamp that line {line} of the ledger tells of: its SHA-256 is another"
        )
    if one.over_sha256 != over_sha256:
        raise FormatError(f"stamps a checkpoint that line {line} of the ledger gives another SHA-256")


def _count(
    evidence: Evidence, examination: Examination, look: _Look, path: str, data: bytes, token: Token
) -> None:
    """Count a stamp, if it leads to a root that was named, or none was."""
    lines = _lines(evidence, path, data)
    if look.roots:
        try:
            tsa, root, name = look.roots.vouch(token, data)
        except NotVouchedError as error:
            look.reasons[str(error)] = path
            examination.note(path, f"counts for nothing: it leads to no root that you named ({error})")
            return
        look.signed = look.signed or path.startswith(f"{SIG}.")
        evidence.dated.append(Dated(tsa, root, lines, token.time, path.startswith(f"{SIG}."), name))
    if lines:
        look.dates.after.append(After(lines, token.time))
    look.dates.before += [Before(line, token.time) for line, _ in look.told.get(path, ())]


def _lines(evidence: Evidence, path: str, data: bytes) -> int:
    """Return how many lines of the ledger a stamp dates."""
    if path.startswith(f"{SIG}."):
        return evidence.history.lines if evidence.history else 0
    try:
        return evidence.stands(Checkpoint.parse(Note.parse(data).text))
    except FormatError:
        return 0  # the check of the checkpoints says why


def _windows(evidence: Evidence, examination: Examination, look: _Look) -> None:
    """Give each item its window, and tell where the ledger's own times, or other stamps, say otherwise."""
    history = evidence.history
    if history is None:
        return
    lines, contents = history.contents.lines, history.contents
    found = look.dates.windows(history.lines, history.times, lines, history.roots)
    if found:
        evidence.windows = Windows(found, list(contents.items), lines, look.roots is not None)
    for one in found:
        for what in _contradictions(one):
            examination.note(evidence.ledger, f"lines {one.first} to {one.last}: {what}")


def _contradictions(one: Window) -> Iterator[str]:
    """Say where the stamps do not agree with the ledger's own times, or with each other."""
    if one.skewed:
        told = f"between {one.not_before or '?'} and {one.not_after or '?'}"
        yield f"the ledger's clock says {one.since} to {one.until}, and the stamps {told}: a clock was wrong"
    if one.crossed:
        yield f"stamped at {one.not_after}, and written after a stamp of {one.not_before}: a clock was wrong"
    if one.late > LATE:
        yield (
            f"dated at {one.not_after}, {_apart(one.late)} after {one.since}, when the ledger says that they "
            "were written: until they were dated, they could be rewritten"
        )


def _apart(late: timedelta) -> str:
    hours = int(late.total_seconds()) // 3600
    return f"{hours} hour{'s' * (hours != 1)}" if hours < 72 else f"{hours // 24} days"


def _demanded(evidence: Evidence, examination: Examination, look: _Look) -> None:
    """Say what is not dated by an authority whose root was named."""
    reasons = "; ".join(sorted(look.reasons)[:3])
    why = f" ({reasons})" if reasons else ""
    roots = f"by an authority under the roots that you named{why}"
    if not any(one.lines and one.lines >= evidence.needed for one in evidence.dated):
        examination.undone(f"not all that was kept is dated {roots}")
    elif evidence.kind == "bundle" and not look.signed:
        examination.undone(f"its signature is not dated {roots}")
    late = max((one.late for one in evidence.windows.windows), default=timedelta(0))
    if late > LATE:
        examination.undone(
            f"dated {_apart(late)} after the ledger says that it was written: until then, it could change"
        )
    ahead = max((one.ahead for one in evidence.windows.windows), default=timedelta(0))
    if ahead > LATE:
        examination.undone(
            f"the stamps are {_apart(ahead)} older than what they cover says that it is: a clock was wrong"
        )


def _detail(look: _Look, count: int) -> str:
    if not look.files:
        return "none"
    unread = f", {look.unreadable} of them unreadable" if look.unreadable else ""
    if look.roots is None:
        return f"{look.files}{unread}; by whom, was not looked at: no root was named (--tsa-root)"
    return f"{look.files}{unread}, by {count} authorit{'y' if count == 1 else 'ies'} under your roots"
