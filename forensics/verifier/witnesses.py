"""Countersignatures of checkpoints: whose they are, whether they hold, and how far they reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forensics import keys
from forensics.errors import FormatError, IdentityError, IntegrityError
from forensics.formats import cosignature, note, sshsig
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.cosignature import Cosignature
from forensics.formats.note import Note, NoteSignature
from forensics.formats.policy import Witness
from forensics.verifier import head
from forensics.verifier.evidence import Evidence
from forensics.verifier.verdict import Examination

SSH, COSIGNATURE = ".witness", ".cosig"
ENDINGS = (SSH, COSIGNATURE)


@dataclass(slots=True)
class _Count:
    """What was found, for one line."""

    files: int = 0
    known: set[str] = field(default_factory=set)
    strangers: set[str] = field(default_factory=set)


def check(evidence: Evidence, examination: Examination) -> str:
    """Verify every countersignature that can be, hold them to the ledger's word, and to what is demanded."""
    count = _Count()
    for path in sorted(_files(evidence)):
        count.files += 1
        try:
            _one(evidence, path, count)
        except (IntegrityError, FormatError, IdentityError) as error:
            examination.fail(path, str(error))
    _outside(evidence, examination, count)
    _told(evidence, examination)
    for witness in evidence.demands.witnesses:
        _demanded(evidence, examination, witness)
    return _detail(evidence, count)


def _files(evidence: Evidence) -> Iterator[str]:
    return (file.path for file in evidence.beside_notes() if file.path.endswith(ENDINGS))


def wanted(evidence: Evidence) -> tuple[Witness, ...]:
    """Return every witness that was named from outside."""
    policy = evidence.demands.policy
    return (*evidence.demands.witnesses, *(policy.witnesses.values() if policy else ()))


def _one(evidence: Evidence, path: str, count: _Count) -> None:
    place = f"{path.rpartition('.note.')[0]}.note"
    if place not in evidence.listing.files:
        raise FormatError("countersigns a checkpoint that is not there")
    signed = evidence.folder.read_once(place, note.MAX_BYTES)
    if path.endswith(SSH):
        data = evidence.folder.read_once(path, sshsig.MAX_BYTES)
        public = keys.verify_signature(data, signed, keys.WITNESS)
        size = _credit(evidence, signed, public.fingerprint, public.fingerprint, count)
        evidence.credited.setdefault(public.fingerprint, []).append((path, size))
    else:
        line = Cosignature.parse(evidence.folder.read_once(path, cosignature.MAX_BYTES)).line()
        _cosigned(evidence, signed, line, count)


def _cosigned(evidence: Evidence, signed: bytes, line: NoteSignature, count: _Count) -> None:
    """Verify a line by a key that was named; of one by another key only its name is known."""
    found, text = Cosignature.of(line), Note.parse(signed).text
    for witness in wanted(evidence):
        if witness.name == found.name and _identifier(witness) == found.key_id:
            keys.verify_cosignature(found, text, witness.name, witness.public)
            _credit(evidence, signed, witness.fingerprint, "", count)
            return
    count.strangers.add(f"{found.name}+{found.key_id.hex()}")


def _identifier(witness: Witness) -> bytes:
    return note.key_id(witness.name, cosignature.KIND, witness.public)


def _credit(evidence: Evidence, signed: bytes, fingerprint: str, stranger: str, count: _Count) -> int:
    """Credit a key with the lines of the checkpoint that it signed, if its checkpoint is the ledger's."""
    if all(fingerprint != witness.fingerprint for witness in wanted(evidence)):
        count.strangers.add(stranger)
        return 0
    count.known.add(fingerprint)
    if size := evidence.stands(Checkpoint.parse(Note.parse(signed).text)):
        evidence.witnessed[fingerprint] = max(size, evidence.witnessed.get(fingerprint, 0))
    return size


def _outside(evidence: Evidence, examination: Examination, count: _Count) -> None:
    """Take the cosignatures that a head from outside brings along."""
    for data in evidence.demands.heads:
        try:
            signed, _ = head.read(data)
        except FormatError:
            continue  # `head` says so
        for line in signed.signatures:
            if len(line.signature) != cosignature.SIZE:
                continue  # the log's own, or of a kind that we do not know
            try:
                _cosigned(evidence, data, line, count)
            except FormatError as error:
                examination.fail(evidence.ledger, f"the head that you named has a bad signature: {error}")


def _told(evidence: Evidence, examination: Examination) -> None:
    """Hold the files to what the ledger says of them, both ways."""
    if evidence.history is None:
        return
    told = evidence.history.contents.countersigned
    folder = evidence.checkpoints.removesuffix("checkpoints")
    found = set(_files(evidence))
    for name, said in told.items():
        path = folder + name
        if path not in found and evidence.file(path) is None:
            examination.fail(path, "is missing: the ledger says that this countersignature was taken in")
        elif evidence.folder.digests.get(path, said.sha256) != said.sha256:
            examination.fail(path, "is not the countersignature that the ledger says was taken in")
        elif evidence.folder.digests.get(folder + said.over, said.over_sha256) != said.over_sha256:
            examination.fail(
                folder + said.over, "is not the checkpoint that the ledger says was countersigned"
            )
    for path in sorted(found - {folder + name for name in told}):
        examination.note(path, "is a countersignature that no line of the ledger tells of")


def _demanded(evidence: Evidence, examination: Examination, witness: Witness) -> None:
    """Say where a key that must have countersigned has not, or not all that was kept."""
    who = f"{witness.name} {witness.fingerprint}".strip()
    if why := own(evidence, witness):
        examination.undone(f"{who} is {why}, and no witness")
    elif witness.fingerprint not in evidence.witnessed:
        examination.undone(f"{who} has countersigned no checkpoint of this")
    elif (size := evidence.witnessed[witness.fingerprint]) < evidence.needed:
        examination.undone(
            f"{who} has countersigned the first {size} lines, and evidence was added until line "
            f"{evidence.needed}"
        )


def own(evidence: Evidence, witness: Witness) -> str:
    """Say why a key is no witness: one of the case's own tells of nobody else who has seen it."""
    roster = evidence.roster
    if roster is None:
        return ""
    if witness.fingerprint in {term.public.fingerprint for term in roster.terms}:
        return "the log's own key"
    people = {one.fingerprint for one in roster.members}
    return "an identity of this case" if witness.fingerprint in people else ""


def reaching(evidence: Evidence) -> Mapping[str, int]:
    """Return the keys whose word reaches all that was kept, and how many lines it is about."""
    return {key: size for key, size in evidence.witnessed.items() if size >= evidence.needed}


def _detail(evidence: Evidence, count: _Count) -> str:
    parts = [f"{count.files} countersignature{'s' * (count.files != 1)}"]
    if count.known:
        reach = max((evidence.witnessed.get(key, 0) for key in count.known), default=0)
        parts.append(f"{len(count.known)} of the keys that you named, up to line {reach}")
    if count.strangers:
        parts.append(f"{len(count.strangers)} by keys that you did not name")
    return ", ".join(parts)
