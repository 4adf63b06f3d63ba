"""Flow logs: what is said of them, and what lies where they go."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from forensics.drill.seed.flows import CUSTOM, DEFAULT
from forensics.drill.server import Drill
from tests.drill.conftest import VICTIM, Clients


@pytest.fixture(autouse=True)
def _troubled(running: Drill) -> None:
    """Have the account lack what it may lack."""
    running.troubles()


def _flow_logs(client: Clients) -> dict[str, dict[str, Any]]:
    found = [one for region in ("eu-west-1", "us-east-1") for one in _described(client, region)]
    return {one["Tags"][0]["Value"]: one for one in found}


def _described(client: Clients, region: str) -> list[dict[str, Any]]:
    logs: list[dict[str, Any]] = client("ec2", region).describe_flow_logs()["FlowLogs"]
    return logs


def _keys(client: Clients, bucket: str, prefix: str) -> list[str]:
    listed = client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [one["Key"] for one in listed["Contents"]]


def _text(client: Clients, bucket: str, key: str) -> str:
    return gzip.decompress(client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()).decode()


def test_every_kind(client: Clients) -> None:
    """To S3 in four layouts, to log groups, to Firehose; rejected ones alone; and one that fails."""
    found = _flow_logs(client)
    assert set(found) == {"plain", "hive", "hourly", "parquet", "group", "rejects", "stream", "failed"}
    assert {one["LogDestinationType"] for one in found.values()} == {
        "s3", "cloud-watch-logs", "kinesis-data-firehose",
    }  # fmt: skip
    assert found["failed"]["DeliverLogsStatus"] == "FAILED"
    assert found["failed"]["DeliverLogsErrorMessage"] == "Access error"
    assert found["rejects"]["TrafficType"] == "REJECT"
    assert (found["plain"]["LogFormat"], found["hive"]["LogFormat"]) == (DEFAULT, CUSTOM)
    assert {one["MaxAggregationInterval"] for one in found.values()} == {60, 600}
    assert found["hive"]["DestinationOptions"] == {
        "FileFormat": "plain-text", "HiveCompatiblePartitions": True, "PerHourPartition": True,
    }  # fmt: skip


def test_filters_and_those_of_others(client: Clients, root: Clients) -> None:
    """Filters narrow the list, and a flow log that somebody makes is in it too."""
    ec2 = root("ec2")
    wanted = [{"Name": "traffic-type", "Values": ["REJECT"]}]
    assert len(client("ec2").describe_flow_logs(Filters=wanted)["FlowLogs"]) == 1
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = ec2.create_flow_logs(
        ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogDestinationType="s3",
        LogDestination="arn:aws:s3:::harbour-flow-logs",
    )["FlowLogIds"]  # fmt: skip
    found = [one["FlowLogId"] for one in client("ec2").describe_flow_logs(FlowLogIds=made)["FlowLogs"]]
    ec2.delete_flow_logs(FlowLogIds=made)
    assert made
    assert found == made


@pytest.mark.parametrize(
    ("name", "prefix", "form", "layout"),
    [
        ("plain", "AWSLogs/", DEFAULT, f"AWSLogs/{VICTIM}/vpcflowlogs/eu-west-1/"),
        ("hourly", "hourly/", DEFAULT, f"hourly/AWSLogs/{VICTIM}/vpcflowlogs/eu-west-1/"),
        ("hive", "subnets/", CUSTOM, f"subnets/AWSLogs/aws-account-id={VICTIM}/aws-service=vpcflowlogs/"),
    ],
)
def test_objects(client: Clients, name: str, prefix: str, form: str, layout: str) -> None:
    """Each layout is AWS's; the first line names the columns; the customers' data is on its way out."""
    flow = _flow_logs(client)[name]["FlowLogId"]
    keys = _keys(client, "harbour-flow-logs", prefix)
    assert len(keys) == 6
    assert all(key.startswith(layout) and f"_{flow}_" in key for key in keys)
    head, *lines = _text(client, "harbour-flow-logs", keys[0]).splitlines()
    columns = head.split()
    assert columns == [field.strip("${}") for field in form.split()]
    rows = [dict(zip(columns, line.split(), strict=True)) for line in lines]
    assert {row["log-status"] for row in rows} == {"OK", "NODATA", "SKIPDATA"}
    assert {row["version"] for row in rows} == {"2" if form == DEFAULT else "5"}
    assert any(row["dstaddr"] == "203.0.113.77" and int(row["bytes"]) > 10**9 for row in rows)


def test_parquet(client: Clients) -> None:
    """The parquet file begins and ends as one does."""
    key = _keys(client, "harbour-flow-logs", "parquet/")[0]
    body = client("s3").get_object(Bucket="harbour-flow-logs", Key=key)["Body"].read()
    assert key.endswith(".log.parquet")
    assert (body[:4], body[-4:]) == (b"PAR1", b"PAR1")


def test_stream_ends_in_a_bucket(client: Clients) -> None:
    """Firehose says where the flows go in the end, and there they are."""
    arn = _flow_logs(client)["stream"]["LogDestination"]
    described = client("firehose").describe_delivery_stream(DeliveryStreamName=arn.rpartition("/")[2])
    target = described["DeliveryStreamDescription"]["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert (target["BucketARN"], target["Prefix"]) == ("arn:aws:s3:::harbour-firehose", "flows/")
    key = _keys(client, "harbour-firehose", "flows/")[0]
    first = json.loads(_text(client, "harbour-firehose", key).splitlines()[0])
    assert first["message"].startswith(f"2 {VICTIM} eni-")


@pytest.mark.parametrize(
    ("name", "region", "actions"),
    [("group", "eu-west-1", {"ACCEPT", "REJECT", "-"}), ("rejects", "us-east-1", {"REJECT"})],
)
def test_groups_hold_flows(client: Clients, name: str, region: str, actions: set[str]) -> None:
    """The log groups that flow logs go to hold lines of their format."""
    group = _flow_logs(client)[name]["LogGroupName"]
    events = client("logs", region).filter_log_events(logGroupName=group)["events"]
    assert {event["message"].split()[12] for event in events} == actions
