"""A step of work ahead of another: in order, bounded, and its errors come through."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from forensics.pipeline import DEPTH, Ring, ahead


def test_order_and_end() -> None:
    """What is yielded is what was made, in its order."""
    assert list(ahead(iter(range(100)))) == list(range(100))
    assert list(ahead(iter([]))) == []


def test_an_error_comes_after_what_was_made() -> None:
    """It is raised where the piece would have been, once."""

    def made() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("three")

    found = ahead(made())
    assert (next(found), next(found)) == (1, 2)
    with pytest.raises(ValueError, match="three"):
        next(found)
    assert list(found) == []


def test_no_more_than_a_few_are_made() -> None:
    """A source of any length never runs away."""
    made = 0

    def source() -> Iterator[int]:
        nonlocal made
        while True:
            made += 1
            yield made

    found = ahead(source())
    for number in range(1, 50):
        assert next(found) == number
        assert made <= number + DEPTH + 1
    found.close()


def test_a_reader_that_leaves() -> None:
    """The thread ends with it."""
    before = set(threading.enumerate())
    found = ahead(iter(range(1_000)))
    next(found)
    assert set(threading.enumerate()) > before
    found.close()
    assert set(threading.enumerate()) <= before


def test_a_ring_gives_room_that_nobody_uses() -> None:
    """No room comes back while the pieces that wait, and those at both ends, are in use."""
    ring = Ring()
    given = [ring(10) for _ in range(DEPTH + 3)]
    for number, room in enumerate(given):
        room[:] = bytes([number]) * 10
    assert [bytes(room) for room in given] == [bytes([number]) * 10 for number in range(len(given))]
    assert [len(ring(size)) for size in (5, 20, 10)] == [5, 20, 10]
