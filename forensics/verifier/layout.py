"""What lies there: all of it part of a case, or of a bundle, and nothing missing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from forensics.verifier.evidence import ED25519, MANIFEST, SIG, TAGMANIFEST, Evidence
from forensics.verifier.verdict import Examination

KEYS = "keys"
LOG_VKEY = "keys/log.vkey"
LOG_PEM = "keys/log.pub.pem"
IDENTITY_PEM = "keys/identity.pub.pem"
ALLOWED = "keys/allowed_signers"

BUNDLE = (
    "README-VERIFY.txt",
    "bag-info.txt",
    "bagit.txt",
    ALLOWED,
    LOG_PEM,
    LOG_VKEY,
    "ledger/ledger.jsonl",
    MANIFEST,
    TAGMANIFEST,
    SIG,
)
"""Files that every bundle has."""
CASE = ("case.json", "ledger.jsonl")
"""Files that every case has."""
ENTRY = "entry.json"
PROOF = "entry.tlog-proof"
DISCLOSURE = ("README.txt", ENTRY, PROOF, "log.pub.pem", "log.vkey")
"""Files that every disclosure has."""

FILES = {"bundle": BUNDLE, "case": CASE, "disclosure": DISCLOSURE}

_CHECKPOINT = re.compile(r"[0-9]{8,19}\.note(?:\.[^/]+\.(?:cosig|sig|tsr|witness))?")
_STAMP = re.compile(rf"{re.escape(SIG)}\.[^/]+\.tsr")
_CUSTODY = re.compile(r"custody/[^/]+\.custody/[0-9]{4}-[^/]+")
_LOG = re.compile(r"keys/log-[0-9]{1,4}\.(?:pub\.pem|vkey)")
_BUNDLE = {*BUNDLE, ED25519, IDENTITY_PEM}


def check(evidence: Evidence, examination: Examination) -> str:
    """List what is no plain file or folder, has no place there, or is missing."""
    listing = evidence.listing
    for path, problem in listing.problems:
        examination.fail(path, problem)
    for path in listing.gone:
        # In a case a file of a task that could not go on is taken back, and what a crash left, put aside.
        if evidence.kind != "case" or not evidence.folder.is_gone(path):
            examination.fail(path, "cannot be looked at: no such file or directory")
    for path, names in listing.linked.items():
        _linked(evidence, examination, path, names)
    for path in FILES[evidence.kind]:
        if path not in listing.files:
            examination.fail(path, "is missing")
    for path in listing.beside:
        if not _belongs(evidence, path):
            examination.fail(path, f"is not part of a {evidence.kind}")
    for path in sorted(_extra_folders(evidence)):
        _extra(evidence, examination, path)
    return f"{len(listing.files)} files, none missing, none that does not belong"


def _linked(evidence: Evidence, examination: Examination, path: str, names: int) -> None:
    file = evidence.listing.files[path]
    if names == 2 and (file.device, file.inode) in evidence.flight:
        examination.note(
            path, "has a second name in tmp/ still, as while it is being kept, or after a crash then"
        )
    elif evidence.kind != "case" or not evidence.folder.is_alone(file):
        # In a case a draft's name goes once it is kept, maybe between the walk's look and ours into tmp/.
        examination.fail(path, "is a hard link: it can be changed under another name")


def _belongs(evidence: Evidence, path: str) -> bool:
    folder, _, name = path.rpartition("/")
    if folder == evidence.checkpoints:
        return bool(_CHECKPOINT.fullmatch(name))
    if evidence.kind != "bundle":
        handed = evidence.kind == "case" and _CUSTODY.fullmatch(path)
        return path in FILES[evidence.kind] or bool(handed)
    return (
        path in _BUNDLE
        or path.startswith("derived/")
        or bool(_LOG.fullmatch(path))
        or bool(_STAMP.fullmatch(path))
    )


def _extra_folders(evidence: Evidence) -> Iterator[str]:
    needed = {"data", evidence.checkpoints}
    for path in evidence.listing.files:
        folder = path.rpartition("/")[0]
        while folder and folder not in needed:
            needed.add(folder)
            folder = folder.rpartition("/")[0]
    return (path for path in evidence.listing.folders if path not in needed)


def _extra(evidence: Evidence, examination: Examination, path: str) -> None:
    if evidence.kind == "case" and path.startswith(("data/", "custody")):
        examination.note(path, "is an empty folder, as a crash leaves one before the file in it")
    else:
        examination.fail(path, "is a folder that does not belong, or an empty one")
