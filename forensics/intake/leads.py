"""What the notices of a case name, by its ledger: where to look first, and whom not to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forensics.intake.mentions import KINDS
from forensics.plain import texts

TYPE = "intake"
"""Of the ledger's entry."""


@dataclass(slots=True)
class Leads:
    """The names in all notices so far."""

    named: dict[str, dict[str, None]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    kept: dict[str, str] = field(default_factory=dict)
    """Where each notice is, by its SHA-256."""

    def take(self, kind: str, body: Mapping[str, Any]) -> None:
        """Take one entry of the ledger into account."""
        if kind == TYPE:
            self.kept[body["sha256"]] = "".join(body["items"][:1])
            for name, found in body["found"].items():
                self.named.setdefault(name, {}).update(dict.fromkeys(found))

    @property
    def keys(self) -> tuple[str, ...]:
        """Ids of access keys: suspects, every one."""
        return tuple(self.named["keys"])

    def urgent(self, region: str) -> bool:
        """Say whether a region is among those that were named."""
        return region in self.named["regions"]

    def first(self, names: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Put those first that speak of an instance, a key or an ARN that was named."""
        wanted = {**self.named["instances"], **self.named["keys"], **self.named["arns"]}
        if not wanted:
            return names
        return sorted(names, key=lambda name: not any(text in wanted for text in texts(name)))
