"""What the account was billed for, day by day: mining shows in regions where nobody looks."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from forensics.aws.row import Row
from forensics.collectors.spec import Collector, Context, Phase, Reach, Records, Step

_DAY = timedelta(days=1)
_LONGEST = 395 * _DAY
"""Cost Explorer keeps thirteen months."""


def _days(context: Context) -> tuple[str, str]:
    """Give the window's first day, and the one after its last: costs are of whole days, in UTC."""
    today = context.clock().astimezone(UTC)
    window = context.window
    first, last = (window.since, window.until) if window is not None else (today - 90 * _DAY, today)
    last = min(last.astimezone(UTC), today)
    first = max(min(first.astimezone(UTC), last), today - _LONGEST)
    return f"{first:%Y-%m-%d}", f"{last + _DAY:%Y-%m-%d}"


def _usage(context: Context) -> Records:
    start, end = _days(context)
    request: dict[str, Any] = {
        "TimePeriod": {"Start": start, "End": end},
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost", "UsageQuantity"],
        "GroupBy": [{"Type": "DIMENSION", "Key": key} for key in ("REGION", "USAGE_TYPE")],
    }
    return (yield from Row(context.asker, (request,)).records())


def _anomalies(context: Context) -> Records:
    start, end = _days(context)
    request = {"DateInterval": {"StartDate": start, "EndDate": end}}
    return (yield from Row(context.asker, (request,)).records())


COLLECTOR = Collector(
    name="costs",
    about="costs by day, region and kind of use: a request to Cost Explorer costs $0.01",
    phase=Phase.CONFIGURATION,
    steps=(
        Step(
            service="ce",
            operation="GetCostAndUsage",
            about="costs by day, region and kind of use, at $0.01 for each page",
            run=_usage,
            reach=Reach.GLOBAL,
            actions=("ce:GetCostAndUsage",),
        ),
        Step(
            service="ce",
            operation="GetAnomalies",
            about="costs that AWS found unusual, at $0.01 for each page",
            run=_anomalies,
            reach=Reach.GLOBAL,
            actions=("ce:GetAnomalies",),
        ),
    ),
)
