"""Flow logs: what DescribeFlowLogs says of those of the seed, beside what moto keeps of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forensics.drill import pages
from forensics.drill.call import Call, Handler
from forensics.drill.denials import Answer
from forensics.drill.filters import passes

_FILTERS: Mapping[str, str] = {
    "deliver-log-status": "DeliverLogsStatus",
    "flow-log-id": "FlowLogId",
    "log-destination-type": "LogDestinationType",
    "log-group-name": "LogGroupName",
    "resource-id": "ResourceId",
    "traffic-type": "TrafficType",
}


def kept(call: Call) -> list[dict[str, Any]]:
    """Give the seed's flow logs in this account and region."""
    found: list[dict[str, Any]] = call.shelf("flow-logs", list)
    return found


def _describe(call: Call) -> Answer:
    wanted = set(call.params.get("FlowLogIds", ()))
    ours = [one for one in kept(call) if _passes(call, one) and (not wanted or one["FlowLogId"] in wanted)]
    paging = pages.table("ec2")["DescribeFlowLogs"]

    def edit(result: Mapping[str, Any]) -> Mapping[str, Any]:
        whole = {**result, "FlowLogs": [*ours, *result.get("FlowLogs", ())]}
        return pages.page_result(paging, call.params, whole, call.world.page_size or 1000)

    return call.moto.ask(call, edit, paging)


def _passes(call: Call, one: Mapping[str, Any]) -> bool:
    fields = {name: one.get(field) for name, field in _FILTERS.items()}
    return passes(fields, call.params.get("Filters") or call.params.get("Filter") or ())


HANDLERS: Mapping[str, Handler] = {"DescribeFlowLogs": _describe}
