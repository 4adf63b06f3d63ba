"""The trail's bucket: what CloudTrail delivered, what was done to it, and what AWS's own tool says."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from forensics.drill import Drill
from forensics.drill.server import DrillError
from forensics.drill.tampering import TAMPERINGS
from tests.drill.conftest import MANAGEMENT, REGIONS, VICTIM, Clients, Refused

AWS = Path(sys.executable).with_name("aws")
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{VICTIM}:trail/harbour-trail"
BUCKET = "harbour-cloudtrail"


@pytest.fixture
def trail(drill: Drill) -> Iterator[Drill]:
    """Give the drill to a test that changes the trail; it is the seed's again afterwards."""
    yield drill
    drill.trail()
    drill.bucket("harbour-log-archive")


def validate(drill: Drill, region: str = "eu-west-1") -> str:
    """Ask the real `aws cloudtrail validate-logs`; give all that it says."""
    start = datetime.now(UTC) - timedelta(days=2)
    command = [str(AWS), "cloudtrail", "validate-logs", "--trail-arn", TRAIL, "--region", region]
    done = subprocess.run(
        [*command, "--start-time", f"{start:%Y-%m-%dT%H:%M:%SZ}"],
        env={**os.environ, **drill.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def _listed(s3: Any, prefix: str = "", bucket: str = BUCKET) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [one["Key"] for page in pages for one in page.get("Contents", ())]


def test_seeded_story_as_aws_sees_it(trail: Drill) -> None:
    """AWS's tool names the edited log, the deleted log, the deleted digest, and the gap."""
    said = validate(trail)
    assert "18/19 digest files valid, 1/19 digest files INVALID" in said
    assert "16/18 log files valid, 2/18 log files INVALID" in said
    assert said.count("INVALID: not found") == 2
    assert said.count("INVALID: hash value doesn't match") == 1
    assert "No log files were delivered by CloudTrail between" in said


def test_other_regions_are_whole_but_for_the_gap(trail: Drill) -> None:
    """Nobody tampered elsewhere."""
    said = validate(trail, "us-east-1")
    assert "19/19 digest files valid" in said
    assert "INVALID" not in said


def test_healthy_trail(trail: Drill, client: Clients) -> None:
    """A healthy trail is valid to the last file, never stopped, and logs still."""
    trail.trail(healthy=True)
    said = validate(trail)
    assert "30/30 digest files valid" in said
    assert "INVALID" not in said
    assert "No log files were delivered" not in said
    status = client("cloudtrail").get_trail_status(Name="harbour-trail")
    assert status["IsLogging"] is True
    assert "StopLoggingTime" not in status


@pytest.mark.parametrize("healthy", [True, False])
def test_status_is_what_the_bucket_shows(trail: Drill, client: Clients, healthy: bool) -> None:
    """The newest digest and the newest log are from when the trail says they are."""
    trail.trail(healthy=healthy, tampering=[])
    status = client("cloudtrail").get_trail_status(Name="harbour-trail")
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    newest = {"CloudTrail": datetime.min.replace(tzinfo=UTC)} | {
        "CloudTrail-Digest": datetime.min.replace(tzinfo=UTC)
    }
    for one in (one for page in pages for one in page["Contents"]):
        kind = one["Key"].split("/")[2]
        newest[kind] = max(newest[kind], one["LastModified"])
    assert newest["CloudTrail-Digest"] == status["LatestDigestDeliveryTime"]
    assert abs(newest["CloudTrail"] - status["LatestDeliveryTime"]) < timedelta(minutes=1)
    if not healthy:
        assert status["StartLoggingTime"] < status["StopLoggingTime"] < status["LatestDigestDeliveryTime"]


def test_every_region_has_its_digests(client: Clients) -> None:
    """A digest for every hour in every region, with and without logs."""
    keys = _listed(client("s3"), f"AWSLogs/{VICTIM}/CloudTrail-Digest/")
    assert {key.split("/")[3] for key in keys} == set(REGIONS)
    assert len(keys) == 19 * len(REGIONS) - 1


def test_objects_are_as_cloudtrail_puts_them(client: Clients) -> None:
    """Objects are JSON in gzip, said to be so, and digests carry their signature in their metadata."""
    s3 = client("s3")
    for kind, signed in (("CloudTrail", False), ("CloudTrail-Digest", True)):
        key = _listed(s3, f"AWSLogs/{VICTIM}/{kind}/us-east-1/")[0]
        got = s3.get_object(Bucket=BUCKET, Key=key)
        assert (got["ContentType"], got["ContentEncoding"]) == ("application/json", "gzip")
        assert set(got["Metadata"]) == ({"signature", "signature-algorithm"} if signed else set())
        assert json.loads(gzip.decompress(got["Body"].read()))


def test_logs_hold_what_the_history_holds(trail: Drill, client: Clients) -> None:
    """A healthy trail's logs hold the very events that LookupEvents tells of, in their time."""
    trail.trail(healthy=True)
    s3 = client("s3")
    logged = {
        record["eventID"]
        for key in _listed(s3, f"AWSLogs/{VICTIM}/CloudTrail/us-east-1/")
        for record in json.loads(gzip.decompress(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()))[
            "Records"
        ]
    }
    assert logged
    assert logged <= trail.event_ids("us-east-1")


def test_calls_made_here_are_delivered(trail: Drill, client: Clients, root: Clients) -> None:
    """With the newest hour ending now, what was done here is in logs and under digests that hold."""
    made = root("ec2").create_security_group(GroupName="logged", Description="x")
    root("ec2").delete_security_group(GroupId=made["GroupId"])
    trail.trail(healthy=True, recorded=True)
    s3 = client("s3")
    keys = _listed(s3, f"AWSLogs/{VICTIM}/CloudTrail/eu-west-1/")
    newest = [gzip.decompress(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()) for key in keys[-3:]]
    records = [record for body in newest for record in json.loads(body)["Records"]]
    ids = [record["requestID"] for record in records if record["eventName"] == "CreateSecurityGroup"]
    assert made["ResponseMetadata"]["RequestId"] in ids
    said = validate(trail)
    assert "30/30 digest files valid" in said
    assert "INVALID" not in said


def test_what_was_left_out(client: Clients) -> None:
    """The selectors leave KMS out: what the intruder did to a key is in the history alone."""
    s3 = client("s3")
    keys = _listed(s3, f"AWSLogs/{VICTIM}/CloudTrail/eu-west-1/")
    assert not any(
        b"ScheduleKeyDeletion" in gzip.decompress(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
        for key in keys
    )


def test_what_was_deleted_is_still_there(client: Clients) -> None:
    """The bucket is versioned: one log, one digest stand under markers, and the edited log over its own."""
    s3 = client("s3")
    pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET))
    markers = [one["Key"] for page in pages for one in page.get("DeleteMarkers", ())]
    older = [one for page in pages for one in page["Versions"] if not one["IsLatest"]]
    assert sorted("Digest" in key for key in markers) == [False, True]
    assert len({one["Key"] for one in older} - set(markers)) == 1
    for one in older:
        assert s3.get_object(Bucket=BUCKET, Key=one["Key"], VersionId=one["VersionId"])["Body"].read()


@pytest.mark.parametrize(
    ("tampering", "seen"),
    [
        ("log_edited", "hash value doesn't match"),
        ("log_deleted", "INVALID: not found"),
        pytest.param("log_trailing", "INVALID", marks=pytest.mark.torture),
        pytest.param("log_moved", "INVALID: not found", marks=pytest.mark.torture),
        ("digest_deleted", "INVALID: not found"),
        ("digest_edited", "INVALID: signature verification failed"),
        pytest.param("digest_moved", "INVALID", marks=pytest.mark.torture),
        pytest.param("digests_deleted_side_by_side", "INVALID: not found", marks=pytest.mark.torture),
        pytest.param("metadata_lost", "INVALID", marks=pytest.mark.torture),
        ("all_digests_deleted", "No digests found"),
    ],
)
def test_tampering_that_aws_sees(trail: Drill, tampering: str, seen: str) -> None:
    """Each tampering is done alone on a healthy trail, and AWS's tool says so."""
    trail.trail(healthy=True, tampering=[tampering])
    said = validate(trail)
    assert seen in said


@pytest.mark.parametrize(
    ("tampering", "digests"),
    [("log_unlisted", "30/30"), ("newest_digest_deleted", "29/29"), ("first_digest_deleted", "29/29")],
)
def test_tampering_that_aws_passes(trail: Drill, tampering: str, digests: str) -> None:
    """What AWS's tool does not see, or not as what it is: it is there for others to find."""
    trail.trail(healthy=True, tampering=[tampering])
    said = validate(trail)
    assert f"{digests} digest files valid" in said or tampering == "first_digest_deleted"
    assert "hash value" not in said


def test_backfilled_digest_is_valid(trail: Drill) -> None:
    """A digest for logs that came late is nobody's doing."""
    trail.trail(healthy=True, tampering=["backfilled"])
    said = validate(trail)
    assert "1/1 backfill digest files valid" in said
    assert "INVALID" not in said


def test_names_are_all_known(trail: Drill) -> None:
    """All tamperings together can be done, and one that does not exist is refused."""
    trail.trail(healthy=True, tampering=[*sorted(TAMPERINGS)[1:], "all_digests_deleted"])
    with pytest.raises(DrillError, match="no such tampering"):
        trail.trail(tampering=["log_burnt"])


def test_bucket_of_another_account(trail: Drill, client: Clients) -> None:
    """Logs in another account and region, under a prefix, are read by the policy of their bucket."""
    trail.trail(healthy=True, owner=MANAGEMENT, region="us-east-1", prefix="logs/here")
    described = client("cloudtrail").describe_trails()["trailList"][0]
    assert (described["S3BucketName"], described["S3KeyPrefix"]) == ("harbour-log-archive", "logs/here")
    s3 = client("s3", "us-east-1")
    keys = _listed(s3, bucket="harbour-log-archive")
    assert keys[0].startswith(f"logs/here/AWSLogs/{VICTIM}/CloudTrail-Digest/")
    assert "harbour-log-archive" not in {one["Name"] for one in s3.list_buckets()["Buckets"]}
    assert "30/30 digest files valid" in validate(trail)


def test_bucket_that_is_not_for_us(trail: Drill, client: Clients, refused: Refused) -> None:
    """A bucket of another account without a policy for us is denied."""
    trail.trail(owner=MANAGEMENT, readable=False)
    code, status, why = refused(client("s3").list_objects_v2, Bucket="harbour-log-archive")
    assert (code, status) == ("AccessDenied", 403)
    assert "no resource-based policy allows the s3:ListBucket action" in why


def test_requester_pays(trail: Drill, client: Clients, refused: Refused) -> None:
    """A bucket whose reader pays wants to be told that he knows."""
    trail.trail(healthy=True, owner=MANAGEMENT)
    trail.bucket("harbour-log-archive", requester_pays=True)
    s3 = client("s3")
    assert refused(s3.list_objects_v2, Bucket="harbour-log-archive")[0] == "AccessDenied"
    assert s3.list_objects_v2(Bucket="harbour-log-archive", RequestPayer="requester")["Contents"]


def test_same_bytes_from_the_same_start(trail: Drill, client: Clients) -> None:
    """Arranged again, the bucket holds the same objects and versions."""
    found = []
    for _ in range(2):
        trail.trail()
        pages = client("s3").get_paginator("list_object_versions").paginate(Bucket=BUCKET)
        found.append(
            [(one["Key"], one["VersionId"], one["ETag"]) for page in pages for one in page["Versions"]]
        )
    assert found[0] == found[1]
