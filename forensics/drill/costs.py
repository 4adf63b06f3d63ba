"""What the account is billed for: a shop's quiet days, and machines where nobody looks since the breach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from forensics.drill.call import Call, Handler
from forensics.drill.denials import Refusal
from forensics.drill.world import VICTIM

_DAY = timedelta(days=1)
_BREACHED = timedelta(days=3)
"""How long before the drill began."""
USUAL = (("eu-west-1", "EUW1-BoxUsage:t3.medium", "3.04"), ("eu-west-1", "EUW1-EBS:VolumeUsage.gp3", "0.42"))
MINING = (("ap-southeast-1", "APS1-BoxUsage:g5.12xlarge", "163.51"),)


def _usage(call: Call) -> Mapping[str, Any]:
    span = call.params["TimePeriod"]
    first, last = date.fromisoformat(str(span["Start"])), date.fromisoformat(str(span["End"]))
    if first >= last:
        raise Refusal(
            "ValidationException", "Start date (and hour) should be before end date (and hour)", 400
        )
    return {
        "GroupDefinitions": call.params.get("GroupBy", []),
        "ResultsByTime": [_day(call, day) for day in _days(first, last)],
        "DimensionValueAttributes": [],
    }


def _days(first: date, last: date) -> Iterator[date]:
    while first < last:
        yield first
        first += _DAY


def _day(call: Call, day: date) -> Mapping[str, Any]:
    breached = (datetime.fromtimestamp(call.world.born, UTC) - _BREACHED).date()
    rows = (*USUAL, *(MINING if day >= breached else ())) if call.account == VICTIM else ()
    return {
        "TimePeriod": {"Start": day.isoformat(), "End": (day + _DAY).isoformat()},
        "Total": {},
        "Groups": [_group(*row) for row in rows],
        "Estimated": day >= call.now.date(),
    }


def _group(region: str, usage: str, cost: str) -> Mapping[str, Any]:
    amounts = {"UnblendedCost": ("USD", cost), "UsageQuantity": ("Hrs", "24")}
    metrics = {name: {"Amount": amount, "Unit": unit} for name, (unit, amount) in amounts.items()}
    return {"Keys": [region, usage], "Metrics": metrics}


HANDLERS: Mapping[str, Handler] = {"GetCostAndUsage": _usage}
