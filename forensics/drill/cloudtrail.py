"""CloudTrail: the defaults that AWS states where moto says nothing, and the keys of digests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from moto.cloudtrail.models import cloudtrail_backends

from forensics.drill import digests
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


def _status(call: Call) -> Answer:
    return _at_home(call, str(call.params.get("Name")))


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
