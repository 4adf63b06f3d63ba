"""Bytes of every format, kept as files: what is made today is what was made then, and other tools read it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from forensics import keys
from forensics.errors import FormatError
from forensics.formats import bag, cosignature, entry, manifest, merkle, note, strict
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.cosignature import Cosignature
from forensics.formats.entry import Entry
from forensics.formats.note import Note
from forensics.formats.proof import Consistency, Inclusion
from forensics.formats.sshsig import SshSignature
from tests.vectors import golden

FILES = golden.files()


def kept(name: str) -> bytes:
    """Read a file as it was made then."""
    return (golden.FOLDER / name).read_bytes()


def test_all_are_kept() -> None:
    """No file is without a maker, and none that is made is not kept."""
    assert sorted(path.name for path in golden.FOLDER.iterdir()) == sorted(FILES)


@pytest.mark.parametrize("name", sorted(FILES))
def test_same_bytes(name: str) -> None:
    """What is made today is byte for byte what is kept."""
    assert FILES[name] == kept(name)


def test_written_the_same(tmp_path: Path) -> None:
    """`python -m tests.vectors.golden` writes what is kept."""
    golden.write(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        name: kept(name) for name in FILES
    }


def test_ledger_holds_together() -> None:
    """The kept ledger is read, chained, and under the root of the kept note."""
    prev, tree = entry.genesis(golden.ORIGIN), merkle.Tree()
    for seq, line in enumerate(kept("ledger.jsonl").splitlines(keepends=True)):
        parsed = Entry.parse(line)
        assert (parsed.seq, parsed.prev) == (seq, prev)
        prev = entry.digest(line)
        tree.append(merkle.leaf_hash(line))
    signed = Note.parse(kept("ledger.note"))
    keys.verify_note(signed, *note.parse_vkey(kept("log.vkey").decode().rstrip("\n")))
    assert Checkpoint.parse(signed.text) == Checkpoint(golden.ORIGIN, tree.size, tree.root())


def test_proofs_pass() -> None:
    """The kept proofs pass, each for its own place only."""
    proofs = json.loads(kept("proofs.json"))
    leaves, root = [bytes.fromhex(leaf) for leaf in proofs["leaves"]], bytes.fromhex(proofs["root"])
    for index, steps in proofs["inclusion"].items():
        proof = [bytes.fromhex(step) for step in steps]
        merkle.verify_inclusion(leaves[int(index)], int(index), len(leaves), proof, root)
        with pytest.raises(FormatError):
            merkle.verify_inclusion(leaves[int(index)], int(index) ^ 1, len(leaves), proof, root)
    for size, steps in proofs["consistency"].items():
        old = merkle.Tree()
        for leaf in leaves[: int(size)]:
            old.append(leaf)
        merkle.verify_consistency(
            int(size), len(leaves), [bytes.fromhex(step) for step in steps], old.root(), root
        )


def test_signatures_hold() -> None:
    """The kept signatures hold under the kept key."""
    public = keys.parse_public(kept("identity.pub").decode())
    sums = kept("manifest-sha256.txt")
    assert keys.verify_signature(kept("manifest-sha256.txt.sig"), sums, keys.BUNDLE) == public
    assert keys.verify_signature(kept("ledger.note.sig"), kept("ledger.note"), keys.CASE) == public
    keys.verify_ed25519(public.raw, kept("manifest-sha256.txt.ed25519"), sums)


def test_other_formats_are_read() -> None:
    """Every other kept file is read, and written again the same."""
    assert manifest.encode(manifest.parse(kept("manifest-sha256.txt"))) == kept("manifest-sha256.txt")
    assert bag.bag_info(bag.parse_bag_info(kept("bag-info.txt"))) == kept("bag-info.txt")
    assert strict.encode(strict.decode(kept("strict.json"))) == kept("strict.json")
    assert SshSignature.parse(kept("ledger.note.sig")).armor() == kept("ledger.note.sig")


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(
            """
            printf 'ana %s\\n' "$(cat identity.pub)" > allowed
            ssh-keygen -Y verify -f allowed -I ana -n forensics-bundle-v1 -s manifest-sha256.txt.sig \
                < manifest-sha256.txt
            ssh-keygen -Y verify -f allowed -I ana -n forensics-case-v1 -s ledger.note.sig < ledger.note
            ! ssh-keygen -Y verify -f allowed -I ana -n forensics-case-v1 -s manifest-sha256.txt.sig \
                < manifest-sha256.txt
            """,
            id="ssh-keygen",
        ),
        pytest.param(
            """
            openssl pkeyutl -verify -pubin -inkey identity.pub.pem -rawin -in manifest-sha256.txt \
                -sigfile manifest-sha256.txt.ed25519
            sed '/^$/,$d' ledger.note > body
            sed -n 's/^— [^ ]* //p' ledger.note | head -n1 | base64 -d | tail -c 64 > sig
            openssl pkeyutl -verify -pubin -inkey log.pub.pem -rawin -in body -sigfile sig
            """,
            id="openssl",
        ),
        pytest.param(
            """
            lines=$(wc -l < ledger.jsonl)
            prev=$(head -n1 ledger.note | sha256sum | cut -c-64)
            for n in $(seq "$lines"); do
                tail=",'prev':'$prev','salt':'[0-9a-f]{32}','seq':$((n - 1)),"
                sed -n "${n}p" ledger.jsonl | tr \\" \\' | grep -qE "$tail"
                prev=$(sed -n "${n}p" ledger.jsonl | sha256sum | cut -c-64)
            done
            grep -q "\\"manifest_sha256\\":\\"$(sha256sum < manifest-sha256.txt | cut -c-64)\\"" ledger.jsonl
            test "$(sed -n 2p ledger.note)" = "$lines"
            """,
            id="sed and sha256sum",
        ),
    ],
)
def test_by_hand(script: str, tmp_path: Path) -> None:
    """The kept files are checked with tools that are not ours."""
    for name in FILES:
        (tmp_path / name).write_bytes(kept(name))
    done = subprocess.run(["bash", "-euc", script], cwd=tmp_path, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr


def test_countersignatures_and_proofs_hold() -> None:
    """The kept countersignatures are of the kept note, and the kept proofs lead to its root."""
    signed = kept("ledger.note")
    signer = keys.verify_signature(kept("ledger.note.witness"), signed, keys.WITNESS)
    assert signer == golden.ANA.public
    name, key = cosignature.parse_witness(kept("w1.vkey").decode().rstrip("\n"))
    line = Cosignature.parse(kept("ledger.note.w1.cosig"))
    keys.verify_cosignature(line, Note.parse(signed).text, name, key)
    lines = kept("ledger.jsonl").splitlines(keepends=True)
    shown = Inclusion.parse(kept("entry.tlog-proof"))
    assert shown.verify(lines[shown.index]).size == len(lines)
    grown = Consistency.parse(kept("consistency.proof"))
    tree = merkle.Tree()
    tree.extend(merkle.leaf_hash(one) for one in lines[: grown.old])
    assert grown.verify(Checkpoint(golden.ORIGIN, grown.old, tree.root())).size == len(lines)
