"""Proofs: what leads to the root, and everything that does not."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from forensics.errors import FormatError
from forensics.formats import merkle, proof
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.note import Note, encode_base64
from forensics.formats.proof import Consistency, Inclusion
from tests.vectors import golden

FILES = golden.files()
LINES = FILES["ledger.jsonl"].splitlines(keepends=True)
NOTE = Note.parse(FILES["ledger.note"])
LEAVES = [merkle.leaf_hash(line) for line in LINES]
KNOWN = json.loads(FILES["proofs.json"])


def _root(size: int) -> bytes:
    tree = merkle.Tree()
    tree.extend(LEAVES[:size])
    return tree.root()


def _shown(index: int) -> Inclusion:
    return Inclusion(index, tuple(merkle.inclusion_proof(LEAVES, index)), NOTE)


def _grown(size: int) -> Consistency:
    return Consistency(size, tuple(merkle.consistency_proof(LEAVES, size)), NOTE)


@pytest.mark.parametrize("index", range(len(LINES)))
def test_every_line_is_shown(index: int) -> None:
    """The proof of each line is read as it was written, is the golden one, and leads to the root."""
    one = _shown(index)
    assert Inclusion.parse(one.encode()) == one
    assert [step.hex() for step in one.hashes] == KNOWN["inclusion"][str(index)]
    assert one.verify(LINES[index]).size == len(LINES)
    assert one.encode().startswith(b"c2sp.org/tlog-proof@v1\nindex %d\n" % index)
    assert one.encode().endswith(FILES["ledger.note"])


@pytest.mark.parametrize("index", range(len(LINES)))
def test_no_other_line_is(index: int) -> None:
    """It leads from no other line, and from no changed one."""
    one = _shown(index)
    for line in (*(LINES[:index] + LINES[index + 1 :]), LINES[index][:-1], LINES[index] + b"\n", b""):
        with pytest.raises(FormatError):
            one.verify(line)


@pytest.mark.parametrize("size", range(1, len(LINES) + 1))
def test_growth_is_shown(size: int) -> None:
    """From each length on the log is shown to have grown, as `add-checkpoint` of a witness has it."""
    one = _grown(size)
    assert Consistency.parse(one.encode()) == one
    assert one.encode().startswith(b"old %d\n" % size)
    assert one.verify(Checkpoint(golden.ORIGIN, size, _root(size))).size == len(LINES)


@pytest.mark.parametrize("size", range(1, len(LINES) + 1))
def test_a_fork_is_not(size: int) -> None:
    """From another root, length or log there is no way."""
    one = _grown(size)
    for other in (
        Checkpoint(golden.ORIGIN, size, bytes(32)),
        Checkpoint(golden.ORIGIN, size + 1, _root(size)),
        Checkpoint(golden.ORIGIN, size - 1, _root(size)),
        Checkpoint("another.log", size, _root(size)),
    ):
        with pytest.raises(FormatError):
            one.verify(other)


def test_extra_data() -> None:
    """What somebody put beside the proof is kept, and is no part of it."""
    one = replace(_shown(3), extra=b"\x00beside")
    assert Inclusion.parse(one.encode()) == one
    assert b"\nextra AGJlc2lkZQ==\nindex 3\n" in one.encode()


@pytest.mark.parametrize("number", [-1, 2**63, True, 1.0])
def test_counts(number: int) -> None:
    """An index is a count."""
    with pytest.raises(FormatError, match="not a count"):
        Inclusion(number, (), NOTE)
    with pytest.raises(FormatError, match="not a count"):
        Consistency(number, (), NOTE)


@pytest.mark.parametrize("hashes", [(b"short",), (bytes(32),) * 64, (bytes(33),)])
def test_hashes(hashes: tuple[bytes, ...]) -> None:
    """A path has at most 63 hashes of 32 bytes."""
    with pytest.raises(FormatError, match="63 hashes"):
        Inclusion(0, hashes, NOTE)


def test_extra_is_bounded() -> None:
    """More than so much beside the proof is refused."""
    with pytest.raises(FormatError, match="extra"):
        Inclusion(0, (), NOTE, bytes(proof.MAX_EXTRA + 1))


GOOD = _shown(3).encode()
HASH = encode_base64(bytes(32)).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        GOOD[1:],
        GOOD.replace(b"@v1", b"@v2"),
        GOOD.replace(b"index 3", b"index 03"),
        GOOD.replace(b"index 3", b"index -3"),
        GOOD.replace(b"index 3", b"index 99999999999999999999"),
        GOOD.replace(b"index 3", b"index 9999999999999999999"),
        GOOD.replace(b"index 3\n", b""),
        GOOD.replace(b"index 3", b"Index 3"),
        GOOD.replace(b"index 3\n", b"index 3\nextra AA==\n"),
        GOOD.replace(b"index 3\n", b"extra \nindex 3\n"),
        GOOD.replace(b"index 3\n", b"extra AB==\nindex 3\n"),
        GOOD.replace(b"index 3\n", b"index 3\nshort\n"),
        GOOD.replace(b"index 3\n", b"index 3\n" + (HASH + b"\n") * 64),
        GOOD.replace(b"index 3\n", b"index 3\n" + HASH[:-2] + b"B=\n"),
        GOOD.replace(b"\n\n", b"\n", 1),
        GOOD.replace(b"\n", b"\r\n"),
        GOOD + b"\n",
        GOOD[:-1],
        GOOD.replace(b"index", "ındex".encode()),
        b"x" * (proof.MAX_BYTES + 1),
        b"c2sp.org/tlog-proof@v1\n\n" + FILES["ledger.note"],
    ],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    """Anything but what we write is refused, with no traceback."""
    with pytest.raises(FormatError):
        Inclusion.parse(data)


@pytest.mark.parametrize(
    "data", [b"", GOOD, _grown(3).encode().replace(b"old 3", b"old  3"), _grown(3).encode()[:-1], b"old 3\n"]
)
def test_other_consistency_proofs_are_refused(data: bytes) -> None:
    """The same of the other kind."""
    with pytest.raises(FormatError):
        Consistency.parse(data)


def test_note_that_is_no_checkpoint() -> None:
    """A proof that ends in another signed text leads nowhere."""
    other = golden.LOG.sign_note("a text\n")
    with pytest.raises(FormatError):
        Inclusion(0, (), other).verify(LINES[0])
    with pytest.raises(FormatError):
        Consistency(1, (), other).verify(Checkpoint(golden.ORIGIN, 1, _root(1)))
