"""Countersignatures on their way into a case: what is taken in was checked, and is never written over."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forensics import keys
from forensics.custody import checkpoints, witnessing
from forensics.custody.case import Case
from forensics.custody.seal import seal
from forensics.custody.witnessing import countersign, take_countersignatures
from forensics.errors import CaseError, ForensicsError, IntegrityError, StoreError, UsageError
from forensics.formats.policy import Witness
from forensics.verifier import verify
from forensics.verifier.demands import Demands
from tests.custody import world
from tests.witness import W1, W2

BOB = keys.generate_identity(b"b" * 32, name="bob")


@pytest.fixture
def case(tmp_path: Path) -> Any:
    """Give an open case with evidence, and a checkpoint over it."""
    with world.create(tmp_path / "IR-1") as made:
        world.keep(made, "a/b.jsonl", b"{}\n")
        made.writer.checkpoint()
        yield made


def _newest(case: Case) -> Path:
    return max(path for path in (case.path / checkpoints.FOLDER).iterdir() if path.suffix == ".note")


def _given(case: Case, name: str, data: bytes) -> Path:
    path = case.path.parent / name
    path.write_bytes(data)
    return path


def _signed(case: Case, name: str = "x.sig") -> Path:
    return _given(case, name, countersign(_newest(case).read_bytes(), BOB).armored)


def test_countersign(case: Case) -> None:
    """What was signed is said: log, length, root, the note's own hash and the key."""
    note = _newest(case).read_bytes()
    signed = countersign(note, BOB)
    assert signed.checkpoint.origin == case.origin
    assert signed.sha256 == hashlib.sha256(note).hexdigest()
    assert signed.fingerprint == BOB.public.fingerprint
    assert keys.verify_signature(signed.armored, note, keys.WITNESS) == BOB.public


@pytest.mark.parametrize("data", [b"", b"x", b"\xff\n\n"], ids=len)
def test_nobody_signs_anything_else(data: bytes) -> None:
    """A witness signs checkpoints, and no file that somebody sent."""
    with pytest.raises(UsageError, match="no checkpoint"):
        countersign(data, BOB)


def test_taken_in(case: Case) -> None:
    """It lies beside its checkpoint, the ledger tells of it, and whoever verifies counts it."""
    (taken,) = take_countersignatures(case, [_signed(case, "00000003.note.bob.witness")])
    assert (taken.who, taken.kind, taken.key, taken.new) == ("bob", "ssh", BOB.public.fingerprint, True)
    assert (case.path / taken.path).stat().st_mode & 0o777 == 0o400
    (told,) = (one.body for one in case.entries() if one.type == "anchor.witness")
    assert told["file"] == taken.path
    assert told["sha256"] == hashlib.sha256((case.path / taken.path).read_bytes()).hexdigest()
    case.close()
    verdict = verify(
        case.path,
        identities=[world.ANA.public],
        demands=Demands(witnesses=(Witness.ssh(BOB.public.fingerprint),)),
    )
    assert {check.name for check in verdict.checks if str(check.state) != "passed"} == {"latest"}


def test_made_by_ssh_keygen(case: Case) -> None:
    """A witness without this program makes the same signature."""
    folder = case.path.parent
    shutil.copy(_newest(case), folder / "head.note")
    run = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key")]
    subprocess.run(run, check=True)
    run = ["ssh-keygen", "-q", "-Y", "sign", "-n", "forensics-witness-v1", "-f", "key", "head.note"]
    subprocess.run(run, check=True, cwd=folder)
    (taken,) = take_countersignatures(case, [folder / "head.note.sig"], who="Bob & Söhne")
    assert taken.who == "Bob & Söhne"
    assert taken.path.endswith(".witness")


def test_cosignatures(case: Case) -> None:
    """Lines of C2SP witnesses are taken in alone, several at once, and behind the note."""
    note = _newest(case).read_bytes()
    files = [
        _given(case, "one", W1.line(note)),
        _given(case, "both", note + W1.line(note) + W2.line(note)),
    ]
    taken = take_countersignatures(case, files, cosigners=[W1.witness, W2.witness])
    assert [(one.who, one.new) for one in taken] == [(W1.name, True), (W1.name, False), (W2.name, True)]
    assert {one.time for one in taken} == {"2031-05-05T07:08:09.000000Z"}
    assert (case.path / taken[0].path).read_bytes() == W1.line(note)
    assert len([one for one in case.entries() if one.type == "anchor.witness"]) == 2


def test_again(case: Case) -> None:
    """The same one again changes nothing; one that a crash left untold is told of."""
    path = _signed(case, "a.note.bob.witness")
    (first,) = take_countersignatures(case, [path])
    (second,) = take_countersignatures(case, [path])
    assert (first.new, second.new) == (True, False)
    shutil.copy(case.path / first.path, case.path / first.path.replace("bob", "eve"))
    (third,) = take_countersignatures(case, [path], who="eve")
    assert not third.new
    told = [one.body["file"] for one in case.entries() if one.type == "anchor.witness"]
    assert told == [first.path, third.path]


def test_of_an_older_checkpoint(case: Case) -> None:
    """A witness may be late: any checkpoint that the case has will do."""
    path = _signed(case)
    for _ in range(3):
        case.writer.record("note", {"text": "more"})
        case.writer.checkpoint()
    (taken,) = take_countersignatures(case, [path])
    assert taken.checkpoint == 3


def test_never_written_over(case: Case) -> None:
    """Another signature under the same name is refused, in whatever letter case."""
    (taken,) = take_countersignatures(case, [_signed(case)], who="bob")
    eve = keys.generate_identity(b"e" * 32, name="eve")
    other = _given(case, "other", countersign(_newest(case).read_bytes(), eve).armored)
    for who in ("bob", "BOB"):
        with pytest.raises(CaseError, match="never written over"):
            take_countersignatures(case, [other], who=who)
    with pytest.raises(CaseError, match="never written over"):
        take_countersignatures(case, [_signed(case)], who="Bob")
    assert (case.path / taken.path).read_bytes() == _signed(case).read_bytes()


def _by(identity: keys.Identity) -> Callable[[bytes], bytes]:
    return lambda note: countersign(note, identity).armored


LOG = keys.Ed25519Identity
BAD: dict[str, tuple[Callable[[bytes], bytes], type[ForensicsError], str]] = {
    "nothing": (lambda _: b"", UsageError, "is no countersignature"),
    "not text": (lambda _: "— ".encode() + b"\xff\n", UsageError, "is no countersignature"),
    "the note alone": (bytes, UsageError, "nobody has countersigned it"),
    "another purpose": (lambda note: BOB.sign(note, keys.CASE), UsageError, "made for forensics-case-v1"),
    "cut": (lambda note: _by(BOB)(note)[:99], UsageError, "SSH signature"),
    "another file": (lambda _: BOB.sign(b"x", keys.WITNESS), CaseError, "no checkpoint of this case"),
    "changed": (lambda note: _flip(_by(BOB)(note)), CaseError, "no checkpoint of this case"),
    "one of its own": (_by(world.ANA), CaseError, "a key of the case's own"),
    "a cosigner nobody knows": (W2.line, UsageError, "nobody can check"),
    "another name": (lambda note: W1.line(note).replace(b"w1 ", b"w3 "), UsageError, "nobody can check"),
    "another time": (lambda note: _at(W1.cosign(note)), CaseError, "no checkpoint of this case"),
    "a fork": (lambda note: W1.line(note.replace(b"\n3\n", b"\n4\n")), CaseError, "no checkpoint"),
    "a line that is a log's": (lambda note: note.splitlines(True)[-1], UsageError, "cosignature"),
}


def _flip(data: bytes) -> bytes:
    lines = data.split(b"\n")
    lines[-4] = lines[-4][:20] + (b"A" if lines[-4][20:21] != b"A" else b"B") + lines[-4][21:]
    return b"\n".join(lines)


def _at(one: Any) -> bytes:
    return bytes(type(one)(one.name, one.key_id, one.time + 1, one.signature).encode())


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_taken_in(case: Case, name: str) -> None:
    """Whatever does not hold is refused before anything is written, and the good one beside it too."""
    make, kind, words = BAD[name]
    bad = _given(case, "bad", make(_newest(case).read_bytes()))
    before = world.names(case.path / checkpoints.FOLDER)
    with pytest.raises(kind, match=words):
        take_countersignatures(case, [_signed(case), bad], cosigners=[W1.witness])
    assert world.names(case.path / checkpoints.FOLDER) == before
    assert "anchor.witness" not in world.types(case)


def test_the_logs_key_is_no_witness(case: Case) -> None:
    """Who has the log's key could countersign as anybody: not with that key."""
    seed = case.log_key._key.private_bytes_raw()
    own = type(W1)("witness.example/own", seed)
    path = _given(case, "own", own.line(_newest(case).read_bytes()))
    with pytest.raises(CaseError, match="a key of the case's own"):
        take_countersignatures(case, [path], cosigners=[own.witness])


@pytest.mark.parametrize("who", ["a\nb", "x" * 201, "\x1b[2J"])
def test_names(case: Case, who: str) -> None:
    """A witness's name stands on one line."""
    with pytest.raises(UsageError, match="name of the witness"):
        take_countersignatures(case, [_signed(case)], who=who)


def test_no_such_file(case: Case) -> None:
    """A file that is not there is a mistake of whoever typed it."""
    with pytest.raises(UsageError, match="cannot read"):
        take_countersignatures(case, [case.path / "nowhere"])


@pytest.mark.parametrize("spoil", ["root", "key", "gone"])
def test_checkpoints_that_do_not_hold(case: Case, spoil: str) -> None:
    """Nothing is taken in beside a checkpoint that the ledger does not bear out, or that is not the log's."""
    path = case.path / checkpoints.FOLDER / checkpoints.name(2)
    root = b"\n" + b"A" * 43 + b"=\n"
    note = _newest(case).read_bytes()
    forged = note.replace(b"\n3\n", b"\n2\n")
    if spoil == "root":
        forged = case.log_key.sign_note(f"{case.origin}\n2{root.decode()}").encode()
    if spoil == "gone":
        path.symlink_to("nowhere")
    else:
        path.write_bytes(forged)
    with pytest.raises(IntegrityError):
        take_countersignatures(case, [_signed(case)])


def test_after_the_seal(case: Case, tmp_path: Path) -> None:
    """A sealed case takes countersignatures in, and a bundle made anew holds that of its last checkpoint."""
    seal(case, tmp_path / "one", derive=lambda _: iter([b"[]\n"]))
    size = next(one.seq + 1 for one in case.entries() if one.type == "bundle.seal")
    note = (case.path / checkpoints.FOLDER / checkpoints.name(size)).read_bytes()
    take_countersignatures(case, [_given(case, "sig", countersign(note, BOB).armored)])
    made = seal(case, tmp_path / "two", derive=lambda _: iter([b"[]\n"]))
    demands = Demands(witnesses=(Witness.ssh(BOB.public.fingerprint),))
    verdict = verify(made.path, identities=[world.ANA.public], demands=demands)
    assert verdict.exit_code == 0
    assert [finding.message for finding in verdict.findings] == [
        "is a countersignature that no line of the ledger tells of"
    ]


def test_full_disk(case: Case) -> None:
    """A countersignature that finds no room is told, and is not in the ledger."""
    path = _signed(case)
    with world.files_of_at_most(10), pytest.raises(StoreError):
        take_countersignatures(case, [path])
    assert "anchor.witness" not in world.types(case)
    assert witnessing.SSH not in " ".join(world.names(case.path / checkpoints.FOLDER))
