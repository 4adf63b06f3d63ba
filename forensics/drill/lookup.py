"""LookupEvents: ninety days, newest first, fifty a page, and no more than two requests a second."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from forensics.drill.call import Call, Handler
from forensics.drill.denials import Refusal
from forensics.drill.history import KEPT, Event, history

PAGE = 50
RATE = 2.0
"""Requests a second that AWS lets in, of an account in a region."""
ATTRIBUTES = frozenset(
    {
        "AccessKeyId", "EventId", "EventName", "EventSource", "ReadOnly", "ResourceName", "ResourceType",
        "Username",
    }
)  # fmt: skip


@dataclass
class Bucket:
    """A token bucket that holds one second's worth."""

    tokens: float = RATE
    at: float = 0.0

    def take(self, now: float) -> bool:
        """Take a token, if there is one."""
        self.tokens = min(RATE, self.tokens + max(0.0, now - self.at) * RATE)
        self.at = now
        if self.tokens < 1.0:
            return False
        self.tokens -= 1.0
        return True


def _lookup(call: Call) -> Mapping[str, Any]:
    _pace(call)
    _check(call)
    found = _matching(call)
    after = _after(call)
    size = int(call.params.get("MaxResults") or PAGE)
    if call.fault == "empty_page":
        return {"Events": [], "NextToken": _token(call, after)}
    rest = (event for event in reversed(found) if after is None or event.order < after)
    page = list(islice(rest, size + 1))
    shown, following = page[:size], page[size:]
    answer: dict[str, Any] = {"Events": [event.shown() for event in shown]}
    if call.fault == "repeat_page" and shown:
        answer["NextToken"] = _token(call, after)
    elif call.fault == "repeat_token" and following and call.params.get("NextToken"):
        answer["NextToken"] = call.params["NextToken"]
    elif following:
        answer["NextToken"] = _token(call, shown[-1].order)
    return answer


def _pace(call: Call) -> None:
    if not call.world.limit_lookups:
        return
    bucket: Bucket = call.shelf("lookups", Bucket)
    with call.world.lock:
        if not bucket.take(call.world.clock()):
            raise Refusal("ThrottlingException", "Rate exceeded")


def _check(call: Call) -> None:
    params = call.params
    if not 1 <= int(params.get("MaxResults", PAGE)) <= PAGE:
        raise Refusal("InvalidMaxResultsException", "A max results value must be between 1 and 50.")
    if params.get("EventCategory", "insight") != "insight":
        raise Refusal("InvalidEventCategoryException", "The event category is not valid.")
    asked = params.get("LookupAttributes") or ()
    if len(asked) > 1 or any(one.get("AttributeKey") not in ATTRIBUTES for one in asked):
        raise Refusal("InvalidLookupAttributesException", "Only one lookup attribute is supported.")
    start, end = params.get("StartTime"), params.get("EndTime")
    if start is not None and end is not None and _seconds(start) > _seconds(end):
        raise Refusal("InvalidTimeRangeException", "The start time must be before the end time.")


def _seconds(value: Any) -> float:
    return value.timestamp() if isinstance(value, datetime) else float(value)


def _matching(call: Call) -> Sequence[Event]:
    now, params = call.world.clock(), call.params
    start = max(_seconds(params.get("StartTime", 0)), now - KEPT)
    end = _seconds(params.get("EndTime", now))
    insight = params.get("EventCategory") == "insight"
    found = history(call.world).between((call.account, call.region), (start, end), insight=insight)
    for one in params.get("LookupAttributes") or ():
        name, wanted = str(one["AttributeKey"]), str(one.get("AttributeValue", ""))
        found = [event for event in found if wanted in event.attributes(name)]
    return found


def _question(call: Call) -> str:
    rest = {name: value for name, value in call.params.items() if name != "NextToken"}
    text = json.dumps([call.account, call.region, rest], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _token(call: Call, after: tuple[int, str] | None) -> str:
    # the request's id makes each token one of its own, as a repeated token is the end of a list
    text = json.dumps([after, _question(call), call.request_id])
    return base64.b64encode(text.encode()).decode()


def _after(call: Call) -> tuple[int, str] | None:
    given = call.params.get("NextToken")
    if not given:
        return None
    try:
        after, question, _ = json.loads(base64.b64decode(str(given), validate=True))
    except (ValueError, TypeError):
        after, question = None, ""
    if question != _question(call):
        raise Refusal("InvalidNextTokenException", "The next token is not valid for these parameters.")
    return (int(after[0]), str(after[1])) if after else None


HANDLERS: Mapping[str, Handler] = {"LookupEvents": _lookup}
