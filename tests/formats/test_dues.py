"""What is dated of a case, and what is owed: a stamp of stamps never."""

from __future__ import annotations

from typing import Any

import pytest

from forensics.formats.anchor import SIGNATURE, Anchor
from forensics.formats.dues import MAX_TSAS, Dues, free, tsas_of

A, B = "http://a.example", "http://b.example"
TIME = "2031-05-06T07:08:09.000000Z"


def _anchor(size: int, tsa: str = A) -> tuple[str, dict[str, Any]]:
    over = f"checkpoints/{size:08d}.note"
    return "anchor.tsa", Anchor(over, "0" * 64, tsa, "1" * 64, TIME, "1").body()


def _signed(path: str, tsa: str = A) -> tuple[str, dict[str, Any]]:
    return "anchor.tsa", Anchor(f"{path}/{SIGNATURE}", "0" * 64, tsa, "1" * 64, TIME, "1").body()


def _after(*deeds: tuple[str, dict[str, Any]]) -> Dues:
    dues = Dues()
    for seq, (kind, body) in enumerate(deeds):
        dues.take(seq, kind, body)
    return dues


OPEN: tuple[str, dict[str, Any]] = ("case.open", {})
ITEM: tuple[str, dict[str, Any]] = ("item.add", {})
NOTE: tuple[str, dict[str, Any]] = ("note", {"text": "x"})


@pytest.mark.parametrize(
    ("deeds", "owed"),
    [
        ([], 0),
        ([OPEN], 1),
        ([OPEN, _anchor(1)], 0),
        ([OPEN, _anchor(1), _anchor(1, B)], 0),
        ([OPEN, _anchor(1), NOTE, ("anchor.witness", {}), ("anchor.s3", {})], 0),
        ([OPEN, _anchor(1), ITEM], 1),
        ([OPEN, _anchor(1), ITEM, NOTE, ITEM, _anchor(3)], 1),
        ([OPEN, _anchor(1), ITEM, NOTE, ITEM, _anchor(5)], 0),
        ([OPEN, _anchor(1, B), ITEM], 2),
        ([OPEN, ITEM, _anchor(2), _anchor(1)], 0),
        ([OPEN, NOTE, NOTE], 1),
        ([OPEN, ("anchor.tsa", {"checkpoint": 1})], 1),
    ],
)
def test_undated(deeds: list[tuple[str, dict[str, Any]]], owed: int) -> None:
    """Entries that no stamp covers, those that tell of stamps and notes left out."""
    assert _after(*deeds).undated(A) == owed


def test_undated_up_to() -> None:
    """Of a checkpoint, only what it covers counts; what nobody told the fold of, is owed."""
    dues = _after(OPEN, _anchor(1), ITEM, ITEM)
    assert [dues.undated(A, size) for size in range(7)] == [0, 0, 0, 1, 2, 3, 4]


def test_authorities() -> None:
    """The last that were named stand; a run without any takes none away."""
    dues = _after(OPEN, ("run.start", {"tsas": [A]}), ("run.start", {"tsas": []}), ("run.start", {}))
    assert dues.tsas == (A,)
    assert _after(OPEN, ("run.start", {"tsas": [A]}), ("note", {"tsas": [B, A]})).tsas == (B, A)


@pytest.mark.parametrize("listed", [None, "x", 1, {}, [1], [""], ["x" * 1_001], [A] * (MAX_TSAS + 1)])
def test_authorities_that_are_none(listed: object) -> None:
    """What is no list of ours names nobody."""
    assert tsas_of({"tsas": listed}) == ()


def test_signatures() -> None:
    """Each bundle's signature is owed by each authority, until it has stamped that one."""
    sealed: list[tuple[str, dict[str, Any]]] = [
        ("bundle.sealed", {"path": path}) for path in ("bundles/x", "/mnt/x", "/mnt/x", 7)
    ]
    dues = _after(OPEN, *sealed, _signed("bundles/x"))
    assert dues.unsigned(A) == [f"/mnt/x/{SIGNATURE}"]
    assert dues.unsigned(B) == [f"bundles/x/{SIGNATURE}", f"/mnt/x/{SIGNATURE}"]
    assert [line for line, _ in dues.anchors] == [6]
    assert dues.stamped == {A: 0}


def test_free() -> None:
    """What wants no date of its own."""
    assert [free(kind) for kind in ("note", "anchor.tsa", "anchor.s3", "item.add", "bundle.sealed")] == [
        True,
        True,
        True,
        False,
        False,
    ]
