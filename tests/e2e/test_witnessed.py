"""Heads, witnesses, proofs, anchors and disclosures, as their users type them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.custody import world
from tests.e2e.run import Ran
from tests.e2e.warm import warm
from tests.witness import W1, W2

ITEM = "data/a/b.jsonl"
Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `forensics` in the test's own folder, without any AWS."""
    return lambda *arguments: Ran(*warm().run([str(one) for one in arguments], {"HOME": str(tmp_path)}))


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """Give a case, closed, and two keys of witnesses beside it."""
    with world.create(tmp_path / "case") as made:
        world.keep(made, "a/b.jsonl", b"{}\n")
    (tmp_path / "ana.pub").write_text(f"{world.ANA.public.openssh()}\n")
    for name in ("bob", "eve"):
        key = str(tmp_path / name)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key], check=True)
    return tmp_path / "case"


def _head(run: Run, case: Path, name: str = "head.note", *options: str) -> Path:
    note = case.parent / name
    note.write_text(run("head", case, "--raw", *options).out, encoding="utf-8")
    return note


def test_head(run: Run, case: Path) -> None:
    """The head as text, as JSON and as the note itself say the same."""
    text, document = run("head", case), run("head", case, "--json").json
    note = _head(run, case)
    assert note.read_bytes() == (case / document["path"]).read_bytes()
    assert document["origin"] in text.out
    assert document["root"] in text.out.replace(" ", "").replace("\n", "")
    assert "next: forensics head" in text.err
    assert run("head", case, "--at", "2").code == 2
    assert run("head", case.parent).code == 2


def test_witness_from_both_sides(run: Run, case: Path) -> None:
    """The witness signs, the responder takes it in, and whoever verifies counts it."""
    note = _head(run, case)
    signed = run("witness", note, "--key", case.parent / "bob", "--name", "Bob Höß")
    assert signed.code == 0
    assert "entries     3" in signed.out
    made = next(case.parent.glob("head.note.*.witness"))
    assert run("witness", note, "--key", case.parent / "bob", "--name", "Bob Höß").code == 2
    (case.parent / "cosigned").write_bytes(note.read_bytes() + W1.line(note.read_bytes()))
    taken = run("witness", case, "--add", made, case.parent / "cosigned", "--trust", W1.vkey)
    assert taken.code == 0, taken.err
    assert taken.out.count("the first 3 entries") == 2
    assert "which was there already" in run("witness", case, "--add", made).out
    asked = [
        "--witness",
        case.parent / "bob.pub",
        "--witness",
        W1.vkey,
        "--identity",
        case.parent / "ana.pub",
    ]
    verdict = run("verify", case, *asked, "--expect-head", note, "--json").json
    assert {one["name"] for one in verdict["checks"] if one["state"] != "passed"} == {"latest"}
    assert "no checkpoint of this" in run("verify", case, "--witness", W2.vkey).out


def test_ssh_keygen_is_enough(run: Run, case: Path) -> None:
    """A witness without this program is as good, and is named when it is taken in."""
    note = _head(run, case)
    sign = ["ssh-keygen", "-q", "-Y", "sign", "-n", "forensics-witness-v1", "-f", str(case.parent / "eve")]
    subprocess.run([*sign, str(note)], check=True)
    assert run("witness", case, "--add", f"{note}.sig", "--name", "eve").code == 0
    assert (case / "checkpoints/00000003.note.eve.witness").exists()


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--key", "bob", "--add", "x"),
        ("x",),
        ("--add",),
        ("--key", "bob", "x"),
        ("--key", "nowhere"),
    ],
    ids=str,
)
def test_witness_usage(run: Run, case: Path, options: tuple[str, ...]) -> None:
    """One command has two uses; whatever is neither says so, and writes nothing."""
    before = world.names(case.parent)
    named = [str(case.parent / one) if one in {"bob", "x", "nowhere"} else one for one in options]
    done = run("witness", _head(run, case), *named)
    assert done.code in {1, 2}
    assert done.out == ""
    assert world.names(case.parent) == sorted([*before, "head.note"])


def test_fork_and_rollback(run: Run, case: Path) -> None:
    """Two copies that went on apart: the head of one refuses the other, and a rollback of it."""
    old = shutil.copytree(case, case.parent / "old")
    with world.reopen(case) as opened:
        opened.writer.record("note", {"text": "here"})
    note = _head(run, case)
    assert run("verify", case, "--expect-head", note).code == 3
    done = run("verify", old, "--expect-head", note)
    assert done.code == 4
    assert "it was rolled back" in done.out
    with world.reopen(old) as opened:
        opened.writer.record("note", {"text": "there"})
    done = run("verify", old, "--expect-head", note, "-q")
    assert done.code == 4
    assert "NOT intact: 1 finding in head" in done.out
    assert run("verify", old, "--expect-head", case.parent / "ana.pub").code == 2


def test_policy(run: Run, case: Path) -> None:
    """A policy says all of it in one file."""
    note = _head(run, case)
    policy = case.parent / "policy"
    policy.write_text(
        f"witness w1 {W1.vkey}\nwitness w2 {W2.vkey}\ngroup any-two any w1 w2\nquorum any-two\n"
        f"identity {world.ANA.public.fingerprint}\n"
    )
    assert "quorum any-two is not met" in run("verify", case, "--policy", policy).out
    (case.parent / "line").write_bytes(W2.line(note.read_bytes()))
    run("witness", case, "--add", case.parent / "line", "--trust", W2.vkey)
    done = run("verify", case, "--policy", policy, "--json").json
    assert {one["name"] for one in done["checks"] if one["state"] != "passed"} == {"latest"}
    policy.write_text("quorum\n")
    assert "line 1" in run("verify", case, "--policy", policy).err


def test_prove(run: Run, case: Path) -> None:
    """The proof between two notes is printed, and checked with the two notes alone."""
    first = _head(run, case, "first.note", "--at", "1")
    second = _head(run, case)
    proof = case.parent / "proof"
    proof.write_text(run("prove", case, "--from", first, "--to", second).out, encoding="utf-8")
    notes = ["--from", first, "--to", second]
    vkey = json.loads((case / "case.json").read_text())["log_vkey"]
    assert run("prove", "--check", proof, *notes, "--log", vkey).code == 0
    assert run("prove", "--check", proof, *notes).code == 3
    assert run("prove", "--check", proof, "--from", second, "--to", second, "--log", vkey).code == 4
    assert run("prove", *notes).code == 2
    assert run("prove", case, "--check", proof, *notes).code == 2
    assert run("prove", "--check", case.parent / "nowhere", *notes).code == 2


def test_disclose(run: Run, case: Path) -> None:
    """One file leaves with its proof, the case tells of it, and both check."""
    out = case.parent / "out"
    done = run("disclose", case, ITEM, out, "--to", "the court")
    assert done.code == 0, done.err
    assert f"disclosed   {ITEM}, entry 1" in done.out
    asked = ["verify", out, "--identity", case.parent / "ana.pub"]
    verdict = run(*asked)
    assert (verdict.code, "of the rest of the case this says nothing" in verdict.out) == (0, True)
    shown = subprocess.run(["sh", "README.txt"], cwd=out, capture_output=True, text=True, check=True)
    assert "Signature Verified Successfully" in shown.stdout
    assert '"to":"the court"' in (case / "ledger.jsonl").read_text()
    assert run("disclose", case, ITEM, out).code == 2
    assert run("disclose", case, "data/other", case.parent / "other").code == 2
    assert run("verify", case).code == 3


def test_anchor_needs_a_case(run: Run, case: Path) -> None:
    """An anchor is of a case; without credentials nothing is announced."""
    assert run("anchor", case.parent, "--bucket", "anchors", "--retain", "3").code == 1
    assert run("anchor", case, "--bucket", "anchors", "--retain", "0").code == 2
    done = run("anchor", case, "--bucket", "anchors", "--retain", "3", "--endpoint-url", "http://127.0.0.1:1")
    assert done.code in {1, 5}
    assert "op.start" not in (case / "ledger.jsonl").read_text()
