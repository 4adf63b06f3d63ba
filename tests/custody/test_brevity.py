"""Bodies that are too long, or that no ledger can hold."""

from __future__ import annotations

from typing import Any

import pytest

from forensics.custody.brevity import fitting
from forensics.formats import entry, strict

HOSTILE: list[Any] = [
    {"message": "x" * 1_000_000},
    {"message": "é" * 60_000},
    {"gaps": [{"message": "x" * 1_000, "examples": [{"Id": "i" * 500}] * 5}] * 24},
    {"gaps": [{"code": str(number)} for number in range(100_000)]},
    {"parameters": {f"key{number}": "v" * 30 for number in range(5_000)}},
    {"message": "\ud800 lone"},
    {"é": 1},
    {"ratio": 0.5},
    {"large": 2**60},
    {"nested": [[[[[[[[[[[[[[[[[[["deep"]]]]]]]]]]]]]]]]]]]},
    {"raw": b"\xff"},
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_fits(body: dict[str, Any]) -> None:
    """Whatever came from AWS fits a line afterwards, and says that it was shortened."""
    shorter = fitting("coverage", body)
    assert shorter["shortened"] is True
    assert len(strict.encode(dict(shorter))) <= entry.MAX_BYTES - 8_192


def test_what_fits_stays() -> None:
    """A body that fits is not touched."""
    body = {"message": "x" * 1_000, "flag": True, "nothing": None, "gaps": []}
    assert fitting("coverage", body) is body


@pytest.mark.parametrize("kind", ["item.add", "note", "bundle.seal", "case.open"])
def test_other_entries_stay(kind: str) -> None:
    """What is evidence, or a person's own words, is refused later rather than shortened now."""
    body = {"text": "x" * 1_000_000}
    assert fitting(kind, body) is body


def test_beyond_help() -> None:
    """A body that no shortening helps is left for the ledger to refuse."""
    body: Any = "x" * 40
    for _ in range(6):
        body = [body] * 5
    assert fitting("coverage", wide := {"gaps": body}) is wide


def test_values_survive() -> None:
    """Shortening keeps small values of every kind as they were."""
    body = {"message": "x" * 100_000, "flag": True, "nothing": None, "count": 7, "items": ["data/x"]}
    shorter = fitting("op.end", body)
    assert {**shorter, "message": ""} == {**body, "message": "", "shortened": True}
