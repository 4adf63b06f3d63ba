"""What was refused, in so many words that a waiver of it is of no other refusal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from forensics.model import Gap
from forensics.plain import plain

_LONGEST = 1_000
_SHOWN = 12
"""Digits of a digest, which stands for what is too long to be read."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Requests of one row that ended in the same way."""

    outcome: str
    code: str
    count: int = 1
    examples: Sequence[Mapping[str, Any]] = ()
    """Parameters of the first of them; of the sweep, the operations."""

    @classmethod
    def of(cls, gap: Gap) -> Refusal:
        """Give what a listing ended in."""
        return cls(str(gap.outcome), gap.code, gap.count, gap.examples)

    @classmethod
    def kept(cls, gap: Mapping[str, Any]) -> Refusal:
        """Give what a gap of the ledger says."""
        return cls(str(gap["outcome"]), str(gap["code"]), int(gap["count"]), gap["examples"])

    @property
    def operations(self) -> list[str]:
        """Name the operations of the sweep that it is of."""
        return sorted({str(one["Operation"]) for one in self.examples if _operation(one)})

    def __str__(self) -> str:
        """Say it: outcome, code, and of what; of requests by name, of how many and which ones."""
        names = self.operations
        others = sorted({_canonical(one) for one in self.examples if not _operation(one)})
        if others:
            names.append(f"{self.count} asked, {_digest(' '.join(others))}")
        elif self.count > max(len(names), 1):
            names.append(f"{self.count} asked")
        return ": ".join(filter(None, (self.outcome, self.code, ", ".join(names))))


def cause(refusals: Iterable[Refusal | str]) -> str:
    """Say all refusals of a row, or names of what nobody knows."""
    said = "; ".join(sorted({str(one) for one in refusals}))
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]} {_digest(said)}"


def _operation(example: Any) -> bool:
    return isinstance(example, Mapping) and "Operation" in example


def _canonical(value: Any) -> str:
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=True)


def _digest(text: str) -> str:
    return f"sha256:{sha256(text.encode('utf-8', 'backslashreplace')).hexdigest()[:_SHOWN]}"
