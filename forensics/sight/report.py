"""What is recorded, what is not, what could be done unseen, and the commands that would close each hole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forensics.formats.display import clean
from forensics.formats.shell import pasted

FORMAT = "forensics-visibility/1"
CLEAR, HOLES = 0, 3
ON, OFF, PARTLY, UNKNOWN = "on", "off", "partly", "unknown"


@dataclass(frozen=True, slots=True)
class Sight:
    """One source of evidence of one place. Names are hostile text."""

    source: str
    """`trail`, `flow logs`, …"""
    region: str
    subject: str
    """What it is of: a trail, a network, a bucket; empty for the region."""
    state: str
    since: str = ""
    until: str = ""
    detail: str = ""
    unseen: str = ""
    """What an intruder could do that nobody would see; empty where it is on."""
    commands: tuple[str, ...] = ()
    """What would close it. Words in capitals are for whoever runs it to fill in."""
    account: str = ""

    def document(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        return {
            "account": self.account,
            "commands": list(map(pasted, self.commands)),
            "detail": self.detail,
            "region": self.region,
            "since": self.since,
            "source": self.source,
            "state": self.state,
            "subject": self.subject,
            "unseen": self.unseen,
            "until": self.until,
        }

    def lines(self) -> Iterator[str]:
        """Yield it for a terminal; clean."""
        of = f" {clean(self.subject)}" if self.subject else ""
        span = f", since {self.since}" if self.since else ""
        span += f", until {self.until}" if self.until else ""
        detail = f": {clean(self.detail)}" if self.detail else ""
        yield f"{self.state:<8} {self.source}{of} in {clean(self.region)}{span}{detail}"
        if self.unseen:
            yield f"         unseen: {self.unseen}"
        for command in self.commands:
            fit = pasted(command)
            yield f"         {fit}" if fit.startswith("#") else f"         $ {fit}"


@dataclass(frozen=True, slots=True)
class Visibility:
    """What an account records, by region."""

    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    when: str
    """When AWS was asked; empty: now."""
    sights: tuple[Sight, ...]

    @property
    def holes(self) -> tuple[Sight, ...]:
        """List what is not on."""
        return tuple(one for one in self.sights if one.state != ON)

    @property
    def exit_code(self) -> int:
        """Return 0 if everything is on, else 3."""
        return HOLES if self.holes else CLEAR

    def document(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        return {
            "accounts": list(self.accounts),
            "format": FORMAT,
            "holes": len(self.holes),
            "regions": list(self.regions),
            "sights": [one.document() for one in self.sights],
            "when": self.when,
        }

    def lines(self) -> Iterator[str]:
        """Yield it for a terminal, what is on first; clean."""
        when = f"as of {clean(self.when)}" if self.when else "now"
        for account in self.accounts or ("unknown",):
            yield f"account     {clean(account)}, {len(self.regions)} regions, {when}"
            of = [one for one in self.sights if one.account == account]
            for one in sorted(of, key=lambda one: one.state != ON):
                yield from one.lines()
        holes = len(self.holes)
        yield f"{holes} holes; nothing was changed" if holes else "no holes that this program looks for"
