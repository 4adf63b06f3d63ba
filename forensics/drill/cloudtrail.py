"""CloudTrail: the defaults that AWS states where moto says nothing, and the keys of digests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

from moto.cloudtrail.models import cloudtrail_backends

from forensics.drill import delivery, digests
from forensics.drill.call import Call, Handler
from forensics.drill.denials import Answer, Refusal

_MANAGEMENT: Mapping[str, Any] = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}
"""What a trail records until it is told otherwise."""


def _at_home(call: Call, name: str) -> Answer:
    """Ask moto about a trail. By its bare name it is known at home alone; elsewhere its shadow has an ARN."""
    if not name.startswith("arn:") and name not in cloudtrail_backends[call.account][call.region].trails:
        raise Refusal("TrailNotFoundException", f"Unknown trail: {name} for the user: {call.account}")
    return call.moto.answer(call)


def _status(call: Call) -> Mapping[str, Any] | Answer:
    asked = str(call.params.get("Name"))
    answer = _at_home(call, asked)
    home = asked.split(":")[3] if asked.startswith("arn:") else call.region
    name = asked.rpartition("/")[2]
    plan = call.world.shelf.get((f"trail {name}", call.account, home))
    if answer.status != 200 or plan is None:
        return answer
    said = {**json.loads(answer.body), **delivery.status(call.world, plan)}
    return {**said, **_spans(cloudtrail_backends[call.account][home].trails[name].status)}


def _spans(status: Any) -> Mapping[str, Any]:
    # moto writes what it takes for UTC in the local time
    names = {"StartLoggingTime": status.started, "StopLoggingTime": status.stopped}
    return {name: moment.replace(tzinfo=UTC) for name, moment in names.items() if moment is not None}


def _event_selectors(call: Call) -> Mapping[str, Any] | Answer:
    answer = _at_home(call, str(call.params.get("TrailName")))
    if answer.status != 200:
        return answer
    found = json.loads(answer.body)
    basic, advanced = found.get("EventSelectors"), found.get("AdvancedEventSelectors")
    chosen: dict[str, Any] = {"AdvancedEventSelectors": advanced} if advanced else {"EventSelectors": basic}
    if not basic and not advanced:
        chosen = {"EventSelectors": [dict(_MANAGEMENT)]}
    return {"TrailARN": found["TrailARN"], **chosen}


def _insight_selectors(call: Call) -> Answer:
    answer = _at_home(call, str(call.params.get("TrailName")))
    if answer.status == 200 and not json.loads(answer.body).get("InsightSelectors"):
        raise Refusal("InsightNotEnabledException", "Insights are not enabled on the trail", 400)
    return answer


def _public_keys(call: Call) -> Mapping[str, Any]:
    start, end = call.now - timedelta(days=20), call.now + timedelta(days=10)
    return {"PublicKeyList": [digests.public_key(digests.digest_key(), start, end)]}


HANDLERS: Mapping[str, Handler] = {
    "GetEventSelectors": _event_selectors,
    "GetInsightSelectors": _insight_selectors,
    "GetTrailStatus": _status,
    "ListPublicKeys": _public_keys,
}
