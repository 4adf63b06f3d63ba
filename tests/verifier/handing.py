"""Chains of custody made by `formats` and `keys` alone: whatever a holder of every key could write."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from forensics import keys
from forensics.formats import statement
from forensics.formats.statement import Head, Party, Statement, Subject
from tests.verifier import build

ANA, BOB, EVE = build.IDENTITY, keys.generate_identity(b"b" * 32, name="bob"), build.STRANGER
GIVER = Party("Ana", "Example", ANA.public.fingerprint)
TAKER = Party("Bob", "IR", BOB.public.fingerprint)
STRANGER = Party("Eve", "", EVE.public.fingerprint)
NOBODY = Party()

RELEASE: dict[str, Any] = {"action": "release", "giver": GIVER, "taker": TAKER}
RECEIVE: dict[str, Any] = {**RELEASE, "action": "receive"}
OPEN: dict[str, Any] = {"action": "open", "giver": TAKER, "taker": NOBODY}
RETURN: dict[str, Any] = {"action": "return", "giver": TAKER, "taker": GIVER}
FIRST, SECOND, THIRD = "0001-release.json", "0002-receive.json", "0003-open.json"


def about(bundle: Path) -> tuple[Subject, ...]:
    """Return what records about a bundle are about."""
    data = (bundle / build.TAGMANIFEST).read_bytes()
    return (Subject(bundle.name, hashlib.sha256(data).hexdigest()),)


def records(bundle: Path, *said: dict[str, Any]) -> list[Statement]:
    """Chain records about a bundle, each with what is said of it."""
    made: list[Statement] = []
    subjects = about(bundle)
    for number, words in enumerate(said, 1):
        prev = statement.digest(made[-1].encode()) if made else subjects[0].sha256
        time = f"2031-05-07T07:08:{number:02d}.000000Z"
        given = {"subjects": subjects, "seq": number, "prev": prev, "time": time, "checkpoint": Head()}
        made.append(Statement(**{**given, **words}))
    return made


def lay(folder: Path, record: Statement, *signers: keys.Identity) -> Path:
    """Write a record and its signatures."""
    folder.mkdir(exist_ok=True)
    data = record.encode()
    (folder / record.name).write_bytes(data)
    for signer in signers:
        (folder / f"{record.name}.{signer.name}.sig").write_bytes(signer.sign(data, keys.CUSTODY))
    return folder


def handed(root: Path, *said: dict[str, Any]) -> Path:
    """Write a bundle, and a good chain of custody beside it; return the folder of records."""
    bundle = build.bundle(root / "evidence")
    folder = root / "evidence.custody"
    folder.mkdir()
    for record in records(bundle, *(said or (RELEASE, RECEIVE, OPEN))):
        both = record.action in {"release", "return"}
        author = ANA if record.author.key == GIVER.key else EVE if record.author.key == STRANGER.key else BOB
        lay(folder, record, *([ANA, BOB] if both else [author]))
    return folder
