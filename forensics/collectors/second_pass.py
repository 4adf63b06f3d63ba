"""
The second pass: identity and what watches it, read again when all else is done.

An attacker who is still inside acts while we collect. What is read here is kept beside what was read first,
under a name of its own, and `status` says in what the two differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from forensics.collectors import iam, trails
from forensics.collectors.spec import Call, Collector, Each, Phase

ENDING = "AtEnd"
"""What the name of a row ends in that reads again."""

_IDENTITY = (
    *("GetAccountAuthorizationDetails", "ListUsers", "ListAccessKeys", "GetLoginProfile", "ListMFADevices"),
)
_WATCH = ("DescribeTrails", "GetTrailStatus", "GetEventSelectors")


def _again(calls: Iterable[Call], names: tuple[str, ...]) -> Iterator[Call]:
    """Yield rows of a collector once more: each asks about the names that the second reading finds."""
    for call in calls:
        if call.operation in names:
            yield replace(
                call,
                operation=f"{call.operation}{ENDING}",
                about=f"once more, at the end: {call.about.partition(':')[0]}",
                each=_each(call.each),
                asks=call.operation,
                lists=(),
            )


def _each(each: Each | None) -> Each | None:
    return None if each is None else replace(each, row=f"{each.row}{ENDING}")


COLLECTOR = Collector(
    name="second_pass",
    about="users, roles, keys, policies and trails once more, for what changed while the rest was kept",
    phase=Phase.END,
    calls=(*_again(iam.COLLECTOR.calls, _IDENTITY), *_again(trails.COLLECTOR.calls, _WATCH)),
)
