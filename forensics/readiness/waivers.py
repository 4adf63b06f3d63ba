"""Letting something go: by its name alone, with a reason, on record in the ledger before it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forensics.aws.regions import Identity
from forensics.custody.case import open_case
from forensics.errors import UsageError
from forensics.readiness.judging import Judged

_LONGEST = 1_000
"""Characters of a reason."""


def check(names: Sequence[str], because: str) -> None:
    """Refuse waivers that cannot be, before anything is asked."""
    if not all(map(str.strip, names)):
        raise UsageError("a waiver of nothing", hint="name what is let go: --waive RESOURCE")
    if names and not because.strip():
        raise UsageError("a waiver needs a reason", hint="say why: --because TEXT")
    if because and not names:
        raise UsageError("a reason for nothing", hint="say what is let go: --waive RESOURCE")
    if len(because) > _LONGEST or not because.isprintable():
        raise UsageError(f"a reason is one line of at most {_LONGEST} characters")


def give(
    path: Path, names: Sequence[str], because: str, things: Sequence[Judged], who: Identity
) -> dict[tuple[str, str], Mapping[str, Any]]:
    """
    Write the waivers into the ledger of the case, and return their bodies by account and what they let go.

    Raises `UsageError` for a name that nothing in the way has, or several have: then none is written.
    """
    if not names:
        return {}
    chosen = [_named(name, things) for name in names]
    bodies: dict[tuple[str, str], Mapping[str, Any]] = {
        one.where: {"account": one.account, "because": because, "by": who.arn, "resource": one.where[1]}
        for one in chosen
    }
    with open_case(path, create=False) as case:
        for body in bodies.values():
            case.writer.record("waive", body)
    return bodies


def _named(name: str, things: Sequence[Judged]) -> Judged:
    lost = [one for one in things if not one.safe]
    found = [one for one in lost if one.full == name]
    found = found or [one for one in lost if one.ref == name]
    found = found or [one for one in lost if name in {one.id, one.arn}]
    if len(found) == 1:
        return found[0]
    if found:
        several = len({one.account for one in found}) > 1
        refs = ", ".join(sorted(one.full if several else one.ref for one in found)[:5])
        raise UsageError(f"{name[:200]} is the name of {len(found)} things", hint=f"name one: {refs}")
    pattern = "waivers are by name, not by pattern" if set(name) & set("*?") else None
    raise UsageError(
        f"there is nothing to waive that is called {name[:200]}",
        hint=pattern or "give the name as `forensics ready` shows it",
    )
