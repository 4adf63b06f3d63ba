"""Rows that need to know the window, and what is asked in one region alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forensics.aws.pace import Pace
from forensics.aws.session import Session
from forensics.collectors import catalogue, spec, workflows
from forensics.drill.server import Drill
from forensics.model import Coverage, Exchange, Outcome, Source
from forensics.scope import Window
from tests.aws.canned import Answer, Asked, Canned, caller
from tests.collectors.kept import root
from tests.collectors.play import REGION, Play, Time, session_on

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(days=10), NOW - timedelta(days=1))
ACCOUNT = "123456789012"


@pytest.fixture
def server() -> Iterator[Canned]:
    """Give an AWS that has nothing to say to any question."""

    def script(asked: Asked) -> Answer:
        return caller() if asked.operation == "GetCallerIdentity" else Answer(b"{}")

    with Canned(script) as made:
        yield made


def ask(
    server: Canned, name: str, names: Mapping[str, Any] | None = None, window: Window | None = WINDOW
) -> Coverage:
    """Run one step with names of its parents, and give its coverage."""
    keys = {"access_key": "AKIAX", "secret_key": "x"}
    session = Session(
        endpoint_url=server.url, region=REGION, credentials=keys, pace=Pace(scale=1_000), sleep=lambda _: None
    )
    session.identify()
    _, step = catalogue.sources()[name]
    service, _, operation = name.partition(".")
    time = Time(NOW)
    context = spec.Context(
        session=session,
        source=Source(ACCOUNT, REGION, service, operation),
        names=names or {},
        window=window,
        clock=time.clock,
        sleep=time.sleep,
    )
    records = list(step.run(context))
    assert all(isinstance(one, Exchange) for one in records[:-1])
    assert isinstance(records[-1], Coverage)
    return records[-1]


def asked(server: Canned) -> list[Mapping[str, Any]]:
    """Give the parameters of what was asked after who we are."""
    return [one.parameters for one in server.asked[1:]]


@pytest.mark.parametrize(
    ("window", "start", "end"),
    [
        (WINDOW, "2026-11-14", "2026-11-24"),
        (Window(NOW - timedelta(days=90), NOW + timedelta(days=1)), "2026-08-26", "2026-11-25"),
        # Cost Explorer refuses what is longer ago than it keeps.
        (Window(datetime(1, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)), "2025-10-25", "2026-11-25"),
        (Window(NOW, NOW), "2026-11-24", "2026-11-25"),
        (None, "2026-08-26", "2026-11-25"),
    ],
)
def test_costs_are_of_the_windows_days(server: Canned, window: Window | None, start: str, end: str) -> None:
    """Whole days, both of its ends in them: one request."""
    ask(server, "ce.GetCostAndUsage", window=window)
    (request,) = asked(server)
    assert request["TimePeriod"] == {"Start": start, "End": end}
    assert request["Granularity"] == "DAILY"
    assert [one["Key"] for one in request["GroupBy"]] == ["REGION", "USAGE_TYPE"]
    ask(server, "ce.GetAnomalies", window=window)
    assert server.asked[-1].parameters["DateInterval"] == {"StartDate": start, "EndDate": end}


def test_states_of_the_window(server: Canned) -> None:
    """Of each resource, and not of seven years."""
    names = [{"resourceType": "AWS::S3::Bucket", "resourceId": name} for name in ("a", "b")]
    coverage = ask(server, "config.GetResourceConfigHistory", {"config.ListDiscoveredResources": names})
    assert [one["resourceId"] for one in asked(server)] == ["a", "b"]
    assert {one["earlierTime"] for one in asked(server)} == {WINDOW.since.timestamp()}
    assert {one["laterTime"] for one in asked(server)} == {WINDOW.until.timestamp()}
    assert coverage.outcome is Outcome.EMPTY


def test_a_window_that_ends_now_has_no_end(server: Canned) -> None:
    """Config refuses a time that is to come."""
    names = [{"resourceType": "AWS::S3::Bucket", "resourceId": "a"}]
    ask(
        server,
        "config.GetResourceConfigHistory",
        {"config.ListDiscoveredResources": names},
        Window(WINDOW.since, NOW),
    )
    assert "laterTime" not in asked(server)[0]


def executions(count: int, start: Any, machine: str = "m") -> list[dict[str, Any]]:
    """Give executions of a workflow."""
    return [
        {"executionArn": f"{machine}:{number}", "machine": machine, "start": start} for number in range(count)
    ]


@pytest.mark.parametrize("write", [lambda moment: moment, datetime.isoformat], ids=["asked", "read again"])
def test_executions_of_the_window(server: Canned, write: Any) -> None:
    """By when they began; what does not say is taken."""
    found = [
        *executions(1, write(WINDOW.since), "first"),
        *executions(1, write(WINDOW.since - timedelta(seconds=1)), "before"),
        *executions(1, write(WINDOW.until), "after"),
        *executions(1, None, "unknown"),
    ]
    ask(server, "stepfunctions.GetExecutionHistory", {"stepfunctions.ListExecutions": found})
    assert {one["executionArn"] for one in asked(server)} == {"first:0", "unknown:0"}
    assert all(one["includeExecutionData"] for one in asked(server))


def test_a_workflow_that_runs_all_the_time(server: Canned, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest are read, and how many are not is a gap."""
    monkeypatch.setattr(workflows, "MOST", 2)
    found = [
        {"executionArn": f"e{number}", "machine": "m", "start": WINDOW.since + timedelta(hours=number)}
        for number in range(5)
    ]
    coverage = ask(server, "stepfunctions.GetExecutionHistory", {"stepfunctions.ListExecutions": found})
    assert [one["executionArn"] for one in asked(server)] == ["e4", "e3"]
    (gap,) = coverage.gaps
    assert (gap.outcome, gap.code, gap.count) == (Outcome.TRUNCATED, "TooManyExecutions", 3)


def test_costs_of_the_drill(drill: Drill) -> None:
    """The miner shows where nobody looks."""
    play = Play(session_on(drill))
    play.run("ce.GetCostAndUsage", "ce.GetAnomalies")
    assert play.gaps() == []
    (usage,) = [one for one in play.of(Exchange) if one.source.operation == "GetCostAndUsage"]
    days = json.loads(usage.body)["ResultsByTime"]
    regions = [{group["Keys"][0] for group in day["Groups"]} for day in days]
    assert len(days) > 80
    assert regions[0] == {REGION}
    assert regions[-1] == {REGION, "ap-southeast-1"}


def test_firewalls_of_cloudfront(drill: Drill) -> None:
    """Asked where alone they are known; there are none, and then one."""
    row = "wafv2.GlobalWebACLs"
    play = Play(session_on(drill))
    play.run(row)
    assert play.coverage[row].outcome is Outcome.EMPTY
    seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "m"}
    root(drill, "wafv2", region="us-east-1").create_web_acl(
        Name="front", Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, VisibilityConfig=seen
    )
    play.run(row)
    assert play.gaps() == []
    assert play.coverage[row].outcome is Outcome.COLLECTED
    bodies = [one.body for one in play.of(Exchange) if one.operation == "GetWebACL"]
    assert [json.loads(body)["WebACL"]["Name"] for body in bodies] == ["front"]


def test_each_bucket_of_the_drill_is_asked_at_home(drill: Drill) -> None:
    """None of them redirects us."""
    root(drill, "s3", region="us-west-2").create_bucket(
        Bucket="far-away", CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    drill.clear_calls()
    play = Play(session_on(drill))
    rows = [name for name, (collector, _) in catalogue.sources().items() if collector.name == "buckets"]
    play.run("s3.ListBuckets", *rows)
    assert play.gaps() == []
    calls = [call for call in drill.calls() if call["parameters"].get("Bucket") == "far-away"]
    assert {call["operation"] for call in calls} == {name.partition(".")[2] for name in rows}
    assert {call["operation"] for call in calls if call["region"] != "us-west-2"} == set()
    assert not [call for call in drill.calls() if call["status"] == 301]
