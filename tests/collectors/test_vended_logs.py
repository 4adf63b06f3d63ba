"""Logs that services have delivered: found through their deliveries, wherever those lead."""

from __future__ import annotations

from typing import Any

import pytest

from forensics.collectors import vended_logs
from forensics.collectors.deliveries import Delivery
from forensics.collectors.vended_logs import Vended, joined
from forensics.drill.server import Drill
from forensics.model import Gap, Outcome
from tests.collectors.kept import VICTIM, files, root
from tests.collectors.play import Play, session_on

LISTS = ("logs.DescribeDeliveries", "logs.DescribeDeliverySources", "logs.DescribeDeliveryDestinations")
REGIONAL, GLOBAL = "logs.VendedLogs", "cloudfront.StandardLogs"
BUCKET = "harbour-vended"
SEAT = "us-east-1"
RESOURCES = {
    "cloudfront": (f"arn:aws:cloudfront::{VICTIM}:distribution/E1HARBOURCDN22", "ACCESS_LOGS"),
    "bedrock": (f"arn:aws:bedrock:eu-west-1:{VICTIM}:knowledge-base/KB1", "APPLICATION_LOGS"),
}
HOMES = {"cloudfront": SEAT, "bedrock": "eu-west-1"}


def deliver(drill: Drill, to: str, service: str = "cloudfront", *, name: str = "", **layout: Any) -> None:
    """Have a service's logs delivered, as `put-delivery-source` and the others do."""
    logs, name = root(drill, "logs", region=HOMES[service]), name or service
    arn, kind = RESOURCES[service]
    logs.put_delivery_source(name=name, resourceArn=arn, logType=kind)
    made = logs.put_delivery_destination(
        name=f"{name}-end", deliveryDestinationConfiguration={"destinationResourceArn": to}
    )
    logs.create_delivery(
        deliverySourceName=name,
        deliveryDestinationArn=made["deliveryDestination"]["arn"],
        **({"s3DeliveryConfiguration": layout} if layout else {}),
    )


def put(drill: Drill, *keys: str) -> None:
    """Put objects where a delivery leads."""
    s3 = root(drill, "s3")
    names = {one["Name"] for one in s3.list_buckets()["Buckets"]}
    if BUCKET not in names:
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for key in keys:
        s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())


def collect(play: Play) -> Play:
    """Run the lists, and both sources."""
    play.run(*LISTS, REGIONAL, GLOBAL)
    return play


def kept(play: Play, row: str) -> set[str]:
    """Return the keys that a source kept."""
    return {one.key for one in files(play, row)}


def gaps(play: Play, row: str) -> dict[str, Gap]:
    """Return a source's gaps by code."""
    return {gap.code: gap for gap in play.coverage[row].gaps}


ARN = f"arn:aws:s3:::{BUCKET}"
OWN, HIVE = f"AWSLogs/{VICTIM}/CloudFront/", f"AWSLogs/aws-account-id={VICTIM}/CloudFront/"


@pytest.mark.parametrize(
    ("to", "layout", "start"),
    [
        (ARN, {}, OWN),
        (
            ARN,
            {"suffixPath": "{DistributionId}/{yyyy}/{MM}/{dd}/{HH}"},
            f"{OWN}E1HARBOURCDN22/2026/11/29/07/",
        ),
        (ARN, {"suffixPath": "/{yyyy}"}, f"{OWN}2026/"),
        (ARN, {"suffixPath": "shop/{DistributionId}"}, f"{OWN}shop/E1HARBOURCDN22/"),
        (ARN, {"suffixPath": "AWSLogs/{account-id}/CloudFront/shop/"}, f"{OWN}shop/"),
        (ARN, {"suffixPath": f"AWSLogs/{VICTIM}/CloudFront/"}, OWN),
        (
            ARN,
            {"suffixPath": "{DistributionId}/{yyyy}", "enableHiveCompatiblePath": True},
            f"{HIVE}DistributionId=E1HARBOURCDN22/year=2026/",
        ),
        (
            ARN,
            {"suffixPath": "AWSLogs/{account-id}/CloudFront/", "enableHiveCompatiblePath": True},
            HIVE,
        ),
        (f"{ARN}/cdn", {"suffixPath": "{yyyy}/{MM}"}, "cdn/2026/11/"),
        (f"{ARN}/cdn/", {"suffixPath": "logs/{yyyy}"}, "cdn/logs/2026/"),
    ],
)
def test_wherever_a_distributions_logs_are(
    drill: Drill, play: Play, to: str, layout: dict[str, Any], start: str
) -> None:
    """By prefix, suffix and Hive; what lies beside is somebody else's, or of another time."""
    name = f"E1HARBOURCDN22.{play.time.now:%Y-%m-%d}-00.1a2b3c4d.gz"
    old = "E1HARBOURCDN22.2019-01-01-00.1a2b3c4d.gz"
    put(drill, start + name, start + old, f"customers/{name}", f"AWSLogs/444444444444/CloudFront/{name}")
    deliver(drill, to, **layout)
    collect(play)
    assert play.gaps() == []
    assert kept(play, GLOBAL) == {start + name}
    assert play.coverage[GLOBAL].outcome is Outcome.COLLECTED
    assert play.coverage[REGIONAL].outcome is Outcome.EMPTY


def test_each_region_copies_its_own(drill: Drill, play: Play) -> None:
    """Not CloudFront's, and nothing that other sources copy from the same folder."""
    at = f"{play.time.now:%Y%m%dT0000Z}"
    mine = f"AWSLogs/{VICTIM}/bedrock/kb/2026/11/29/{at}_x.log.gz"
    others = [
        f"AWSLogs/{VICTIM}/{name}/{at}.gz" for name in ("CloudTrail", "vpcflowlogs/eu-west-1", "WAFLogs")
    ]
    others.append(f"AWSLogs/aws-account-id={VICTIM}/aws-service=vpcflowlogs/{at}.gz")
    put(drill, mine, *others)
    deliver(drill, ARN, "bedrock", suffixPath="{yyyy}/{MM}/{dd}")
    collect(play)
    assert play.gaps() == []
    assert kept(play, REGIONAL) == {mine}
    assert play.coverage[GLOBAL].outcome is Outcome.EMPTY


def test_two_deliveries_to_one_place(drill: Drill, play: Play) -> None:
    """It is listed once, and nothing is missed of the second."""
    put(drill, f"{OWN}E1.{play.time.now:%Y-%m-%d}-00.1a2b3c4d.gz")
    deliver(drill, ARN)
    deliver(drill, ARN, name="second")
    drill.clear_calls()
    collect(play)
    assert play.gaps() == []
    assert "nothing of the window" not in play.coverage[GLOBAL].note
    listed = [
        call["parameters"]["Prefix"] for call in drill.calls() if call["operation"] == "ListObjectVersions"
    ]
    assert len(listed) == len(set(listed))


def test_nothing_where_keys_are_only_guessed(drill: Drill, play: Play) -> None:
    """It is a gap, for it does not look like emptiness; where AWS says how keys begin, a note."""
    put(drill, "2026/11/29/x.log.gz")
    deliver(drill, ARN, "bedrock", suffixPath="{yyyy}/{MM}/{dd}")
    deliver(drill, ARN)
    collect(play)
    [gap] = play.coverage[REGIONAL].gaps
    assert (gap.outcome, gap.code) == (Outcome.UNSUPPORTED, "DeliveredNowhere")
    assert f"s3://{BUCKET}/AWSLogs/{VICTIM}/" in gap.message
    assert gap.examples[0]["deliverySourceName"] == "bedrock"
    assert play.coverage[GLOBAL].gaps == ()
    assert f"nothing of the window lies in s3://{BUCKET}/{OWN}" in play.coverage[GLOBAL].note


def test_more_than_the_limit(drill: Drill, play: Play) -> None:
    """Not fetched: a gap with the size, and the flag that would include it; and not called nowhere."""
    put(drill, f"{OWN}E1.{play.time.now:%Y-%m-%d}-00.1a2b3c4d.gz")
    deliver(drill, ARN)
    play.max_log_group = 10
    collect(play)
    [gap] = play.coverage[GLOBAL].gaps
    assert gap.code == "AccessLogsTooLarge"
    assert f"--max-log-group {gap.examples[0]['Size']}" in gap.message
    assert files(play) == []


def test_to_a_stream(drill: Drill, play: Play) -> None:
    """It is copied from the bucket at its end."""
    said = root(drill, "firehose").describe_delivery_stream(DeliveryStreamName="harbour-flows")
    deliver(drill, said["DeliveryStreamDescription"]["DeliveryStreamARN"], "bedrock")
    collect(play)
    assert play.gaps() == []
    assert {one.about["bucket"] for one in files(play, REGIONAL)} == {"harbour-firehose"}


def test_to_a_log_group(drill: Drill, play: Play) -> None:
    """Its events are kept with those of all groups; one that is gone is a gap."""
    start = f"arn:aws:logs:eu-west-1:{VICTIM}:log-group:"
    deliver(drill, f"{start}/harbour/vpc-flow:*", "bedrock")
    collect(play)
    assert play.gaps() == []
    assert "log group /harbour/vpc-flow of eu-west-1" in play.coverage[REGIONAL].note
    deliver(drill, f"{start}/not/there:*", "bedrock", name="second")
    collect(play)
    assert gaps(play, REGIONAL)["LogGroupMissing"].examples == ({"logGroupName": "/not/there"},)


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("arn:aws:logs:eu-west-1:444444444444:log-group:/theirs:*", "DestinationElsewhere"),
        ("arn:aws:firehose:eu-west-1:222222222222:deliverystream/none", "ResourceNotFoundException"),
        ("arn:aws:s3:::no-such-bucket-of-anyone", "NoSuchBucket"),
    ],
)
def test_what_cannot_be_followed(drill: Drill, play: Play, to: str, code: str) -> None:
    """A gap, and never nothing."""
    deliver(drill, to, "bedrock")
    collect(play)
    assert set(gaps(play, REGIONAL)) == {code}
    assert play.coverage[REGIONAL].outcome.is_gap


@pytest.mark.parametrize(
    ("target", "resource", "code"),
    [
        (f"arn:aws:logs:eu-west-1:{VICTIM}:delivery-destination:x", "", "UnknownDestination"),
        ("arn:aws:logs:eu-west-1:444444444444:delivery-destination:x", "", "DestinationElsewhere"),
        (f"arn:aws:logs:eu-west-1:{VICTIM}:delivery-destination:x", "arn", "DestinationElsewhere"),
        (
            f"arn:aws:logs:eu-west-1:{VICTIM}:delivery-destination:x",
            f"arn:aws:xray:eu-west-1:{VICTIM}:group/x",
            "UnknownDestination",
        ),
        ("", "", "DestinationElsewhere"),
    ],
)
def test_destinations_that_say_nothing(play: Play, target: str, resource: str, code: str) -> None:
    """Of another account, of no known kind, or not in the list."""
    _, context = play.prepare(REGIONAL)
    delivery = Delivery(context)
    one = Vended("d1", "bedrock", "bedrock", target, resource, "")
    assert list(vended_logs._followed(delivery, [one])) == []
    assert [(gap.outcome, gap.code) for gap in delivery.tally.gaps] == [(Outcome.UNSUPPORTED, code)]


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:firehose",
        f"arn:aws:firehose:../..:{VICTIM}:deliverystream/x",
        f"arn:aws:firehose:mars-1:{VICTIM}:deliverystream/x",
        f"arn:aws:logs:a/b@c:{VICTIM}:log-group:/x:*",
    ],
)
def test_a_region_that_there_is_not(play: Play, resource: str) -> None:
    """It stops nothing but its delivery, and nobody is asked there."""
    _, context = play.prepare(REGIONAL)
    delivery = Delivery(context)
    assert list(vended_logs._followed(delivery, [Vended("d1", "b", "bedrock", "", resource, "")])) == []
    [gap] = delivery.tally.gaps
    assert (gap.outcome, gap.code) == (Outcome.UNSUPPORTED, "NoSuchRegion")


def test_a_stream_of_another_account(play: Play) -> None:
    """It is not looked for among ours, where one may have its name."""
    _, context = play.prepare(REGIONAL)
    delivery = Delivery(context)
    stream = "arn:aws:firehose:eu-west-1:444455556666:deliverystream/flow"
    assert list(vended_logs._followed(delivery, [Vended("d1", "b", "bedrock", "", stream, "")])) == []
    [gap] = delivery.tally.gaps
    assert (gap.outcome, gap.code) == (Outcome.UNSUPPORTED, "StreamElsewhere")


def test_a_delivery_whose_ends_are_not_listed() -> None:
    """It is not dropped: nobody knows whose it is, and that is a gap where it is followed."""
    said = {"id": "d1", "source": "gone", "target": "arn:x", "suffix": None}
    assert joined([said], [], []) == [Vended("d1", "gone", "", "arn:x", "", "")]
    assert not Vended("d1", "gone", "", "arn:x", "arn:aws:s3:::b", "{yyyy}").known


@pytest.mark.parametrize("operation", [row.partition(".")[2] for row in LISTS])
def test_lists_that_may_not_be_read(drill: Drill, play: Play, operation: str) -> None:
    """A gap of the row, and of the source that asks for itself; nothing is called empty."""
    put(drill, f"{OWN}E1.{play.time.now:%Y-%m-%d}-00.1a2b3c4d.gz")
    deliver(drill, ARN)
    deliver(drill, ARN, "bedrock")
    drill.deny(f"logs:{operation}")
    collect(play)
    denied = {(row, outcome) for row, outcome, _ in play.gaps()}
    assert {(f"logs.{operation}", "denied"), (GLOBAL, "denied")} <= denied
    assert play.coverage[GLOBAL].outcome.is_gap
    assert REGIONAL not in play.coverage or operation != "DescribeDeliveries"


@pytest.mark.parametrize(
    ("oddity", "outcome"),
    [({"denied": True}, Outcome.DENIED), ({"glacier": True}, Outcome.UNSUPPORTED)],
)
def test_what_a_bucket_refuses(drill: Drill, play: Play, oddity: Any, outcome: Outcome) -> None:
    """Its own outcome, and not `nowhere`."""
    put(drill, f"{OWN}E1.{play.time.now:%Y-%m-%d}-00.1a2b3c4d.gz")
    deliver(drill, ARN)
    drill.bucket(BUCKET, **oddity)
    collect(play)
    assert {gap.outcome for gap in play.coverage[GLOBAL].gaps} == {outcome}


def test_elsewhere_they_are_not_looked_for(drill: Drill) -> None:
    """A region without deliveries has none."""
    deliver(drill, ARN, "bedrock")
    play = collect(Play(session_on(drill), region="us-west-2"))
    assert play.coverage[REGIONAL].outcome is Outcome.EMPTY
