"""Delays, and when they end."""

from __future__ import annotations

from itertools import islice

import pytest

from forensics.aws.wait import Wait, backoff


def test_delays_grow_to_the_longest_and_end_exactly_at_the_total() -> None:
    """The last delay is cut, so that a deadline is a deadline."""
    assert list(Wait(first=1, factor=2, longest=8, total=20).delays()) == [1, 2, 4, 8, 5]


def test_without_a_total_it_never_ends() -> None:
    """A volume of terabytes takes hours: botocore's waiter would have given up after ten minutes."""
    delays = list(islice(Wait(first=2, factor=1.5, longest=60).delays(), 500))
    assert sum(delays) > 8 * 3600
    assert max(delays) == 60


@pytest.mark.parametrize("total", [0, -1])
def test_no_time_gives_no_delay(total: float) -> None:
    """With no time to wait there is one look, and no more."""
    assert list(Wait(first=1, total=total).delays()) == []


@pytest.mark.parametrize(
    ("attempt", "most"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 20), (60, 20), (5_000, 20)]
)
def test_backoff_doubles_up_to_a_bound(attempt: int, most: float) -> None:
    """Full jitter between nothing and a bound that doubles."""
    assert backoff(attempt, draw=lambda: 1.0) == most
    assert backoff(attempt, draw=lambda: 0.0) == 0
    assert backoff(attempt, draw=lambda: 0.25) == most / 4
