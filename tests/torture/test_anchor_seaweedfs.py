"""The S3 anchor on a real S3 server, whose Object Lock and If-None-Match are not of our making."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import forensics
from tests import seaweed
from tests.custody import world
from tests.nursery import Nursery

pytestmark = pytest.mark.torture
BUCKET = "heads"


@pytest.fixture(scope="module")
def place(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Give the environment of two servers: STS of the drill, and S3 of SeaweedFS."""
    with nursery.drill() as drill:
        keys = drill.root("222222222222")
        with seaweed.running(tmp_path_factory.mktemp("weed"), keys) as url:
            yield {
                "AWS_ACCESS_KEY_ID": keys["AWS_ACCESS_KEY_ID"],
                "AWS_SECRET_ACCESS_KEY": keys["AWS_SECRET_ACCESS_KEY"],
                "AWS_DEFAULT_REGION": "eu-west-1",
                "AWS_ENDPOINT_URL": drill.url,
                "AWS_ENDPOINT_URL_S3": url,
                "AWS_EC2_METADATA_DISABLED": "true",
            }


@pytest.fixture(autouse=True)
def _environment(place: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in place.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def s3(place: Mapping[str, str]) -> Any:
    """Give a client with a bucket that has Object Lock, and one that has not."""
    new: Any = boto3.client
    made = new(
        "s3",
        region_name="eu-west-1",
        endpoint_url=place["AWS_ENDPOINT_URL_S3"],
        aws_access_key_id=place["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=place["AWS_SECRET_ACCESS_KEY"],
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
    )
    made.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
    made.create_bucket(Bucket="plain")
    return made


def _case(folder: Path) -> Path:
    """Make a case with an origin of its own: the bucket is that of all tests here."""
    with world.create(folder / "case", random=secrets.token_bytes) as case:
        world.keep(case, "a/b.jsonl", b"{}\n")
    return folder / "case"


def _anchor(path: Path, bucket: str = BUCKET, **other: Any) -> forensics.Anchored:
    with world.reopen(path) as case:
        return forensics.anchor(case, forensics.Access(), bucket, **{"days": 2, **other})


@pytest.mark.parametrize("mode", ["compliance", "governance"])
def test_anchored_and_kept(s3: Any, tmp_path: Path, mode: str) -> None:
    """The note lies there, byte for byte, and the server refuses to delete that version of it."""
    path = _case(tmp_path)
    done = _anchor(path, mode=mode)
    assert (done.outcome, done.mode) == ("anchored", mode.upper())
    note = (path / f"checkpoints/{done.checkpoint:08d}.note").read_bytes()
    assert s3.get_object(Bucket=BUCKET, Key=done.key)["Body"].read() == note
    with pytest.raises(ClientError) as caught:
        s3.delete_object(Bucket=BUCKET, Key=done.key, VersionId=done.version_id)
    assert caught.value.response["Error"]["Code"] == "AccessDenied"


def test_fork_meets_the_first(s3: Any, tmp_path: Path) -> None:
    """Another note of that name, written first, is told as a fork, and stays."""
    path = _case(tmp_path)
    done = _anchor(path)
    after = f"{done.key.partition('/')[0]}/{done.checkpoint + 3:08d}.note"
    s3.put_object(Bucket=BUCKET, Key=after, Body=b"another branch")
    with pytest.raises(forensics.ForensicsError, match="forked") as caught:
        _anchor(path)
    assert caught.value.exit_code == 4
    assert s3.get_object(Bucket=BUCKET, Key=after)["Body"].read() == b"another branch"


@pytest.mark.parametrize(("bucket", "code"), [("plain", "InvalidRequest"), ("nowhere", "InvalidRequest")])
def test_refusals(s3: Any, tmp_path: Path, bucket: str, code: str) -> None:
    """
    A bucket without Object Lock, and one that is not there, are one line with the server's own code.

    SeaweedFS looks for the lock before it looks for the bucket.
    """
    assert s3
    path = _case(tmp_path)
    with pytest.raises(forensics.ForensicsError) as caught:
        _anchor(path, bucket)
    assert code in str(caught.value)
    assert caught.value.exit_code == 1
    with world.reopen(path) as case:
        ended = [one.body["code"] for one in case.entries() if one.type == "op.end"]
    assert ended == [code]
