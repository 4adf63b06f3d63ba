"""kill -9 at random instants: nothing acknowledged is lost, and the ledger is valid each time."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.torture.custody_judging import Promises, judge, runner

KILLED = -9
FULL, SHORT = 1_000, 25
A_CASE = 50
"""Runs on one case: its beginning, its growth, and each time its recovery."""


def kills(tmp_path: Path, count: int) -> tuple[int, int]:
    """Kill so often; return how many items and notes had been acknowledged."""
    draw = random.Random(int(os.environ.get("TORTURE_SEED", "20310506")))
    items = notes = 0
    with runner() as program:
        for first in range(0, count, A_CASE):
            case, promises = tmp_path / f"case{first}", Promises()
            for _ in range(min(A_CASE, count - first)):
                answer = program(case, turns=None, kill=draw.uniform(0, 0.12))
                judge(case, answer, promises, {KILLED})
            items, notes = items + len(promises.items), notes + len(promises.notes)
    return items, notes


def test_killed(tmp_path: Path) -> None:
    """A few dozen kills, with something acknowledged before most of them."""
    items, notes = kills(tmp_path, SHORT)
    assert items > SHORT
    assert notes > SHORT


@pytest.mark.torture
def test_killed_a_thousand_times(tmp_path: Path) -> None:
    """A thousand kills."""
    items, notes = kills(tmp_path, FULL)
    print(f"{FULL} kills, {items} items and {notes} notes acknowledged, none lost")
    assert items > FULL
