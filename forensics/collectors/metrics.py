"""
CloudWatch: what was measured, who was to be told, and how hard each instance worked, hour by hour.

A miner shows in the processor, a theft in what went out. Metrics outlive their instance by fifteen months
and are listed for two weeks after the last of them, so those of an instance that was ended are found.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from forensics.aws.ask import Answer, Refusal
from forensics.aws.tally import Tally
from forensics.collectors.spec import Call, Collector, Context, Each, Phase, Records, Step, Thing
from forensics.model import Exchange, Outcome

_watch = partial(Call, service="cloudwatch")

TELLING = ("CPUUtilization", "NetworkIn", "NetworkOut")
"""Of the metrics that every instance has without an agent."""
STATS = {"CPUUtilization": "Maximum", "NetworkIn": "Sum", "NetworkOut": "Sum"}
PERIOD = 3600
"""Seconds for one value: AWS keeps those of an hour for 455 days, and those of five minutes for 63."""
MOST = 46
"""Queries in one request: 90 days of hours for each are 100,800 values, which is what AWS answers at most."""
PARTIAL = "PartialData"
"""AWS's word, in an answer of success, for values that it did not get to."""

_ALARMS = ({"AlarmTypes": ["CompositeAlarm", "MetricAlarm"]}, {"AlarmTypes": ["LogAlarm"]})

LISTED = Each(
    row="cloudwatch.ListMetrics",
    select="Metrics[?Namespace=='AWS/EC2' && length(Dimensions)==`1`"
    " && contains(['CPUUtilization', 'NetworkIn', 'NetworkOut'], MetricName)]"
    ".{metric: MetricName, instance: Dimensions[?Name=='InstanceId'].Value | [0]}",
)
ALIVE = Each(row="ec2.DescribeInstances", select="Reservations[].Instances[].{instance: InstanceId}")


def _curves(context: Context) -> Records:
    """Ask how hard each instance worked in the window, that there is or was."""
    tally = Tally(context.source)
    asked = list(_wanted(context.names))
    for start in range(0, len(asked), MOST):
        yield from _some(context, tally, asked[start : start + MOST])
    yield tally.coverage()
    return {}


def _some(
    context: Context, tally: Tally, wanted: Sequence[tuple[str, str]]
) -> Generator[Exchange, None, None]:
    """Ask for as many curves as one request holds; what AWS did not get to is a gap of its own."""
    partly: list[Mapping[str, Any]] = []
    pages = context.asker.pages(
        _request(context, wanted), lambda answer: _take(tally, answer, partly), whole=True
    )
    refusal = yield from tally.counted(pages)
    if refusal is not None:
        tally.refuse(refusal, {"first": list(wanted[0])})
    for result in partly:
        missing = Refusal(Outcome.TRUNCATED, PARTIAL, "AWS has more values than it told of", "", sure=True)
        tally.miss(missing, {"Label": result.get("Label", "")}, 1)


def _wanted(names: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[tuple[str, str]]:
    """Yield (instance, metric), each once: of instances that there are, and of those still listed."""
    alive = (
        (str(name["instance"]), metric)
        for name in names.get(ALIVE.row, ())
        if name["instance"]
        for metric in TELLING
    )
    listed = (
        (str(name["instance"]), str(name["metric"])) for name in names.get(LISTED.row, ()) if name["instance"]
    )
    yield from dict.fromkeys((*alive, *listed))


def _request(context: Context, wanted: Sequence[tuple[str, str]]) -> dict[str, Any]:
    assert context.window is not None  # noqa: S101 - a run has one
    return {
        "StartTime": _hour(context.window.since),
        "EndTime": _hour(context.window.until),
        "ScanBy": "TimestampAscending",
        "MetricDataQueries": [
            {
                "Id": f"q{number}",
                "Label": f"{instance} {metric}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/EC2",
                        "MetricName": metric,
                        "Dimensions": [{"Name": "InstanceId", "Value": instance}],
                    },
                    "Period": PERIOD,
                    "Stat": STATS[metric],
                },
            }
            for number, (instance, metric) in enumerate(wanted)
        ],
    }


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _take(tally: Tally, answer: Answer, partly: list[Mapping[str, Any]]) -> None:
    tally.pages += 1
    last = not answer.values.get("NextToken")
    results = answer.values.get("MetricDataResults", ())
    # On a page that is not the last it says no more than that there is another.
    partly.extend(result for result in results if last and result.get("StatusCode") == PARTIAL)


COLLECTOR = Collector(
    name="metrics",
    about="CloudWatch: metrics, alarms, and how hard instances worked",
    phase=Phase.RUNNING,
    calls=(
        _watch(operation="ListMetrics", about="all that was measured in the last two weeks"),
        _watch(
            operation="DescribeAlarms",
            about="alarms, and whether somebody has silenced them",
            params=_ALARMS,
            lists=(
                Thing(
                    kind="cloudwatch:alarm",
                    select="[MetricAlarms, CompositeAlarms, LogAlarms][]"
                    ".{id: AlarmName, arn: AlarmArn, name: AlarmName}",
                ),
            ),
        ),
        _watch(
            operation="DescribeAlarmHistory",
            about="which went off in 30 days, and who changed them",
            params=_ALARMS,
        ),
    ),
    steps=(
        Step(
            service="cloudwatch",
            operation="GetMetricData",
            about="processor and network of each instance, hour by hour, of ended ones too",
            run=_curves,
            parents={LISTED.row: LISTED, ALIVE.row: ALIVE},
            adds=True,
            phase=Phase.EVENTS,
            actions=("cloudwatch:GetMetricData",),
        ),
    ),
)
