"""Cases and bundles whose checkpoints others have countersigned, rightly or not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forensics import keys
from forensics.formats import manifest
from forensics.formats.policy import Witness
from forensics.verifier.checks import verify
from forensics.verifier.demands import Demands
from forensics.verifier.verdict import Verdict
from tests.verifier import build
from tests.witness import Cosigner

BOB = keys.generate_identity(b"b" * 32, name="bob")
EVE = keys.generate_identity(b"e" * 32, name="eve")
ALL = 8
"""A checkpoint over so many lines covers every item of the plan."""
SIZES = (1, 4, ALL)


@dataclass(frozen=True)
class Mark:
    """One countersignature to be: who, over which checkpoint, and how it is spoilt."""

    signer: Any
    size: int = ALL
    who: str = ""
    told: bool = True
    """Whether the ledger tells of it."""
    spoil: Callable[[bytes], bytes] = bytes
    body: dict[str, Any] | None = None
    """Overrides of what the ledger tells."""

    @property
    def ssh(self) -> bool:
        """Say whether it is an SSH signature."""
        return not isinstance(self.signer, Cosigner)

    def name(self) -> str:
        """Name its file."""
        who = manifest.component(self.who or self.signer.name)
        return f"checkpoints/{self.size:08d}.note.{who}.{'witness' if self.ssh else 'cosig'}"

    def data(self, note: bytes) -> bytes:
        """Sign."""
        made = self.signer.sign(note, keys.WITNESS) if self.ssh else self.signer.line(note)
        return self.spoil(made)

    def deed(self, note: bytes) -> build.Deed:
        """Return the entry that tells of it."""
        key = self.signer.public.fingerprint if self.ssh else f"{self.signer.name}+00000000"
        told = {
            "checkpoint": self.size,
            "file": self.name(),
            "key": key,
            "kind": "ssh" if self.ssh else "cosignature",
            "over": f"checkpoints/{self.size:08d}.note",
            "over_sha256": hashlib.sha256(note).hexdigest(),
            "sha256": hashlib.sha256(self.data(note)).hexdigest(),
            "time": "" if self.ssh else "2031-05-05T07:08:09.000000Z",
            "who": self.who or self.signer.name,
        }
        return "anchor.witness", {**told, **(self.body or {})}


def plan(*marks: Mark, **changes: Any) -> build.Plan:
    """Return a plan of a bundle with these countersignatures."""
    ledger = build.Plan(**{"checkpoints": SIZES, **changes}).ledger()
    deeds = [mark.deed(ledger.note(mark.size)) for mark in marks if mark.told]

    def add(files: dict[str, bytes]) -> None:
        for mark in marks:
            files[f"ledger/{mark.name()}"] = mark.data(ledger.note(mark.size))

    return build.Plan(**{"checkpoints": SIZES, "deeds": deeds, "on_files": add, **changes})


def bundle(target: Path, *marks: Mark, **changes: Any) -> Path:
    """Write a bundle with these countersignatures."""
    return plan(*marks, **changes).write(target)


def case(target: Path, *marks: Mark) -> Path:
    """Write a case folder with these countersignatures."""
    ledger = build.Plan(checkpoints=SIZES).ledger()
    deeds = [mark.deed(ledger.note(mark.size)) for mark in marks if mark.told]
    build.case(target, checkpoints=SIZES, deeds=deeds)
    for mark in marks:
        build.put(target / mark.name(), mark.data(ledger.note(mark.size)))
    return target


def judge(path: Path, *witnesses: Witness, **demands: Any) -> Verdict:
    """Verify, with the right identity named, and these witnesses asked for."""
    return verify(path, identities=[build.IDENTITY.public], demands=Demands(witnesses=witnesses, **demands))


def ssh(identity: keys.Identity) -> Witness:
    """Name an SSH key as a witness."""
    return Witness.ssh(identity.public.fingerprint)


def detail(verdict: Verdict, name: str) -> str:
    """Return what a check says of itself."""
    (found,) = (check.detail for check in verdict.checks if check.name == name)
    return found
