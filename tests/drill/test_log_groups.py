"""Log groups: what is said of them, pages as AWS cuts them, and what may not be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from forensics.drill import Drill
from forensics.drill.seed.syslog import HOSTILE
from tests.drill.conftest import Clients, Refused

AUTH = "/var/log/auth.log"


@pytest.fixture(autouse=True)
def _troubled(running: Drill) -> None:
    """Have the account lack what it may lack."""
    running.troubles()


def _pages(logs: Any, group: str, **arguments: Any) -> list[dict[str, Any]]:
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, **arguments)
    return list(pages)


def _events(logs: Any, group: str, **arguments: Any) -> list[dict[str, Any]]:
    return [event for page in _pages(logs, group, **arguments) for event in page["events"]]


def _stream(logs: Any, group: str, stream: str, **arguments: Any) -> Iterator[list[dict[str, Any]]]:
    token: dict[str, str] = {}
    while True:
        page = logs.get_log_events(
            logGroupName=group, logStreamName=stream, startFromHead=True, **token, **arguments
        )
        yield page["events"]
        if page["nextForwardToken"] == token.get("nextToken"):
            return
        token = {"nextToken": page["nextForwardToken"]}


def test_groups(client: Clients) -> None:
    """Groups say how long they keep what, with which key, in which class; and how much, if late."""
    found = {one["logGroupName"]: one for one in client("logs").describe_log_groups()["logGroups"]}
    assert {AUTH, "/var/log/syslog", "/var/log/secure"} <= set(found)
    assert found[AUTH]["retentionInDays"] == 30
    assert found[AUTH]["metricFilterCount"] == 1
    assert found[AUTH]["storedBytes"] > 20_000
    assert found["/aws/codebuild/shop"]["storedBytes"] == 0
    assert "retentionInDays" not in found["/var/log/secure"]
    assert found["/harbour/payments"]["kmsKeyId"].startswith("arn:aws:kms:")
    assert found["/harbour/archive"]["logGroupClass"] == "INFREQUENT_ACCESS"


def test_groups_in_pages(client: Clients) -> None:
    """Groups come in pages, in order."""
    pages = client("logs").get_paginator("describe_log_groups").paginate(PaginationConfig={"PageSize": 3})
    names = [one["logGroupName"] for page in pages for one in page["logGroups"]]
    assert names == sorted(set(names))
    assert len(names) > 6


def test_filters(client: Clients) -> None:
    """Metric filters, and the subscription by which the intruder reads along."""
    logs = client("logs")
    assert logs.describe_metric_filters()["metricFilters"][0]["logGroupName"] == AUTH
    found = logs.describe_subscription_filters(logGroupName="/var/log/syslog")["subscriptionFilters"]
    assert ":777777777777:" in found[0]["destinationArn"]


def test_events_of_a_group(client: Clients) -> None:
    """All events of all streams in the order of their time, each once; the first page is empty."""
    logs = client("logs")
    pages = _pages(logs, AUTH)
    assert pages[0]["events"] == []
    events = [event for page in pages for event in page["events"]]
    assert [event["timestamp"] for event in events] == sorted(event["timestamp"] for event in events)
    assert len({event["eventId"] for event in events}) == len(events) > 250
    assert set(HOSTILE) <= {event["message"] for event in events}
    whole = sum(
        len(page)
        for stream in logs.describe_log_streams(logGroupName=AUTH)["logStreams"]
        for page in _stream(logs, AUTH, stream["logStreamName"])
    )
    assert len(events) == whole


def test_twins_are_two(client: Clients) -> None:
    """Two events that say the same at the same time are two events."""
    events = _events(client("logs"), AUTH, filterPattern='"session opened"')
    assert len(events) == 2
    assert len({(one["timestamp"], one["message"], one["logStreamName"]) for one in events}) == 1


def test_window(client: Clients) -> None:
    """FilterLogEvents has both ends in it, GetLogEvents the first alone."""
    logs = client("logs")
    events = _events(logs, "/var/log/secure")
    start, end = events[10]["timestamp"], events[20]["timestamp"]
    assert len(_events(logs, "/var/log/secure", startTime=start, endTime=end)) == 11
    pages = _stream(logs, "/var/log/secure", "jump-1", startTime=start, endTime=end)
    assert sum(map(len, pages)) == 10


def test_forward_token_repeats_at_the_end(client: Clients) -> None:
    """Pages go on until a token names itself."""
    pages = [len(page) for page in _stream(client("logs"), "/var/log/secure", "jump-1", limit=25)]
    assert pages == [25, 25, 10, 0]


def test_newest_first_by_default(client: Clients) -> None:
    """Without `startFromHead` the last page comes first, and the token leads back."""
    logs = client("logs")
    whole = [event["message"] for page in _stream(logs, "/var/log/secure", "jump-1") for event in page]
    names: Any = {"logGroupName": "/var/log/secure", "logStreamName": "jump-1", "limit": 40}
    last = logs.get_log_events(**names)
    before = logs.get_log_events(**names, nextToken=last["nextBackwardToken"])
    assert [event["message"] for event in before["events"] + last["events"]] == whole


def test_streams(client: Clients) -> None:
    """Streams by name or by their last event; their names are no paths."""
    logs = client("logs")
    names = [one["logStreamName"] for one in logs.describe_log_streams(logGroupName=AUTH)["logStreams"]]
    assert names == ["../../etc/[$]jump-1", "api-1", "web-1"]
    late = logs.describe_log_streams(logGroupName=AUTH, orderBy="LastEventTime", descending=True)
    times = [one["lastEventTimestamp"] for one in late["logStreams"]]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("method", ["filter_log_events", "get_log_events"])
@pytest.mark.parametrize(
    ("group", "code"),
    [
        ("/harbour/payments", "AccessDeniedException"),
        ("/harbour/archive", "InvalidParameterException"),
        ("/nobody", "ResourceNotFoundException"),
    ],
)
def test_what_may_not_be_read(client: Clients, refused: Refused, method: str, group: str, code: str) -> None:
    """A key that is refused, a class that has no such operation, a group that is not there."""
    extra = {"logStreamName": "x"} if method == "get_log_events" else {}
    assert refused(getattr(client("logs"), method), logGroupName=group, **extra)[0] == code


@pytest.mark.parametrize("token", ["bm9ib2R5J3M=", "\u00e9"])
def test_token_of_nobody(client: Clients, refused: Refused, token: str) -> None:
    """A token that nobody gave is refused."""
    call = client("logs").filter_log_events
    assert refused(call, logGroupName=AUTH, nextToken=token)[0] == "InvalidParameterException"


def test_pages_are_of_a_megabyte_at_most(fresh: Drill, client: Clients) -> None:
    """A large group comes in pages of at most 10,000 events and 1 MiB, every third of them empty."""
    fresh.log_group("/big", events=12_000, streams=3, size=300)
    fresh.log_group("/many", events=12_000, size=10)
    pages = _pages(client("logs"), "/big")
    sizes = [sum(len(event["message"]) + 26 for event in page["events"]) for page in pages]
    assert max(sizes) <= 1 << 20
    assert [size == 0 for size in sizes] == [number % 3 == 0 for number in range(len(sizes))]
    assert len({event["eventId"] for page in pages for event in page["events"]}) == 12_000
    assert [len(page["events"]) for page in _pages(client("logs"), "/many")] == [10_000, 2_000]


def test_a_group_that_says_it_is_large(fresh: Drill, client: Clients, refused: Refused) -> None:
    """A test may have a group of 5 GB without having 5 GB, or one that may not be read."""
    fresh.log_group("/large", stored=5 << 30, events=10)
    fresh.log_group("/sealed", refused=True)
    logs = client("logs")
    assert logs.describe_log_groups(logGroupNamePrefix="/large")["logGroups"][0]["storedBytes"] == 5 << 30
    assert len(_events(logs, "/large")) == 10
    assert refused(logs.filter_log_events, logGroupName="/sealed")[0] == "AccessDeniedException"


@pytest.mark.parametrize("kind", ["repeat_page", "empty_page"])
def test_pages_that_go_wrong(drill: Drill, client: Clients, kind: str) -> None:
    """A page comes twice, or is empty: nothing is lost."""
    whole = {event["eventId"] for event in _events(client("logs"), AUTH)}
    drill.fault(kind=kind, operation="FilterLogEvents", times=1, skip=1)
    events = [event["eventId"] for event in _events(client("logs"), AUTH)]
    assert set(events) == whole
    assert (len(events) > len(whole)) == (kind == "repeat_page")


def test_groups_of_ones_own(root: Clients, refused: Refused) -> None:
    """Groups can be made, written to, read and deleted, as with moto before."""
    logs = root("logs")
    logs.create_log_group(logGroupName="mine")
    assert refused(logs.create_log_group, logGroupName="mine")[0] == "ResourceAlreadyExistsException"
    logs.put_retention_policy(logGroupName="mine", retentionInDays=3)
    logs.create_log_stream(logGroupName="mine", logStreamName="s")
    logs.put_log_events(
        logGroupName="mine", logStreamName="s", logEvents=[{"timestamp": 1_795_000_000_000, "message": "hi"}]
    )
    arn = logs.describe_log_groups(logGroupNamePrefix="mine")["logGroups"][0]["logGroupArn"]
    pages = logs.get_paginator("filter_log_events").paginate(logGroupIdentifier=arn)
    assert [event["message"] for page in pages for event in page["events"]] == ["hi"]
    logs.delete_log_group(logGroupName="mine")
    assert refused(logs.describe_log_streams, logGroupName="mine")[0] == "ResourceNotFoundException"
