"""What the gate says: of every thing, and of the case, and whether it is safe to go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forensics.formats.display import clean
from forensics.readiness.conditions import Condition
from forensics.readiness.judging import Judged, State

FORMAT = "forensics-ready/1"
READY, NOT_READY, BROKEN = 0, 3, 4
_WIDE = 60
_RECORDED = " are out as the case has it on record: the account that they are in was not looked at now"
_NARROWS = "not looked for by the case, as the file of a plan alone has it: "
_HELD = " are in snapshots of the account alone: keep it and these, or take them out first (--copy-to)"


@dataclass(frozen=True, slots=True)
class Account:
    """An account that was looked at, or was to be."""

    account: str
    principal: str
    """As whom; empty where it was not looked at."""
    regions: tuple[str, ...]
    name: str = ""
    """As the organization calls it: hostile text. Empty where nobody asked."""
    looked: bool = False

    def document(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        return {
            "account": self.account,
            "looked": self.looked,
            "name": self.name,
            "principal": self.principal,
            "regions": list(self.regions),
        }

    def line(self) -> str:
        """Say it on a terminal; clean."""
        name = f" ({clean(self.name)})" if self.name else ""
        who = f", as {clean(self.principal)}" if self.looked else ", which was NOT looked at"
        return f"{'account':<16} {clean(self.account)}{name}{who}"


@dataclass(frozen=True, slots=True)
class Readiness:
    """The answer. True only if nothing would be lost that was not waived, and the case is safe."""

    case: str
    accounts: tuple[Account, ...]
    """Those that were looked at, first, and those of the case, or that were named, that were not."""
    things: tuple[Judged, ...]
    conditions: tuple[Condition, ...]
    narrowed: bool
    """Whether only what was named was looked at."""
    narrows: tuple[str, ...] = ()
    """What the file of a plan alone left out of the case, and no command line did."""

    @property
    def account(self) -> str:
        """The account that was looked at, the first of several."""
        return self.accounts[0].account

    @property
    def principal(self) -> str:
        """As whom."""
        return self.accounts[0].principal

    @property
    def regions(self) -> tuple[str, ...]:
        """Where, in any account."""
        return tuple(sorted({region for one in self.accounts for region in one.regions}))

    @property
    def several(self) -> bool:
        """Say whether it is about more than one account, so that names need theirs."""
        return len(self.accounts) > 1

    @property
    def lost(self) -> tuple[Judged, ...]:
        """List what would be lost."""
        return tuple(one for one in self.things if not one.safe)

    @property
    def held(self) -> tuple[Judged, ...]:
        """List the disks of which all that is kept are snapshots in the account itself: lost with it."""
        return tuple(
            one for one in self.things if one.kind == "ec2:volume" and one.state in (State.KEPT, State.LOCKED)
        )

    @property
    def unmet(self) -> tuple[Condition, ...]:
        """List the conditions that do not hold."""
        return tuple(one for one in self.conditions if not one.met)

    @property
    def exit_code(self) -> int:
        """Return 0 (ready), 3 (not ready) or 4 (evidence was changed)."""
        if any(one.broken for one in self.conditions):
            return BROKEN
        return NOT_READY if self.lost or self.unmet else READY

    def __bool__(self) -> bool:
        return self.exit_code == READY

    def document(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        return {
            "account": self.account,
            "accounts": [one.document() for one in self.accounts],
            "case": self.case,
            "conditions": [one.document() for one in self.conditions],
            "counts": dict(sorted(Counter(str(one.state) for one in self.things).items())),
            "format": FORMAT,
            "held": [one.full for one in self.held],
            "narrowed": self.narrowed,
            "narrows": list(self.narrows),
            "principal": self.principal,
            "ready": bool(self),
            "regions": list(self.regions),
            "things": [one.document() for one in self.things],
        }

    def lines(self) -> Iterator[str]:
        """Yield it for a terminal, what stands in the way last; all clean."""
        yield from (one.line() for one in self.accounts if self.several)
        things = sorted(self.things, key=lambda one: not one.safe)
        names = {one.where: clean(one.full if self.several else one.ref) for one in things}
        width = min(max(map(len, names.values()), default=0), _WIDE)
        for one in things:
            state = f"{one.state}, waived" if one.waived else str(one.state)
            why = clean(str(one.waived["because"]) if one.waived else one.why, 300)
            yield f"{state:<16} {names[one.where]:<{width}}  {why}".rstrip()
        for condition in self.conditions:
            met = "yes" if condition.met else "NO"
            of = f"of {condition.account}" if condition.account and self.several else ""
            said = ": ".join(filter(None, (of, clean(condition.detail, 500))))
            yield f"{met:<16} {condition.name:<10} {said}".rstrip()
        for line in self.narrows:
            yield f"{'note':<16} {'plan':<10} {_NARROWS}{clean(line, 300)}"
        if recorded := sum(one.recorded for one in self.things):
            yield f"{'note':<16} {'copies':<10} {recorded}{_RECORDED}"
        if self.held:
            yield f"{'note':<16} {'disks':<10} {len(self.held)}{_HELD}"
        yield self.sentence

    @property
    def sentence(self) -> str:
        """Say it in one line."""
        count = Counter(str(one.state) for one in self.lost)
        reasons = [f"{number} {state}" for state, number in sorted(count.items())]
        reasons += dict.fromkeys(one.name for one in self.unmet)
        if not reasons:
            waived = sum(one.waived is not None for one in self.things)
            what = "what was named" if self.narrowed else "what is alive"
            return f"ready: nothing of {what} would be lost" + (f" but {waived} waived" if waived else "")
        return f"NOT ready: {', '.join(reasons)}"


def gone(kind: str, identifier: str, region: str) -> Judged:
    """Say of something that was named that it is in the case, and is there no more."""
    return Judged(kind, identifier, region, State.GONE, "it is in the case, and is there no more")
