"""Records of custody that were taken into a case, held against its ledger."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.verifier import build
from tests.verifier.judging import judge, told

PATH = "custody/evidence.custody/0001-release.json"
SIG = f"{PATH}.ana.sig"


def _body(path: str, data: bytes, **other: Any) -> dict[str, Any]:
    said = {"action": "release", "by": "", "record": path, "sha256": hashlib.sha256(data).hexdigest()}
    return {**said, **other}


def _case(root: Path, *bodies: dict[str, Any]) -> Path:
    deeds = [("custody.release", body) for body in bodies]
    case = build.case(root / "case", deeds=deeds)
    build.put(case / PATH, b"record")
    return case


def test_good(tmp_path: Path) -> None:
    """A record that is there, as the ledger has it, told once or twice."""
    case = _case(tmp_path, _body(PATH, b"record"), _body(PATH, b"record"))
    verdict = judge(case)
    assert verdict.exit_code == 3  # a case that is not sealed
    assert told(verdict, PATH) == ""


def test_changed_gone_or_untold(tmp_path: Path) -> None:
    """Another record, none at all, and one that no entry tells of."""
    case = _case(tmp_path, _body(PATH, b"another"), _body(SIG, b"x"))
    build.put(case / "custody/evidence.custody/0002-receive.json", b"")
    (case / "custody/empty.custody").mkdir()
    verdict = judge(case)
    assert verdict.exit_code == 4
    assert "is not what was taken in" in told(verdict, PATH)
    assert told(verdict, SIG)
    assert "no entry of the ledger" in told(verdict, "custody/evidence.custody/0002-receive.json")
    assert "empty folder" in told(verdict, "custody/empty.custody")


@pytest.mark.parametrize(
    ("bodies", "words"),
    [
        ([_body(PATH, b"record", more=1)], "other keys"),
        ([_body(PATH, b"record", sha256="x")], "no SHA-256"),
        ([_body("data/x", b"record")], "names no record"),
        ([_body(PATH, b"record", action="steal")], "names no record"),
        ([_body(PATH, b"record"), _body(PATH, b"x")], "was taken in before"),
    ],
)
def test_bad_entries(tmp_path: Path, bodies: list[dict[str, Any]], words: str) -> None:
    """What our writer would not have said."""
    assert words in told(judge(_case(tmp_path, *bodies)), "ledger.jsonl")


def test_a_file_that_has_no_place_there(tmp_path: Path) -> None:
    """Only records, signatures and stamps lie there."""
    case = _case(tmp_path, _body(PATH, b"record"))
    build.put(case / "custody/note.txt", b"")
    assert "is not part of a case" in told(judge(case), "custody/note.txt")


def test_too_many(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is held in memory is bounded."""
    monkeypatch.setattr("forensics.verifier.acts.MAX_HANDED", 1)
    case = _case(tmp_path, _body(PATH, b"record"), _body(SIG, b"x"))
    assert "more than 1 records" in told(judge(case), "ledger.jsonl")
