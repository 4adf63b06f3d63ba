"""Entries that cannot be right after those before them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from forensics.formats.anchor import Anchor
from forensics.verifier import contents
from tests.verifier import build
from tests.verifier.build import GONE, ITEM, Ledger
from tests.verifier.judging import failed, judge, refused, told


def _anchor(size: int) -> dict[str, Any]:
    return Anchor(f"checkpoints/{size:08d}.note", build.ZEROS, "http://tsa.example", build.ZEROS).body()


ANCHOR = _anchor(4)


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("item.add", {**build.item(GONE, b""), "path": ITEM}, "was added before"),
        ("item.add", {**build.item(GONE, b""), "path": "data/../x"}, "grammar"),
        ("item.add", {**build.item(GONE, b""), "path": "/etc/passwd"}, "not in data/"),
        ("item.add", {**build.item(GONE, b""), "path": "private/log.key"}, "not in data/"),
        ("item.add", {**build.item(GONE, b""), "path": 1}, "not in data/"),
        ("item.add", {**build.item(GONE, b""), "sha256": "0" * 63}, "no SHA-256"),
        ("item.add", {**build.item(GONE, b""), "sha256": "A" * 64}, "no SHA-256"),
        ("item.add", {**build.item(GONE, b""), "sha256": None}, "no SHA-256"),
        ("item.add", {**build.item(GONE, b""), "size": -1}, "no size"),
        ("item.add", {**build.item(GONE, b""), "size": True}, "no size"),
        ("item.add", {**build.item(GONE, b""), "size": "1"}, "no size"),
        ("item.add", {**build.item(GONE, b""), "source": {}}, "other keys"),
        ("item.add", {**build.item(GONE, b""), "source": "x"}, "other keys"),
        ("item.add", {**build.item(GONE, b""), "extra": 1}, "other keys"),
        ("item.add", {}, "other keys"),
        ("op.end", {"op": "o9"}, "never started"),
        ("op.end", {"op": 1}, "never started"),
        ("op.end", {}, "never started"),
        ("aws.effect", {"op": "o9"}, "never started"),
        ("op.start", {"op": "o1"}, "started before"),
        ("op.start", {}, "is missing"),
        ("op.start", {"op": ["x"]}, "is missing"),
        ("run.start", {"run": "r1"}, "started before"),
        ("run.end", {"run": "r9"}, "never started"),
        ("coverage", {"items": [GONE]}, "was never added"),
        ("coverage", {"items": [1]}, "no list of paths"),
        ("coverage", {"items": GONE}, "no list of paths"),
        ("coverage", {}, "no list of paths"),
        ("intake", {}, "no list of paths"),
        ("intake", {"items": []}, "another file"),
        ("intake", {"items": [], "sha256": "0" * 64}, "another file"),
        ("intake", {"items": [ITEM], "sha256": "0" * 64}, "another file"),
        ("intake", {"items": [GONE], "sha256": "0" * 64}, "another file"),
        ("anchor.tsa", {}, "other keys"),
        ("anchor.tsa", {**ANCHOR, "tsr": "x"}, "its tsr or its checkpoint is not that"),
        ("anchor.tsa", _anchor(12), "lines that come after it"),
        ("anchor.tsa", _anchor(99), "lines that come after it"),
        ("bundle.seal", {}, "other keys"),
        ("bundle.seal", {**build.Plan().sealing("0" * 64), "manifest_sha256": "x"}, "names no manifest"),
        ("bundle.seal", {**build.Plan().sealing("0" * 64), "signers": "x"}, "signers"),
        ("bundle.seal", {**build.Plan().sealing("0" * 64), "signers": [1]}, "signers"),
        ("bundle.seal", {**build.Plan().sealing("0" * 64), "signatures": "x"}, "signatures"),
        ("bundle.seal", {**build.Plan().sealing("0" * 64), "signatures": [1]}, "signatures"),
        ("bundle.seal", {**build.Plan().sealing("0" * 64), "items": 4}, "counts 4 items"),
        ("bundle.seal", {**build.Plan().sealing("0" * 64), "bytes": "386"}, "counts 5 items"),
    ],
)
def test_entry_that_cannot_be_right(tmp_path: Path, kind: str, body: dict[str, Any], words: str) -> None:
    """An entry that does not agree with those before it is refused, and its line named."""
    verdict = refused(build.case(tmp_path / "c", deeds=[(kind, body)]), "ledger.jsonl", words)
    assert "line 12" in told(verdict, "ledger.jsonl")


def test_items_ahead_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Items that are named before they are added wait in memory, so only so many may."""
    monkeypatch.setattr(contents, "MAX_AHEAD", 3)
    deeds: list[build.Deed] = [("coverage", {"items": [f"data/{name}"]}) for name in "xyz"]
    verdict = refused(build.case(tmp_path / "3", deeds=deeds), "ledger.jsonl", "data/z was never added")
    said = told(verdict, "ledger.jsonl")
    assert re.findall(r"line (\d+): coverage: data/(.) was never", said) == [
        ("12", "x"),
        ("13", "y"),
        ("14", "z"),
    ]
    assert "before they were added" not in said
    deeds.append(("coverage", {"items": ["data/!"]}))
    refused(
        build.case(tmp_path / "4", deeds=deeds), "ledger.jsonl", "line 15: coverage: with it, more than 3"
    )


def test_coverage_before_its_item(tmp_path: Path) -> None:
    """An item may be named before it is added, as long as it is."""

    def change(ledger: Ledger) -> None:
        ledger.add("coverage", {"items": [GONE]})
        ledger.add("item.add", build.item(GONE, b""))

    root = build.case(tmp_path / "c", on_ledger=change)
    build.put(root / GONE, b"")
    assert not failed(judge(root))


def test_intake(tmp_path: Path) -> None:
    """What is said of a notice is said of the file that was kept."""
    digest = build.item(ITEM, build.DATA[ITEM])["sha256"]
    deeds = [("intake", {"items": [ITEM], "sha256": digest, "found": {}})]
    assert not failed(judge(build.case(tmp_path / "c", deeds=deeds)))


def test_stamps_told_of_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a ledger tells of stamps is held in memory, and bounded."""
    monkeypatch.setattr(contents, "MAX_ANCHORS", 1)
    deeds = [("anchor.tsa", _anchor(size)) for size in (1, 4)]
    refused(build.case(tmp_path / "c", deeds=deeds), "ledger.jsonl", "more than 1 time stamps")


def test_columns_of_a_block() -> None:
    """Columns that are not of one length are no items, and none of them is taken; no items change nothing."""
    one = contents.Contents()
    for columns in (
        (["data/x"], [], []),
        (["data/x"], [build.ZEROS], []),
        (["data/x"], [build.ZEROS], [1, 2]),
    ):
        with pytest.raises(ValueError, match="zip"):
            one.extend(2, *columns)
    assert one.extend(2, ["data/x"], [build.ZEROS], [1])
    assert one.extend(7, [], [], [])
    assert (one.last_item, list(one.lines), list(one.items), one.bytes) == (2, [2], ["data/x"], 1)
