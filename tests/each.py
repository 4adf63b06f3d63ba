"""One test of many values: thousands of tests of a microsecond each take minutes to collect and to report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Value = TypeVar("Value")


def for_each(
    values: Iterable[Value], label: Callable[[Value], str] = str
) -> Callable[[Callable[[Value], None]], Callable[[], None]]:
    """Make of a test of one value a test of all: it fails with every value that it fails for."""

    def decorate(test: Callable[[Value], None]) -> Callable[[], None]:
        def whole() -> None:
            wrong, tried = [], 0
            for value in values:
                tried += 1
                try:
                    test(value)
                except AssertionError as error:
                    wrong.append(f"{label(value)}: {error}")
            assert tried, "there is nothing to test"
            assert not wrong, "\n".join(wrong)

        whole.__name__, whole.__doc__, whole.__module__ = test.__name__, test.__doc__, test.__module__
        return whole

    return decorate
