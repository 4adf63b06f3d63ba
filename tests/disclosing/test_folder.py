"""Disclosing: one file with its proof, checked by our verifier, and by a shell with coreutils and openssl."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import forensics
from forensics import keys
from forensics.custody.seal import seal
from forensics.custody.witnessing import countersign, take_countersignatures
from forensics.formats.proof import Inclusion
from tests.custody import world
from tests.witness import W1, W2

BOB = keys.generate_identity(b"b" * 32, name="bob")
ITEM = "data/a/b.jsonl"
TOOLS = ("base64", "cat", "cut", "head", "mktemp", "openssl", "rm", "sha256sum", "tail", "wc")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a case with some files, countersigned once, and its bundle beside it."""
    folder = tmp_path_factory.mktemp("kept")
    with world.create(folder / "case") as case:
        for number in range(5):
            world.keep(case, f"a/{number}.jsonl", b"%d\n" % number)
        world.keep(case, "a/b.jsonl", b"{}\n", sensitive=True, requests=12)
        case.writer.checkpoint()
        note = max((folder / "case/checkpoints").glob("*.note")).read_bytes()
        (folder / "sig").write_bytes(countersign(note, BOB).armored)
        (folder / "lines").write_bytes(W1.line(note) + W2.line(note))
        witnesses = [W1.witness, W2.witness]
        take_countersignatures(case, [folder / "sig", folder / "lines"], who="", cosigners=witnesses)
        seal(case, folder / "bundle", derive=lambda _: iter([b"[]\n"]))
    return folder


@pytest.fixture
def case(kept: Path, tmp_path: Path) -> Path:
    """Give a copy of the case that is the test's own."""
    return shutil.copytree(kept / "case", tmp_path / "case")


@pytest.fixture
def good(kept: Path, tmp_path: Path) -> Path:
    """Give a disclosure out of the bundle, to be spoilt."""
    forensics.disclose(kept / "bundle", ITEM, tmp_path / "out")
    for path in (tmp_path / "out").rglob("*"):
        path.chmod(0o700)
    return tmp_path / "out"


def _verify(path: Path) -> forensics.Verdict:
    return forensics.verify(path, identities=[world.ANA.public])


def _shell(path: Path, shell: str = "sh") -> subprocess.CompletedProcess[str]:
    """Run the page with nothing on the path but coreutils and openssl."""
    tools = path.parent / "tools"
    tools.mkdir(exist_ok=True)
    for name in TOOLS:
        found = shutil.which(name)
        assert found
        if not (tools / name).exists():
            (tools / name).symlink_to(found)
    binary = shutil.which(shell)
    assert binary
    return subprocess.run(
        [binary, "README.txt"],
        cwd=path,
        env={"PATH": str(tools), "TMPDIR": str(path.parent)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_out_of_a_case(case: Path, tmp_path: Path) -> None:
    """What comes out of a case verifies, holds its countersignatures, and the case tells of it."""
    done = forensics.disclose(case, ITEM, tmp_path / "out", to="the court")
    assert (done.item, done.seq, done.recorded) == (ITEM, 11, True)
    assert [name.rpartition(".")[2] for name in done.anchors] == ["witness", "cosig", "cosig"]
    assert _verify(done.path).exit_code == 0
    with world.reopen(case) as opened:
        told = [one.body for one in opened.entries() if one.type == "disclose"]
    assert told == [{"checkpoint": done.checkpoint, "path": ITEM, "seq": 11, "to": "the court"}]


def test_out_of_a_bundle(kept: Path, good: Path) -> None:
    """A bundle is closed: nothing is written into it, and what comes out verifies alike."""
    assert _verify(good).exit_code == 0
    assert _verify(kept / "bundle").exit_code == 0
    assert (good / ITEM).read_bytes() == b"{}\n"


def test_cosignatures_are_in_the_proof(good: Path) -> None:
    """The proof is a C2SP one: its checkpoint has the lines of the witnesses behind it."""
    shown = Inclusion.parse((good / "entry.tlog-proof").read_bytes())
    assert [line.name for line in shown.note.signatures][1:] == [W1.name, W2.name]


def test_witnesses_count(good: Path) -> None:
    """Who asks for the witnesses finds them."""
    witnesses = tuple(one for text in (W1.vkey, W2.vkey) for one in forensics.load_witness(text))
    demands = forensics.Demands(witnesses=witnesses)
    assert forensics.verify(good, identities=[world.ANA.public], demands=demands).exit_code == 0


def test_every_item(kept: Path, tmp_path: Path) -> None:
    """Each file can be disclosed, with or without the folder's name, and the shell agrees each time."""
    for number in range(5):
        done = forensics.disclose(kept / "bundle", f"a/{number}.jsonl", tmp_path / str(number))
        assert _verify(done.path).exit_code == 0
        assert _shell(done.path).returncode == 0


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_page_of_shell(good: Path, shell: str) -> None:
    """The README checks the folder with coreutils and openssl alone, and ends with the log's key."""
    done = _shell(good, shell)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith((good / "log.vkey").read_text())
    assert "Signature Verified Successfully" in done.stdout


def test_it_says_how_to_go_on(good: Path) -> None:
    """The README names who signed and countersigned, and how to check that."""
    text = (good / "README.txt").read_text()
    assert "-n forensics-case-v1" in text
    assert "-n forensics-witness-v1" in text
    assert ITEM in text
    assert all(len(line) <= 140 for line in text.splitlines() if "witness" not in line)


def _edit(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda root: (root / name).write_bytes(change((root / name).read_bytes()))


def _note(root: Path) -> Path:
    return max((root / "checkpoints").glob("*.note"))


def _root(data: bytes) -> bytes:
    """Change the root that a note states."""
    lines = data.split(b"\n")
    at = lines.index(b"13") + 1
    lines[at] = (b"B" if lines[at][:1] != b"B" else b"C") + lines[at][1:]
    return b"\n".join(lines)


def _sig(data: bytes) -> bytes:
    lines = data.split(b"\n")
    lines[4] = lines[4][:-8] + b"AAAAAA=="
    return b"\n".join(lines)


SPOILT: dict[str, Callable[[Path], object]] = {
    "file changed": _edit(ITEM, lambda data: data.replace(b"{", b"[")),
    "file longer": _edit(ITEM, lambda data: data + b"\n"),
    "file empty": _edit(ITEM, lambda _: b""),
    "line changed": _edit("entry.json", lambda data: data.replace(b'"requests":12', b'"requests":13')),
    "line of another seq": _edit("entry.json", lambda data: data.replace(b'"seq":11', b'"seq":10')),
    "line without its end": _edit("entry.json", lambda data: data[:-1]),
    "proof of another index": _edit("entry.tlog-proof", lambda data: data.replace(b"index 11", b"index 10")),
    "proof one short": _edit(
        "entry.tlog-proof", lambda data: b"\n".join(data.split(b"\n")[:2] + data.split(b"\n")[3:])
    ),
    "proof one more": _edit(
        "entry.tlog-proof",
        lambda data: data.replace(b"index 11\n", b"index 11\n" + b"A" * 43 + b"=\n"),
    ),
    "proof of another size": _edit("entry.tlog-proof", lambda data: data.replace(b"\n13\n", b"\n14\n")),
    "root changed": _edit("entry.tlog-proof", _root),
    "checkpoint changed": lambda root: _note(root).write_bytes(_root(_note(root).read_bytes())),
    "checkpoint unsigned": lambda root: _note(root).write_bytes(_sig(_note(root).read_bytes())),
    "both roots changed": lambda root: [
        path.write_bytes(_root(path.read_bytes())) for path in (_note(root), root / "entry.tlog-proof")
    ],
    "key of another": lambda root: (root / "log.pub.pem").write_bytes(world.ANA.public.pem()),
    "vkey of another": _edit("log.vkey", lambda data: data.replace(b"+A", b"+B")),
    "file gone": lambda root: (root / ITEM).unlink(),
    "proof gone": lambda root: (root / "entry.tlog-proof").unlink(),
}


@pytest.mark.parametrize("name", SPOILT)
def test_both_see_what_is_wrong(good: Path, name: str) -> None:
    """Whatever is changed, the verifier and the page of shell refuse it."""
    SPOILT[name](good)
    assert _verify(good).exit_code == 4
    assert _shell(good).returncode != 0


def test_what_is_refused(case: Path, tmp_path: Path) -> None:
    """No such item, a folder that is there, and a file that is not what was kept."""
    with pytest.raises(forensics.UsageError, match="no such item"):
        forensics.disclose(case, "data/nothing", tmp_path / "out")
    (tmp_path / "there").mkdir()
    with pytest.raises(forensics.UsageError, match="exists already"):
        forensics.disclose(case, ITEM, tmp_path / "there")
    (case / ITEM).chmod(0o600)
    (case / ITEM).write_bytes(b"[]\n")
    with pytest.raises(forensics.ForensicsError, match="not what was kept") as caught:
        forensics.disclose(case, ITEM, tmp_path / "out")
    assert caught.value.exit_code == 4
    assert not (tmp_path / "out").exists()
    assert not any(path.name.endswith(".disclosing") for path in tmp_path.iterdir())
    assert "disclose" not in (case / "ledger.jsonl").read_text()


def test_a_disclosure_discloses_nothing(good: Path, tmp_path: Path) -> None:
    """Out of a disclosure nothing can be disclosed."""
    with pytest.raises(forensics.UsageError, match="is a disclosure"):
        forensics.disclose(good, ITEM, tmp_path / "other")


def test_a_case_without_its_key(case: Path, tmp_path: Path) -> None:
    """A copy of a case that cannot be written to records nothing, and says so."""
    (case / "private/log.key").unlink()
    done = forensics.disclose(case, ITEM, tmp_path / "out")
    assert not done.recorded
    assert _verify(done.path).exit_code == 0


@pytest.mark.parametrize("spoil", ["torn", "line", "chain", "note", "root", "none"])
def test_a_ledger_that_does_not_hold(kept: Path, tmp_path: Path, spoil: str) -> None:
    """Nothing is disclosed out of a ledger that breaks, or that no checkpoint of its log bears out."""
    bundle = shutil.copytree(kept / "bundle", tmp_path / "bundle")
    ledger = bundle / "ledger/ledger.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    for path in bundle.rglob("*"):
        path.chmod(0o700)
    notes = sorted((bundle / "ledger/checkpoints").glob("*.note"))
    match spoil:
        case "torn":
            ledger.write_bytes(b"".join(lines[:4]) + b"x\n")
        case "line":
            ledger.write_bytes(b"".join(lines[:4]) + b"{}\n" + b"".join(lines[5:]))
        case "chain":
            ledger.write_bytes(b"".join(lines[:4] + lines[5:]))
        case "note":
            notes[1].write_bytes(_sig(notes[1].read_bytes()))
        case "root":
            notes[1].write_bytes(notes[0].read_bytes())
        case _:
            for path in notes[1:]:
                path.unlink()
    with pytest.raises(forensics.ForensicsError) as caught:
        forensics.disclose(bundle, ITEM, tmp_path / "out")
    assert caught.value.exit_code == 4
    assert not os.path.lexists(tmp_path / "out")
