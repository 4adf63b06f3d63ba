"""Heads and proofs between them: true of the ledger, or refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from forensics.errors import ForensicsError, FormatError, IntegrityError, UsageError
from forensics.formats.checkpoint import Checkpoint
from forensics.reports.head import check_proof, grouped, head, prove
from tests.verifier import build
from tests.verifier.rotating import rotated

LEDGER = build.Plan().ledger()
NEWEST = len(LEDGER.lines)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """Give a case folder."""
    return build.case(tmp_path / "case")


def test_newest(case: Path) -> None:
    """The newest checkpoint is found, borne out, and can be read aloud."""
    found = head(case)
    assert (found.checkpoint.size, found.lines_after, found.kind) == (NEWEST, 0, "case")
    assert found.note == (case / found.path).read_bytes()
    assert len(found.root.split()) == 16
    assert found.root.replace(" ", "") == found.checkpoint.root.hex()
    document = found.document()
    assert document["sha256"] == found.sha256
    assert document["note"].encode() == found.note


def test_an_older_one(case: Path) -> None:
    """An older one can be asked for, if there is one."""
    assert head(case, size=4).lines_after == NEWEST - 4
    with pytest.raises(UsageError, match="no checkpoint over 5"):
        head(case, size=5)


def test_bundle(tmp_path: Path) -> None:
    """The head of a bundle is that of its seal."""
    path = build.bundle(tmp_path / "b")
    assert head(path).checkpoint.size == 13
    assert head(path).path == "ledger/checkpoints/00000013.note"


def test_while_it_is_written(case: Path) -> None:
    """Lines that no checkpoint is over yet are counted; a torn one is none."""
    ledger = build.Ledger(lines=list(LEDGER.lines))
    ledger.add("note", {"text": "later"})
    (case / "ledger.jsonl").write_bytes(b"".join(ledger.lines) + b"{torn")
    assert head(case).lines_after == 1
    for name in ("00000099.note.x.witness", "x.note", "0000000x.note", "9" * 20 + ".note"):
        (case / "checkpoints" / name).write_bytes(b"x")
    assert head(case).checkpoint.size == NEWEST


@pytest.mark.parametrize("spoil", ["line", "cut", "note", "key", "origin", "none", "folder"])
def test_what_is_not_read_out(case: Path, spoil: str) -> None:
    """A head that its ledger does not bear out, or that is not the log's, is never shown."""
    notes, ledger = case / "checkpoints", case / "ledger.jsonl"
    newest = notes / f"{NEWEST:08d}.note"
    lines = list(LEDGER.lines)
    match spoil:
        case "line":
            lines[5] = lines[5].replace(b"size", b"Size")
            ledger.write_bytes(b"".join(lines))
        case "cut":
            ledger.write_bytes(b"".join(lines[:-1]))
        case "note":
            newest.write_bytes(b"x")
        case "key":
            newest.write_bytes(LEDGER.note(NEWEST, build.OTHER_LOG))
        case "origin":
            stated = Checkpoint("another.log", NEWEST, LEDGER.root(NEWEST)).encode()
            newest.write_bytes(build.LOG.sign_note(stated).encode())
        case "none":
            for path in notes.glob("*.note"):
                path.unlink()
        case _:
            shutil.rmtree(notes)
    with pytest.raises(IntegrityError):
        head(case)


@pytest.mark.parametrize(("old", "new"), [(1, NEWEST), (4, NEWEST), (1, 4), (4, 4), (3, 9)])
def test_proved(case: Path, old: int, new: int) -> None:
    """The proof between any two states holds, with the two notes alone."""
    older, newer = LEDGER.note(old), LEDGER.note(new)
    proof = prove(case, older, newer).encode()
    for vkey in ("", build.LOG.vkey):
        first, second = check_proof(proof, older, newer, *filter(None, [vkey]))
        assert (first.size, second.size) == (old, new)


def test_the_wrong_way_round(case: Path) -> None:
    """A log does not shrink."""
    with pytest.raises(UsageError, match="does not grow"):
        prove(case, LEDGER.note(4), LEDGER.note(1))


FORK = build.LOG.sign_note(Checkpoint(build.ORIGIN, 4, bytes(32)).encode()).encode()
LONG = build.LOG.sign_note(Checkpoint(build.ORIGIN, 99, bytes(32)).encode()).encode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (FORK, LEDGER.note(9)),
        (LEDGER.note(1), FORK),
        (LEDGER.note(1), LONG),
        (LEDGER.note(1, build.OTHER_LOG), LEDGER.note(9)),
        (LEDGER.note(1), LEDGER.note(9, build.OTHER_CASE)),
        (b"x", LEDGER.note(9)),
    ],
    ids=["old fork", "new fork", "longer", "other key", "other log", "no note"],
)
def test_a_fork_is_not_proved(case: Path, old: bytes, new: bytes) -> None:
    """A checkpoint that the ledger does not bear out has no proof."""
    with pytest.raises(IntegrityError):
        prove(case, old, new)


OTHER = build.Plan(data={**build.DATA, build.ITEM: b"other\n"}).ledger()


@pytest.mark.parametrize("vkey", ["", build.LOG.vkey], ids=["unpinned", "pinned"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (OTHER.note(4), LEDGER.note(9)),
        (LEDGER.note(4), OTHER.note(9)),
        (LEDGER.note(3), LEDGER.note(9)),
        (LEDGER.note(4), LEDGER.note(8)),
        (LEDGER.note(4), LEDGER.note(9).replace(b"\n9\n", b"\n8\n")),
    ],
    ids=["old fork", "new fork", "other old", "other new", "changed"],
)
def test_a_proof_of_others(case: Path, old: bytes, new: bytes, vkey: str) -> None:
    """The proof is about the two notes that it was made of, and no others."""
    proof = prove(case, LEDGER.note(4), LEDGER.note(9)).encode()
    with pytest.raises(FormatError):
        check_proof(proof, old, new, *filter(None, [vkey]))


@pytest.mark.parametrize("log", [build.OTHER_LOG, build.OTHER_CASE], ids=["key", "case"])
def test_signed_by_another_log(case: Path, log: object) -> None:
    """With the log's key at hand, notes that it did not sign prove nothing."""
    proof = prove(case, LEDGER.note(4), LEDGER.note(9)).encode()
    with pytest.raises(ForensicsError):
        check_proof(proof, LEDGER.note(4), LEDGER.note(9), log.vkey)  # type: ignore[attr-defined]


def test_across_a_rotation(tmp_path: Path) -> None:
    """The older note is by the key before, the newer by the key after: both must be named."""
    root = rotated(tmp_path / "b")
    old, new = ((root / f"{build.NOTES}/{size:08d}.note").read_bytes() for size in (4, 15))
    proof = prove(root, old, new).encode()
    first, second = check_proof(proof, old, new, build.LOG.vkey, build.OTHER_LOG.vkey)
    assert (first.size, second.size) == (4, 15)
    for vkeys in ((build.LOG.vkey,), (build.OTHER_LOG.vkey,), (build.LOG.vkey, build.OTHER_CASE.vkey)):
        with pytest.raises(FormatError, match="0 signatures by the log's key"):
            check_proof(proof, old, new, *vkeys)


def test_key_of_a_note_under_another_origin(case: Path) -> None:
    """A checkpoint that names another log than the key that signed it is of neither."""
    proof = prove(case, LEDGER.note(4), LEDGER.note(9)).encode()
    odd = build.LOG.sign_note(Checkpoint("x", 4, LEDGER.root(4)).encode()).encode()
    with pytest.raises(FormatError, match="another log"):
        check_proof(proof, odd, LEDGER.note(9), build.LOG.vkey)


def test_groups() -> None:
    """Digits are parted by four, the last group as long as it is."""
    assert grouped("0123456789") == "0123 4567 89"
