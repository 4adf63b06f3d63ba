"""Objects written once and kept: If-None-Match and Object Lock as S3 has them."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forensics.drill import Drill
from tests.drill.conftest import EVIDENCE, HOME, VICTIM, Clients, Refused

LATER = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
LOCK = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": LATER}


@pytest.fixture
def s3(fresh: Drill, client: Clients) -> Any:
    """Give S3 of the account that has the buckets."""
    made = client("s3", who=fresh.root(EVIDENCE))
    for name, locked in (("kept", True), ("plain", False)):
        where = {"LocationConstraint": HOME}
        made.create_bucket(Bucket=name, CreateBucketConfiguration=where, ObjectLockEnabledForBucket=locked)
        says = {"Effect": "Allow", "Principal": {"AWS": VICTIM}, "Action": "s3:PutObject", "Resource": "*"}
        made.put_bucket_policy(Bucket=name, Policy=json.dumps({"Statement": [says]}))
    return made


def test_written_once(s3: Any, root: Clients, refused: Refused) -> None:
    """The first writer wins, in whatever account; a deleted object may be written again."""
    other = root("s3")
    other.put_object(Bucket="plain", Key="k", Body=b"1", IfNoneMatch="*")
    for writer in (s3, other):
        said = refused(writer.put_object, Bucket="plain", Key="k", Body=b"2", IfNoneMatch="*")
        assert said[:2] == ("PreconditionFailed", 412)
    assert s3.get_object(Bucket="plain", Key="k")["Body"].read() == b"1"
    s3.put_object(Bucket="plain", Key="k", Body=b"3")
    s3.delete_object(Bucket="plain", Key="k")
    other.put_object(Bucket="plain", Key="k", Body=b"4", IfNoneMatch="*")


def test_kept(s3: Any, root: Clients, refused: Refused) -> None:
    """A locked version says so, and cannot be deleted; a marker may lie over it."""
    version = root("s3").put_object(Bucket="kept", Key="k", Body=b"1", **LOCK)["VersionId"]
    head = s3.head_object(Bucket="kept", Key="k")
    assert (head["ObjectLockMode"], head["ObjectLockRetainUntilDate"]) == ("COMPLIANCE", LATER)
    assert refused(s3.delete_object, Bucket="kept", Key="k", VersionId=version)[0] == "AccessDenied"
    s3.delete_object(Bucket="kept", Key="k")
    root("s3").put_object(Bucket="kept", Key="k", Body=b"2", IfNoneMatch="*", **LOCK)
    assert s3.get_object(Bucket="kept", Key="k", VersionId=version)["Body"].read() == b"1"


@pytest.mark.parametrize(
    ("bucket", "other", "code"),
    [
        ("plain", LOCK, "InvalidRequest"),
        ("kept", {**LOCK, "ObjectLockRetainUntilDate": datetime(2020, 1, 1, tzinfo=UTC)}, "InvalidArgument"),
        ("kept", {"ExpectedBucketOwner": VICTIM}, "AccessDenied"),
        ("kept", {"ChecksumSHA256": base64.b64encode(bytes(32)).decode()}, "BadDigest"),
    ],
    ids=["no lock", "past", "owner", "checksum"],
)
def test_refused(
    s3: Any, root: Clients, refused: Refused, bucket: str, other: dict[str, Any], code: str
) -> None:
    """What S3 refuses is refused with its code, and nothing is written."""
    assert refused(root("s3").put_object, Bucket=bucket, Key="k", Body=b"1", **other)[0] == code
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_checksum_that_is_right(s3: Any, root: Clients) -> None:
    """A checksum that is the body's is taken."""
    digest = base64.b64encode(hashlib.sha256(b"1").digest()).decode()
    root("s3").put_object(Bucket="kept", Key="k", Body=b"1", ChecksumSHA256=digest, IfNoneMatch="*")
    assert s3.get_object(Bucket="kept", Key="k")["Body"].read() == b"1"
