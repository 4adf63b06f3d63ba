"""A test of many values fails for each that it fails for, and for none at all."""

from __future__ import annotations

import pytest

from tests.each import for_each


def _odd(value: int) -> None:
    assert value % 2


def test_all_that_fail_are_named() -> None:
    """One that fails hides no other."""
    for_each([1, 3])(_odd)()
    with pytest.raises(AssertionError, match=r"(?s)two 2: .*two 4: ") as failed:
        for_each([1, 2, 3, 4], lambda value: f"two {value}")(_odd)()
    assert "two 3" not in str(failed.value)


def test_nothing_is_no_success() -> None:
    """A table that came out empty tests nothing."""
    with pytest.raises(AssertionError, match="nothing to test"):
        for_each(list[int]())(_odd)()
