"""
What a plan's file leaves out of what a new plan would contain, and nobody said on the command line.

A file can be edited and hashed anew. What it no longer names is refused as drift (disks, regions, accounts);
what it says is not to be kept is not missing anywhere. So that is told, and on record with the plan.
"""

from __future__ import annotations

from collections.abc import Iterator

from forensics.errors import UsageError
from forensics.formats import entry
from forensics.planning.document import Plan
from forensics.scope import HISTORY, Scope


def narrowing(plan: Plan, given: Scope) -> tuple[str, ...]:
    """Return a line for each thing that the plan leaves out, and `given`, the scope asked for, does not."""
    return tuple(_lines(plan, given))


def _lines(plan: Plan, given: Scope) -> Iterator[str]:
    said = plan.scope
    yield from (f"without {name}" for name in sorted(said.without - given.without))
    if said.regions and not given.regions:
        yield f"regions but {', '.join(sorted(said.regions))}"
    since = said.since
    if since and not given.since and since > entry.moment(plan.body["made"]) - HISTORY:
        yield f"logs from before {entry.timestamp(since)}"
    if said.until and not given.until:
        yield f"logs from after {entry.timestamp(said.until)}"
    if said.max_log_group < given.max_log_group:
        yield f"log groups beyond {said.max_log_group} bytes"


def check_plan_hash(plan: Plan, expected: str) -> None:
    """Raise `UsageError` where the file is not the plan whose hash was noted when it was made."""
    if expected and plan.sha256 != expected.lower():
        raise UsageError(
            f"the plan's hash is {plan.sha256}, not {expected.lower()}",
            hint="it was edited, or is another: make a new one: forensics plan -o FILE",
        )
