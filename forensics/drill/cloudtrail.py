"""CloudTrail: the defaults that AWS states where moto says nothing, and the keys of digests."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from moto.cloudtrail.models import cloudtrail_backends

from forensics.drill.call import Call, Handler
from forensics.drill.denials import Answer, Refusal

DIGEST_KEY = (
    "MIIBCgKCAQEAyKlqn34q8sTtsnSmWbJmMeGlFGrQJsyYzPyxXYdrksDvIH9fQAhDkgKN6WgEXWmX1TUqYpsv9Pm1ZvEBm+3zooU2"
    "REw1glfpEYCRsaSUl46KdLu+TRzX/cUMZtua8ETPC70vMtrb+OUdmWCX+OsxoZxfcjFqr9CNecrZTgvKFfBMJrrLL5ZUVaaffVqe"
    "DkE2Vk/aix6rqqVSqdle8cGoEdRi05M/wMPgcQVT+mH3wsSTjdgxNYS+GJu5Q74hph627fr7qghTr7Idr5ilM1DPXCweqjOzSQcj"
    "d9ws2qZ1PLSycxQu6P6aHSzkVSBJaYKiT4yho7J/3iMFiJREugw85wIDAQAB"
)
"""RSA key in PKCS #1, as ListPublicKeys gives it. It signs nothing yet: nobody kept its private half."""

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
    der = base64.b64decode(DIGEST_KEY)
    key = {
        "Value": der,
        "ValidityStartTime": call.now - timedelta(days=20),
        "ValidityEndTime": call.now + timedelta(days=10),
        # MD5 of the key in PKCS #1 is what AWS calls its fingerprint: a name, not a protection
        "Fingerprint": hashlib.md5(der, usedforsecurity=False).hexdigest(),
    }
    return {"PublicKeyList": [key]}


HANDLERS: Mapping[str, Handler] = {
    "GetEventSelectors": _event_selectors,
    "GetInsightSelectors": _insight_selectors,
    "GetTrailStatus": _status,
    "ListPublicKeys": _public_keys,
}
