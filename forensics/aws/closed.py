"""Regions and endpoints that answer nobody: after the first few requests, the rest is not asked."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

from forensics.aws.ask import Refusal
from forensics.model import GLOBAL, Outcome

SCP_ROWS = 5
"""Rows refused by a service control policy, with none answered, after which a region is taken for closed.

For services without regions, and where `probing.py` had no answer: a policy that closes a region refuses
hundreds of requests otherwise, and every one is an event in the account's trail."""

SILENCES = 4
"""Requests to one endpoint that got no answer, one after the other, after which it is taken for hung.

Each keeps a thread for up to a minute, and a row makes eight attempts: a region that hangs would otherwise
hold up all others for hours."""


@dataclass
class Closed:
    """What each region has said so far, and whether each endpoint (service, region) speaks. For threads."""

    _refused: dict[str, set[str]] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)
    _refusals: dict[str, Refusal] = field(default_factory=dict)
    _silences: dict[tuple[str, str], int] = field(default_factory=dict)
    _mute: dict[tuple[str, str], Refusal] = field(default_factory=dict)
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
            many = len(self._refused.get(region, ())) >= SCP_ROWS and region not in self._answered
            # Services without regions are asked in several: that one is disabled says nothing of the rest.
            disabled = refusal.outcome is Outcome.REGION_DISABLED and region != GLOBAL
        if many or disabled:
            self.shut(region, refusal)

    def shut(self, region: str, refusal: Refusal) -> None:
        """Take a region for closed, for a reason that holds for all of it."""
        message = f"not asked: every request before it in this region was refused: {refusal.message}"
        with self._lock:
            self._refusals.setdefault(region, replace(refusal, message=message))

    def refusal(self, region: str) -> Refusal | None:
        """Return why a region need not be asked, None if it may answer."""
        with self._lock:
            return self._refusals.get(region)

    def heard(self, service: str, region: str) -> None:
        """Take notice that an endpoint answers, whatever it says."""
        if self._silences:  # seldom: asked of every answer
            with self._lock:
                self._silences.pop((service, region), None)

    def unheard(self, service: str, region: str, refusal: Refusal) -> None:
        """Take notice that an endpoint could not be reached, or did not answer in time."""
        endpoint = service, region
        with self._lock:
            self._silences[endpoint] = self._silences.get(endpoint, 0) + 1
            if self._silences[endpoint] >= SILENCES:
                message = f"not asked: no answer to {SILENCES} requests in a row to {service} in {region}"
                mute = replace(refusal, message=f"{message}: {refusal.message}", request_id="", again=False)
                self._mute.setdefault(endpoint, replace(mute, sure=True))

    def mute(self, service: str, region: str) -> Refusal | None:
        """Return why an endpoint need not be asked, None if it may answer."""
        # No lock: a dictionary is whole between two steps of the interpreter.
        return self._mute.get((service, region)) if self._mute else None

    def listen_again(self) -> None:
        """Forget which endpoints were silent, for a second try: it may have been our own network."""
        with self._lock:
            self._silences.clear()
            self._mute.clear()
