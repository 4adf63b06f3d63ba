"""The small files beside the evidence: those of the signed tag manifest, and saying what they should."""

from __future__ import annotations

import re

from forensics import keys
from forensics.errors import FormatError, IntegrityError
from forensics.formats import bag, manifest, strict
from forensics.keys.roster import Member, Roster
from forensics.verifier.evidence import TAGMANIFEST, Evidence
from forensics.verifier.layout import ALLOWED, IDENTITY_PEM, KEYS
from forensics.verifier.opening import Opening
from forensics.verifier.verdict import Examination

MAX_TAG = 2**20
"""Bytes of a tag file, the manifest and the ledger excepted."""
CASE_FORMAT = "forensics-case/1"


def check_tagmanifest(evidence: Evidence, examination: Examination) -> str:
    """Compare what the tag manifest lists with what is there: names both ways, and digests."""
    listed = _listed(evidence, examination)
    if listed is None:
        return ""
    found = {path for path in evidence.listing.beside if not path.startswith(TAGMANIFEST)}
    for path in sorted(listed.keys() - found):
        examination.fail(path, f"is missing: {TAGMANIFEST} lists it")
    for path in sorted(found - listed.keys()):
        examination.fail(path, f"is not in {TAGMANIFEST}: it was added, or renamed")
    small = sorted(path for path in found & listed.keys() if not path.startswith("derived/"))
    for path in small:
        try:
            if _digest(evidence, path) != listed[path]:
                examination.fail(path, f"was changed: its SHA-256 is not the one in {TAGMANIFEST}")
        except IntegrityError as error:
            examination.fail(path, str(error))
    evidence.derived = {path: digest for path, digest in listed.items() if path.startswith("derived/")}
    return f"{len(small)} files beside the evidence"


def _listed(evidence: Evidence, examination: Examination) -> dict[str, str] | None:
    if evidence.tagmanifest is None:
        examination.undone(f"{TAGMANIFEST} cannot be read")
        return None
    try:
        return manifest.parse(evidence.tagmanifest)
    except FormatError as error:
        examination.fail(TAGMANIFEST, str(error))
        return None


def _digest(evidence: Evidence, path: str) -> str:
    """Return the digest of what the other checks read, so that nothing can change in between."""
    if path == evidence.ledger and evidence.history is not None:
        if not evidence.history.digest:
            raise IntegrityError("was not read to its end, so it has no SHA-256 to compare")
        return evidence.history.digest
    if path not in evidence.folder.digests:
        evidence.folder.read_once(path, MAX_TAG)
    return evidence.folder.digests[path]


def check_keys(evidence: Evidence, examination: Examination) -> str:
    """Compare the convenience copies of the keys with the ledger, byte for byte."""
    roster = evidence.roster
    if roster is None:
        examination.undone("the first line of the ledger does not name the keys")
        return ""
    wanted = keys_of(roster, _sealer(evidence))
    for path, content in wanted.items():
        _compare(evidence, examination, path, content, "does not hold the key that the ledger names")
    if IDENTITY_PEM in evidence.listing.files and IDENTITY_PEM not in wanted:
        examination.fail(IDENTITY_PEM, "should not be there: no plain Ed25519 key has sealed it")
    for path in evidence.listing.beside:
        if path.startswith(f"{KEYS}/log-") and path not in wanted:
            examination.fail(path, "should not be there: the ledger names no such log key")
    return f"{len(wanted)} files"


def _sealer(evidence: Evidence) -> str:
    """Return the fingerprint of who sealed, as the ledger names them."""
    seal = evidence.history.contents.seal if evidence.history else None
    return seal.signers[0] if seal and seal.signers else ""


def keys_of(roster: Roster, sealer: str) -> dict[str, bytes]:
    """Write what is in `keys/` of a bundle that this key has sealed, by path."""
    wanted = {ALLOWED: allowed_signers(roster)}
    for number, term in enumerate(roster.terms, 1):
        name = f"{KEYS}/log-{number}" if number > 1 else f"{KEYS}/log"
        wanted |= {f"{name}.pub.pem": term.public.pem(), f"{name}.vkey": f"{term.vkey}\n".encode()}
    one = roster.member(sealer)
    if one and one.public.kind == "ssh-ed25519":
        wanted[IDENTITY_PEM] = one.public.pem()
    return wanted


def allowed_signers(roster: Roster) -> bytes:
    """Write the identities of a case as `ssh-keygen -Y verify -f` takes them, for all that they sign."""
    return "".join(
        f"{manifest.component(one.name)} {_options(one)} {one.public.openssh()}\n" for one in roster.members
    ).encode()


def _options(one: Member) -> str:
    purposes = f'namespaces="{",".join(keys.OWN)}"'
    if one.retired is None:
        return purposes
    return f'{purposes},valid-before="{re.sub("[^0-9]", "", one.retired.since[:19])}Z"'


def check_bag(evidence: Evidence, examination: Examination) -> str:
    """Hold the bag's own files to BagIt and to the count of the evidence."""
    _compare(evidence, examination, "bagit.txt", bag.BAGIT_TXT, "is not that of a BagIt 1.0 bag")
    try:
        fields = bag.parse_bag_info(evidence.folder.read("bag-info.txt", bag.MAX_BYTES))
    except (IntegrityError, FormatError) as error:
        examination.fail("bag-info.txt", str(error))
        return ""
    sizes = [file.size for file in evidence.listing.within("data")]
    oxum = f"{sum(sizes)}.{len(sizes)}"
    said = [value for label, value in fields if label.casefold() == "payload-oxum"]
    if said != [oxum]:
        examination.fail("bag-info.txt", f"counts {' and '.join(said) or 'nothing'}, and data/ holds {oxum}")
    return f"BagIt 1.0, {oxum}"


def _compare(evidence: Evidence, examination: Examination, path: str, content: bytes, message: str) -> None:
    try:
        if evidence.folder.read(path, MAX_TAG) != content:
            examination.fail(path, message)
    except IntegrityError as error:
        examination.fail(path, str(error))


def check_case(evidence: Evidence, examination: Examination) -> str:
    """Compare `case.json` with the ledger's first entry, byte for byte."""
    opening = evidence.opening
    if opening is None:
        examination.undone("the first line of the ledger does not say whose case this is")
        return ""
    try:
        data = evidence.folder.read("case.json", MAX_TAG)
    except IntegrityError as error:
        examination.fail("case.json", str(error))
        return ""
    if data != case_json(opening):
        examination.fail("case.json", "does not say what the first line of the ledger says")
    return "agrees with the ledger"


def case_json(opening: Opening) -> bytes:
    """Write `case.json` as a case with this opening has it."""
    document = {
        "case": opening.case,
        "created": opening.time,
        "format": CASE_FORMAT,
        "identities": [
            {"fingerprint": one.public.fingerprint, "name": one.name, "public": one.public.openssh()}
            for one in opening.identities
        ],
        "log_vkey": opening.log_vkey,
        "origin": opening.origin,
    }
    return strict.encode(document) + b"\n"
