"""
The parts that a bundle travels in: without a key, whether they are those that were signed; with one, all.

A courier needs no key for it: the sums are over what is encrypted. That the signer of the sums is one of the
case's own, only what is inside can say.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from forensics import keys
from forensics.errors import ForensicsError, FormatError, IdentityError, IntegrityError
from forensics.formats import anchor, manifest, sshsig, volumes
from forensics.formats.entry import Entry
from forensics.formats.volumes import SIGNATURE, SUMS
from forensics.keys.roster import Roster
from forensics.keys.stream import Decrypt
from forensics.verifier import hashing, tokens
from forensics.verifier.crew import Crew
from forensics.verifier.demands import Demands
from forensics.verifier.evidence import Evidence
from forensics.verifier.file import File
from forensics.verifier.folder import Folder, Listing
from forensics.verifier.opening import Opening
from forensics.verifier.pins import Pins
from forensics.verifier.reader import BUNDLE_MARKS, CASE_MARKS, Lines
from forensics.verifier.stamps import NO_LIBRARY
from forensics.verifier.vault import Vault
from forensics.verifier.verdict import Check, Examination

MAX_SUMS = 64 * 2**20
STAMP = f"{SIGNATURE}."
"""What a time stamp over the sums' signature begins with; it ends in `.tsr`."""
MAX_STAMPS = 100
_ENDING = ".tar.age"

Progress = Callable[[int, int], None]


def is_parts(path: Path) -> bool:
    """Say whether a folder is one of parts, by the most of its marks."""
    return _marks(path, (SUMS, SIGNATURE)) + any(_sealed(path)) > max(
        _marks(path, others) for others in (BUNDLE_MARKS, CASE_MARKS)
    )


def _marks(path: Path, names: Iterable[str]) -> int:
    return sum(os.path.lexists(path / name) for name in names)


def _sealed(path: Path) -> Iterator[str]:
    try:
        with os.scandir(path) as found:
            yield from (entry.name for entry in found if entry.name.endswith(_ENDING))
    except (OSError, ValueError):
        return


@dataclass(slots=True)
class Parcel:
    """The parts of one bundle under examination. The checks fill in what later ones need."""

    folder: Folder
    listing: Listing
    pins: Pins
    demands: Demands
    workers: int
    progress: Progress | None = None
    sums: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each part that is listed."""
    digest: str = ""
    """Of the sums."""
    signer: str = ""
    """Fingerprint of the key that signed the sums."""
    dated: list[str] = field(default_factory=list)
    """Times of the stamps over that signature that lead to a root that was named."""
    unlock: Decrypt | None = None
    vault: Vault | None = None

    @classmethod
    def gather(
        cls, path: Path, pins: Pins, demands: Demands, workers: int, progress: Progress | None
    ) -> Parcel:
        """Walk a folder of parts."""
        folder = Folder(path)
        return cls(folder, folder.walk(), pins, demands, workers, progress)

    def parts(self) -> list[File]:
        """Return the parts that are there and listed, in their order."""
        there = [self.listing.files[name] for name in self.sums if name in self.listing.files]
        return sorted(there, key=lambda file: volumes.number_of(file.path)[1])

    def facts(self) -> dict[str, Any]:
        """Return what can be said of parts."""
        facts: dict[str, Any] = {"parts": len(self.sums), "sums_sha256": self.digest}
        if self.signer:
            facts["signer"] = self.signer
        return facts


Question = Callable[[Parcel, Examination], str]


def check_parts(parcel: Parcel, examination: Examination) -> str:
    """Read the sums, and see that the parts are all there, and nothing else is."""
    listing = parcel.listing
    for path, problem in (*listing.problems, *((path, "cannot be looked at") for path in listing.gone)):
        examination.fail(path, problem)
    for path in sorted(listing.folders):
        examination.fail(path, "is a folder, and parts have none")
    for path in sorted(listing.linked):
        examination.note(path, "is a hard link: it can be changed under another name")
    for name in (SUMS, SIGNATURE):
        if name not in listing.files:
            examination.fail(name, "is missing")
    _read_sums(parcel, examination)
    for path in sorted(listing.files.keys() - parcel.sums.keys() - {SUMS, SIGNATURE}):
        if path.endswith(_ENDING):
            examination.fail(path, f"is not in {SUMS}: it is of another bundle, or was added or renamed")
        elif not (path.startswith(STAMP) and path.endswith(".tsr")):
            examination.fail(path, "is not part of this")
    for path in sorted(parcel.sums.keys() - listing.files.keys()):
        examination.fail(path, f"is missing: {SUMS} lists it")
    return f"{len(parcel.sums)}, none missing, none that does not belong"


def _read_sums(parcel: Parcel, examination: Examination) -> None:
    try:
        data = parcel.folder.read(SUMS, MAX_SUMS)
        parcel.digest = sha256(data).hexdigest()
        sums = manifest.parse(data, limit=MAX_SUMS)
        _check_names(sums)
        parcel.sums = sums
    except (IntegrityError, FormatError) as error:
        examination.fail(SUMS, str(error))


def _check_names(sums: Mapping[str, str]) -> None:
    names = [volumes.number_of(name) for name in sums]
    numbers = sorted(number for _, number in names)
    if not sums or len({bundle for bundle, _ in names}) != 1 or numbers != list(range(len(numbers))):
        raise FormatError("lists other than the parts 0, 1, 2, … of one bundle")


def check_signed(parcel: Parcel, examination: Examination) -> str:
    """Verify the signature over the sums."""
    try:
        armored = parcel.folder.read(SIGNATURE, sshsig.MAX_BYTES)
        public = keys.verify_signature(armored, parcel.folder.read(SUMS, MAX_SUMS), keys.PARTS)
    except (IntegrityError, FormatError, IdentityError) as error:
        examination.fail(SIGNATURE, f"does not sign {SUMS}: {error}")
        return ""
    parcel.signer = public.fingerprint
    return f"by {parcel.signer}"


def check_sender(parcel: Parcel, examination: Examination) -> str:
    """Hold the signer of the sums against the identities that were named from outside."""
    if not parcel.pins:
        whose = f"signed by {parcel.signer}" if parcel.signer else "not signed"
        examination.undone(f"unpinned: {whose}, and no identity was named to hold that against (--identity)")
    elif not parcel.signer:
        examination.undone("there is no valid signature to hold against the identity that you named")
    else:
        parcel.pins.hold(examination, SIGNATURE, parcel.signer, parcel.dated)
    return parcel.signer


def check_sums(parcel: Parcel, examination: Examination) -> str:
    """Hash every part, as it is encrypted, and compare with the sums."""
    files, done = parcel.parts(), 0
    total = sum(file.size for file in files)
    whose = {digest: name for name, digest in parcel.sums.items()}

    def tell(more: int) -> None:
        nonlocal done
        done += more
        if parcel.progress:
            parcel.progress(done, total)

    for file, digest, problem in hashing.digests(
        parcel.folder.root, files, workers=parcel.workers, progress=tell
    ):
        if problem:
            examination.fail(file.path, problem)
        elif digest != parcel.sums[file.path]:
            other = whose.get(digest)
            what = f"is a copy of {other}: renumbered, or there twice" if other else "was changed"
            examination.fail(file.path, f"{what}; its SHA-256 is not the one in {SUMS}")
    if len(whose) != len(parcel.sums):
        examination.fail(SUMS, "lists the same bytes twice")
    return f"{len(files)} hashed, {total} bytes"


def check_dated(parcel: Parcel, examination: Examination) -> str:
    """Read every time stamp over the sums' signature, and say by whom it is dated."""
    wanted = bool(parcel.demands.tsa_roots) and parcel.unlock is None
    paths = sorted(path for path in parcel.listing.files if path.startswith(STAMP))
    if paths and not tokens.installed():
        if wanted:
            examination.undone(f"not looked at by whom it was dated: {NO_LIBRARY}")
        return f"{len(paths)}, not looked at: {NO_LIBRARY}"
    roots = _roots(parcel, examination)
    for path in paths[:MAX_STAMPS]:
        _date(parcel, path, roots, examination)
    if wanted and not parcel.dated:
        examination.undone("the parts are not dated by an authority under the roots that you named")
    found = f"{len(paths)} time stamp{'s' * (len(paths) != 1)}"
    return f"{found}, {len(parcel.dated)} under your roots" if roots else found


def _roots(parcel: Parcel, examination: Examination) -> tokens.Roots | None:
    if not parcel.demands.tsa_roots:
        return None
    try:
        return tokens.Roots.load(parcel.demands.tsa_roots)
    except FormatError as error:
        examination.undone(f"the roots that you named are none: {error}")
        return None


def _date(parcel: Parcel, path: str, roots: tokens.Roots | None, examination: Examination) -> None:
    """Read a stamp, and take its time where it leads to a root that was named."""
    try:
        signature = parcel.folder.read(SIGNATURE, sshsig.MAX_BYTES)
        token = tokens.read(parcel.folder.read(path, anchor.MAX_BYTES), signature)
        if roots is not None:
            roots.vouch(token, signature)
            parcel.dated.append(token.time)
    except tokens.UnreadableError:
        examination.note(path, "cannot be read by rfc3161-client: try `openssl ts -verify`")
        examination.undone(f"{path} cannot be read, and nothing tells whether it was changed")
    except tokens.NotVouchedError as error:
        examination.note(path, f"counts for nothing: it leads to no root that you named ({error})")
    except (IntegrityError, FormatError) as error:
        examination.fail(path, str(error))


def check_closed(parcel: Parcel, examination: Examination) -> str:
    """Say that what is inside was not looked at, where somebody wants to know."""
    if parcel.demands.heads or parcel.demands.witnesses or parcel.demands.policy:
        examination.undone("what you demand stands inside, and no key was given to look there (-i)")
    return "what is inside was not looked at: no key was given (-i)"


CLOSED: Mapping[str, Question] = {
    "parts": check_parts,
    "sums-signed": check_signed,
    "sums-dated": check_dated,
    "sender": check_sender,
    "sums": check_sums,
}
"""What is asked of parts, with a key and without."""


def check_open(parcel: Parcel, examination: Examination) -> str:
    """Decrypt every part, and list what is in it."""
    vault = parcel.vault
    if vault is None:
        examination.undone(f"{SUMS} cannot be read, so nothing says what the parts are")
        return ""
    listing = vault.scan(min(parcel.workers, 4))
    if vault.locked:
        raise IdentityError(
            "none of the keys given opens these parts", hint="name one that they are for (-i)"
        )
    for path, problem in vault.problems:
        examination.fail(path, problem)
    return f"{len(listing.files)} files in {len(parcel.sums)} parts"


def inside(parcel: Parcel, vault: Vault, crew: Crew) -> Evidence:
    """Make of what was decrypted what the checks of a bundle look at."""
    evidence = Evidence(vault, "bundle", vault.listing, parcel.pins, crew, None, parcel.demands)
    with suppress(ForensicsError):  # the ledger's own check will say what is wrong with it
        with vault.open(vault.look(evidence.ledger)) as stream:
            first = next(iter(Lines(stream)), b"")
        evidence.opening = Opening.read(Entry.parse(first))
    return evidence


def check_origin(signer: str, roster: Roster | None, examination: Examination) -> str:
    """See that whoever signed the sums is an identity of the case inside: else somebody else encrypted it."""
    if roster is None:
        examination.undone("the first line of the ledger does not say whose case this is")
        return ""
    one = roster.member(signer)
    if signer and one is None:
        examination.fail(
            SIGNATURE,
            f"is by {signer}, no identity of the case inside: somebody else encrypted it anew",
        )
    elif one and one.retired:
        where = f"line {one.retired.line}, before it was sealed"
        examination.fail(SIGNATURE, f"is by {one.name} {signer}, whose key was retired in {where}")
    return "the sums are signed by an identity of the case"


def examine(parcel: Parcel) -> list[Check]:
    """Ask everything that can be asked of the parts themselves; with a key, look inside."""
    unlock = parcel.unlock
    table = {**CLOSED, **({"opened": check_open} if unlock else {"closed": check_closed})}
    checks = []
    for name, question in table.items():
        if unlock and name == "opened" and parcel.sums:
            parcel.vault = Vault(parcel.folder, parcel.parts(), unlock)
        examination = Examination(name)
        detail = question(parcel, examination)
        checks.append(examination.end(detail))
    return checks
