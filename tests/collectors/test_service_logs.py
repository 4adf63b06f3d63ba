"""Logs of network firewalls and of calls of models, found through what their services say of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import jmespath
import pytest

from forensics.collectors import service_logs
from forensics.drill.server import Drill
from forensics.model import Outcome, Source
from tests.collectors.kept import VICTIM, files, root
from tests.collectors.play import Play

FIREWALL, MODELS = "network-firewall.FirewallLogs", "bedrock.InvocationLogs"
PARENTS = (
    "network-firewall.ListFirewalls",
    "network-firewall.DescribeLoggingConfiguration",
    "bedrock.GetModelInvocationLoggingConfiguration",
)
BUCKET = "harbour-access-logs"


OTHERS = {
    "redshift.AuditLogs": ("redshift.DescribeClusters", "redshift.DescribeLoggingStatus"),
    "kafka.BrokerLogs": ("kafka.ListClustersV2",),
    "codebuild.BuildLogs": (
        *("codebuild.ListProjects", "codebuild.BatchGetProjects", "codebuild.ListBuilds"),
        "codebuild.BatchGetBuilds",
    ),
    "emr.ClusterLogs": ("emr.ListClusters", "emr.DescribeCluster"),
    "vpc-lattice.AccessLogs": (
        *("vpc-lattice.ListServiceNetworks", "vpc-lattice.ListServices"),
        "vpc-lattice.ListResourceConfigurations",
    ),
}


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


def follow(play: Play, row: str) -> Play:
    """Run the configurations of one more service, and its source."""
    play.run(*OTHERS[row], row)
    return play


def test_what_warehouses_log(drill: Drill, play: Play) -> None:
    """Who logged in, of those that log to a bucket; and where the others' logs are."""
    client = root(drill, "redshift")
    for name in ("sales", "stock", "quiet"):
        client.create_cluster(
            ClusterIdentifier=name, NodeType="ra3.large", MasterUsername="a", MasterUserPassword="Aa123456"
        )
    client.enable_logging(ClusterIdentifier="sales", BucketName=BUCKET, S3KeyPrefix="wh/")
    exports = {"LogDestinationType": "cloudwatch", "LogExports": ["userlog"]}
    client.enable_logging(ClusterIdentifier="stock", **exports)
    place = f"wh/AWSLogs/{VICTIM}/redshift/eu-west-1/"
    mine = f"{place}2026/11/29/{VICTIM}_redshift_eu-west-1_sales_userlog_2026-11-29T18:01.gz"
    put(drill, mine, f"wh/AWSLogs/{VICTIM}/redshift/us-east-1/x.gz", "wh/other.gz")
    follow(play, "redshift.AuditLogs")
    assert play.gaps() == []
    assert kept(play, "redshift.AuditLogs") == {mine}
    assert "/aws/redshift/cluster/stock/userlog" in play.coverage["redshift.AuditLogs"].note


def test_what_brokers_log(drill: Drill, play: Play) -> None:
    """To a bucket, a stream and a log group, all at once; what is switched off is not followed."""
    client = root(drill, "kafka")
    nodes = {"InstanceType": "kafka.m5.large", "ClientSubnets": ["subnet-1"]}
    for name, on in (("orders", True), ("off", False)):
        logs = {
            "S3": {"Enabled": on, "Bucket": BUCKET if on else "no-such-bucket", "Prefix": "msk"},
            "Firehose": {"Enabled": on, "DeliveryStream": "harbour-flows"},
            "CloudWatchLogs": {"Enabled": on, "LogGroup": "/harbour/vpc-flow"},
        }
        client.create_cluster(
            ClusterName=name,
            BrokerNodeGroupInfo=nodes,
            KafkaVersion="3.6.0",
            NumberOfBrokerNodes=2,
            LoggingInfo={"BrokerLogs": logs},
        )
    mine = f"msk/AWSLogs/{VICTIM}/KafkaBrokerLogs/eu-west-1/orders-1a2b/2026-11-29-07/Broker-1_07-05_a.log.gz"
    put(drill, mine, "msk/other.gz")
    follow(play, "kafka.BrokerLogs")
    assert play.gaps() == []
    assert mine in kept(play, "kafka.BrokerLogs")
    assert {one.about["bucket"] for one in files(play, "kafka.BrokerLogs")} == {BUCKET, "harbour-firehose"}
    assert "log group /harbour/vpc-flow are kept" in play.coverage["kafka.BrokerLogs"].note


def test_what_builds_wrote(drill: Drill, play: Play) -> None:
    """Where a project logs now, and where its builds did; by whichever way the place is written."""
    client = root(drill, "codebuild")
    for name, place in (("shop", f"{BUCKET}/builds"), ("site", f"arn:aws:s3:::{BUCKET}/site/")):
        client.create_project(
            name=name,
            source={"type": "GITHUB", "location": "https://github.com/harbour/shop.git"},
            artifacts={"type": "NO_ARTIFACTS"},
            environment={"type": "LINUX_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL"},
            serviceRole=f"arn:aws:iam::{VICTIM}:role/r",
            logsConfig={"s3Logs": {"status": "ENABLED", "location": place}},
        )
    mine = {"builds/0a.gz", "site/0b.gz"}
    put(drill, *mine, "buildsite/0c.gz")
    follow(play, "codebuild.BuildLogs")
    assert play.gaps() == []
    assert kept(play, "codebuild.BuildLogs") == mine


def test_what_clusters_log(drill: Drill, play: Play) -> None:
    """Of each cluster what is its own, below the place that it names."""
    client = root(drill, "emr")
    instances = {"InstanceCount": 1, "MasterInstanceType": "m5.xlarge"}
    made = client.run_job_flow(Name="x", LogUri=f"s3n://{BUCKET}/emr/", Instances=instances)
    mine = f"emr/{made['JobFlowId']}/steps/s-1/stderr.gz"
    put(drill, mine, "emr/j-OTHER/steps/s-1/stderr.gz")
    follow(play, "emr.ClusterLogs")
    assert play.gaps() == []
    assert kept(play, "emr.ClusterLogs") == {mine}


@pytest.mark.parametrize(
    ("service", "answer"),
    [
        (
            "apigateway",
            lambda ends: {"item": [{"accessLogSettings": {"destinationArn": one}} for one in ends]},
        ),
        (
            "apigatewayv2",
            lambda ends: {"Items": [{"AccessLogSettings": {"DestinationArn": one}} for one in ends]},
        ),
    ],
)
def test_who_called_interfaces(play: Play, service: str, answer: Any) -> None:
    """What a stage gives to a stream lies in the bucket at its end; what goes to a group is kept there."""
    ends = [
        f"arn:aws:firehose:eu-west-1:{VICTIM}:deliverystream/harbour-flows",
        f"arn:aws:logs:eu-west-1:{VICTIM}:log-group:/harbour/vpc-flow",
        "arn:aws:logs:eu-west-1:444444444444:log-group:/theirs",
    ]
    row, parent = f"{service}.AccessLogs", f"{service}.GetStages"
    play.run(*(f"{service}.{name}" for name in ("GetRestApis", "GetApis")), parent)
    [what] = [one for one in service_logs.LOGGED if one.service == service]
    # The drill has no stages: this is what AWS would have said of some.
    [source] = [one for one, child in play._names if (one.name, child) == (parent, row)]
    play._names[source, row] = jmespath.search(what.of[0].select, answer(ends))
    play.run(row)
    assert {one.about["bucket"] for one in files(play, row)} == {"harbour-firehose"}
    assert "log group /harbour/vpc-flow are kept" in play.coverage[row].note
    assert play.gaps() == [(row, "unsupported", "GroupElsewhere")]


def test_who_called_services_of_lattice(drill: Drill, play: Play) -> None:
    """Of a network's subscriptions and a service's; where nothing lies, nobody knows whether that is all."""
    client = root(drill, "vpc-lattice")
    network = client.create_service_network(name="mesh")["id"]
    service = client.create_service(name="shop")["id"]
    client.create_access_log_subscription(
        resourceIdentifier=network, destinationArn=f"arn:aws:s3:::{BUCKET}/mesh"
    )
    client.create_access_log_subscription(resourceIdentifier=service, destinationArn=f"arn:aws:s3:::{BUCKET}")
    mine = f"mesh/AWSLogs/{VICTIM}/VpcLattice/AccessLogs/eu-west-1/2026/11/29/{network}/x.json.gz"
    put(drill, mine)
    row = "vpc-lattice.AccessLogs"
    follow(play, row)
    assert kept(play, row) == {mine}
    [gap] = play.coverage[row].gaps
    assert gap.code == "DeliveredNowhere"
    assert gap.examples[0]["Prefix"] == f"AWSLogs/{VICTIM}/VpcLattice/"


SOURCE = Source(VICTIM, "eu-west-1", "x", "y")
LOGGED = {one.about: one for one in service_logs.LOGGED}


def places(about: str, row: str, answer: Mapping[str, Any], **carried: str) -> list[tuple[str, str]]:
    """Say where a source would look, by an answer of AWS's."""
    what = LOGGED[about]
    [each] = [each for each in what.of if each.row == row]
    found = [service_logs.end({**said, **carried}) for said in jmespath.search(each.select, answer)]
    return [(place.bucket, place.prefix) for place in service_logs._places(found, what, SOURCE)]


@pytest.mark.parametrize(
    ("prefix", "start"), [("", ""), ("flows", "flows/"), ("flows/", "flows/"), ("/", "/"), (None, "")]
)
@pytest.mark.parametrize("kind", ["Accelerator", "CustomRoutingAccelerator"])
def test_where_accelerators_log(kind: str, prefix: str | None, start: str) -> None:
    """Which moto has not: by AWS's documents, where a slash for a prefix is a folder without a name."""
    row = f"globalaccelerator.Describe{kind}Attributes"
    said = {"FlowLogsEnabled": True, "FlowLogsS3Bucket": "b", "FlowLogsS3Prefix": prefix}
    found = places("flow logs of accelerators", row, {"AcceleratorAttributes": said})
    assert found == [("b", f"{start}AWSLogs/{VICTIM}/globalaccelerator/")]
    off = {"AcceleratorAttributes": {**said, "FlowLogsEnabled": False}}
    assert places("flow logs of accelerators", row, off) == []


def test_where_verified_access_logs() -> None:
    """Which moto has not either: what is switched off is not looked at."""
    row = "ec2.DescribeVerifiedAccessInstanceLoggingConfigurations"
    logs = {
        "S3": {"Enabled": True, "BucketName": "b", "Prefix": "va"},
        "CloudWatchLogs": {"Enabled": False, "LogGroup": "g"},
    }
    answer = {"LoggingConfigurations": [{"AccessLogs": logs}, {"AccessLogs": {"S3": {"Enabled": False}}}]}
    found = places("whom Verified Access let in, and whom not", row, answer)
    assert found == [("b", f"va/AWSLogs/{VICTIM}/VerifiedAccess/")]


@pytest.mark.parametrize(
    ("arn", "start"),
    [
        ("arn:aws:s3:::b/logs/0a1b.gz", "logs/"),
        ("arn:aws:s3:::b/0a1b.gz", "0a1b.gz"),
        ("arn:aws-cn:s3:::b/x/y/0a1b.gz", "x/y/"),
    ],
)
def test_where_a_build_wrote(arn: str, start: str) -> None:
    """Beside others of its folder, and in a bucket without folders its own file alone."""
    answer = {"builds": [{"id": "shop:0a1b", "logs": {"s3LogsArn": arn}}, {"id": "shop:1", "logs": {}}]}
    assert places("what builds wrote", "codebuild.BatchGetBuilds", answer) == [("b", start)]


def test_a_project_that_names_a_whole_bucket() -> None:
    """Not all that is in it is of builds: what these say of themselves is enough."""
    logs = {"s3Logs": {"status": "ENABLED", "location": "b"}}
    answer = {"projects": [{"logsConfig": logs}, {"logsConfig": {"s3Logs": {"status": "DISABLED"}}}, {}]}
    assert places("what builds wrote", "codebuild.BatchGetProjects", answer) == []
