"""Hashes in a table of our own: as good as a set."""

from __future__ import annotations

import random

import pytest

from forensics.custody.marks import Marks

FIRST, MOST = -(2**63), 2**63 - 1


def test_none() -> None:
    """Nothing is in an empty one, and to take it out is no error."""
    marks = Marks()
    marks.discard(7)
    assert 7 not in marks


@pytest.mark.parametrize("mark", [1, 0, FIRST, MOST, -2, 1_023, 1_024])
def test_one(mark: int) -> None:
    """What was taken in is there, once, and can be taken out; the hash that means «free» too."""
    marks = Marks()
    marks.add(mark)
    marks.add(mark)
    assert mark in marks
    assert mark ^ 2 not in marks
    marks.discard(mark)
    assert mark not in marks
    marks.add(mark)
    assert mark in marks


def test_those_that_want_one_place() -> None:
    """Hashes that differ in their high bits alone lie one after the other, around the table's end too."""
    marks, wanted = Marks(), [1_023 + number * 2**20 for number in range(1, 9)]
    for mark in wanted:
        marks.add(mark)
    for mark in wanted[::2]:
        marks.discard(mark)
    assert [mark in marks for mark in wanted] == [False, True] * 4
    for mark in wanted[::2]:
        marks.add(mark)
    assert all(mark in marks for mark in wanted)
    assert 1_023 not in marks


def test_as_a_set_has_them() -> None:
    """Twenty thousand turns by chance: it grows, forgets what was taken out, and mixes none up."""
    draw, marks, known = random.Random(7), Marks(), set[int]()
    few = [draw.randint(FIRST, MOST) for _ in range(8_000)]
    for _ in range(20_000):
        mark = draw.choice(few)
        if draw.random() < 0.3:
            marks.discard(mark)
            known.discard(mark)
        else:
            marks.add(mark)
            known.add(mark)
        assert mark in marks or mark not in known
    assert [mark in marks for mark in few] == [mark in known for mark in few]


def test_what_was_taken_out_leaves_room() -> None:
    """A table in which all comes and goes neither fills up nor grows for ever."""
    marks = Marks()
    for mark in range(1, 200_001):
        marks.add(mark)
        marks.discard(mark)
    assert len(vars(marks)["_table"]) < 5_000
    assert not any(mark in marks for mark in range(1, 10_000))
