"""How much of LookupEvents' limit is used, as the server that enforces it has counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from forensics.drill.server import Drill
from forensics.drill.world import DEFAULT_REGIONS
from tests.collectors.play import Play, Time, session_on

pytestmark = pytest.mark.bench

EVENTS = 50_000
ROW = "cloudtrail.LookupEvents"
LIMIT = 2.0
"""Requests a second in each region."""


@pytest.mark.parametrize(("seconds", "aim"), [(0.0, 0.97), (0.8, 0.9)])
def test_lookup(seconds: float, aim: float) -> None:
    """All regions at once, with answers that come at once, and with ones that take longer than a turn."""
    regions = sorted(DEFAULT_REGIONS)
    with Drill.start() as drill:
        drill.events(regions=regions, count=EVENTS)
        drill.fault(kind="delay", operation="LookupEvents", seconds=seconds)
        session = session_on(drill)
        plays = {region: Play(session, Time(real=100), region=region) for region in regions}
        with ThreadPoolExecutor(len(regions)) as threads:
            list(threads.map(lambda play: play.run(ROW), plays.values()))
        calls = [call for call in drill.calls() if call["operation"] == "LookupEvents"]
        for region, play in plays.items():
            kept = [event["EventId"] for event in play.events(ROW)]
            assert len(kept) == len(set(kept))
            assert set(kept) == drill.event_ids(region) | drill.event_ids(region, insight=True)
    assert Counter(call["status"] for call in calls) == {200: len(calls)}
    times: dict[str, list[datetime]] = defaultdict(list)
    for call in calls:
        times[call["region"]].append(datetime.fromisoformat(call["time"]))
    used = {
        region: (len(some) - 1) / (max(some) - min(some)).total_seconds() / LIMIT
        for region, some in times.items()
    }
    print(
        f"{EVENTS} events, answers after {seconds} s: {len(calls)} requests, no throttling; of the limit "
        f"{min(used.values()):.1%} to {max(used.values()):.1%} used, by region"
    )
    assert min(used.values()) >= aim
