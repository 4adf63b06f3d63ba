"""
A disclosure: one file of a case, its line of the ledger, and the path from there to a signed checkpoint.

Nothing else of the ledger is in it, so nothing else can be said: not whether it is all of the case, nor what
came before or after.
"""

from __future__ import annotations

from forensics import keys
from forensics.errors import FormatError, IdentityError, IntegrityError
from forensics.formats import entry, manifest, note, proof, sshsig
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.entry import Entry
from forensics.formats.note import Note
from forensics.formats.proof import Inclusion
from forensics.formats.sshsig import write_string
from forensics.verifier.added import added, check_item
from forensics.verifier.evidence import Evidence
from forensics.verifier.layout import ENTRY, PROOF
from forensics.verifier.opening import Opening, Signer
from forensics.verifier.paths import Paths
from forensics.verifier.quick import Added
from forensics.verifier.signatures import FIRST
from forensics.verifier.verdict import Examination

LOG_VKEY, LOG_PEM = "log.vkey", "log.pub.pem"
_MAX_KEY = 4_096


def check_log(evidence: Evidence, examination: Examination) -> str:
    """Read which log this is from, and hold its key in the two forms to each other."""
    try:
        evidence.opening = _opening(evidence.folder.read(LOG_VKEY, _MAX_KEY))
    except (IntegrityError, FormatError, IdentityError) as error:
        examination.fail(LOG_VKEY, f"does not name a log and its key: {error}")
        return ""
    try:
        if evidence.folder.read(LOG_PEM, _MAX_KEY) != evidence.opening.log.pem():
            examination.fail(LOG_PEM, f"does not hold the key that {LOG_VKEY} names")
    except IntegrityError as error:
        examination.fail(LOG_PEM, str(error))
    return evidence.opening.origin


def _opening(data: bytes) -> Opening:
    """Say of a log what its verifier key says: all else is in a line that is not disclosed."""
    text = data.decode("utf-8", "replace")
    if not text.endswith("\n"):
        raise FormatError("no line feed at its end")
    name, public = note.parse_vkey(text[:-1])
    key = keys.PublicKey(write_string(b"ssh-ed25519") + write_string(public))
    return Opening("", "", "", name, "", text[:-1], key, (), identity_made=False)


def check_binding(evidence: Evidence, examination: Examination) -> str:
    """Find who has signed the log's first checkpoint, and with it the log key."""
    opening = evidence.opening
    if opening is None:
        examination.undone("nothing says which log this is from")
        return ""
    # The first checkpoint of the key that signs here: any later one is named by its own size.
    notes = (file.path for file in evidence.beside_notes() if file.path.endswith(".note"))
    first = min(notes, default=f"{evidence.checkpoints}/{FIRST}")
    signers: list[Signer] = []
    for path in sorted(file.path for file in evidence.beside_notes() if file.path.endswith(".sig")):
        if not path.startswith(f"{first}."):
            examination.fail(path, "is a signature that nobody asked for")
            continue
        try:
            signed = evidence.folder.read(first, note.MAX_BYTES)
            _signed(signed, opening)
            public = keys.verify_signature(evidence.folder.read(path, sshsig.MAX_BYTES), signed, keys.CASE)
        except (IntegrityError, FormatError, IdentityError) as error:
            examination.fail(path, f"does not sign the log's first checkpoint: {error}")
            continue
        who = path.removeprefix(f"{first}.").removesuffix(".sig")
        signers.append(Signer(who, public))
    evidence.signer = max(signers, key=lambda one: evidence.pins.weight(one.public.fingerprint), default=None)
    return f"the log key, signed for by {len(signers)}"


def _signed(data: bytes, opening: Opening) -> Checkpoint:
    """Read a checkpoint of this log."""
    return _stated(Note.parse(data), opening)


def _stated(signed: Note, opening: Opening) -> Checkpoint:
    keys.verify_note(signed, opening.origin, opening.log.raw)
    stated = Checkpoint.parse(signed.text)
    if stated.origin != opening.origin:
        raise FormatError("is of another log")
    return stated


def check_notes(evidence: Evidence, examination: Examination) -> str:
    """Verify that each checkpoint is this log's, by name, key and size."""
    opening = evidence.opening
    if opening is None:
        examination.undone("nothing says which log this is from")
        return ""
    found = sorted(file.path for file in evidence.beside_notes() if file.path.endswith(".note"))
    for path in found:
        try:
            stated = _signed(evidence.folder.read(path, note.MAX_BYTES), opening)
        except (IntegrityError, FormatError) as error:
            examination.fail(path, str(error))
            continue
        if path.rpartition("/")[2] != f"{stated.size:08d}.note":
            examination.fail(path, f"states {stated.size} entries, and its name another number")
    return f"{len(found)}, signed by the log"


def check_proof(evidence: Evidence, examination: Examination) -> str:
    """Lead from the line of the ledger to the root that its checkpoint states."""
    opening = evidence.opening
    if opening is None:
        examination.undone("nothing says which log this is from")
        return ""
    try:
        one, stated = _proved(evidence, opening)
    except (IntegrityError, FormatError) as error:
        examination.fail(PROOF, f"does not show that the line is in the log: {error}")
        return ""
    evidence.proved, evidence.entry = stated, one
    return f"entry {one.seq}, of {one.time}, is in the log of {stated.size} entries"


def _proved(evidence: Evidence, opening: Opening) -> tuple[Entry, Checkpoint]:
    """
    Return the line, and the checkpoint that it is under, or refuse.

    The checkpoint must be the one that lies beside it, stamped and countersigned.
    """
    line = evidence.folder.read(ENTRY, entry.MAX_BYTES)
    one, shown = Entry.parse(line), Inclusion.parse(evidence.folder.read(PROOF, proof.MAX_BYTES))
    stated = _stated(shown.note, opening)
    shown.verify(line)
    if one.seq != shown.index:
        raise FormatError(f"it is about entry {shown.index}, and the line is entry {one.seq}")
    place = f"{evidence.checkpoints}/{stated.size:08d}.note"
    if Note.parse(evidence.folder.read(place, note.MAX_BYTES)).text != shown.note.text:
        raise FormatError(f"it leads to another checkpoint than {place}")
    return one, stated


def check_file(evidence: Evidence, examination: Examination) -> str:
    """Compare the file with what its line says, byte for byte."""
    if evidence.entry is None:
        examination.undone("the line of the ledger was not shown to be one")
        return ""
    try:
        one = _item(evidence.entry)
    except FormatError as error:
        examination.fail(ENTRY, f"names no file that was kept: {error}")
        return ""
    for path in sorted(file.path for file in evidence.listing.within("data") if file.path != one.path):
        examination.fail(path, "is not the file that was disclosed")
    file = evidence.listing.files.get(one.path)
    if file is None:
        examination.fail(one.path, "is missing: it is what was disclosed")
        return ""
    if file.size != one.size:
        examination.fail(one.path, f"is {file.size} bytes long, and {one.size} were kept")
        return ""
    evidence.total = file.size
    for _, digest, problem in evidence.digests([file]):
        if problem or digest != one.sha256:
            examination.fail(one.path, problem or "was changed: its SHA-256 is not the one that was kept")
    return f"{one.path}, {one.size} bytes"


def _item(one: Entry) -> Added:
    if one.type != "item.add":
        raise FormatError(f"it is a line of {one.type}")
    found = added(one.body)
    check_item(found, Paths())
    manifest.check_path(found.path)
    return found
