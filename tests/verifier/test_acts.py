"""Entries of acts that add no evidence: what cannot be one is a line that is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.verifier import build
from tests.verifier.countersigning import BOB, Mark, case
from tests.verifier.judging import judge, told

S3: dict[str, Any] = {
    "bucket": "heads",
    "key": "x/00000001.note",
    "region": "eu-west-1",
    "version_id": "v1",
    "retain_until": "2032-05-06T07:08:09.000000Z",
    "mode": "COMPLIANCE",
    "checkpoint": 1,
    "over_sha256": "0" * 64,
    "request_id": "r",
    "outcome": "anchored",
    "code": "",
}
DISCLOSE: dict[str, Any] = {"path": build.ITEM, "seq": 2, "to": "court", "checkpoint": 8}
WAIVE: dict[str, Any] = {
    "account": "2",
    "because": "it is empty",
    "by": "arn:aws:iam::2:user/x",
    "resource": "s3:bucket/x",
}

EXPORTED: dict[str, Any] = {
    "parts": [{"name": "b.vol0000.tar.age", "sha256": "0" * 64, "size": 1}],
    "recipients": ["age1x"],
    "sums_sha256": "1" * 64,
}


def test_good_ones(tmp_path: Path) -> None:
    """Bodies as we write them are taken, before the seal and after."""
    deeds = [("anchor.s3", S3), ("anchor.s3", {**S3, "retain_until": ""}), ("disclose", DISCLOSE)]
    deeds += [("bundle.exported", EXPORTED), ("waive", WAIVE)]
    assert judge(build.case(tmp_path / "c", deeds=deeds)).exit_code == 3
    assert judge(build.bundle(tmp_path / "b", deeds=deeds)).exit_code == 0


BAD = [
    ("anchor.s3", {**S3, "more": 1}, "other keys"),
    ("anchor.s3", {key: value for key, value in S3.items() if key != "mode"}, "other keys"),
    ("anchor.s3", {**S3, "checkpoint": "1"}, "another type"),
    ("anchor.s3", {**S3, "checkpoint": True}, "another type"),
    ("anchor.s3", {**S3, "checkpoint": -1}, "no count"),
    ("anchor.s3", {**S3, "over_sha256": "x"}, "no SHA-256"),
    ("anchor.s3", {**S3, "retain_until": "soon"}, "time is not"),
    ("disclose", {**DISCLOSE, "seq": None}, "another type"),
    ("disclose", {}, "other keys"),
    ("waive", {**WAIVE, "because": None}, "another type"),
    ("waive", {"resource": "s3:bucket/x"}, "other keys"),
    ("bundle.exported", {**EXPORTED, "recipients": [1]}, "no list of texts"),
    ("bundle.exported", {**EXPORTED, "parts": []}, "no list of names"),
]


@pytest.mark.parametrize(("kind", "body", "words"), BAD, ids=[f"{one[0]}-{at}" for at, one in enumerate(BAD)])
def test_bad_bodies(tmp_path: Path, kind: str, body: dict[str, Any], words: str) -> None:
    """Other bodies are failures of their line."""
    verdict = judge(build.case(tmp_path / "c", deeds=[(kind, body)]))
    assert verdict.exit_code == 4
    assert f"{kind}: " in told(verdict, "ledger.jsonl")
    assert words in told(verdict, "ledger.jsonl")


WITNESS = [
    ({"kind": "other"}, "no countersignature of ours"),
    ({"file": "checkpoints/../x.note.bob.witness"}, "no countersignature of ours"),
    ({"file": "data/x"}, "no countersignature of ours"),
    ({"over": "checkpoints/00000004.note"}, "beside another checkpoint"),
    ({"sha256": "0" * 63}, "no SHA-256"),
    ({"time": "yesterday"}, "time is not"),
    ({"checkpoint": -8}, "no count"),
    ({"who": 1}, "another type"),
    ({"extra": ""}, "other keys"),
]


@pytest.mark.parametrize(("body", "words"), WITNESS, ids=[str(at) for at in range(len(WITNESS))])
def test_bad_witness_bodies(tmp_path: Path, body: dict[str, Any], words: str) -> None:
    """What an entry of a countersignature cannot say."""
    verdict = judge(case(tmp_path / "c", Mark(BOB, body=body)))
    assert verdict.exit_code == 4
    assert words in told(verdict, "ledger.jsonl")


def test_taken_in_twice(tmp_path: Path) -> None:
    """One file is taken in once."""
    deed = Mark(BOB).deed(build.Plan().ledger().note(8))
    verdict = judge(build.case(tmp_path / "c", deeds=[deed, deed]))
    assert "was taken in before" in told(verdict, "ledger.jsonl")
