"""Bundles whose log key was replaced on the way, rightly or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from forensics import keys
from tests.verifier import build
from tests.verifier.build import IDENTITY, LOG, NOTES, OTHER_LOG, WHO

SEAL = 15
"""The line of the seal; the new log key is in line 12."""
ADD = (
    "key.add",
    {"by": IDENTITY.public.fingerprint, "role": "log", "vkey": OTHER_LOG.vkey},
)
RETIRE = (
    "key.retire",
    {"key": LOG.vkey, "reason": "rotated", "role": "log", "since": "2031-05-06T07:08:09.000000Z"},
)
Files = dict[str, bytes]


def rotated(
    target: Path, change: Callable[[Files, build.Ledger], object] = lambda _, __: None, **other: Any
) -> Path:
    """Write a bundle whose log key was replaced in line 12; `change` sees its files first."""
    kept: list[build.Ledger] = []

    def files(found: Files) -> None:
        (ledger,) = kept
        for size in (13, SEAL):
            found[f"{NOTES}/{size:08d}.note"] = ledger.note(size, OTHER_LOG)
        first = found[f"{NOTES}/00000013.note"]
        found[f"{NOTES}/00000013.note.{WHO}.sig"] = IDENTITY.sign(first, keys.CASE)
        found["keys/log-2.vkey"] = f"{OTHER_LOG.vkey}\n".encode()
        found["keys/log-2.pub.pem"] = OTHER_LOG.pem()
        change(found, ledger)

    plan = {"deeds": [ADD, RETIRE], "checkpoints": (1, 4, 13), **other}
    return build.bundle(target, on_ledger=kept.append, on_files=files, **plan)
