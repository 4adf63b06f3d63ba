"""
What the access keys did that a notice names: asked before the whole event history, which may take days.

A beginning, and no more: the history has all of it, and its own step reads that to the end.
"""

from __future__ import annotations

from collections.abc import Generator

from forensics.aws.ask import Refusal
from forensics.aws.paging import Paging
from forensics.aws.tally import Tally
from forensics.collectors.spec import Collector, Context, Lane, Phase, Records, Step
from forensics.model import Exchange, Outcome

PAGES = 20
"""Pages of events for each key and region, of fifty each: ten seconds at the rate that AWS allows."""
KEYS = 20
"""Keys that are asked about, of those that were named."""

_OPERATION = "LookupEvents"


def _lookup(context: Context) -> Records:
    """Ask for the latest events of each key."""
    tally, said, cut = Tally(context.source), False, []
    for key in context.suspects[:KEYS]:
        events, whole = yield from _events(context, tally, key)
        said |= events
        cut += [] if whole else [key]
    cut += context.suspects[KEYS:]
    note = f"not all events of {', '.join(cut)[:500]}: the event history has them" if cut else ""
    yield tally.coverage(Outcome.EMPTY if tally.pages and not said else None, note)
    return {}


def _events(context: Context, tally: Tally, key: str) -> Generator[Exchange, None, tuple[bool, bool]]:
    """Ask for the events of one key; say whether there are any, and whether that was all."""
    paging: Paging = context.session.paging("cloudtrail", _OPERATION)
    wanted = {"LookupAttributes": [{"AttributeKey": "AccessKeyId", "AttributeValue": key}]}
    request, events = paging.first(wanted), False
    for _ in range(PAGES):
        answer = yield from tally.counted(context.asker.ask(request, operation=_OPERATION))
        if isinstance(answer, Refusal):
            tally.refuse(answer, wanted)
            return events, True
        tally.pages += 1
        events |= bool(answer.values.get("Events"))
        following, _ = paging.following(answer.values)
        if not following:
            return events, True
        request = {**request, **following}
    return events, False


COLLECTOR = Collector(
    name="suspects",
    about="what the access keys did that a notice names (--notice)",
    phase=Phase.VOLATILE,
    steps=(
        Step(
            service="cloudtrail",
            # No operation of AWS: the event history, asked for some keys alone.
            operation="SuspectEvents",
            about="the latest events of each access key that a notice names",
            run=_lookup,
            lane=Lane.EVENTS,
            noticed=True,
            actions=("cloudtrail:LookupEvents",),
        ),
    ),
)
