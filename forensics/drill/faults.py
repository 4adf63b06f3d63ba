"""Faults on demand: what AWS does on a bad day, by rule, drawn from a seeded generator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from random import Random
from threading import Lock
from typing import Any

from forensics.drill.conditions import matches
from forensics.drill.denials import Refusal, Trouble, refusal

KINDS = frozenset(
    {"throttle", "error", "reset", "torn", "expired", "delay", "repeat_page", "repeat_token", "empty_page"}
)
PAGING = frozenset({"repeat_page", "repeat_token", "empty_page"})
"""What befalls pages: one comes twice, a token names itself, or a page is empty and has a token."""


@dataclass
class Fault:
    """One rule. It fires on a matching call with its probability, at most `times` times."""

    kind: str
    service: str = "*"
    operation: str = "*"
    region: str = "*"
    probability: float = 1.0
    times: int | None = None
    code: str = ""
    """Error code instead of the protocol's usual one."""
    status: int = 0
    message: str = ""
    seconds: float = 0.0
    """For `delay`."""
    when: str = "before"
    """For `reset`: `before` the call is carried out, `after`, when the answer is lost, or in its `body`."""
    offset: int | None = None
    """For `torn`, and `reset` in the body: after how many bytes of the body; None for half of them."""
    skip: int = 0
    """Let this many matching calls pass first."""

    @classmethod
    def of(cls, rule: Mapping[str, Any]) -> Fault:
        """Read a rule; ValueError for a kind or a key that does not exist."""
        unknown = set(rule) - {known.name for known in fields(cls)}
        if unknown or rule.get("kind") not in KINDS:
            raise ValueError(f"no such fault: {dict(rule)}")
        return cls(**rule)

    def covers(self, service: str, operation: str, region: str) -> bool:
        """Say whether the rule speaks of this call."""
        pairs = ((self.service, service), (self.operation, operation), (self.region, region))
        return all(matches(pattern, text) for pattern, text in pairs)

    def refusal(self, dialect: str) -> Refusal | None:
        """Word what the caller is told, for the kinds that answer at all."""
        trouble = _TROUBLE.get(self.kind)
        if trouble is None:
            return None
        usual = refusal(trouble, dialect)
        return Refusal(self.code or usual.code, self.message or usual.message, self.status or usual.status)


_TROUBLE = {"throttle": Trouble.THROTTLED, "error": Trouble.BROKEN, "expired": Trouble.EXPIRED}


@dataclass
class Faults:
    """The rules in force."""

    random: Random
    rules: list[Fault] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def draw(self, service: str, operation: str, region: str) -> list[Fault]:
        """Draw what befalls one call: any delays, and at most one fault beside them."""
        fired: list[Fault] = []
        with self._lock:
            for rule in self.rules:
                if (not fired or fired[-1].kind == "delay") and self._fires(rule, service, operation, region):
                    fired.append(rule)
        return fired

    def _fires(self, rule: Fault, service: str, operation: str, region: str) -> bool:
        if rule.times == 0 or not rule.covers(service, operation, region):
            return False
        if rule.skip > 0:
            rule.skip -= 1
            return False
        if rule.probability < 1.0 and self.random.random() >= rule.probability:
            return False
        if rule.times is not None:
            rule.times -= 1
        return True
