"""When each item was kept: cut where stamps say so, against a slow and plain reading of the same."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.formats.entry import timestamp
from forensics.verifier.windows import LATE, After, Before, Dates, Window, Windows
from tests.verifier import build

NONE = timedelta(0)


def at(minutes: int) -> str:
    """Return a time."""
    return timestamp(build.START + timedelta(minutes=minutes))


def _of(line: int, dates: Dates) -> tuple[str, str]:
    """Return a line's window, as the definition has it."""
    before = [one.time for one in dates.before if one.line < line]
    after = [one.time for one in dates.after if one.lines >= line]
    return max(before, default=""), min(after, default="")


POINTS = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 50)), max_size=8)


@given(POINTS, POINTS, st.sets(st.integers(1, 30), min_size=1), st.sets(st.integers(1, 30)))
def test_every_item_has_its_window(
    before: list[tuple[int, int]], after: list[tuple[int, int]], lines: set[int], stated: set[int]
) -> None:
    """Each item lies in one window, which is that of the definition, wherever a cut is made besides."""
    dates = Dates(
        [Before(line, at(minute)) for line, minute in before],
        [After(line, at(minute)) for line, minute in after],
    )
    ordered = sorted(lines)
    found = dates.windows(30, {}, ordered, stated)
    if not before and not after:
        assert found == ()
        return
    for line in ordered:
        (one,) = [window for window in found if window.first <= line <= window.last]
        assert (one.not_before, one.not_after) == _of(line, dates)
    windows = Windows(found, [f"data/{line}" for line in ordered], ordered)
    assert sum(map(len, map(windows.items, found))) == len(ordered)
    assert [one.between for one in found] == [
        one.between for place, one in enumerate(found) if not place or one.between != found[place - 1].between
    ]


def test_stamp_beyond_the_ledger() -> None:
    """A point that lies beyond the end cuts nothing."""
    (one,) = Dates([], [After(99, at(5))]).windows(3, {1: at(0), 3: at(1)}, [2], ())
    assert one == Window(1, 3, "", at(5), at(0), at(1))


@pytest.mark.parametrize(
    ("window", "skewed", "late", "crossed"),
    [
        (Window(1, 2, "", "", "", ""), False, NONE, False),
        (Window(1, 2, at(0), at(20), at(10), at(11)), False, timedelta(minutes=10), False),
        (Window(1, 2, at(0), at(20), at(-10), at(11)), False, timedelta(minutes=20), False),
        (Window(1, 2, at(0), at(20), at(-11), at(11)), True, timedelta(minutes=20), False),
        (Window(1, 2, at(0), at(20), at(1), at(30)), False, timedelta(minutes=19), False),
        (Window(1, 2, at(0), at(20), at(1), at(31)), True, timedelta(minutes=19), False),
        (Window(1, 2, "", at(120), at(1), at(2)), False, timedelta(minutes=119), False),
        (Window(1, 2, at(61), at(120), at(1), at(2)), True, timedelta(minutes=59), False),
        (Window(1, 2, at(62), at(120), at(1), at(2)), True, timedelta(minutes=119), False),
        (Window(1, 2, at(0), at(600), at(590), at(591)), False, timedelta(minutes=10), False),
        (Window(1, 2, at(11), at(0), at(5), at(5)), False, -timedelta(minutes=11), True),
        (Window(1, 2, at(10), at(0), at(5), at(5)), False, -timedelta(minutes=10), False),
    ],
)
def test_contradictions(window: Window, skewed: bool, late: timedelta, crossed: bool) -> None:
    """Ten minutes to either side are allowed; how long it lay undated is the least that can be."""
    assert (window.skewed, window.late, window.crossed) == (skewed, late, crossed)


@pytest.mark.parametrize(
    ("window", "ahead"),
    [
        (Window(1, 2, "", "", at(0), at(99)), 0),
        (Window(1, 2, "", at(9), at(0), at(99)), 90),
        (Window(1, 2, at(0), at(9), at(0), at(3)), -6),
        (Window(1, 2, at(50), at(9), at(0), at(3)), 41),
    ],
)
def test_ahead(window: Window, ahead: int) -> None:
    """How much older a stamp is than what it covers, by the ledger's clock and by the stamp before that."""
    assert window.ahead == timedelta(minutes=ahead)


def test_summary() -> None:
    """A line or two for a terminal: since when, until when, and what has no end."""
    assert list(Windows().summary()) == []
    one = Window(1, 4, "", at(5), at(0), at(1))
    two = Window(5, 9, at(5), "", at(6), at(7))
    windows = Windows((one, two), ["data/a", "data/b"], [2, 6], trusted=True)
    assert list(windows.summary()) == [
        f"items kept: since when, nothing says, not after {at(5)}; 2 windows",
        "1 items are in no stamp: after line 4 nothing says until when",
    ]
    assert list(Windows((two,), ["data/b"], [6]).summary()) == [
        "1 items are in no stamp: after line 4 nothing says until when"
    ]
    (line,) = Windows((one,), ["data/a"], [2]).summary()
    assert "1 window, as stamps claim that nobody vouches for" in line


def test_document() -> None:
    """Every item is there, in the window that it is in."""
    late = Window(1, 4, at(0), at(300), at(100), at(101))
    document = Windows((late,), ["data/a"], [2]).document()
    assert document == {
        "spans": [
            {
                "first_line": 1,
                "items": ["data/a"],
                "last_line": 4,
                "late": True,
                "not_after": at(300),
                "not_before": at(0),
                "skewed": False,
            }
        ],
        "trusted": False,
    }
    assert datetime.fromisoformat(at(0)) + LATE == datetime.fromisoformat(at(60))
