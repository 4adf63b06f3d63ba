"""Regions: which exist, and which this account has enabled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forensics.drill.call import Call, Handler
from forensics.drill.denials import Refusal
from forensics.drill.world import DEFAULT_REGIONS, OPT_IN_REGIONS


def _describe_regions(call: Call) -> Mapping[str, Any]:
    enabled = set(call.world.regions)
    known = sorted(enabled | set(OPT_IN_REGIONS)) if call.params.get("AllRegions") else sorted(enabled)
    wanted = call.params.get("RegionNames") or known
    if unknown := sorted(set(wanted) - enabled - set(OPT_IN_REGIONS) - set(DEFAULT_REGIONS)):
        raise Refusal("InvalidParameterValue", f"Invalid region provided: {unknown[0]}")
    entries = [_region(call, name) for name in known if name in wanted]
    return {"Regions": [entry for entry in entries if _passes(entry, call.params.get("Filters", ()))]}


def _region(call: Call, name: str) -> dict[str, str]:
    return {"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": _status(call, name)}


def _status(call: Call, name: str) -> str:
    if name in DEFAULT_REGIONS:
        return "opt-in-not-required"
    return "opted-in" if name in call.world.regions else "not-opted-in"


def _passes(entry: Mapping[str, str], filters: Any) -> bool:
    fields = {"region-name": "RegionName", "endpoint": "Endpoint", "opt-in-status": "OptInStatus"}
    return all(entry.get(fields.get(one["Name"], ""), "") in one.get("Values", ()) for one in filters)


HANDLERS: Mapping[str, Handler] = {"DescribeRegions": _describe_regions}
