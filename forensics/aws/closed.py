"""Regions that answer nobody: after the first few refusals, the rest is not asked."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

from forensics.aws.ask import Refusal
from forensics.model import Outcome

SCP_ROWS = 5
"""Rows refused by a service control policy, with none answered, after which a region is taken for closed.

A policy that closes a region refuses hundreds of requests otherwise, and every one of them is an event in
the account's trail that the firm has to tell from the attacker's."""


@dataclass
class Closed:
    """What each region has said so far. For threads."""

    _refused: dict[str, set[str]] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)
    _refusals: dict[str, Refusal] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, region: str) -> None:
        """Take notice that a region answers."""
        with self._lock:
            self._answered.add(region)

    def refused(self, region: str, row: str, refusal: Refusal) -> None:
        """Take notice of a refusal, which may be one of the region as a whole."""
        with self._lock:
            if refusal.outcome is Outcome.DENIED_BY_SCP:
                self._refused.setdefault(region, set()).add(row)
            shut = refusal.outcome is Outcome.REGION_DISABLED or (
                len(self._refused.get(region, ())) >= SCP_ROWS and region not in self._answered
            )
            if shut:
                message = f"not asked: every request before it in this region was refused: {refusal.message}"
                self._refusals.setdefault(region, replace(refusal, message=message))

    def refusal(self, region: str) -> Refusal | None:
        """Return why a region need not be asked, None if it may answer."""
        with self._lock:
            return self._refusals.get(region)
