"""Logs and digests as CloudTrail delivers them: AWS's own tool says so."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from forensics.drill import Drill, digests
from forensics.drill.digests import Delivered, Trail
from tests.drill.conftest import VICTIM, Clients

AWS = Path(sys.executable).with_name("aws")
NOW = datetime(2031, 5, 6, 7, 4, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
TRAIL = Trail(VICTIM, "us-east-2", "orders", "eu-west-1", "orders-logs", "some/prefix")
KEY = digests.digest_key()


def event(at: datetime, name: str = "DescribeVpcs") -> dict[str, Any]:
    """Return a record of CloudTrail's, short."""
    return {"eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}", "eventName": name, "eventSource": "ec2.amazonaws.com"}


def _day(start: datetime = NOW) -> list[Delivered]:
    """Return six hours: one of them empty, and a stop of two hours in the middle."""
    events = [event(start + timedelta(minutes=minutes)) for minutes in (0, 1, 7, 45, 130, 320, 370, 400)]
    periods = [(start, start + 3 * HOUR), (start + 5 * HOUR, start + 7 * HOUR)]
    return list(digests.deliver(TRAIL, KEY, events, periods))


def _digests(delivered: list[Delivered]) -> Iterator[dict[str, Any]]:
    for one in delivered:
        if "CloudTrail-Digest" in one.key:
            yield json.loads(gzip.decompress(one.body))


def test_keys_are_aws_own() -> None:
    """Names have the layout of AWS: prefix, account, region, day; a digest's its trail and home as well."""
    one, *_, last = (one.key for one in _day())
    assert one.startswith(
        f"some/prefix/AWSLogs/{VICTIM}/CloudTrail/us-east-2/2031/05/06/{VICTIM}_CloudTrail_"
    )
    assert one.endswith(".json.gz")
    assert len(one.rpartition("Z_")[2]) == len("iRIoDMA9l9Q4kmFy.json.gz")
    assert last == (
        f"some/prefix/AWSLogs/{VICTIM}/CloudTrail-Digest/us-east-2/2031/05/06/"
        f"{VICTIM}_CloudTrail-Digest_us-east-2_orders_eu-west-1_20310506T140404Z.json.gz"
    )


def test_keys_of_an_organisation() -> None:
    """An organisation's trail has the organisation before the account."""
    trail = Trail(VICTIM, "us-east-2", "all", "eu-west-1", "b", organization="o-abcdef1234")
    logged = digests.log(trail, [event(NOW)], NOW)
    assert logged.object.key.startswith(f"AWSLogs/o-abcdef1234/{VICTIM}/CloudTrail/us-east-2/2031/05/06/")


def test_chain_and_restart() -> None:
    """Each digest names the one before it, one begins anew after a stop, and an empty hour has one too."""
    found = list(_digests(_day()))
    assert [one["previousDigestS3Object"] is None for one in found] == [True, False, False, True, False]
    assert [len(one["logFiles"]) for one in found] == [4, 0, 1, 1, 2]
    assert found[1]["newestEventTime"] is None
    assert found[1]["previousDigestS3Object"] == found[0]["digestS3Object"]
    assert [one["digestStartTime"][11:16] for one in found] == ["07:04", "08:04", "09:04", "12:04", "13:04"]


def test_an_event_while_stopped_leaves_no_trace() -> None:
    """What happens between StopLogging and StartLogging is in no log."""
    events = [event(NOW + 4 * HOUR)]
    assert all(
        "_CloudTrail_" not in one.key for one in digests.deliver(TRAIL, KEY, events, [(NOW, NOW + HOUR)])
    )


def test_signature_is_of_what_aws_states() -> None:
    """The signature is over end, place, hash and the signature before, of the bytes with escaped slashes."""
    delivered = _day()
    second = [one for one in delivered if "CloudTrail-Digest" in one.key][1]
    content = gzip.decompress(second.body)
    stated = json.loads(content)
    assert b"us-east-2\\/2031\\/05" in content
    message = "\n".join(
        (
            stated["digestEndTime"],
            f"{TRAIL.bucket}/{second.key}",
            hashlib.sha256(content).hexdigest(),
            stated["previousDigestSignature"],
        )
    )
    KEY.public_key().verify(
        bytes.fromhex(second.metadata["signature"]), message.encode(), padding.PKCS1v15(), hashes.SHA256()
    )


def test_backfill_names_itself() -> None:
    """A digest for logs that came late says so in its name and in its metadata."""
    late = digests.log(TRAIL, [event(NOW)], NOW)
    made = digests.digest(TRAIL, KEY, (NOW, NOW + HOUR), [late], backfilled=NOW + 9 * HOUR)
    assert made.object.key.endswith("_20310506T080404Z_backfill.json.gz")
    assert made.object.metadata["backfill-generation-timestamp"] == "2031-05-06T16:04:04Z"


def test_same_bytes_each_time() -> None:
    """Nothing is random, and no clock is looked at."""
    assert _day() == _day()


def test_public_key_opens_as_pkcs1() -> None:
    """ListPublicKeys' form of a key is PKCS #1, and its name the MD5 of that."""
    stated = digests.public_key(KEY, NOW, NOW + HOUR)
    assert stated["Fingerprint"] == hashlib.md5(stated["Value"], usedforsecurity=False).hexdigest()
    opened = serialization.load_der_public_key(stated["Value"])
    assert isinstance(opened, rsa.RSAPublicKey)
    assert opened.public_numbers() == KEY.public_key().public_numbers()


@pytest.fixture
def trail(root: Clients) -> Iterator[str]:
    """Give the ARN of a trail with a bucket of its own, removed afterwards."""
    s3, cloudtrail = root("s3"), root("cloudtrail")
    s3.create_bucket(Bucket=TRAIL.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    made = cloudtrail.create_trail(
        Name=TRAIL.name, S3BucketName=TRAIL.bucket, S3KeyPrefix=TRAIL.prefix, IsMultiRegionTrail=True
    )
    yield str(made["TrailARN"])
    cloudtrail.delete_trail(Name=TRAIL.name)
    for one in s3.list_objects_v2(Bucket=TRAIL.bucket).get("Contents", ()):
        s3.delete_object(Bucket=TRAIL.bucket, Key=one["Key"])
    s3.delete_bucket(Bucket=TRAIL.bucket)


@pytest.mark.torture
def test_aws_says_valid(drill: Drill, root: Clients, trail: str) -> None:
    """The real `aws cloudtrail validate-logs` finds every digest and log valid, the late ones as well."""
    start = datetime.now(UTC).replace(minute=4, second=4, microsecond=0) - timedelta(days=1)
    late = digests.log(TRAIL, [event(start)], start + HOUR / 2)
    made = digests.digest(TRAIL, KEY, (start, start + HOUR), [late], backfilled=start + 20 * HOUR)
    for one in [*_day(start), late.object, made.object]:
        root("s3").put_object(Bucket=TRAIL.bucket, Key=one.key, Body=one.body, Metadata=dict(one.metadata))
    command = [str(AWS), "cloudtrail", "validate-logs", "--trail-arn", trail, "--region", TRAIL.region]
    answer = subprocess.run(
        [*command, "--start-time", f"{start:%Y-%m-%dT%H:%M:%SZ}"],
        env={**os.environ, **drill.root(VICTIM)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, (answer.stderr, answer.stdout)
    assert "5/5 digest files valid\n1/1 backfill digest files valid\n9/9 log files valid" in answer.stdout
    assert "No log files were delivered by CloudTrail between" in answer.stderr
