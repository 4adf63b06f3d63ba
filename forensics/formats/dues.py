"""
What is dated of a case, by whom, and what is not: a fold over its ledger.

An entry that only tells of an anchor is no reason for another one: it would never end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from forensics.errors import FormatError
from forensics.formats.anchor import MAX_URL, SIGNATURE, Anchor

MAX_TSAS = 16


def free(kind: str) -> bool:
    """Say whether an entry of this type adds nothing that wants a date."""
    return kind.startswith("anchor.") or kind == "note"


def tsas_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the authorities that the body of a `run.start` or a `note` names; none where it is not ours."""
    listed = body.get("tsas")
    if not isinstance(listed, list) or len(listed) > MAX_TSAS:
        return ()
    return tuple(one for one in listed if isinstance(one, str) and 0 < len(one) <= MAX_URL)


@dataclass(slots=True)
class Dues:
    """Filled entry by entry, oldest first."""

    size: int = 0
    """Entries so far."""
    tsas: tuple[str, ...] = ()
    """The authorities that were last asked for: URLs."""
    anchors: list[tuple[int, Anchor]] = field(default_factory=list)
    """Each stamp that the ledger tells of, and the line that does, counted from 1."""
    bundles: list[str] = field(default_factory=list)
    """Where the bundles were written."""
    stamped: dict[str, int] = field(default_factory=dict)
    """Size of the longest checkpoint that each authority has stamped."""
    _free: list[int] = field(default_factory=list)

    def take(self, seq: int, kind: str, body: Mapping[str, Any]) -> None:
        """Take one more entry into account; one that is not as we write it counts for nothing here."""
        self.size = max(self.size, seq + 1)
        if free(kind):
            self._free.append(seq)
        match kind:
            case "run.start" | "note":
                self.tsas = tsas_of(body) or self.tsas
            case "bundle.sealed" if isinstance(path := body.get("path"), str) and path not in self.bundles:
                self.bundles.append(path)
            case "anchor.tsa":
                self._anchor(seq, body)

    def _anchor(self, seq: int, body: Mapping[str, Any]) -> None:
        try:
            anchor = Anchor.parse(body)
        except FormatError:
            return  # the verifier says so
        self.anchors.append((seq + 1, anchor))
        self.stamped[anchor.tsa] = max(self.stamped.get(anchor.tsa, 0), anchor.checkpoint)

    def undated(self, tsa: str, size: int | None = None) -> int:
        """Count the entries of the first `size` that no stamp of this authority covers, anchors left out."""
        end, start = self.size if size is None else size, self.stamped.get(tsa, 0)
        if end <= start:
            return 0
        return end - start - bisect_left(self._free, end) + bisect_left(self._free, start)

    def unsigned(self, tsa: str) -> list[str]:
        """List the bundles' signatures that this authority has not stamped, each by its path."""
        paid = {anchor.over for _, anchor in self.anchors if anchor.tsa == tsa}
        return [over for path in self.bundles if (over := f"{path}/{SIGNATURE}") not in paid]
