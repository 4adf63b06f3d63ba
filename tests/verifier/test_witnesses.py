"""Countersignatures: whose count, how often, how far they reach, and what is no countersignature."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forensics import keys
from forensics.formats import cosignature
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.note import key_id
from forensics.formats.policy import Witness
from forensics.verifier.pins import Pins
from tests.verifier import build
from tests.verifier.countersigning import ALL, BOB, EVE, Mark, bundle, case, detail, judge, ssh
from tests.verifier.judging import failed, told, undone
from tests.witness import W1, W2, Cosigner


def _flip(data: bytes) -> bytes:
    return data[:-30] + bytes([data[-30] ^ 1]) + data[-29:]


def test_nobody_is_asked_for(tmp_path: Path) -> None:
    """Countersignatures by unknown keys change nothing, and are told."""
    verdict = judge(bundle(tmp_path / "b", Mark(BOB), Mark(W1)))
    assert verdict.exit_code == 0
    assert detail(verdict, "witnesses") == "2 countersignatures, 2 by keys that you did not name"
    assert verdict.findings == ()


def test_none_is_there(bundle: Path, case: Path) -> None:
    """Without any, nothing changes."""
    assert judge(bundle).exit_code == 0
    assert detail(judge(case), "witnesses") == "0 countersignatures"


@pytest.mark.parametrize("signer", [BOB, W1], ids=["ssh", "cosignature"])
def test_the_one_that_was_asked_for(tmp_path: Path, signer: Any) -> None:
    """A named witness that countersigned all that was kept meets the demand; another one does not."""
    path = bundle(tmp_path / "b", Mark(signer))
    good = signer.witness if isinstance(signer, Cosigner) else ssh(signer)
    verdict = judge(path, good)
    assert verdict.exit_code == 0
    assert detail(verdict, "witnesses") == "1 countersignature, 1 of the keys that you named, up to line 8"
    for other in (W2.witness, ssh(EVE)):
        verdict = judge(path, good, other)
        assert (verdict.exit_code, undone(verdict)) == (3, {"witnesses"})
        assert "has countersigned no checkpoint" in verdict.sentence


def test_case(tmp_path: Path) -> None:
    """A case is looked at alike."""
    path = case(tmp_path / "c", Mark(BOB), Mark(W2))
    assert undone(judge(path, ssh(BOB), W2.witness)) == {"latest"}
    assert undone(judge(path, ssh(EVE))) == {"latest", "witnesses"}


def test_too_early(tmp_path: Path) -> None:
    """A witness of an early state says nothing of what was added after it."""
    verdict = judge(bundle(tmp_path / "b", Mark(BOB, size=4)), ssh(BOB))
    assert (verdict.exit_code, undone(verdict)) == (3, {"witnesses"})
    assert "countersigned the first 4 lines, and evidence was added until line 7" in verdict.sentence


def test_twice_is_once(tmp_path: Path) -> None:
    """One key is one witness: by two names, over two checkpoints, as often as it likes."""
    marks = [Mark(BOB, who="bob"), Mark(BOB, who="bob2"), Mark(BOB, size=4)]
    verdict = judge(bundle(tmp_path / "b", *marks), ssh(BOB))
    assert verdict.exit_code == 0
    assert detail(verdict, "witnesses") == "3 countersignatures, 1 of the keys that you named, up to line 8"


@pytest.mark.parametrize(
    ("witness", "why"),
    [
        (ssh(build.IDENTITY), "an identity of this case"),
        (
            Witness.ssh(keys.PublicKey(b"\0\0\0\x0bssh-ed25519\0\0\0 " + build.LOG.public).fingerprint),
            "own key",
        ),
    ],
    ids=["identity", "log"],
)
def test_nobody_witnesses_himself(tmp_path: Path, witness: Witness, why: str) -> None:
    """A key of the case's own is no witness, whoever names it."""
    verdict = judge(bundle(tmp_path / "b", Mark(build.IDENTITY)), witness)
    assert verdict.exit_code == 3
    assert why in verdict.sentence


def _at(data: bytes, time: int) -> bytes:
    """Say another time than was signed."""
    one = cosignature.Cosignature.parse(data)
    return cosignature.Cosignature(one.name, one.key_id, time, one.signature).encode()


def _named(data: bytes, name: str) -> bytes:
    """Say another name than that of the key's id."""
    one = cosignature.Cosignature.parse(data)
    return cosignature.Cosignature(name, one.key_id, one.time, one.signature).encode()


def _under(data: bytes) -> bytes:
    """Say that another witness signed it."""
    one = cosignature.Cosignature.parse(data)
    theirs = key_id(W2.name, cosignature.KIND, W2.public)
    return cosignature.Cosignature(W2.name, theirs, one.time, one.signature).encode()


BAD: dict[str, tuple[Mark, tuple[Witness, ...], str]] = {
    "ssh of another purpose": (
        Mark(BOB, spoil=lambda _: BOB.sign(b"x", keys.CASE)),
        (),
        "made for forensics-case-v1",
    ),
    "ssh over another file": (Mark(BOB, spoil=lambda _: BOB.sign(b"x", keys.WITNESS)), (), "does not hold"),
    "ssh that is cut": (Mark(BOB, spoil=lambda data: data[:100]), (), "SSH signature"),
    "ssh that is empty": (Mark(BOB, spoil=lambda _: b""), (), "SSH signature"),
    "ssh with a flipped bit": (Mark(BOB, spoil=_flip), (), "SSH signature"),
    "cosignature with a flipped bit": (Mark(W1, spoil=_flip), (W1.witness,), "signature"),
    "cosignature of another time": (
        Mark(W1, spoil=lambda data: _at(data, 5)),
        (W1.witness,),
        "does not hold",
    ),
    "cosignature of another name": (
        Mark(W1, spoil=lambda data: _named(data, W2.name)),
        (Witness.cosigner(Cosigner(W2.name, W1.seed).vkey),),
        "",
    ),
    "cosignature by another key under its id": (
        Mark(W1, spoil=_under),
        (W2.witness,),
        "does not hold",
    ),
    "cosignature that is two lines": (Mark(W1, spoil=lambda data: data * 2), (), "note"),
    "cosignature without its end": (Mark(W1, spoil=lambda data: data[:-1]), (), "line feed"),
    "cosignature that is a log's": (
        Mark(W1, spoil=lambda _: build.Plan().ledger().note(1).splitlines(keepends=True)[-1]),
        (),
        "cosignature: ",
    ),
}


@pytest.mark.parametrize("name", [name for name in BAD if BAD[name][2]])
def test_bad_countersignatures(tmp_path: Path, name: str) -> None:
    """A signature that is none, or a wrong one of a known key, is a failure in that file."""
    mark, known, words = BAD[name]
    verdict = judge(bundle(tmp_path / "b", mark), *known)
    assert verdict.exit_code == 4
    assert failed(verdict) == {"witnesses"}
    assert words in told(verdict, f"ledger/{mark.name()}")


def test_cosignature_under_another_name(tmp_path: Path) -> None:
    """A line whose name was changed is nobody's: the key's id was made of the name."""
    mark, known, _ = BAD["cosignature of another name"]
    verdict = judge(bundle(tmp_path / "b", mark), *known, W1.witness)
    assert (verdict.exit_code, undone(verdict)) == (3, {"witnesses"})
    assert "1 by keys" in detail(judge(tmp_path / "b"), "witnesses")


def test_checkpoint_is_missing(tmp_path: Path) -> None:
    """A countersignature of a checkpoint that is not there is named."""
    path = case(tmp_path / "c", Mark(BOB, size=4), Mark(BOB))
    (path / "checkpoints/00000004.note").unlink()
    verdict = judge(path)
    assert "a checkpoint that is not there" in told(verdict, "checkpoints/00000004.note.bob.witness")


def test_checkpoint_that_is_not_the_ledgers(tmp_path: Path) -> None:
    """A countersignature of a forked checkpoint counts for nothing, beside the checkpoint's own failure."""
    path = case(tmp_path / "c", Mark(BOB))
    forked = build.LOG.sign_note(Checkpoint(build.ORIGIN, ALL, bytes(32)).encode()).encode()
    (path / f"checkpoints/{ALL:08d}.note").write_bytes(forked)
    (path / f"checkpoints/{ALL:08d}.note.bob.witness").write_bytes(BOB.sign(forked, keys.WITNESS))
    verdict = judge(path, ssh(BOB))
    assert {"checkpoints", "witnesses"} <= failed(verdict)
    other = build.LOG.sign_note(Checkpoint("another.log", ALL, bytes(32)).encode()).encode()
    (path / f"checkpoints/{ALL:08d}.note").write_bytes(other)
    assert judge(path, ssh(BOB)).exit_code == 4


def test_what_the_ledger_tells(tmp_path: Path) -> None:
    """A file that is gone, another file, and another checkpoint than the ledger tells of are failures."""
    mark = Mark(BOB)
    path = case(tmp_path / "gone", mark)
    (path / mark.name()).unlink()
    assert "is missing: the ledger says" in told(judge(path), mark.name())
    path = case(tmp_path / "other", Mark(BOB, body={"sha256": "0" * 64}))
    assert "is not the countersignature" in told(judge(path), mark.name())
    path = case(tmp_path / "over", Mark(BOB, body={"over_sha256": "0" * 64}))
    assert "is not the checkpoint" in told(judge(path), f"checkpoints/{ALL:08d}.note")


def test_untold_is_a_note(tmp_path: Path) -> None:
    """A file that no line tells of, as after a crash, is worth a note, and counts all the same."""
    verdict = judge(bundle(tmp_path / "b", Mark(BOB, told=False)), ssh(BOB))
    assert (verdict.exit_code, len(verdict.findings)) == (0, 1)
    assert "no line of the ledger tells" in told(verdict, f"ledger/{Mark(BOB).name()}")


def test_came_after_the_walk(tmp_path: Path) -> None:
    """In a case that is written to meanwhile, a file that came after the walk is not missing."""
    from forensics.verifier import witnesses
    from forensics.verifier.checks import check_ledger
    from forensics.verifier.crew import Crew
    from forensics.verifier.evidence import Evidence
    from forensics.verifier.verdict import Examination

    mark = Mark(BOB)
    path = case(tmp_path / "c", mark)
    with Crew(1) as crew:
        evidence = Evidence.gather(path, Pins(), crew, None)
        del evidence.listing.files[mark.name()]
        check_ledger(evidence, Examination("ledger"))
        examination = Examination("witnesses")
        witnesses.check(evidence, examination)
    assert examination.failures == 0


def test_without_a_ledger(tmp_path: Path) -> None:
    """Where the ledger cannot be read nothing is counted, and nothing breaks."""
    path = case(tmp_path / "c", Mark(BOB))
    (path / "ledger.jsonl").unlink()
    verdict = judge(path, ssh(BOB))
    assert verdict.exit_code == 4
    assert "witnesses" in undone(verdict)


def test_heads_bring_cosignatures(tmp_path: Path) -> None:
    """Lines behind a head that was had from outside are counted, and wrong ones of known keys refused."""
    path = bundle(tmp_path / "b")
    note = build.Plan(checkpoints=()).ledger().note(ALL)
    for line, code in ((W1.line(note), 0), (W2.line(note), 3), (_at(W1.line(note), 7), 4)):
        verdict = judge(path, W1.witness, heads=(note + line,))
        assert verdict.exit_code == code, verdict.sentence
    assert judge(path, W1.witness, heads=(b"no note",)).exit_code == 4


def test_fork_countersigned_outside(tmp_path: Path) -> None:
    """A cosigned head of a fork is no witness of this ledger."""
    fork = build.LOG.sign_note(Checkpoint(build.ORIGIN, ALL, bytes(32)).encode()).encode()
    verdict = judge(bundle(tmp_path / "b"), W1.witness, heads=(fork + W1.line(fork),))
    assert failed(verdict) == {"head"}
    assert undone(verdict) == {"witnesses"}
