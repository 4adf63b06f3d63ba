"""Flow logs from wherever they go, each with its format; and what was never logged."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

import pytest

from forensics.collectors import flow_logs, unlogged
from forensics.collectors.deliveries import Delivery
from forensics.collectors.flow_logs import FlowLog
from forensics.drill.seed.flows import CUSTOM, DEFAULT
from forensics.drill.server import Drill
from forensics.model import Gap, Outcome
from forensics.scope import Window
from tests.collectors.kept import body, files, root
from tests.collectors.play import Play, session_on

BUCKET, STREAMED = "harbour-flow-logs", "harbour-firehose"
ROW = "ec2.FlowLogFiles"


@pytest.fixture(autouse=True)
def _troubled(drill: Drill) -> None:
    """Have the account lack what it may lack."""
    drill.troubles()


def collect(play: Play) -> Play:
    """Run the flow logs' description, and their copying."""
    play.run("ec2.DescribeFlowLogs", ROW)
    return play


def gaps(play: Play) -> dict[str, Gap]:
    """Return the gaps by code."""
    return {gap.code: gap for gap in play.coverage[ROW].gaps}


def test_every_layout_with_its_format(drill: Drill, play: Play) -> None:
    """Plain, hive, hourly and parquet, and what a stream put into its bucket."""
    collect(play)
    s3 = root(drill, "s3")
    there = {one["Key"] for name in (BUCKET, STREAMED) for one in s3.list_objects_v2(Bucket=name)["Contents"]}
    assert {one.key for one in files(play)} == there
    formats = {one.key.partition("AWSLogs")[0]: one.about["log_format"] for one in files(play)}
    assert formats[""] == formats["hourly/"] == formats["parquet/"] == DEFAULT
    assert formats["subnets/"] == CUSTOM
    streamed = [one for one in files(play) if one.about["bucket"] == STREAMED]
    assert len(streamed) == 6
    for one in files(play):
        assert one.about["flow_log"].startswith("fl-")
        data = body(one)
        if one.key.endswith(".gz") and one.about["bucket"] == BUCKET:
            columns = gzip.decompress(data).split(b"\n")[0].decode()
            assert columns == one.about["log_format"].replace("${", "").replace("}", "")
    assert any(body(one).startswith(b"PAR1") for one in files(play))


def test_what_the_drills_flow_logs_lack(play: Play) -> None:
    """A delivery that fails, in AWS's words; its bucket, which is gone."""
    collect(play)
    found = gaps(play)
    assert set(found) == {"DeliveryFailed", "NoSuchBucket"}
    assert found["DeliveryFailed"].outcome is Outcome.NOT_ENABLED
    assert found["DeliveryFailed"].message == "Access error"
    assert found["NoSuchBucket"].outcome is Outcome.VANISHED
    assert "log group /harbour/vpc-flow" in play.coverage[ROW].note


def test_rejected_only(drill: Drill) -> None:
    """A network of which nobody knows who came through."""
    play = collect(Play(session_on(drill), region="us-east-1"))
    gap = gaps(play)["RejectedOnly"]
    assert gap.outcome is Outcome.NOT_ENABLED
    assert gap.examples[0]["ResourceId"].startswith("vpc-")


def test_never_enabled_anywhere(drill: Drill) -> None:
    """A region without a single flow log, and an interface in one network."""
    ec2 = root(drill, "ec2", region="us-west-2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    ec2.create_network_interface(SubnetId=subnet["SubnetId"])
    play = collect(Play(session_on(drill), region="us-west-2"))
    assert gaps(play)["NeverEnabled"].examples == ({"VpcId": subnet["VpcId"]},)
    assert play.coverage[ROW].outcome is Outcome.NOT_ENABLED


def test_no_interface_no_gap(drill: Drill) -> None:
    """The default network that every region has, and nothing in it: nothing went in or out."""
    play = collect(Play(session_on(drill), region="us-west-2"))
    assert play.gaps() == []
    [vpc] = root(drill, "ec2", region="us-west-2").describe_vpcs()["Vpcs"]
    assert "no interface now" in play.coverage[ROW].note
    assert vpc["VpcId"] in play.coverage[ROW].note


WEST = "us-west-2"


def network(drill: Drill, *, cards: bool = True) -> tuple[str, list[str], list[str]]:
    """Make a network of two subnets in a region where nothing is logged, and an interface in each."""
    ec2 = root(drill, "ec2", region=WEST)
    vpc = ec2.create_vpc(CidrBlock="10.70.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.70.{number}.0/24")["Subnet"]["SubnetId"]
        for number in (1, 2)
    ]
    made = [
        ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
        for subnet in subnets
        if cards
    ]
    return vpc, sorted(subnets), made


def log(drill: Drill, kind: str, *resources: str) -> None:
    """Have the flows of something logged."""
    root(drill, "ec2", region=WEST).create_flow_logs(
        ResourceIds=list(resources),
        ResourceType=kind,
        TrafficType="ALL",
        LogDestinationType="s3",
        LogDestination=f"arn:aws:s3:::{BUCKET}",
    )


def test_one_subnet_of_two_is_logged(drill: Drill) -> None:
    """A part of a network is not the network: the gap names what is left out."""
    vpc, subnets, _ = network(drill)
    log(drill, "Subnet", subnets[0])
    play = collect(Play(session_on(drill), region=WEST))
    assert set(gaps(play)) == {"PartlyEnabled"}
    gap = gaps(play)["PartlyEnabled"]
    assert (gap.outcome, gap.count) == (Outcome.NOT_ENABLED, 1)
    assert gap.examples == ({"VpcId": vpc, "SubnetIds": subnets[1:]},)
    assert subnets[1] in gap.message
    assert subnets[0] not in gap.message


def test_one_interface_is_logged(drill: Drill) -> None:
    """It tells of itself alone: others may have come and gone beside it."""
    vpc, subnets, cards = network(drill)
    log(drill, "NetworkInterface", *cards)
    play = collect(Play(session_on(drill), region=WEST))
    assert gaps(play)["PartlyEnabled"].examples == ({"VpcId": vpc, "SubnetIds": subnets},)


@pytest.mark.parametrize("kind", ["VPC", "Subnet"])
def test_a_network_that_is_logged_whole(drill: Drill, kind: str) -> None:
    """By a flow log of its own, or of each of its subnets."""
    vpc, subnets, _ = network(drill)
    log(drill, kind, *([vpc] if kind == "VPC" else subnets))
    assert collect(Play(session_on(drill), region=WEST)).gaps() == []


def test_a_part_of_a_network_with_nothing_in_it(drill: Drill) -> None:
    """What nobody is in is no gap, and is said."""
    vpc, subnets, _ = network(drill, cards=False)
    log(drill, "Subnet", subnets[0])
    play = collect(Play(session_on(drill), region=WEST))
    assert play.gaps() == []
    assert vpc in play.coverage[ROW].note


def test_many_subnets_that_are_not_logged(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some are named, and the others counted."""
    monkeypatch.setattr(unlogged, "NAMED", 1)
    _, subnets, cards = network(drill)
    log(drill, "NetworkInterface", cards[0])
    play = collect(Play(session_on(drill), region=WEST))
    assert f"of {subnets[0]} and 1 more no flow log" in gaps(play)["PartlyEnabled"].message


def test_a_transit_gateway_that_is_not_logged(drill: Drill) -> None:
    """What went through is not known; a flow log of its own, or of each of its attachments, tells."""
    ec2 = root(drill, "ec2", region=WEST)
    vpc, subnets, _ = network(drill)
    log(drill, "VPC", vpc)
    ec2.delete_transit_gateway(
        TransitGatewayId=ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    )
    gateway = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    play = collect(Play(session_on(drill), region=WEST))
    assert gaps(play)["NeverEnabled"].examples == ({"TransitGatewayId": gateway},)
    default = next(one for one in ec2.describe_subnets()["Subnets"] if one["VpcId"] != vpc)
    attached = [
        ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=gateway, VpcId=net, SubnetIds=[subnet])
        for net, subnet in ((vpc, subnets[0]), (default["VpcId"], default["SubnetId"]))
    ]
    ends = [one["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"] for one in attached]
    for logged, code in ((ends[:1], {"PartlyEnabled"}), (ends, set()), ([gateway], set())):
        delivery = Delivery(Play(session_on(drill), region=WEST).prepare(ROW)[1])
        list(unlogged.look(delivery, frozenset([vpc, *logged])))
        assert {gap.code for gap in delivery.tally.gaps} == code


def test_more_networks_than_a_filter_takes(drill: Drill, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is asked about: two at once here."""
    monkeypatch.setattr(unlogged, "TOGETHER", 2)
    ec2 = root(drill, "ec2", region="us-west-2")
    made = [ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"] for number in range(60, 65)]
    for number, vpc in enumerate(made):
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.{60 + number}.1.0/24")["Subnet"]["SubnetId"]
        ec2.create_network_interface(SubnetId=subnet)
    play = collect(Play(session_on(drill), region="us-west-2"))
    assert gaps(play)["NeverEnabled"].count == len(made)
    assert {one["VpcId"] for one in gaps(play)["NeverEnabled"].examples} <= set(made)


def test_no_network_no_gap(drill: Drill) -> None:
    """Nothing there is empty."""
    ec2 = root(drill, "ec2", region="us-west-2")
    for vpc in ec2.describe_vpcs()["Vpcs"]:
        for subnet in ec2.describe_subnets()["Subnets"]:
            ec2.delete_subnet(SubnetId=subnet["SubnetId"])
        for gateway in ec2.describe_internet_gateways()["InternetGateways"]:
            ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc["VpcId"])
        ec2.delete_vpc(VpcId=vpc["VpcId"])
    play = collect(Play(session_on(drill), region="us-west-2"))
    assert play.coverage[ROW].outcome is Outcome.EMPTY
    assert play.gaps() == []


def test_only_what_is_of_the_window(play: Play) -> None:
    """One hour of the days that there are."""
    play.window = Window(play.time.now - timedelta(hours=8), play.time.now - timedelta(hours=6, minutes=30))
    collect(play)
    assert {one.key.partition("AWSLogs")[0] for one in files(play) if "AWSLogs" in one.key} == {
        "", "hourly/", "subnets/",
    }  # fmt: skip
    assert len([one for one in files(play) if one.about["bucket"] == BUCKET]) == 3


def test_the_second_time_nothing_is_fetched_again(drill: Drill, play: Play) -> None:
    """What the case holds stays as it is."""
    collect(play)
    before = dict(play.kept)
    drill.clear_calls()
    play.run(ROW)
    assert play.kept == before
    assert [call for call in drill.calls() if call["operation"] == "GetObject"] == []


@pytest.mark.parametrize(
    ("oddity", "outcome"),
    [
        ({"denied": True}, Outcome.DENIED),
        ({"gone": True}, Outcome.VANISHED),
        ({"kms_refused": True}, Outcome.DENIED),
        ({"glacier": True}, Outcome.UNSUPPORTED),
    ],
)
def test_what_a_bucket_refuses(drill: Drill, play: Play, oddity: Any, outcome: Outcome) -> None:
    """It costs what is in it: the stream's bucket is read all the same."""
    drill.bucket(BUCKET, **oddity)
    collect(play)
    assert outcome in {gap.outcome for gap in play.coverage[ROW].gaps}
    assert {one.about["bucket"] for one in files(play)} == {STREAMED}


@pytest.mark.parametrize(
    ("action", "lost"),
    [
        ("firehose:DescribeDeliveryStream", STREAMED),
        ("logs:DescribeLogGroups", ""),
    ],
)
def test_denied_in_turn(drill: Drill, play: Play, action: str, lost: str) -> None:
    """Each is a gap, and costs nothing else."""
    drill.deny(action)
    collect(play)
    denied = [gap for gap in play.coverage[ROW].gaps if gap.outcome is Outcome.DENIED]
    assert [gap.count for gap in denied] in ([1], [2])
    assert {one.about["bucket"] for one in files(play)} == {BUCKET, STREAMED} - {lost}


@pytest.mark.parametrize("operation", ["DescribeVpcs", "DescribeSubnets", "DescribeNetworkInterfaces"])
def test_networks_that_nobody_may_list(drill: Drill, operation: str) -> None:
    """The row of that list says so; nothing is said of what they lack."""
    _, subnets, _ = network(drill)
    log(drill, "Subnet", subnets[0])
    drill.deny(f"ec2:{operation}")
    play = collect(Play(session_on(drill), region="us-west-2"))
    assert ROW not in {row for row, _, _ in play.gaps()}


def test_a_group_that_is_gone(drill: Drill, play: Play) -> None:
    """Its name alone is no evidence."""
    root(drill, "logs").delete_log_group(logGroupName="/harbour/vpc-flow")
    collect(play)
    assert gaps(play)["LogGroupMissing"].outcome is Outcome.VANISHED


def test_more_than_the_limit_from_a_stream(play: Play) -> None:
    """Not fetched, with its size and the flag that would."""
    play.max_log_group = 100
    collect(play)
    gap = gaps(play)["AccessLogsTooLarge"]
    assert gap.outcome is Outcome.TRUNCATED
    assert f"--max-log-group {gap.examples[0]['Size']}" in gap.message
    assert STREAMED in gap.message
    assert {one.about["bucket"] for one in files(play)} == {BUCKET}


def stream(drill: Drill, **end: Any) -> None:
    """Have the flow logs' stream lead elsewhere."""
    firehose = root(drill, "firehose")
    [name] = firehose.list_delivery_streams()["DeliveryStreamNames"]
    firehose.delete_delivery_stream(DeliveryStreamName=name)
    firehose.create_delivery_stream(DeliveryStreamName=name, **end)


def target(**more: Any) -> dict[str, Any]:
    """Give the end of a stream that is the bucket."""
    role = "arn:aws:iam::222222222222:role/firehose"
    return {"RoleARN": role, "BucketARN": f"arn:aws:s3:::{STREAMED}", **more}


def test_a_stream_that_leads_to_no_bucket(drill: Drill, play: Play) -> None:
    """What it was given is not copied, which is a gap; what could not be delivered is."""
    address = {"Url": "https://siem.example.com", "Name": "siem"}
    end = {"EndpointConfiguration": address, "S3Configuration": target(Prefix="flows/")}
    stream(drill, HttpEndpointDestinationConfiguration=end)
    collect(play)
    assert gaps(play)["NoBucket"].outcome is Outcome.UNSUPPORTED
    assert "HttpEndpointDestinationDescription" in gaps(play)["NoBucket"].message
    assert [one for one in files(play) if one.about["bucket"] == STREAMED]


@pytest.mark.parametrize(
    "prefixes",
    [
        {"Prefix": "!{timestamp:yyyy}/", "ErrorOutputPrefix": "failed/!{firehose:error-output-type}/"},
        {"Prefix": "flows/!{timestamp:yyyy}/", "ErrorOutputPrefix": "failed/!{firehose:error-output-type}/"},
        {"Prefix": "nothing/", "ErrorOutputPrefix": "f"},
        {},
    ],
)
def test_prefixes_of_a_stream(drill: Drill, play: Play, prefixes: dict[str, str]) -> None:
    """Patterns are read to their beginning; what could not be delivered is evidence too."""
    root(drill, "s3").put_object(Bucket=STREAMED, Key="failed/format-conversion/1", Body=b"x")
    stream(drill, ExtendedS3DestinationConfiguration=target(**prefixes))
    collect(play)
    kept = sorted(one.key for one in files(play) if one.about["bucket"] == STREAMED)
    assert kept == sorted(
        one["Key"] for one in root(drill, "s3").list_objects_v2(Bucket=STREAMED)["Contents"]
    )
    assert set(gaps(play)) == {"DeliveryFailed", "NoSuchBucket"}


def test_a_stream_that_several_share() -> None:
    """Nobody says which of them an object is of, so nobody knows its columns; both are told."""
    told = flow_logs._shared([flow(id=id_, format=id_ * 2) for id_ in "ab"], "")
    assert (told["flow_log"], told["log_format"]) == ("", "")
    assert [(one["flow_log"], one["log_format"]) for one in told["flow_logs"]] == [("a", "aa"), ("b", "bb")]


def test_logs_of_a_flow_log_that_was_deleted(drill: Drill, play: Play) -> None:
    """They are kept from where others go, and nobody pretends to know their columns."""
    at = play.time.now - timedelta(hours=2)
    key = (
        f"AWSLogs/222222222222/vpcflowlogs/eu-west-1/{at:%Y/%m/%d}/"
        f"222222222222_vpcflowlogs_eu-west-1_fl-0deadbeef_{at:%Y%m%dT%H%M}Z_0.log.gz"
    )
    root(drill, "s3").put_object(Bucket=BUCKET, Key=key, Body=b"x")
    collect(play)
    [one] = [one for one in files(play) if one.key == key]
    assert (one.about["flow_log"], one.about["log_format"]) == ("fl-0deadbeef", "")


NAMES = ("id", "resource", "traffic", "kind", "destination", "group", "format", "status", "error", "hive")


def flow(**said: Any) -> FlowLog:
    """Describe a flow log by this alone."""
    return FlowLog.of({**dict.fromkeys((*NAMES, "interval")), **said})


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"kind": "s3"},
        {"kind": "s3", "destination": "arn:aws:s3"},
        {"kind": "kinesis-data-firehose"},
        {"kind": "kinesis-data-firehose", "destination": "stream"},
        {"kind": "cloud-watch-logs"},
        {"kind": "something-new", "destination": "arn:aws:s3:::bucket"},
    ],
)
def test_a_destination_that_nobody_can_follow(said: dict[str, str]) -> None:
    """A gap, whatever is missing from its description."""
    one = flow(**said)
    assert one.error == ""
    [(refusal, _)] = flow_logs._partial([one])
    assert (refusal.outcome, refusal.code) == (Outcome.UNSUPPORTED, "UnknownDestination")


def test_a_group_that_is_named_by_its_arn() -> None:
    """As good as by its name."""
    arn = "arn:aws:logs:eu-west-1:222222222222:log-group:/vpc/flow:*"
    assert flow(kind="cloud-watch-logs", destination=arn).group == "/vpc/flow"
