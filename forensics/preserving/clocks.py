"""
The clock here against AWS's, all through a run: a clock that is set while one goes on, or drifts, is seen.

`run.start` has how far they were apart when it began. What every later answer shows is held against what was
told last, so one jump is one line of the ledger, whatever the number of answers after it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

SKEW = timedelta(minutes=10)
"""How far a clock may be off before it is said, and how much further before it is said again."""


class Clocks:
    """What answers say of the time, one by one. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said = timedelta(0)
        self._date = self._second = ""

    def take(self, aws: str, local: str) -> Mapping[str, Any] | None:
        """
        Hold a Date header against when it came, by our clock; give the `note` that tells of it, if any.

        Nearly all answers have the date of the one before, and came in the same second: they say nothing new.
        """
        with self._lock:
            if (aws, local[:19]) == (self._date, self._second):
                return None
            self._date, self._second = aws, local[:19]
            apart = _apart(aws, local)
            if apart is None or abs(apart - self._said) <= SKEW:
                return None
            self._said = apart if abs(apart) > SKEW else timedelta(0)
        return {"clock": {"aws": aws, "local": local}, "text": f"the clock is {_words(apart)} AWS's"}


def _apart(aws: str, local: str) -> timedelta | None:
    """Say how far our clock is ahead; None for a date that is none, or without a zone."""
    try:
        return datetime.fromisoformat(local) - parsedate_to_datetime(aws)
    except (ValueError, TypeError, OverflowError):
        return None


def _words(apart: timedelta) -> str:
    minutes = abs(apart) // timedelta(minutes=1)
    if abs(apart) <= SKEW:
        return "again within ten minutes of"
    return f"{minutes} minutes {'ahead of' if apart > timedelta(0) else 'behind'}"
