"""A policy on the evidence: each line that is not met is told, and none is taken for met."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forensics import keys
from forensics.formats.policy import Policy
from forensics.verifier import policy
from forensics.verifier.checks import check_ledger, verify
from forensics.verifier.crew import Crew
from forensics.verifier.demands import Dated, Demands
from forensics.verifier.evidence import Evidence
from forensics.verifier.pins import Pins
from forensics.verifier.verdict import Examination, Verdict
from tests.verifier import build
from tests.verifier.countersigning import BOB, EVE, Mark, bundle, detail
from tests.verifier.judging import undone
from tests.verifier.rotating import ADD, RETIRE, Files, rotated
from tests.witness import W1, W2

ANA = build.IDENTITY.public.fingerprint
WITNESSES = f"""
witness w1 {W1.vkey}
witness w2 {W2.vkey}
ssh-witness bob {BOB.public.fingerprint}
group two 2 w1 w2 bob
quorum two
"""


def _judge(path: Path, text: str, **other: Any) -> Verdict:
    demands = Demands(policy=Policy.parse(text.encode()))
    return verify(path, **{"identities": [ANA], "demands": demands, **other})


def test_none_is_asked(bundle: Path) -> None:
    """Where no policy is named, nothing is said of one."""
    assert "policy" not in {check.name for check in verify(bundle).checks}
    with Crew(1) as crew:
        evidence = Evidence.gather(bundle, Pins(), crew, None)
        assert policy.check(evidence, Examination("policy")) == "none"


def test_nothing_is_asked(bundle: Path) -> None:
    """A policy that asks for nothing is met by everything."""
    verdict = _judge(bundle, "quorum none\n")
    assert verdict.exit_code == 0
    assert detail(verdict, "policy") == "met, with 0 witnesses and 0 time-stamp authorities"


@pytest.mark.parametrize(
    ("marks", "met"),
    [
        ((), False),
        ((Mark(W1),), False),
        ((Mark(W1), Mark(W2)), True),
        ((Mark(W1), Mark(BOB)), True),
        ((Mark(W1), Mark(W1, who="again"), Mark(W1, size=4)), False),
        ((Mark(BOB), Mark(BOB, who="bob2")), False),
        ((Mark(W1), Mark(EVE)), False),
        ((Mark(W1), Mark(W2, size=4)), False),
        ((Mark(W1), Mark(W2), Mark(BOB)), True),
    ],
    ids=str,
)
def test_quorum(tmp_path: Path, marks: tuple[Mark, ...], met: bool) -> None:
    """Two keys make two; one key twice, a stranger and one of an earlier state do not."""
    verdict = _judge(bundle(tmp_path / "b", *marks), WITNESSES)
    assert verdict.exit_code == (0 if met else 3)
    assert undone(verdict) == (set() if met else {"policy"})
    assert met or "the policy's quorum two is not met" in verdict.sentence


def test_own_keys_make_no_quorum(tmp_path: Path) -> None:
    """A policy that names the case's own key as a witness is not met by it."""
    text = f"ssh-witness ana {ANA}\nquorum ana\n"
    assert undone(_judge(bundle(tmp_path / "b", Mark(build.IDENTITY)), text)) == {"policy"}


@pytest.mark.parametrize(
    ("sizes", "key", "met"),
    [
        ((1, 4, 13), build.LOG, True),
        ((1, 4, 13), build.OTHER_LOG, True),
        ((1, 4, 13), build.OTHER_CASE, False),
    ],
)
def test_log_that_was_rotated(tmp_path: Path, sizes: tuple[int, ...], key: keys.LogKey, met: bool) -> None:
    """The key that the log began with is believed, and so is one that took its place and signed."""
    root = rotated(tmp_path / "b", checkpoints=sizes)
    assert _judge(root, f"log {key.vkey}\nquorum none\n").exit_code == (0 if met else 3)


def test_log_key_that_is_in_the_ledger_and_has_signed_nothing(tmp_path: Path) -> None:
    """Whoever writes a ledger can name another's key in it; that it signed there they cannot forge."""
    third = keys.LogKey.from_seed(build.ORIGIN, b"t" * 32)
    again = ("key.add", {**ADD[1], "vkey": third.vkey})
    gone = ("key.retire", {**RETIRE[1], "key": build.OTHER_LOG.vkey})

    def change(found: Files, ledger: build.Ledger) -> None:
        del found[f"{build.NOTES}/00000013.note"]
        del found[f"{build.NOTES}/00000013.note.{build.WHO}.sig"]
        last = found[f"{build.NOTES}/00000017.note"] = ledger.note(17, third)
        build.drop(found, f"{build.NOTES}/00000015.note")
        found[f"{build.NOTES}/00000017.note.{build.WHO}.sig"] = build.IDENTITY.sign(last, keys.CASE)
        found["keys/log-3.vkey"] = f"{third.vkey}\n".encode()
        found["keys/log-3.pub.pem"] = third.pem()

    root = rotated(tmp_path / "b", change, deeds=[ADD, RETIRE, again, gone], checkpoints=(1, 4))
    for key, code in ((build.LOG, 0), (third, 0), (build.OTHER_LOG, 3)):
        verdict = _judge(root, f"log {key.vkey}\nquorum none\n")
        assert verdict.exit_code == code, "\n".join(verdict.lines())


def test_log(bundle: Path) -> None:
    """Only the logs that it names are believed."""
    assert _judge(bundle, f"log {build.LOG.vkey}\nquorum none\n").exit_code == 0
    for other in (build.OTHER_LOG, build.OTHER_CASE):
        verdict = _judge(bundle, f"log {other.vkey}\nquorum none\n")
        assert (verdict.exit_code, undone(verdict)) == (3, {"policy"})
        assert "is none that the policy names" in verdict.sentence


def test_identity(bundle: Path) -> None:
    """Whom it names is pinned, and nobody else; an identity named beside it is held against it as well."""
    text = f"identity {ANA}\nquorum none\n"
    assert _judge(bundle, text, identities=()).exit_code == 0
    other = f"identity {EVE.public.fingerprint}\nquorum none\n"
    assert _judge(bundle, other, identities=()).exit_code == 4
    assert undone(_judge(bundle, other)) == {"policy"}


def test_nothing_readable(bundle: Path) -> None:
    """Of what cannot be read no line is met."""
    (bundle / "ledger/ledger.jsonl").write_bytes(b"x\n")
    verdict = _judge(bundle, f"log {build.LOG.vkey}\nidentity {ANA}\ntsas 1\nquorum none\n")
    assert "policy" in undone(verdict)


def _dated(path: Path, text: str, *stamps: Dated) -> Examination:
    """Ask the policy alone, as if these time stamps had been found."""
    examination = Examination("policy")
    with Crew(1) as crew:
        evidence = Evidence.gather(path, Pins(), crew, None, Demands(policy=Policy.parse(text.encode())))
        check_ledger(evidence, Examination("ledger"))
        evidence.dated += stamps
        policy.check(evidence, examination)
    return examination


A, B = "a" * 64, "b" * 64
TIME = "2031-05-06T07:08:09.000000Z"


@pytest.mark.parametrize(
    ("stamps", "met"),
    [
        ((), False),
        ((Dated("t1", A, 13, TIME),), False),
        ((Dated("t1", A, 13, TIME), Dated("t1", A, 12, TIME)), False),
        ((Dated("t1", A, 13, TIME), Dated("t1", B, 13, TIME)), False),
        ((Dated("t1", A, 13, TIME), Dated("t2", A, 13, TIME)), False),
        ((Dated("t1", A, 13, TIME), Dated("t2", B, 13, TIME)), True),
        ((Dated("t1", A, 13, TIME), Dated("t2", A, 4, TIME)), False),
        ((Dated("t1", A, 13, TIME, name="t"), Dated("t2", A, 13, TIME, name="t")), False),
        ((Dated("t1", A, 13, TIME, name="t"), Dated("t2", A, 13, TIME, name="s")), False),
        ((Dated("t1", A, 13, TIME, name="t"), Dated("t2", B, 13, TIME, name="s")), True),
        ((Dated("t1", A, 13, TIME, name="t"), Dated("t2", B, 13, TIME, name="t")), False),
        ((Dated("t1", A, 13, TIME, name="t"), Dated("t1", A, 13, TIME, name="s")), False),
        (
            (
                Dated("t1", A, 13, TIME, name="t"),
                Dated("t2", A, 13, TIME, name="s"),
                Dated("t1", A, 13, TIME, name="s"),
            ),
            False,
        ),
        ((Dated("t1", A, 13, TIME), Dated("t2", "c" * 64, 13, TIME)), False),
        ((Dated("t1", A, 13, TIME), Dated("t2", B, 7, TIME)), True),
    ],
    ids=str,
)
def test_authorities(bundle: Path, stamps: tuple[Dated, ...], met: bool) -> None:
    """Authorities are counted, not stamps: by roots that it names, over all that was kept."""
    text = f"tsas 2\ntsa-root {A}\ntsa-root {B}\nquorum none\n"
    state = str(_dated(bundle, text, *stamps).end("").state)
    assert state == ("passed" if met else "not-done")


@pytest.mark.parametrize(
    ("stamps", "met"),
    [
        ((Dated(A, B, 13, TIME, name="t"), Dated("c" * 64, B, 13, TIME, name="t")), True),
        ((Dated(A, B, 13, TIME, name="t"), Dated(A, B, 13, TIME, name="t")), False),
        ((Dated("c" * 64, B, 13, TIME), Dated("e" * 64, B, 13, TIME)), False),
        ((Dated(A, B, 13, TIME), Dated("e" * 64, "d" * 64, 13, TIME)), False),
        ((Dated(A, B, 13, TIME), Dated("c" * 64, B, 4, TIME)), False),
    ],
    ids=str,
)
def test_authorities_that_are_named(bundle: Path, stamps: tuple[Dated, ...], met: bool) -> None:
    """A policy's own word counts: by key before root, each once, and nobody else."""
    text = f"tsas 2\ntsa one {A}\ntsa two {B}\nquorum none\n"
    assert str(_dated(bundle, text, *stamps).end("").state) == ("passed" if met else "not-done")


def test_any_root(bundle: Path) -> None:
    """A policy that names no root takes those that are trusted anyway."""
    stamps = Dated("t1", A, 13, TIME), Dated("t2", "c" * 64, 13, TIME)
    assert _dated(bundle, "tsas 2\nquorum none\n", *stamps).end("").detail == ""


def test_the_purposes_are_apart() -> None:
    """A witness's signature is for its own namespace."""
    assert len({keys.WITNESS, keys.CASE, keys.BUNDLE, keys.CUSTODY, keys.PARTS}) == 5
