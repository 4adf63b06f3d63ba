"""The clock here against AWS's, answer by answer: each jump is told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from forensics.formats.entry import timestamp
from forensics.preserving.clocks import Clocks

NOW = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)


def _told(clocks: Clocks, second: int, ahead: float) -> str:
    """Answer at a second, with our clock so many minutes ahead; give what is told."""
    at = NOW + timedelta(seconds=second)
    local = timestamp(at + timedelta(minutes=ahead))
    said = clocks.take(format_datetime(at, usegmt=True), local)
    if said is None:
        return ""
    assert said["clock"] == {"aws": format_datetime(at, usegmt=True), "local": local}
    return str(said["text"])


def test_a_jump_is_told_once() -> None:
    """It is told when it is seen, and again when it grows, or is mended; nothing else is."""
    clocks = Clocks()
    ahead = [0, 3, 10, -10, 120, 120, 125, 131, 0, 5, -11, -11]
    assert [_told(clocks, *one) for one in enumerate(ahead)] == [
        *("", "", "", ""),
        *("the clock is 120 minutes ahead of AWS's", "", ""),
        "the clock is 131 minutes ahead of AWS's",
        *("the clock is again within ten minutes of AWS's", ""),
        *("the clock is 11 minutes behind AWS's", ""),
    ]


def test_within_one_second() -> None:
    """What came with the same date in the same second is not looked at again."""
    clocks = Clocks()
    assert _told(clocks, 1, 11)
    assert _told(clocks, 1, 11) == ""


@pytest.mark.parametrize("date", ["", "x", "Tue, 06 May 2031 07:08:09", "Tue, 06 May 99999 07:08:09 GMT"])
def test_a_date_that_is_none(date: str) -> None:
    """It says nothing, and stops nothing: no answer came, or its date is not AWS's."""
    clocks = Clocks()
    assert clocks.take(date, timestamp(NOW)) is None
    assert _told(clocks, 0, 11)
