"""
Flow logs: who talked to whom, of VPCs, subnets, interfaces and transit gateways, from where they go.

Columns stand in an order that only the flow log's own description tells, so each object has it beside it.
https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html
https://docs.aws.amazon.com/vpc/latest/tgw/flow-logs-s3.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from forensics.aws.ask import Refusal
from forensics.collectors import named_groups, streams, unlogged
from forensics.collectors.deliveries import DAYS, HIVE, READING, Copying, Delivery, Place, of_arn
from forensics.collectors.spec import Collector, Context, Each, Lane, Phase, Records, Step
from forensics.model import Outcome

REJECTED_ONLY = "RejectedOnly"
ACCEPTED_ONLY = "AcceptedOnly"
DELIVERY_FAILED = "DeliveryFailed"
UNKNOWN = "UnknownDestination"
"""Our own codes, of gaps in what was logged at all."""

_FLOW_LOGS = Each(
    row="ec2.DescribeFlowLogs",
    select="FlowLogs[].{id: FlowLogId, resource: ResourceId, traffic: TrafficType, kind: LogDestinationType, "
    "destination: LogDestination, group: LogGroupName, format: LogFormat, status: DeliverLogsStatus, "
    "error: DeliverLogsErrorMessage, hive: DestinationOptions.HiveCompatiblePartitions, "
    "interval: MaxAggregationInterval}",
)
_ID = re.compile(r"_(fl-[0-9a-f]+)_")


@dataclass(frozen=True, slots=True)
class FlowLog:
    """What a flow log says of itself."""

    id: str
    resource: str
    traffic: str
    kind: str
    """Where it goes: `s3`, `cloud-watch-logs`, `kinesis-data-firehose`."""
    destination: str
    group: str
    format: str
    error: str
    """Why it is not delivered, empty where it is."""
    hive: bool
    interval: int

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> FlowLog:
        """Take it from DescribeFlowLogs."""
        text = {name: str(said[name] or "") for name in ("id", "resource", "traffic", "kind", "format")}
        failed, destination = said["status"] == "FAILED", str(said["destination"] or "")
        return cls(
            **text,
            destination=destination,
            # Named by itself or by its ARN, `arn:aws:logs:region:account:log-group:name:*`.
            group=str(said["group"] or "") or named_groups.group_of(destination),
            error=str(said["error"] or "no reason is given") if failed else "",
            hive=bool(said["hive"]),
            interval=int(said["interval"] or 0),
        )

    @property
    def followed(self) -> bool:
        """Say whether it tells where it goes, and that is a place that we know how to look at."""
        ends = {
            "cloud-watch-logs": self.group,
            "kinesis-data-firehose": ":deliverystream/" in self.destination,
            "s3": of_arn(self.destination)[0],
        }
        return bool(ends.get(self.kind))

    def place(self, account: str, region: str) -> Place:
        """Say where its objects are, if they go to S3. Layouts: see the page named above."""
        bucket, prefix = of_arn(self.destination)
        start = f"{prefix}/" if prefix and not prefix.endswith("/") else prefix
        if not self.hive:
            return Place(bucket, f"{start}AWSLogs/{account}/vpcflowlogs/{region}/", DAYS)
        parts = f"aws-account-id={account}/aws-service=vpcflowlogs/aws-region={region}/"
        return Place(bucket, f"{start}AWSLogs/{parts}", HIVE)

    def told(self) -> dict[str, Any]:
        """Say what a reader of one of its objects needs."""
        return {
            "flow_log": self.id,
            "flow_log_interval": self.interval,
            "flow_log_resource": self.resource,
            "flow_log_traffic": self.traffic,
            "log_format": self.format,
        }


def _collect(context: Context) -> Records:
    """Copy the flow logs of one region, and say what was never logged."""
    flows = [FlowLog.of(said) for said in context.names.get(_FLOW_LOGS.row, ())]
    delivery = Delivery(context)
    for gap in _partial(flows):
        delivery.tally.miss(*gap, 1)
    followed = [flow for flow in flows if flow.followed]
    yield from _from_buckets(context, delivery, followed)
    yield from _from_streams(delivery, followed)
    groups = (flow.group for flow in followed if flow.kind == "cloud-watch-logs")
    yield from named_groups.look(delivery, groups, "flow logs")
    yield from unlogged.look(delivery, frozenset(flow.resource for flow in flows))
    yield delivery.coverage()
    return {}


def _from_buckets(context: Context, delivery: Delivery, flows: Sequence[FlowLog]) -> Copying:
    by_id = {flow.id: flow for flow in flows}

    def tell(key: str) -> dict[str, Any]:
        # A flow log that was deleted since has left objects whose columns nobody describes any more.
        found = _ID.search(key)
        flow = by_id.get(found[1]) if found else None
        return flow.told() if flow else {"flow_log": found[1] if found else "", "log_format": ""}

    account, region = context.source.account, context.source.region
    for place in dict.fromkeys(flow.place(account, region) for flow in flows if flow.kind == "s3"):
        yield from delivery.copy(place, tell)


def _from_streams(delivery: Delivery, flows: Sequence[FlowLog]) -> Copying:
    by_stream: dict[str, list[FlowLog]] = {}
    for flow in flows:
        if flow.kind == "kinesis-data-firehose":
            by_stream.setdefault(flow.destination, []).append(flow)
    for stream, some in by_stream.items():
        for place in (yield from streams.places(delivery, stream)):
            yield from delivery.copy(place, partial(_shared, some), limited=True)


def _shared(flows: Sequence[FlowLog], _: str) -> dict[str, Any]:
    """Say what a reader needs of an object that any of several may have put there."""
    if len(flows) == 1:
        return flows[0].told()
    return {"flow_log": "", "flow_logs": [flow.told() for flow in flows], "log_format": ""}


def _partial(flows: Sequence[FlowLog]) -> Iterator[tuple[Refusal, Mapping[str, Any]]]:
    """Yield what is missing by the flow logs' own account."""
    whole = {flow.resource for flow in flows if flow.traffic == "ALL" and not flow.error}
    codes = {"REJECT": REJECTED_ONLY, "ACCEPT": ACCEPTED_ONLY}
    for flow in flows:
        parameters = {"FlowLogId": flow.id, "ResourceId": flow.resource}
        if not flow.followed:
            message = (
                f"it goes to {flow.kind or 'nowhere'} ({flow.destination or 'unnamed'}), which is not copied"
            )
            yield Refusal(Outcome.UNSUPPORTED, UNKNOWN, message, "", sure=True), parameters
        if flow.error:
            yield unlogged.not_enabled(DELIVERY_FAILED, flow.error), parameters
        elif flow.traffic in codes and flow.resource not in whole:
            message = f"traffic is logged only where its action is {flow.traffic}"
            yield unlogged.not_enabled(codes[flow.traffic], message), parameters


COLLECTOR = Collector(
    name="flow_logs",
    about="flow logs, from the buckets that they are delivered to",
    phase=Phase.LOGS,
    steps=(
        Step(
            service="ec2",
            operation="FlowLogFiles",
            about="flow logs in buckets, each with its format, and what was never logged",
            run=_collect,
            parents={_FLOW_LOGS.row: _FLOW_LOGS},
            actions=(
                *READING,
                streams.ACTION,
                *unlogged.ACTIONS,
                named_groups.ACTION,
            ),
            lane=Lane.BULK,
        ),
    ),
)
