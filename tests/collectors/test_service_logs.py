"""Logs of network firewalls and of calls of models, found through what their services say of themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from forensics.drill.server import Drill
from forensics.model import Outcome
from tests.collectors.kept import VICTIM, files, root
from tests.collectors.play import Play

FIREWALL, MODELS = "network-firewall.FirewallLogs", "bedrock.InvocationLogs"
PARENTS = (
    "network-firewall.ListFirewalls",
    "network-firewall.DescribeLoggingConfiguration",
    "bedrock.GetModelInvocationLoggingConfiguration",
)
BUCKET = "harbour-access-logs"


def collect(play: Play) -> Play:
    """Run the configurations, and both sources."""
    play.run(*PARENTS, FIREWALL, MODELS)
    return play


def guard(drill: Drill, *ends: tuple[str, str, dict[str, str]]) -> None:
    """Make a firewall that logs: kind of log, of destination, and where that is."""
    client = root(drill, "network-firewall")
    policy = f"arn:aws:network-firewall:eu-west-1:{VICTIM}:firewall-policy/p"
    made = client.create_firewall(
        FirewallName="gate", FirewallPolicyArn=policy, VpcId="vpc-1", SubnetMappings=[]
    )
    configs = [
        {"LogType": kind, "LogDestinationType": sort, "LogDestination": where} for kind, sort, where in ends
    ]
    client.update_logging_configuration(
        FirewallArn=made["Firewall"]["FirewallArn"], LoggingConfiguration={"LogDestinationConfigs": configs}
    )


def invoke(drill: Drill, **config: Any) -> None:
    """Have calls of models logged."""
    root(drill, "bedrock").put_model_invocation_logging_configuration(loggingConfig=config)


def put(drill: Drill, *keys: str) -> None:
    """Put objects there."""
    for key in keys:
        root(drill, "s3").put_object(Bucket=BUCKET, Key=key, Body=key.encode())


def kept(play: Play, row: str) -> set[str]:
    """Return the keys that a source kept."""
    return {one.key for one in files(play, row)}


def test_what_network_firewalls_log(drill: Drill, play: Play) -> None:
    """To a bucket each sort for itself, of the window, this firewall's alone; and to a stream and a group."""
    at = play.time.now - timedelta(hours=3)
    start = f"nfw/AWSLogs/{VICTIM}/network-firewall"
    day, name = f"{at:%Y/%m/%d/%H}", f"{VICTIM}_network-firewall_x_eu-west-1_gate_{at:%Y%m%dT%H%M}Z_a.log.gz"
    mine = {f"{start}/{kind}/eu-west-1/gate/{day}/{name}" for kind in ("alert", "flow")}
    old = f"{start}/flow/eu-west-1/gate/2019/01/01/00/x_20190101T0000Z_a.log.gz"
    put(drill, *mine, old, f"{start}/tls/eu-west-1/gate/{name}", f"{start}/flow/eu-west-1/other/{name}")
    where = {"bucketName": BUCKET, "prefix": "nfw"}
    guard(
        drill,
        ("FLOW", "S3", where),
        ("ALERT", "S3", where),
        ("TLS", "KinesisDataFirehose", {"deliveryStream": "harbour-flows"}),
        ("TLS", "CloudWatchLogs", {"logGroup": "/harbour/vpc-flow"}),
    )
    collect(play)
    assert play.gaps() == []
    assert {key for key in kept(play, FIREWALL) if key.startswith("nfw/")} == mine
    assert {one.about["bucket"] for one in files(play, FIREWALL)} == {BUCKET, "harbour-firehose"}
    assert "log group /harbour/vpc-flow are kept" in play.coverage[FIREWALL].note


def test_what_was_asked_of_models(drill: Drill, play: Play) -> None:
    """Calls, and what was too large for a log group; each has a prefix of its own, or none."""
    day = f"{play.time.now:%Y/%m/%d}/00/x.json.gz"
    mine = {f"{start}AWSLogs/{VICTIM}/BedrockModelInvocationLogs/eu-west-1/{day}" for start in ("", "large/")}
    put(drill, *mine, f"AWSLogs/{VICTIM}/BedrockModelInvocationLogs/us-east-1/{day}")
    large = {"bucketName": BUCKET, "keyPrefix": "large"}
    group = {
        "logGroupName": "/not/there",
        "roleArn": "arn:aws:iam::1:role/r",
        "largeDataDeliveryS3Config": large,
    }
    invoke(drill, s3Config={"bucketName": BUCKET}, cloudWatchConfig=group)
    collect(play)
    assert kept(play, MODELS) == mine
    assert [(gap.outcome, gap.code) for gap in play.coverage[MODELS].gaps] == [
        (Outcome.VANISHED, "LogGroupMissing")
    ]


def test_nothing_is_logged(play: Play) -> None:
    """No firewall, and no call of a model that anybody wrote down."""
    collect(play)
    assert play.gaps() == []
    assert {play.coverage[row].outcome for row in (FIREWALL, MODELS)} == {Outcome.EMPTY}


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ({"bucketName": "no-such-bucket-of-anyone"}, "NoSuchBucket"),
        ({"deliveryStream": "none"}, "ResourceNotFoundException"),
        ({"logGroup": "/not/there"}, "LogGroupMissing"),
    ],
)
def test_what_is_gone(drill: Drill, play: Play, where: dict[str, str], code: str) -> None:
    """A gap, and never nothing."""
    guard(drill, ("FLOW", "S3", where))
    collect(play)
    assert [gap.code for gap in play.coverage[FIREWALL].gaps] == [code]
    assert play.coverage[FIREWALL].outcome.is_gap


def test_more_than_the_limit(drill: Drill, play: Play) -> None:
    """Not fetched: a gap with the size, and the flag that would include it."""
    put(drill, f"AWSLogs/{VICTIM}/BedrockModelInvocationLogs/eu-west-1/x.json.gz")
    invoke(drill, s3Config={"bucketName": BUCKET, "keyPrefix": ""})
    play.max_log_group = 1
    collect(play)
    [gap] = play.coverage[MODELS].gaps
    assert gap.code == "AccessLogsTooLarge"
    assert files(play) == []
