"""Disclosures made of fixed keys: whatever a holder of every key could hand out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from forensics import keys
from forensics.formats import merkle
from forensics.formats.note import Note
from forensics.formats.proof import Inclusion
from tests.verifier import build

SEQ, SIZE = 2, 8
NOTE = f"checkpoints/{SIZE:08d}.note"
FIRST = "checkpoints/00000001.note"
PROOF = "entry.tlog-proof"


@dataclass
class Plan:
    """A disclosure to be."""

    ledger: build.Ledger = field(default_factory=lambda: build.Plan().ledger())
    seq: int = SEQ
    log: keys.LogKey = build.LOG
    on_files: Callable[[dict[str, bytes]], object] = lambda _: None

    def write(self, target: Path) -> Path:
        """Write it as a new folder."""
        leaves = [merkle.leaf_hash(line) for line in self.ledger.lines[:SIZE]]
        note, first = self.ledger.note(SIZE, self.log), self.ledger.note(1, self.log)
        path = tuple(merkle.inclusion_proof(leaves, self.seq))
        files = {
            "README.txt": b"how to check it\n",
            build.ITEM: build.DATA[build.ITEM],
            "entry.json": self.ledger.lines[self.seq],
            PROOF: Inclusion(self.seq, path, Note.parse(note)).encode(),
            NOTE: note,
            FIRST: first,
            f"{FIRST}.ana.sig": build.IDENTITY.sign(first, keys.CASE),
            "log.vkey": f"{self.log.vkey}\n".encode(),
            "log.pub.pem": self.log.pem(),
        }
        self.on_files(files)
        for name, data in files.items():
            build.put(target / name, data)
        return target
