"""Who signed: the bundle as it was sealed, the log key as the case was opened; and is it who was named."""

from __future__ import annotations

from collections.abc import Iterator

from forensics import keys
from forensics.errors import FormatError, IdentityError, IntegrityError
from forensics.formats import manifest, sshsig
from forensics.keys.roster import Member, Roster
from forensics.verifier.checkpoints import notes
from forensics.verifier.evidence import ED25519, MANIFEST, SIG, TAGMANIFEST, Evidence
from forensics.verifier.opening import Signer
from forensics.verifier.verdict import Examination

MAX_TAGMANIFEST = 64 * 2**20
FIRST = "00000001.note"


def check_bundle(evidence: Evidence, examination: Examination) -> str:
    """Verify each signature over the tag manifest, by an identity of the case, both by the same."""
    try:
        message = evidence.folder.read_once(TAGMANIFEST, MAX_TAGMANIFEST)
    except IntegrityError as error:
        examination.fail(TAGMANIFEST, str(error))
        return ""
    evidence.tagmanifest = message
    signer = _armored(evidence, examination, message)
    evidence.signer = signer
    _raw(evidence, examination, message, signer)
    if examination.failures:
        examination.fail(
            TAGMANIFEST, "is not signed in full: it, or a signature of it, was changed or is missing"
        )
    return f"by {_name(signer)}" if signer else ""


def _armored(evidence: Evidence, examination: Examination, message: bytes) -> Signer | None:
    try:
        armored = evidence.folder.read(SIG, sshsig.MAX_BYTES)
        public = keys.verify_signature(armored, message, keys.BUNDLE)
    except (IntegrityError, FormatError, IdentityError) as error:
        examination.fail(SIG, f"does not sign {TAGMANIFEST}: {error}")
        return None
    return _known(evidence, public, examination)


def _known(evidence: Evidence, public: keys.PublicKey, examination: Examination) -> Signer | None:
    roster, history = evidence.roster, evidence.history
    one = roster.member(public.fingerprint) if roster else None
    if one is None:
        examination.fail(SIG, f"is by {public.fingerprint}, which is no identity of this case")
        return None
    signer, seal = Signer(one.name, one.public), history.contents.seal if history else None
    if one.retired and (seal is None or one.retired.line < seal.line):
        when = f"line {one.retired.line}, before it was sealed"
        examination.fail(SIG, f"is by {_name(signer)}, whose key was retired in {when}")
    return signer


def _raw(evidence: Evidence, examination: Examination, message: bytes, signer: Signer | None) -> None:
    if ED25519 not in evidence.listing.files:
        return  # whether it should be there, the ledger's seal says
    known = evidence.roster.members if evidence.roster else ()
    possible = [signer.public] if signer else [one.public for one in known]
    try:
        signature = evidence.folder.read(ED25519, 64)
    except IntegrityError as error:
        examination.fail(ED25519, str(error))
        return
    if not any(_verifies(one, signature, message) for one in possible):
        whose = f"{_name(signer)}, who made the other one" if signer else "an identity of this case"
        examination.fail(ED25519, f"is no signature of {TAGMANIFEST} by {whose}")


def _verifies(public: keys.PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        keys.verify_ed25519(public.raw, signature, message)
    except (FormatError, IdentityError):
        return False
    return True


def check_seal(evidence: Evidence, examination: Examination) -> str:
    """Hold the signatures that are there against those that the sealed ledger names."""
    history = evidence.history
    if history is None or history.contents.seal is None:
        examination.fail(evidence.ledger, "holds no bundle.seal, so nothing says that this is all of it")
        return ""
    seal = history.contents.seal
    if seal.line != history.lines:
        examination.fail(
            evidence.ledger, f"bundle.seal is line {seal.line}, and the ledger has {history.lines}"
        )
    found = {path for path in evidence.listing.beside if path.startswith(f"{TAGMANIFEST}.")}
    found = {path for path in found if not path.endswith(".tsr")}  # which may come later
    for path in sorted(found - {*seal.signatures}):
        examination.fail(path, "is no signature that the sealed ledger names")
    for path in sorted({*seal.signatures} - found):
        examination.fail(path, "is missing: the sealed ledger names this signature")
    if evidence.signer and evidence.signer.public.fingerprint not in seal.signers:
        examination.fail(
            SIG, f"is by {_name(evidence.signer)}, who is no signer that the sealed ledger names"
        )
    digest = evidence.folder.digests.get(MANIFEST)
    if digest is None:
        examination.undone(f"{MANIFEST} cannot be read")
    elif digest != seal.manifest_sha256:
        examination.fail(MANIFEST, "is not the manifest that was sealed in the ledger")
    return f"{seal.items} items, {seal.bytes} bytes, {len(seal.signatures)} signatures"


def check_binding(evidence: Evidence, examination: Examination) -> str:
    """Verify that each key that was added is signed for, by whom its entry names, and the log's first one."""
    roster = evidence.roster
    if roster is None:
        examination.undone("the first line of the ledger does not say whose case this is")
        return ""
    wanted: set[str] = set()
    for first, one in _bindings(evidence, roster, examination):
        signer = Signer(one.name, one.public)
        path = f"{first}.{manifest.component(one.name)}.sig"
        if path not in wanted:
            wanted.add(path)
            _bound(evidence, examination, first, path, signer)
    if roster.pending:
        what = f"line {roster.terms[-1].line} adds a log key, and nothing retires the one before"
        (examination.note if evidence.kind == "case" else examination.fail)(evidence.ledger, what)
    _in_time(evidence, roster, examination)
    _strays(evidence, examination, wanted)
    return f"{_count(len(roster.terms), 'log key')}, signed for by {_count(len(wanted), 'signature')}"


def _in_time(evidence: Evidence, roster: Roster, examination: Examination) -> None:
    """Refuse what a key vouched for after it ceased to be trusted, where a stamp before it shows that."""
    anchors = evidence.history.contents.anchors if evidence.history else ()
    for line, by in roster.vouched():
        one = roster.member(by)
        if one is None or one.retired is None:
            continue
        for told, anchor in anchors:
            if told < line and anchor.time > one.retired.since:
                examination.fail(
                    evidence.ledger,
                    f"line {line} adds a key by {one.name}, whose key is retired as of {one.retired.since}: "
                    f"line {told} before it tells of a stamp of {anchor.time}",
                )
                break


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _bindings(evidence: Evidence, roster: Roster, examination: Examination) -> Iterator[tuple[str, Member]]:
    """Yield each checkpoint that a signature must lie beside, and whose."""
    for one in roster.members:
        if not one.by:
            yield f"{evidence.checkpoints}/{FIRST}", one
    sizes = [size for size, _ in notes(evidence)]
    for line, by in roster.vouched():
        voucher = roster.member(by)
        size = next((size for size in sizes if size >= line), 0)
        if size and voucher:
            yield f"{evidence.checkpoints}/{size:08d}.note", voucher
        else:
            examination.fail(evidence.ledger, f"line {line} adds a key that nobody has signed for")


def _bound(evidence: Evidence, examination: Examination, first: str, path: str, signer: Signer) -> None:
    try:
        armored = evidence.folder.read(path, sshsig.MAX_BYTES)
        public = keys.verify_signature(armored, evidence.folder.read(first, 2**20), keys.CASE)
    except (IntegrityError, FormatError, IdentityError) as error:
        examination.fail(path, f"does not sign {first.rpartition('/')[2]}: {error}")
        return
    if public.blob != signer.public.blob:
        examination.fail(path, f"is by {public.fingerprint}, and should be by {_name(signer)}")
    elif evidence.kind == "case" and _weight(evidence, signer) > _weight(evidence, evidence.signer):
        evidence.signer = signer


def _weight(evidence: Evidence, signer: Signer | None) -> int:
    """Rank who may stand for a case, which several may have signed: whom the user named, if there is one."""
    return -1 if signer is None else evidence.pins.weight(signer.public.fingerprint)


def _strays(evidence: Evidence, examination: Examination, wanted: set[str]) -> None:
    for file in evidence.listing.within(evidence.checkpoints):
        if file.path.endswith(".sig") and file.path not in wanted:
            examination.fail(file.path, "is a signature that nobody asked for")


def check_identity(evidence: Evidence, examination: Examination) -> str:
    """Hold the signer against the identities that were named from outside."""
    signer = evidence.signer
    if not evidence.pins:
        made = (
            ", a key made for this case alone" if evidence.opening and evidence.opening.identity_made else ""
        )
        whose = f"signed by {_name(signer)}{made}" if signer else "not signed"
        examination.undone(f"unpinned: {whose}, and no identity was named to hold that against (--identity)")
    elif signer is None:
        examination.undone("there is no valid signature to hold against the identity that you named")
    else:
        path = SIG if evidence.kind == "bundle" else f"{evidence.checkpoints}/{FIRST}"
        # Only a bundle's signature is stamped itself: that under a checkpoint may be younger than its stamps.
        times = [one.time for one in evidence.dated if one.signature]
        evidence.pins.hold(examination, path, signer.public.fingerprint, times)
    return _name(signer) if signer else ""


def _name(signer: Signer) -> str:
    return f"{signer.name} {signer.public.fingerprint}"
