"""
One file of each format, made of fixed seeds and a fixed clock: `python -m tests.vectors.golden` writes them.

They are the formats' promise to the bundles of years ago. A change of one byte here is a new format, with a
new version in its name, and never a refactoring.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from forensics import keys
from forensics.formats import bag, entry, manifest, merkle, strict
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.entry import Entry
from forensics.formats.note import Note
from forensics.formats.proof import Consistency, Inclusion
from tests.witness import W1

FOLDER = Path(__file__).parent / "golden"
ORIGIN = "forensics.local/case/IR-2031-014-0123abcd"
START = datetime(2031, 5, 6, 7, 8, 9, 10, tzinfo=UTC)
LOG = keys.LogKey.from_seed(ORIGIN, bytes(range(32)))
ANA = keys.generate_identity(bytes(range(32, 64)), name="Ana Müller")
SAID = 'Zürich 東京 \U0001f600 \u001b[2J \u202e "quoted" \\ / \x00\x7f\u0085\u2028'
"""Text that two writers of JSON would spell in three ways."""


def _events() -> list[tuple[str, dict[str, Any]]]:
    public = {"fingerprint": ANA.public.fingerprint, "name": ANA.name, "public": ANA.public.openssh()}
    case = {"case": "IR-2031-014", "identities": [public], "log_vkey": LOG.vkey, "origin": ORIGIN}
    source = {
        "account": "123456789012",
        "operation": "DescribeInstances",
        "region": "eu-west-1",
        "service": "ec2",
    }
    digests = _digests()
    sums = manifest.encode(digests)
    items = [
        ("item.add", {"path": path, "sha256": digest, "source": source}) for path, digest in digests.items()
    ]
    return [
        ("case.open", case),
        (
            "note",
            {"limits": [strict.MAX_INTEGER, -strict.MAX_INTEGER, 0, True, False, None, {}, []], "text": SAID},
        ),
        *items,
        ("bundle.seal", {"items": len(digests), "manifest_sha256": sha256(sums).hexdigest()}),
    ]


def _digests() -> dict[str, str]:
    paths = (
        "data/123456789012/eu-west-1/ec2/DescribeInstances.jsonl",
        "data/123456789012/global/iam/ListUsers.jsonl",
        f"data/123456789012/eu-west-1/s3/{manifest.component('../../etc/passwd')}",
        f"data/123456789012/eu-west-1/s3/{manifest.component('nul.txt')}",
        f"data/123456789012/eu-west-1/s3/{manifest.component('東京')}",
    )
    return {path: sha256(path.encode()).hexdigest() for path in paths}


def _ledger() -> list[bytes]:
    lines: list[bytes] = []
    prev = entry.genesis(ORIGIN)
    for seq, (kind, body) in enumerate(_events()):
        time = entry.timestamp(START + timedelta(milliseconds=250 * seq))
        salt = sha256(b"salt %d" % seq).hexdigest()[:32]
        lines.append(Entry(seq, time, ANA.public.fingerprint, kind, body, prev, salt).encode())
        prev = entry.digest(lines[-1])
    return lines


def _proofs(leaves: list[bytes], root: bytes) -> dict[str, Any]:
    return {
        "consistency": {
            str(size): [step.hex() for step in merkle.consistency_proof(leaves, size)]
            for size in range(1, len(leaves) + 1)
        },
        "inclusion": {
            str(index): [step.hex() for step in merkle.inclusion_proof(leaves, index)]
            for index in range(len(leaves))
        },
        "leaves": [leaf.hex() for leaf in leaves],
        "root": root.hex(),
    }


def files() -> Mapping[str, bytes]:
    """Make every file: its name, and its bytes."""
    lines = _ledger()
    tree, leaves = merkle.Tree(), [merkle.leaf_hash(line) for line in lines]
    for leaf in leaves:
        tree.append(leaf)
    note = LOG.sign_note(Checkpoint(ORIGIN, tree.size, tree.root()).encode()).encode()
    cosigned = Note.parse(note + W1.line(note))
    shown = Inclusion(2, tuple(merkle.inclusion_proof(leaves, 2)), cosigned)
    grown = Consistency(3, tuple(merkle.consistency_proof(leaves, 3)), Note.parse(note))
    sums = manifest.encode(_digests())
    info = [("Source-Organization", "Example, Inc."), ("Contact-Name", ANA.name), ("Payload-Oxum", "12.3")]
    return {
        "bag-info.txt": bag.bag_info(info),
        "bagit.txt": bag.BAGIT_TXT,
        "consistency.proof": grown.encode(),
        "entry.tlog-proof": shown.encode(),
        "identity.pub": f"{ANA.public.openssh()}\n".encode(),
        "identity.pub.pem": ANA.public.pem(),
        "ledger.jsonl": b"".join(lines),
        "ledger.note": note,
        "ledger.note.w1.cosig": W1.line(note),
        "ledger.note.witness": ANA.sign(note, keys.WITNESS),
        "ledger.note.sig": ANA.sign(note, keys.CASE),
        "log.pub.pem": LOG.pem(),
        "log.vkey": f"{LOG.vkey}\n".encode(),
        "manifest-sha256.txt": sums,
        "manifest-sha256.txt.ed25519": ANA.raw(sums),
        "manifest-sha256.txt.sig": ANA.sign(sums, keys.BUNDLE),
        "proofs.json": json.dumps(_proofs(leaves, tree.root()), indent=1, sort_keys=True).encode() + b"\n",
        "w1.vkey": f"{W1.vkey}\n".encode(),
        "strict.json": strict.encode({"deep": [[[[{"a": {"b": [SAID]}}]]]], "Z": 1, "a": -1, "": ""}),
    }


def write(folder: Path) -> None:
    """Write every file."""
    folder.mkdir(exist_ok=True)
    for name, data in files().items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    write(FOLDER)
