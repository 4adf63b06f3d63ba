"""Logs of trails that were changed or deleted: found by what the event history says of that."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forensics.collectors import former_trails
from forensics.collectors.deliveries import stamp
from forensics.collectors.former_trails import Change
from forensics.drill.server import Drill
from forensics.model import Gap, Outcome
from tests.collectors.kept import VICTIM, files, root
from tests.collectors.play import Play

ROW = "cloudtrail.FormerLogFiles"
BUCKET, MOVED = "harbour-cloudtrail", "harbour-moved"
ME = {"type": "IAMUser", "userName": "support-desk", "accountId": VICTIM, "accessKeyId": "AKIAEXAMPLE"}
DIGEST = "_CloudTrail-Digest_eu-west-1_harbour-trail_eu-west-1_"
AWS = {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}


def collect(play: Play) -> Play:
    """Run the trails, and the search."""
    play.run("cloudtrail.DescribeTrails", ROW)
    return play


def collect_of(play: Play, *others: str) -> Play:
    """Do the same where other regions are asked too."""
    play.run("cloudtrail.DescribeTrails")
    for where, found in play._names.items():
        if where[1] == ROW:
            play._names[where] = [{**one, "others": list(others)} for one in found]
    play.run(ROW)
    return play


def happened(
    drill: Drill, name: str, hours: float, asked: Any, told: Any = None, who: Any = ME, **more: str
) -> None:
    """Have the event history tell of something, so many hours ago."""
    at = datetime.now(UTC) - timedelta(hours=hours)
    record = {
        "eventVersion": "1.11",
        "userIdentity": who,
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "s3.amazonaws.com" if name == "GetBucketAcl" else "cloudtrail.amazonaws.com",
        "eventName": name,
        "awsRegion": "eu-west-1",
        "requestParameters": asked,
        "responseElements": told,
        "eventID": f"{name}-{hours}",
        "readOnly": name.startswith("Get"),
        **more,
    }
    drill.event(record, at.timestamp())


def moved(drill: Drill, *, hours: float = 2) -> None:
    """Have the trail deliver to another bucket since."""
    s3 = root(drill, "s3")
    s3.create_bucket(Bucket=MOVED, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    root(drill, "cloudtrail").update_trail(Name="harbour-trail", S3BucketName=MOVED)
    happened(drill, "UpdateTrail", hours, {"name": "harbour-trail", "s3BucketName": MOVED})


def gaps(play: Play) -> dict[str, Gap]:
    """Return the gaps by code."""
    return {gap.code: gap for gap in play.coverage[ROW].gaps}


def logs(drill: Drill) -> set[tuple[str, str]]:
    """List what the trail delivered, of this region: versions that were deleted too."""
    listed = root(drill, "s3").list_object_versions(Bucket=BUCKET)["Versions"]
    return {(one["Key"], one["VersionId"]) for one in listed if "/eu-west-1/" in one["Key"]}


def kept(play: Play) -> set[tuple[str, str]]:
    """Return what was kept, of the same."""
    return {(one.key, one.about["version_id"]) for one in files(play, ROW)}


def test_nothing_happened_to_a_trail(play: Play) -> None:
    """Nothing is looked for; stopping it moves nothing."""
    collect(play)
    assert play.gaps() == []
    assert play.coverage[ROW].outcome is Outcome.EMPTY


def test_a_bucket_that_cloudtrail_looked_at_before(drill: Drill, play: Play) -> None:
    """The event of the change names the new one alone; the old is the last that CloudTrail asked about."""
    moved(drill)
    happened(drill, "GetBucketAcl", 2.1, {"bucketName": "harbour-customers"})
    happened(drill, "GetBucketAcl", 5, {"bucketName": BUCKET}, who=AWS)
    happened(drill, "GetBucketAcl", 1, {"bucketName": MOVED}, who=AWS)
    collect(play)
    assert play.gaps() == []
    assert kept(play) == logs(drill) != set()
    assert f"delivered to bucket {BUCKET} before" in play.coverage[ROW].note
    assert {one.source.region for one in files(play)} == {"eu-west-1"}


def test_a_bucket_that_an_event_names(drill: Drill, play: Play) -> None:
    """The intruder sent the logs away and back again; or the trail was made in the window."""
    happened(drill, "CreateTrail", 30, {"name": "harbour-trail", "s3BucketName": BUCKET, "s3KeyPrefix": None})
    moved(drill)
    collect(play)
    assert play.gaps() == []
    assert kept(play) == logs(drill)


def test_a_trail_that_was_deleted(drill: Drill, play: Play) -> None:
    """Its logs are where they were."""
    happened(drill, "CreateTrail", 30, {"name": "harbour-trail", "s3BucketName": BUCKET})
    root(drill, "cloudtrail").delete_trail(Name="harbour-trail")
    arn = f"arn:aws:cloudtrail:eu-west-1:{VICTIM}:trail/harbour-trail"
    happened(drill, "DeleteTrail", 2, {"name": arn})
    collect(play)
    assert play.gaps() == []
    assert kept(play) == logs(drill)
    before = dict(play.kept)
    play.run(ROW)
    assert (play.kept, play.gaps()) == (before, [])


@pytest.mark.parametrize(("name", "what"), [("UpdateTrail", "changed"), ("DeleteTrail", "deleted")])
def test_nothing_tells_where_it_was(drill: Drill, play: Play, name: str, what: str) -> None:
    """That is a gap, not an empty answer."""
    happened(drill, name, 2, {"name": "other", **({"s3BucketName": MOVED} if name == "UpdateTrail" else {})})
    root(drill, "s3").create_bucket(
        Bucket=MOVED, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    collect(play)
    gap = gaps(play)["FormerBucketUnknown"]
    assert gap.outcome is Outcome.VANISHED
    assert f"trail other was {what} at" in gap.message
    assert gap.examples == ({"Trail": "other"},)


@pytest.mark.parametrize(
    ("oddity", "outcome", "code"),
    [
        ({"denied": True}, Outcome.DENIED, "403"),
        ({"gone": True}, Outcome.VANISHED, "NoSuchBucket"),
    ],
)
def test_a_former_bucket_that_cannot_be_read(
    drill: Drill, play: Play, oddity: Any, outcome: Outcome, code: str
) -> None:
    """A gap that names it, once, though it has many folders."""
    happened(drill, "CreateTrail", 30, {"name": "harbour-trail", "s3BucketName": BUCKET})
    moved(drill)
    drill.bucket(BUCKET, **oddity)
    collect(play)
    gap = gaps(play)[code]
    assert (gap.outcome, gap.count) == (outcome, 1)
    assert gap.examples[0]["Bucket"] == BUCKET


def test_a_former_bucket_with_nothing_in_it(drill: Drill, play: Play) -> None:
    """Its prefix is not told: that nothing was found does not say that there is nothing."""
    moved(drill)
    happened(drill, "GetBucketAcl", 5, {"bucketName": "harbour-customers"}, who=AWS)
    collect(play)
    gap = gaps(play)["FormerBucketEmpty"]
    assert gap.outcome is Outcome.UNSUPPORTED
    assert gap.examples == ({"Trail": "harbour-trail", "Bucket": "harbour-customers"},)


@pytest.mark.parametrize("second", [False, True], ids=["another prefix", "another trail"])
def test_a_bucket_that_is_known_for_something_else(drill: Drill, play: Play, *, second: bool) -> None:
    """It tells no prefix, and not whose it is: nothing is called empty."""
    if second:
        moved(drill)
        happened(drill, "GetBucketAcl", 5, {"bucketName": MOVED}, who=AWS)
    else:
        told = {"name": "other", "s3BucketName": BUCKET}
        happened(drill, "UpdateTrail", 2, {"name": "other", "s3KeyPrefix": ""}, told)
        happened(drill, "GetBucketAcl", 5, {"bucketName": BUCKET}, who=AWS)
    collect(play)
    gap = gaps(play)["FormerFolderUnknown"]
    assert (gap.outcome, gap.examples) == (
        Outcome.UNSUPPORTED,
        ({"Trail": "harbour-trail" if second else "other"},),
    )
    assert play.coverage[ROW].outcome is Outcome.UNSUPPORTED


@pytest.mark.parametrize("late", [0.5, 4], ids=["right after", "hours later"])
def test_digests_tell_that_it_was_there(drill: Drill, play: Play, late: float) -> None:
    """Those that were made right before the change have the trail's name: it moved nowhere."""
    listed = root(drill, "s3").list_object_versions(Bucket=BUCKET)["Versions"]
    last = max(filter(None, (stamp(one["Key"]) for one in listed if DIGEST in one["Key"])))
    hours = (datetime.now(UTC) - last).total_seconds() / 3600 - late
    told = {"name": "harbour-trail", "s3BucketName": BUCKET}
    happened(drill, "UpdateTrail", hours, {"name": "harbour-trail", "s3KeyPrefix": ""}, told)
    happened(drill, "GetBucketAcl", hours + 1, {"bucketName": BUCKET}, who=AWS)
    play.window = replace(play.window, until=max(play.window.until, last + timedelta(hours=late + 1)))
    collect(play)
    assert set(gaps(play)) == ({"FormerFolderUnknown"} if late > 3 else set())
    assert ("delivered to where it or another does" in play.coverage[ROW].note) is (late <= 3)


def test_a_bucket_of_another_region(drill: Drill, play: Play) -> None:
    """S3 records who asked about a bucket where that is, and not where the trail is."""
    moved(drill)
    happened(drill, "GetBucketAcl", 5, {"bucketName": BUCKET}, who=AWS, awsRegion="us-east-1")
    collect_of(play, "us-west-2", "us-east-1")
    assert play.gaps() == []
    assert kept(play) >= logs(drill) != set()


def test_the_history_of_another_region_may_not_be_read(drill: Drill, play: Play) -> None:
    """What the others tell is taken, and which does not is a gap."""
    moved(drill)
    happened(drill, "GetBucketAcl", 5, {"bucketName": BUCKET}, who=AWS)
    drill.deny("cloudtrail:LookupEvents", region="us-east-1")
    collect_of(play, "us-east-1")
    [gap] = gaps(play).values()
    assert (gap.outcome, gap.examples[0]) == (
        Outcome.DENIED,
        {"EventName": "GetBucketAcl", "Region": "us-east-1"},
    )
    assert kept(play) >= logs(drill) != set()


def test_no_more_than_the_limit(drill: Drill, play: Play) -> None:
    """Whoever may change a trail may name any bucket."""
    happened(drill, "CreateTrail", 30, {"name": "harbour-trail", "s3BucketName": BUCKET})
    moved(drill)
    play.max_log_group = 1_000
    collect(play)
    assert set(gaps(play)) == {"AccessLogsTooLarge"}
    assert files(play) == []


def test_more_former_buckets_than_are_looked_at(
    drill: Drill, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gap with their number."""
    monkeypatch.setattr(former_trails, "FOLDERS", 1)
    for number in range(3):
        happened(
            drill, "CreateTrail", 30 + number, {"name": f"t{number}", "s3BucketName": f"no-such-{number}"}
        )
    collect(play)
    assert set(gaps(play)) == {"TooManyFormer", "NoSuchBucket"}
    assert "3 other folders" in gaps(play)["TooManyFormer"].message


def test_more_buckets_that_cloudtrail_looked_at_than_are_looked_at(
    drill: Drill, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gap with their number, and the trail that may have delivered to any of them."""
    monkeypatch.setattr(former_trails, "FOLDERS", 1)
    moved(drill)
    for number in range(3):
        happened(drill, "GetBucketAcl", 5 + number, {"bucketName": f"no-such-{number}"}, who=AWS)
    collect(play)
    assert set(gaps(play)) == {"TooManyFormer", "NoSuchBucket"}
    assert "3 other buckets" in gaps(play)["TooManyFormer"].message


def test_the_history_may_not_be_read(drill: Drill, play: Play) -> None:
    """A denial, and nothing is called empty."""
    drill.deny("cloudtrail:LookupEvents")
    collect(play)
    assert {(gap.outcome, gap.count) for gap in gaps(play).values()} == {(Outcome.DENIED, 3)}
    assert play.coverage[ROW].outcome is Outcome.DENIED


def test_what_digests_led_to_is_not_kept_twice(drill: Drill, play: Play) -> None:
    """The bucket may have been found by its digests before."""
    play.run("cloudtrail.DescribeTrails", "cloudtrail.DigestFiles")
    held = {key for _, key in play.kept}
    happened(drill, "CreateTrail", 30, {"name": "harbour-trail", "s3BucketName": BUCKET})
    moved(drill)
    collect(play)
    assert held
    assert not held & {one.name for one in files(play, ROW)}


TIME = "2026-11-29T07:00:00Z"


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"eventName": "UpdateTrail", "eventTime": TIME},
        {"eventName": "UpdateTrail", "eventTime": TIME, "requestParameters": "x", "responseElements": []},
        {"eventName": "UpdateTrail", "eventTime": "never", "requestParameters": {"name": "t"}},
        {"eventName": "UpdateTrail", "eventTime": TIME, "requestParameters": {"name": 7}},
        {"eventName": "StopLogging", "eventTime": TIME, "requestParameters": {"name": "t"}},
        {
            "eventName": "DeleteTrail",
            "eventTime": TIME,
            "requestParameters": {"name": "t"},
            "errorCode": "AccessDenied",
        },
    ],
    ids=json.dumps,
)
def test_events_that_changed_nothing(event: Any) -> None:
    """Refused by AWS, of something else, or of no form that AWS's have."""
    assert Change.of(event) is None


@pytest.mark.parametrize(
    ("asked", "told", "where", "moved"),
    [
        ({"name": "t", "s3BucketName": "b"}, None, ("b", ""), True),
        ({"name": "t", "s3KeyPrefix": "p"}, {"s3BucketName": "b", "s3KeyPrefix": "p"}, ("b", "p"), True),
        ({"name": "t", "enableLogFileValidation": False}, {"s3BucketName": "b"}, ("b", ""), False),
        ({"name": "t", "enableLogFileValidation": False}, None, ("", ""), False),
        ({"name": "t", "s3KeyPrefix": "p"}, None, ("", ""), True),
    ],
)
def test_where_it_delivers_after_a_change(
    asked: Any, told: Any, where: tuple[str, str], *, moved: bool
) -> None:
    """By what was asked and answered; what was not asked for did not move."""
    change = Change.of(
        {"eventName": "UpdateTrail", "eventTime": TIME, "requestParameters": asked, "responseElements": told}
    )
    assert change is not None
    assert (change.where, change.moved) == (where, moved)
