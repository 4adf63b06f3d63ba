"""CloudWatch Logs: groups, streams, filters, and events in pages as AWS cuts them, empty ones among them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from forensics.drill.call import Call, Handler
from forensics.drill.denials import Refusal
from forensics.drill.groups import Event, Group, find, kept, readable

MOST = 10_000
LARGEST = 1 << 20
"""Events and bytes that a page holds at most."""
EMPTY_EVERY = 3
"""Of a group of several streams, every third page is empty and has a token: AWS was still searching."""
_WORDS = re.compile(r'"([^"]*)"|(\S+)')


def _groups(call: Call) -> Mapping[str, Any]:
    prefix, pattern = call.params.get("logGroupNamePrefix", ""), call.params.get("logGroupNamePattern", "")
    kind = call.params.get("logGroupClass")
    found = [
        group
        for name, group in sorted(kept(call).items())
        if name.startswith(prefix) and pattern.lower() in name.lower() and kind in {None, group.kind}
    ]
    page, token = _page(call, found)
    return {"logGroups": [_group(call, group) for group in page], **token}


def _group(call: Call, group: Group) -> dict[str, Any]:
    arn = group.arn(call.account, call.region)
    said = {
        "logGroupName": group.name,
        "creationTime": group.created,
        "metricFilterCount": len(group.metrics),
        "arn": f"{arn}:*",
        "logGroupArn": arn,
        "storedBytes": group.stored,
        "logGroupClass": group.kind,
    }
    if group.masks:
        said["dataProtectionStatus"] = "ACTIVATED"
    if group.retention is not None:
        said["retentionInDays"] = group.retention
    return said | ({"kmsKeyId": group.kms} if group.kms else {})


def _streams(call: Call) -> Mapping[str, Any]:
    group = find(call).fill()
    prefix = str(call.params.get("logStreamNamePrefix", ""))
    names = sorted(name for name in group.streams if name.startswith(prefix))
    if call.params.get("orderBy") == "LastEventTime":
        if prefix:
            raise _invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
        names.sort(key=lambda name: group.streams[name][-1][0] if group.streams[name] else 0)
    if call.params.get("descending"):
        names.reverse()
    page, token = _page(call, names)
    return {"logStreams": [_stream(call, group, name) for name in page], **token}


def _stream(call: Call, group: Group, name: str) -> dict[str, Any]:
    lines = group.streams[name]
    said: dict[str, Any] = {
        "logStreamName": name,
        "creationTime": group.created,
        "arn": f"{group.arn(call.account, call.region)}:log-stream:{name}",
        "storedBytes": 0,
    }
    if lines:
        said |= {
            "firstEventTimestamp": lines[0][0],
            "lastEventTimestamp": lines[-1][0],
            "lastIngestionTime": lines[-1][0] + 900,
        }
    return said


def _metric_filters(call: Call) -> Mapping[str, Any]:
    chosen = [find(call)] if call.params.get("logGroupName") else list(kept(call).values())
    page, token = _page(
        call, [{**one, "logGroupName": group.name} for group in chosen for one in group.metrics]
    )
    return {"metricFilters": page, **token}


def _subscription_filters(call: Call) -> Mapping[str, Any]:
    group = find(call)
    page, token = _page(call, [{**one, "logGroupName": group.name} for one in group.subscriptions])
    return {"subscriptionFilters": page, **token}


def _page(call: Call, whole: Sequence[Any]) -> tuple[Sequence[Any], Mapping[str, str]]:
    start, _ = _place(call)
    size = int(call.params.get("limit") or call.world.page_size or 50)
    end = start + size
    return whole[start:end], {"nextToken": _token(call, end, 0)} if end < len(whole) else {}


def _token(call: Call, position: int, number: int) -> str:
    text = json.dumps([position, number, _question(call), call.request_id])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _question(call: Call) -> str:
    rest = {name: value for name, value in call.params.items() if name not in {"nextToken", "limit"}}
    text = json.dumps([call.asked.operation, call.account, call.region, rest], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _place(call: Call) -> tuple[int, int]:
    given = call.params.get("nextToken")
    if not given:
        return 0, 0
    try:
        position, number, question, _ = json.loads(base64.urlsafe_b64decode(str(given)))
    except (ValueError, TypeError):
        position, number, question = 0, 0, ""
    if question != _question(call):
        raise _invalid("The specified nextToken is invalid.")
    return int(position), int(number)


def _invalid(why: str) -> Refusal:
    return Refusal("InvalidParameterException", why)


def _filter(call: Call) -> Mapping[str, Any]:
    group, limit = readable(call), _limit(call)
    start, number = _place(call)
    found = _searched(call, group)
    if call.fault == "empty_page" or (len(group.streams) > 1 and number % EMPTY_EVERY == 0):
        return {"events": [], "searchedLogStreams": [], "nextToken": _token(call, start, number + 1)}
    page = _sized(found[start:], limit)
    answer = {"events": [_filtered(call, group, event) for event in page], "searchedLogStreams": []}
    end = start + len(page)
    if call.fault == "repeat_page" and page:
        return answer | {"nextToken": _token(call, start, number + 1)}
    if end >= len(found):
        return answer
    same = call.fault == "repeat_token" and call.params.get("nextToken")
    return answer | {"nextToken": same or _token(call, end, number + 1)}


def _limit(call: Call) -> int:
    limit = int(call.params.get("limit") or MOST)
    if not 1 <= limit <= MOST:
        raise _invalid(f"Value '{limit}' at 'limit' failed to satisfy constraint")
    return limit


def _searched(call: Call, group: Group) -> list[Event]:
    names, prefix = call.params.get("logStreamNames"), call.params.get("logStreamNamePrefix")
    if names and prefix:
        raise _invalid("logStreamNames and logStreamNamePrefix are mutually exclusive")
    if unknown := set(names or ()) - set(group.streams):
        raise Refusal("ResourceNotFoundException", f"The specified log stream does not exist: {min(unknown)}")
    chosen = names or [name for name in sorted(group.streams) if name.startswith(prefix or "")]
    first, last = int(call.params.get("startTime", 0)), int(call.params.get("endTime", 1 << 60))
    words = [quoted or plain for quoted, plain in _WORDS.findall(str(call.params.get("filterPattern", "")))]
    found = [
        event
        for event in group.events(chosen)
        if first <= event.moment <= last and all(word in event.message for word in words)
    ]
    found.sort(key=lambda event: (event.moment, event.stream, event.index))
    return found


def _sized(events: Iterable[Event], limit: int) -> list[Event]:
    page: list[Event] = []
    room = LARGEST
    for event in events:
        room -= event.size
        if len(page) >= limit or (room < 0 and page):
            break
        page.append(event)
    return page


def _filtered(call: Call, group: Group, event: Event) -> Mapping[str, Any]:
    return {**_told(call, group, event), "logStreamName": event.stream, "eventId": event.id}


def _told(call: Call, group: Group, event: Event) -> dict[str, Any]:
    message = group.shown(event.message, bare=bool(call.params.get("unmask")))
    return {"timestamp": event.moment, "message": message, "ingestionTime": event.moment + 900}


def _get(call: Call) -> Mapping[str, Any]:
    group, limit = readable(call), _limit(call)
    name = str(call.params.get("logStreamName", ""))
    if name not in group.streams:
        raise Refusal("ResourceNotFoundException", "The specified log stream does not exist.")
    first, last = int(call.params.get("startTime", 0)), int(call.params.get("endTime", 1 << 60))
    found = [event for event in group.events([name]) if first <= event.moment < last]
    start, end = _window(call, found, limit)
    page = found[start:end]
    return {
        "events": [_told(call, group, event) for event in page],
        "nextForwardToken": f"f/{end:056d}/s",
        "nextBackwardToken": f"b/{start:056d}/s",
    }


def _window(call: Call, found: Sequence[Event], limit: int) -> tuple[int, int]:
    given = str(call.params.get("nextToken") or "")
    way, _, rest = given.partition("/")
    number = rest.removesuffix("/s")
    if given and (way not in {"b", "f"} or not number.isdigit()):
        raise _invalid("The specified nextToken is invalid.")
    if way == "b" or (not given and not call.params.get("startFromHead")):
        end = min(int(number), len(found)) if given else len(found)
        return end - len(_sized(reversed(found[:end]), limit)), end
    start = min(int(number), len(found)) if given else 0
    if call.fault == "empty_page":
        return start, start
    return start, start + len(_sized(found[start:], limit))


def _create(call: Call) -> Mapping[str, Any]:
    name = str(call.params["logGroupName"])
    if name in kept(call):
        raise Refusal("ResourceAlreadyExistsException", "The specified log group already exists")
    made = Group(name, int(call.world.clock() * 1000), kms=str(call.params.get("kmsKeyId", "")))
    made.kind = str(call.params.get("logGroupClass", "STANDARD"))
    kept(call)[name] = made
    return {}


def _delete(call: Call) -> Mapping[str, Any]:
    del kept(call)[find(call).name]
    return {}


def _create_stream(call: Call) -> Mapping[str, Any]:
    find(call).fill().streams.setdefault(str(call.params["logStreamName"]), [])
    return {}


def _put(call: Call) -> Mapping[str, Any]:
    streams, name = find(call).fill().streams, str(call.params["logStreamName"])
    if name not in streams:
        raise Refusal("ResourceNotFoundException", "The specified log stream does not exist.")
    streams[name] += [(int(one["timestamp"]), str(one["message"])) for one in call.params["logEvents"]]
    streams[name].sort(key=lambda line: line[0])
    return {"nextSequenceToken": "0"}


def _retain(call: Call) -> Mapping[str, Any]:
    find(call).retention = int(call.params["retentionInDays"])
    return {}


def _protect(call: Call) -> Mapping[str, Any]:
    find(call).masks = True
    return {name: call.params[name] for name in ("logGroupIdentifier", "policyDocument")}


def _queries(_: Call) -> Mapping[str, Any]:
    return {"queryDefinitions": []}


def _tags(_: Call) -> Mapping[str, Any]:
    return {"tags": {}}


HANDLERS: Mapping[str, Handler] = {
    "CreateLogGroup": _create,
    "CreateLogStream": _create_stream,
    "DeleteLogGroup": _delete,
    "DescribeLogGroups": _groups,
    "DescribeLogStreams": _streams,
    "DescribeMetricFilters": _metric_filters,
    "DescribeQueryDefinitions": _queries,
    "DescribeSubscriptionFilters": _subscription_filters,
    "FilterLogEvents": _filter,
    "GetLogEvents": _get,
    "ListTagsForResource": _tags,
    "ListTagsLogGroup": _tags,
    "PutDataProtectionPolicy": _protect,
    "PutLogEvents": _put,
    "PutRetentionPolicy": _retain,
}
