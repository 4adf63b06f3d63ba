"""The event history: what LookupEvents answers, refuses, and how fast it may be asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forensics.drill import Drill
from forensics.drill.lookup import Bucket
from tests.drill.conftest import EVIDENCE, REGIONS, VICTIM, Clients, Refused

NOW = datetime.now(UTC)


def _all(cloudtrail: Any, **arguments: Any) -> list[dict[str, Any]]:
    pages = cloudtrail.get_paginator("lookup_events").paginate(**arguments)
    return [event for page in pages for event in page["Events"]]


@pytest.fixture(autouse=True)
def unhurried(drill: Drill) -> Drill:
    """Give a drill that may be asked as often as one likes."""
    drill.limit_lookups(on=False)
    return drill


def test_whole_history_newest_first(unhurried: Drill, client: Clients) -> None:
    """All events come, once each, newest first; each with its record as text."""
    events = _all(client("cloudtrail"))
    assert {event["EventId"] for event in events} == unhurried.event_ids("eu-west-1")
    assert len(events) == len({event["EventId"] for event in events}) > 50
    times = [event["EventTime"] for event in events]
    assert times == sorted(times, reverse=True)
    record = json.loads(events[0]["CloudTrailEvent"])
    assert record["eventID"] == events[0]["EventId"]
    assert record["eventVersion"] == "1.11"
    assert {record["managementEvent"], record["readOnly"]} <= {True, False}


def test_nothing_older_than_ninety_days(client: Clients) -> None:
    """The seed has an event of ninety-one days ago, which nobody is told of."""
    oldest = _all(client("cloudtrail"))[-1]["EventTime"]
    assert timedelta(days=88) < NOW - oldest < timedelta(days=90)


def test_the_story(client: Clients) -> None:
    """What the intruder did is there, with names meant for terminals, and failures with their codes."""
    events = _all(client("cloudtrail")) + _all(client("cloudtrail", "us-east-1"))
    names = {event["EventName"] for event in events}
    assert {"CreateAccessKey", "ConsoleLogin", "StopLogging", "StartLogging", "PutBucketPolicy"} <= names
    agents = [json.loads(event["CloudTrailEvent"])["userAgent"] for event in events]
    assert any("\x1b[2J" in agent for agent in agents)
    failed = _all(client("cloudtrail", "sa-east-1"))
    assert [json.loads(one["CloudTrailEvent"])["errorCode"] for one in failed] == [
        "Client.UnauthorizedOperation"
    ]


def test_window(client: Clients) -> None:
    """Both ends of a window are in it."""
    events = _all(client("cloudtrail"))
    start, end = events[20]["EventTime"], events[10]["EventTime"]
    inside = _all(client("cloudtrail"), StartTime=start, EndTime=end)
    assert [one["EventId"] for one in inside] == [one["EventId"] for one in events[10:21]]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("EventName", "StopLogging"),
        ("Username", "support-desk"),
        ("EventSource", "kms.amazonaws.com"),
        ("ReadOnly", "false"),
        ("ResourceName", "harbour-customers"),
        ("ResourceType", "AWS::S3::Bucket"),
    ],
)
def test_attributes(client: Clients, key: str, value: str) -> None:
    """One attribute narrows the answer."""
    whole = _all(client("cloudtrail"))
    some = _all(client("cloudtrail"), LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])
    assert 0 < len(some) < len(whole)


def test_insights_are_apart(client: Clients) -> None:
    """Insights events come when they are asked for, and only then."""
    cloudtrail = client("cloudtrail", "ap-southeast-1")
    found = _all(cloudtrail, EventCategory="insight")
    states = [json.loads(event["CloudTrailEvent"])["insightDetails"]["state"] for event in found]
    assert states == ["End", "Start"]
    assert not {event["EventId"] for event in found} & {event["EventId"] for event in _all(cloudtrail)}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"StartTime": NOW, "EndTime": NOW - timedelta(hours=1)}, "InvalidTimeRangeException"),
        ({"NextToken": "bm9ib2R5J3M="}, "InvalidNextTokenException"),
        ({"NextToken": "\u00e9"}, "InvalidNextTokenException"),
        (
            {
                "LookupAttributes": [
                    {"AttributeKey": "EventName", "AttributeValue": "a"},
                    {"AttributeKey": "Username", "AttributeValue": "b"},
                ]
            },
            "InvalidLookupAttributesException",
        ),
        ({"EventCategory": "data"}, "InvalidEventCategoryException"),
    ],
)
def test_refusals(client: Clients, refused: Refused, arguments: dict[str, Any], code: str) -> None:
    """What AWS does not take is refused in its codes."""
    assert refused(client("cloudtrail", parameter_validation=False).lookup_events, **arguments)[0] == code


@pytest.mark.parametrize("other", [{"MaxResults": 20}, {"MaxResults": 10, "StartTime": NOW}, {}])
def test_token_of_another_question(client: Clients, refused: Refused, other: dict[str, Any]) -> None:
    """A token is good for the same parameters alone."""
    cloudtrail = client("cloudtrail")
    token = cloudtrail.lookup_events(MaxResults=10)["NextToken"]
    assert cloudtrail.lookup_events(MaxResults=10, NextToken=token)["Events"]
    code = refused(cloudtrail.lookup_events, NextToken=token, **other)[0]
    assert code == "InvalidNextTokenException"


def test_token_of_another_region(client: Clients, refused: Refused) -> None:
    """A token of one region is nothing in another."""
    token = client("cloudtrail").lookup_events()["NextToken"]
    elsewhere = client("cloudtrail", "us-east-1").lookup_events
    assert refused(elsewhere, NextToken=token)[0] == "InvalidNextTokenException"


def test_two_a_second(drill: Drill, client: Clients, refused: Refused) -> None:
    """The third request of a second is refused, in this region alone."""
    drill.limit_lookups()
    cloudtrail = client("cloudtrail", "eu-west-3")
    assert cloudtrail.lookup_events()["Events"]
    assert cloudtrail.lookup_events()["Events"]
    assert refused(cloudtrail.lookup_events)[:2] == ("ThrottlingException", 400)
    assert client("cloudtrail", "eu-north-1").lookup_events()["Events"]


def test_a_client_that_keeps_to_the_limit_is_never_refused() -> None:
    """Requests half a second apart pass for ever; a third within a second does not."""
    bucket = Bucket()
    assert all(bucket.take(1000.0 + number / 2) for number in range(500))
    assert [bucket.take(2000.0) for _ in range(3)] == [True, True, False]


def test_events_move_no_page(unhurried: Drill, root: Clients, client: Clients) -> None:
    """What happens while pages are fetched shifts none of them: tokens stand at an event, not at a number."""
    unhurried.delivery(0)
    cloudtrail = client("cloudtrail")
    first = cloudtrail.lookup_events(MaxResults=50)
    root("ec2").describe_vpcs()
    second = cloudtrail.lookup_events(MaxResults=50, NextToken=first["NextToken"])
    ids = {event["EventId"] for event in first["Events"]}
    assert not ids & {event["EventId"] for event in second["Events"]}


def test_a_page_that_comes_twice(unhurried: Drill, client: Clients) -> None:
    """The fault repeats a page, with a new token, and nothing is lost."""
    unhurried.fault(kind="repeat_page", operation="LookupEvents", times=1, skip=1)
    events = [event["EventId"] for event in _all(client("cloudtrail"))]
    assert set(events) == unhurried.event_ids("eu-west-1")
    assert 0 < len(events) - len(set(events)) <= 50


def test_a_token_that_names_itself(unhurried: Drill, client: Clients) -> None:
    """The fault gives the same token again, which is the end of any careful reader."""
    unhurried.fault(kind="repeat_token", operation="LookupEvents")
    cloudtrail = client("cloudtrail")
    token = cloudtrail.lookup_events(MaxResults=10)["NextToken"]
    assert cloudtrail.lookup_events(MaxResults=10, NextToken=token)["NextToken"] == token


def test_an_empty_page_is_not_the_end(unhurried: Drill, client: Clients) -> None:
    """The fault gives a page with a token and nothing else; the next goes on."""
    unhurried.fault(kind="empty_page", operation="LookupEvents", times=1)
    cloudtrail = client("cloudtrail")
    page = cloudtrail.lookup_events()
    assert page["Events"] == []
    assert len(cloudtrail.lookup_events(NextToken=page["NextToken"])["Events"]) == 50


def _newest(unhurried: Drill, cloudtrail: Any, name: str) -> dict[str, Any]:
    unhurried.delivery(0)
    found = _all(cloudtrail, LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}])
    record: dict[str, Any] = json.loads(found[0]["CloudTrailEvent"])
    return record


def test_calls_become_events(unhurried: Drill, root: Clients, client: Clients) -> None:
    """A write by the root user is an event with parameters, answer and the request's own id."""
    made = root("ec2").create_key_pair(KeyName="events-1")
    root("ec2").delete_key_pair(KeyName="events-1")
    record = _newest(unhurried, client("cloudtrail"), "CreateKeyPair")
    assert record["userIdentity"]["type"] == "Root"
    assert record["userIdentity"]["arn"] == f"arn:aws:iam::{VICTIM}:root"
    assert record["eventSource"] == "ec2.amazonaws.com"
    assert record["requestParameters"] == {"keyName": "events-1"}
    assert record["responseElements"]["keyName"] == "events-1"
    assert record["requestID"] == made["ResponseMetadata"]["RequestId"]
    assert (record["readOnly"], record["recipientAccountId"]) == (False, VICTIM)
    assert "Boto3" in record["userAgent"]


def test_reads_of_a_session_become_events(unhurried: Drill, client: Clients) -> None:
    """A read has no response elements, and a session names the role that it is of."""
    client("ec2").describe_volumes(MaxResults=5)
    record = _newest(unhurried, client("cloudtrail"), "DescribeVolumes")
    assert record["responseElements"] is None
    assert record["readOnly"] is True
    issuer = record["userIdentity"]["sessionContext"]["sessionIssuer"]
    assert (issuer["userName"], issuer["type"]) == ("ForensicsCollector", "Role")


def test_denials_become_events_where_iam_is(unhurried: Drill, client: Clients, refused: Refused) -> None:
    """A denied call to IAM is an event of us-east-1, with its error."""
    refused(client("iam").create_user, UserName="events-2")
    record = _newest(unhurried, client("cloudtrail", "us-east-1"), "CreateUser")
    assert record["errorCode"] == "AccessDenied"
    assert "is not authorized to perform: iam:CreateUser" in record["errorMessage"]
    assert record["awsRegion"] == "us-east-1"


def test_assumed_roles_are_traced_without_their_secret(unhurried: Drill, client: Clients) -> None:
    """AssumeRole is an event of the caller's account: the new key's id, and no secret."""
    who = unhurried.person("ir")
    role = f"arn:aws:iam::{VICTIM}:role/ForensicsCollector"
    given = client("sts", who=who).assume_role(RoleArn=role, RoleSessionName="traced")["Credentials"]
    unhurried.delivery(0)
    found = client("cloudtrail", who=unhurried.root(EVIDENCE)).lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "AssumeRole"}]
    )["Events"]
    record = json.loads(found[0]["CloudTrailEvent"])
    assert record["responseElements"]["credentials"]["accessKeyId"] == given["AccessKeyId"]
    assert given["SecretAccessKey"] not in found[0]["CloudTrailEvent"]
    assert record["userIdentity"]["userName"] == "ir"


def test_passwords_are_hidden(unhurried: Drill, root: Clients, client: Clients) -> None:
    """What is secret in a request is not in its event."""
    iam = root("iam")
    iam.create_user(UserName="events-3")
    iam.create_login_profile(UserName="events-3", Password="correct-horse-Battery9")
    record = _newest(unhurried, client("cloudtrail", "us-east-1"), "CreateLoginProfile")
    iam.delete_login_profile(UserName="events-3")
    iam.delete_user(UserName="events-3")
    assert record["requestParameters"] == {
        "userName": "events-3",
        "password": "HIDDEN_DUE_TO_SECURITY_REASONS",
    }


def test_data_events_are_not_in_the_history(unhurried: Drill, client: Clients) -> None:
    """Reading an object is no management event."""
    unhurried.delivery(0)
    client("s3").list_objects_v2(Bucket="harbour-customers")
    names = {event["EventName"] for event in _all(client("cloudtrail"))}
    assert not {"ListObjectsV2", "HeadBucket", "GetObject"} & names


def test_events_come_late(unhurried: Drill, client: Clients) -> None:
    """Until five minutes have passed, what is done here is in no history."""
    client("ec2").describe_subnets()
    before = unhurried.event_ids("eu-west-1")
    unhurried.delivery(0)
    assert len(unhurried.event_ids("eu-west-1")) > len(before)


def test_many_events(fresh: Drill, client: Clients) -> None:
    """Fifty thousand events are made in a moment, spread over regions, and are the same each time."""
    fresh.limit_lookups(on=False)
    before = {region: len(fresh.event_ids(region)) for region in REGIONS}
    fresh.events(count=5000)
    added = [len(fresh.event_ids(region)) - before[region] for region in REGIONS]
    assert sum(added) == 5000
    assert max(added) - min(added) == 1
    events = _all(client("cloudtrail", "sa-east-1"))
    assert {event["EventId"] for event in events} == fresh.event_ids("sa-east-1")
    assert all(json.loads(one["CloudTrailEvent"])["eventID"] == one["EventId"] for one in events)
