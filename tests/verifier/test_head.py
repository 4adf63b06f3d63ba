"""Heads from outside: what was so then must be so still, and nothing may be older."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensics.formats.checkpoint import Checkpoint
from tests.verifier import build
from tests.verifier.countersigning import detail, judge
from tests.verifier.judging import failed, told, undone
from tests.witness import W1

LEDGER = "ledger.jsonl"
NEWEST = len(build.Plan().ledger().lines)


def _note(size: int) -> bytes:
    return build.Plan().ledger().note(size)


def _fork(size: int) -> bytes:
    return build.LOG.sign_note(Checkpoint(build.ORIGIN, size, bytes(32)).encode()).encode()


@pytest.mark.parametrize("size", range(1, NEWEST + 1))
def test_any_earlier_state(case: Path, size: int) -> None:
    """A head of any moment, also one of which the case has no checkpoint, is borne out."""
    verdict = judge(case, heads=(_note(size),))
    assert undone(verdict) == {"latest"}
    assert detail(verdict, "head") == f"as the head that you named says of the first {size} of {NEWEST} lines"


def test_several(bundle: Path) -> None:
    """Each of several is held against the ledger; with a cosignature behind it, too."""
    verdict = judge(bundle, heads=(_note(3), _note(9), _note(5) + W1.line(_note(5))))
    assert verdict.exit_code == 0
    assert "first 9 of 13" in detail(verdict, "head")
    assert failed(judge(bundle, heads=(_note(3), _fork(9)))) == {"head"}


def test_not_asked(bundle: Path) -> None:
    """Where no head is named, nothing is said of one."""
    assert "head" not in {check.name for check in judge(bundle).checks}


def test_rollback(tmp_path: Path) -> None:
    """A case that was cut back to an older checkpoint is in order, but for the head that is newer."""
    newest = _note(NEWEST)
    path = build.case(tmp_path / "c")
    lines = (path / LEDGER).read_bytes().splitlines(keepends=True)
    (path / LEDGER).write_bytes(b"".join(lines[:8]))
    (path / f"checkpoints/{NEWEST:08d}.note").unlink()
    (path / "checkpoints/00000008.note").write_bytes(_note(8))
    assert judge(path).exit_code == 3
    verdict = judge(path, heads=(newest,))
    assert verdict.exit_code == 4
    assert "it was rolled back to an older state" in told(verdict, LEDGER)


def test_rewritten_by_the_holder_of_all_keys(tmp_path: Path) -> None:
    """A ledger that was written anew, signed and sealed with the right keys, is caught by the head alone."""
    data = {**build.DATA, build.ITEM: b"another truth\n"}
    path = build.bundle(tmp_path / "b", data=data)
    assert judge(path).exit_code == 0
    verdict = judge(path, heads=(_note(8),))
    assert (verdict.exit_code, failed(verdict)) == (4, {"head"})
    assert "this ledger is a fork, or was rewritten since" in told(verdict, f"ledger/{LEDGER}")


BAD = {
    "fork": (_fork(4), "states another root of the first 4 entries"),
    "longer": (_fork(99), "is over 99 entries, and the ledger has 13"),
    "no note": (b"x", "is no checkpoint"),
    "empty": (b"", "is no checkpoint"),
    "no checkpoint": (build.LOG.sign_note("a text\n").encode(), "is no checkpoint"),
    "other key": (build.Plan().ledger().note(4, build.OTHER_LOG), "is not signed by this log's key"),
    "other log": (build.Plan().ledger().note(4, build.OTHER_CASE), "is of another log"),
    "signed twice": (_note(4) + _note(4).splitlines(keepends=True)[-1], "is not signed by this log's key"),
    "changed": (_note(4).replace(b"\n4\n", b"\n5\n"), "is not signed by this log's key"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_no_ledger_bears_out(bundle: Path, name: str) -> None:
    """Whatever is no head of this ledger is a failure that says so."""
    note, words = BAD[name]
    verdict = judge(bundle, heads=(note,))
    assert (verdict.exit_code, failed(verdict)) == (4, {"head"})
    assert words in told(verdict, f"ledger/{LEDGER}")


def test_without_a_ledger(case: Path) -> None:
    """Where there is no ledger, nothing was held against it."""
    (case / LEDGER).unlink()
    assert {"head"} <= undone(judge(case, heads=(_note(4),)))
