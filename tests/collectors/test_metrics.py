"""Curves of instances: which are asked for, how many in one request, and what AWS did not get to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from forensics.aws.ask import Answer
from forensics.aws.session import Session
from forensics.aws.tally import Tally
from forensics.collectors import metrics
from forensics.drill.server import Drill
from forensics.model import Coverage, Exchange, Outcome, Source
from forensics.scope import Window
from tests.aws.canned import Answer as Reply
from tests.aws.canned import Asked, Canned, caller
from tests.collectors.play import REGION, Play, Time, session_on

ROW = "cloudwatch.GetMetricData"
SINCE, UNTIL = datetime(2026, 8, 1, 10, 30, tzinfo=UTC), datetime(2026, 10, 30, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def seeded(one_drill: Drill) -> Drill:
    """Give the breached account."""
    one_drill.reset()
    return one_drill


def run(drill: Drill, listed: list[dict[str, Any]], alive: list[str]) -> list[Any]:
    """Run the step with names as other rows have found them."""
    play = Play(session_on(drill), Time(), window=Window(SINCE, UNTIL))
    _, context = play.prepare(ROW)
    names = {metrics.LISTED.row: listed, metrics.ALIVE.row: [{"instance": name} for name in alive]}
    return list(metrics.COLLECTOR.steps[0].run(replace(context, names=names)))


def queries(yielded: list[Any]) -> Iterator[tuple[str, str]]:
    """Give (instance, metric) of each curve that was asked for."""
    for item in yielded:
        if isinstance(item, Exchange):
            for query in item.parameters["MetricDataQueries"]:
                metric = query["MetricStat"]["Metric"]
                yield metric["Dimensions"][0]["Value"], metric["MetricName"]


def test_those_that_run_and_those_that_are_gone(seeded: Drill) -> None:
    """Each once: an ended instance's metrics are listed still, a new one's are not yet."""
    listed: list[dict[str, Any]] = [
        {"instance": "i-gone", "metric": "NetworkOut"},
        {"instance": "i-here", "metric": "CPUUtilization"},
        {"instance": None, "metric": "NetworkOut"},
    ]
    yielded = run(seeded, listed, ["i-here"])
    assert list(queries(yielded)) == [
        ("i-here", "CPUUtilization"),
        ("i-here", "NetworkIn"),
        ("i-here", "NetworkOut"),
        ("i-gone", "NetworkOut"),
    ]
    assert yielded[-1].complete


def test_no_request_has_more_than_aws_answers(seeded: Drill) -> None:
    """Ninety days of hours for as many curves are no more than 100,800 values."""
    yielded = run(seeded, [], [f"i-{number}" for number in range(40)])
    sizes = [len(item.parameters["MetricDataQueries"]) for item in yielded if isinstance(item, Exchange)]
    assert sum(sizes) == 40 * 3
    assert max(sizes) == metrics.MOST
    hours = (UNTIL - SINCE).total_seconds() / metrics.PERIOD
    assert metrics.MOST * hours <= 100_800


def test_the_window_is_asked_for_from_hour_to_hour(seeded: Drill) -> None:
    """A period begins with an hour: half of one would be a value of half the traffic."""
    [first, *_] = run(seeded, [], ["i-1"])
    assert first.parameters["StartTime"] == datetime(2026, 8, 1, 10, tzinfo=UTC)
    assert first.parameters["EndTime"] == datetime(2026, 10, 30, 10, tzinfo=UTC)


def test_no_instance_no_request(seeded: Drill) -> None:
    """Nothing to ask about is empty, not a gap."""
    [coverage] = run(seeded, [], [])
    assert (coverage.outcome, coverage.requests) == (Outcome.EMPTY, 0)


def test_a_refusal_is_a_gap(seeded: Drill) -> None:
    """One for all requests, with the first curve of each."""
    seeded.deny("cloudwatch:GetMetricData")
    yielded = run(seeded, [], [f"i-{number}" for number in range(40)])
    seeded.allow()
    coverage = yielded[-1]
    assert isinstance(coverage, Coverage)
    assert [(gap.outcome, gap.count) for gap in coverage.gaps] == [(Outcome.DENIED, 3)]


@pytest.mark.parametrize(
    ("token", "status", "partly"),
    [("", "PartialData", 1), ("t", "PartialData", 0), ("", "Complete", 0), ("", "InternalError", 0)],
)
def test_what_aws_did_not_get_to(token: str, status: str, partly: int) -> None:
    """It says `PartialData` on every page that has another after it, and on the last where values lack."""
    found: list[Any] = []
    values = {"MetricDataResults": [{"Id": "q0", "StatusCode": status}], "NextToken": token}
    tally = Tally(Source("1", REGION, *ROW.split(".")))
    metrics._take(tally, Answer(values, True, "", ""), found)
    assert (tally.pages, len(found)) == (1, partly)


def test_a_curve_with_values_missing_is_a_gap() -> None:
    """With its name, and the others are kept."""
    results = [
        {"Id": "q0", "Label": "i-1 NetworkIn", "StatusCode": "Complete"},
        {"Id": "q1", "Label": "i-1 NetworkOut", "StatusCode": "PartialData"},
    ]
    body = json.dumps({"MetricDataResults": results}).encode()

    def script(asked: Asked) -> Reply:
        return Reply(body) if asked.operation == "GetMetricData" else caller()

    with Canned(script) as server:
        keys = {"access_key": "AKIAX", "secret_key": "x"}
        session = Session(endpoint_url=server.url, region=REGION, credentials=keys, sleep=lambda _: None)
        session.identify()
        play = Play(session, Time(), window=Window(SINCE, UNTIL))
        _, context = play.prepare(ROW)
        names = {metrics.LISTED.row: [], metrics.ALIVE.row: [{"instance": "i-1"}]}
        *_, coverage = metrics.COLLECTOR.steps[0].run(replace(context, names=names))
    assert isinstance(coverage, Coverage)
    assert coverage.outcome is Outcome.COLLECTED
    [gap] = coverage.gaps
    assert (gap.outcome, gap.code, gap.count) == (Outcome.TRUNCATED, "PartialData", 1)
    assert gap.examples == ({"Label": "i-1 NetworkOut"},)
