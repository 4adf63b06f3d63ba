"""The anchor in S3, on the embedded AWS: the first writer wins, every refusal is one line with its code."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import forensics
from forensics import anchoring
from forensics.custody.seal import seal
from forensics.drill import Drill
from tests.custody import world
from tests.nursery import Nursery

VICTIM, EVIDENCE = "222222222222", "333333333333"
HOME, AWAY = "eu-west-1", "us-east-1"


@pytest.fixture(scope="module")
def drill(nursery: Nursery) -> Iterator[Drill]:
    """Give an AWS with three buckets of another account: two with Object Lock, one without."""
    with nursery.drill() as drill:
        _buckets(drill)
        yield drill


def _s3(drill: Drill, region: str = HOME) -> Any:
    keys = drill.root(EVIDENCE)
    new: Any = boto3.client
    return new(
        "s3",
        region_name=region,
        endpoint_url=drill.url,
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1}),
    )


def _buckets(drill: Drill) -> None:
    allowed = ["s3:GetObject", "s3:PutObject", "s3:PutObjectRetention"]
    for name, region, locked, actions in (
        ("heads", HOME, True, allowed),
        ("heads-away", AWAY, True, allowed),
        ("heads-blind", HOME, True, allowed[1:]),
        ("heads-closed", HOME, True, []),
        ("plain", HOME, False, allowed),
    ):
        where = {} if region == AWAY else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3 = _s3(drill, region)
        s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=locked, **where)
        if actions:
            says = {"Effect": "Allow", "Principal": {"AWS": VICTIM}, "Action": actions, "Resource": "*"}
            s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Statement": [says]}))


@pytest.fixture(autouse=True)
def _responder(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be somebody who may write to S3."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    known: Mapping[str, str] = {**drill.environment, **drill.root(VICTIM)}
    for name, value in known.items():
        if name != "AWS_SESSION_TOKEN":
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", HOME)
    yield
    drill.clear_faults()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a case with an origin of its own."""
    with world.create(tmp_path / "case", random=secrets.token_bytes) as case:
        world.keep(case, "a/b.jsonl", b"{}\n")
    return tmp_path / "case"


def _anchor(path: Path, bucket: str = "heads", **other: Any) -> forensics.Anchored:
    with world.reopen(path) as case:
        return forensics.anchor(case, forensics.Access(pace=100), bucket, **{"days": 2, **other})


def _told(path: Path) -> list[tuple[str, str, str]]:
    """Return what the ledger tells: type, outcome and code."""
    lines = (path / "ledger.jsonl").read_bytes().splitlines()
    read = [json.loads(line) for line in lines]
    kinds = {"anchor.s3", "op.end", "op.start"}
    return [
        (one["type"], one["body"].get("outcome", ""), one["body"].get("code", ""))
        for one in read
        if one["type"] in kinds
    ]


@pytest.mark.parametrize("mode", anchoring.MODES)
def test_anchored(drill: Drill, path: Path, mode: str) -> None:
    """The newest checkpoint lies there, locked, and the ledger tells of it, before and after."""
    done = _anchor(path, mode=mode)
    assert (done.outcome, done.mode) == ("anchored", mode.upper())
    note = (path / f"checkpoints/{done.checkpoint:08d}.note").read_bytes()
    origin = note.split(b"\n")[0]
    assert done.key == f"{hashlib.sha256(origin).hexdigest()}/{done.checkpoint:08d}.note"
    there = _s3(drill).get_object(Bucket="heads", Key=done.key)
    assert there["Body"].read() == note
    assert there["ObjectLockMode"] == mode.upper()
    until = datetime.fromisoformat(done.retain_until)
    assert timedelta(days=1.9) < until - datetime.now(UTC) <= timedelta(days=2)
    assert _told(path) == [
        ("op.start", "", ""),
        ("op.end", "collected", ""),
        ("anchor.s3", "anchored", ""),
    ]
    assert forensics.verify(path, identities=[world.ANA.public]).exit_code == 3
    with pytest.raises(ClientError):
        _s3(drill).delete_object(Bucket="heads", Key=done.key, VersionId=done.version_id)


def test_again(path: Path) -> None:
    """Each anchor is of the checkpoint that is newest then."""
    first, second = _anchor(path), _anchor(path)
    assert second.checkpoint > first.checkpoint
    assert second.outcome == "anchored"


def test_there_already(drill: Drill, path: Path) -> None:
    """What is there already and is the same is an anchor; it was said before, and says so."""
    with world.reopen(path) as case:
        case.writer.checkpoint()
        note = max((path / "checkpoints").glob("*.note"))
        key = f"{hashlib.sha256(case.origin.encode()).hexdigest()}/{note.name}"
        until = datetime.now(UTC) + timedelta(days=9)
        _s3(drill).put_object(
            Bucket="heads",
            Key=key,
            Body=note.read_bytes(),
            ObjectLockMode="GOVERNANCE",
            ObjectLockRetainUntilDate=until,
        )
        done = forensics.anchor(case, forensics.Access(pace=100), "heads", days=2)
    assert (done.outcome, done.mode) == ("present", "GOVERNANCE")
    assert done.version_id
    assert _told(path)[-1] == ("anchor.s3", "present", "PreconditionFailed")


def test_fork(drill: Drill, path: Path) -> None:
    """Two copies of a case that went on apart meet in the bucket: the second is told that it is a fork."""
    first = _anchor(path)
    s3 = _s3(drill)
    key = f"{first.key.partition('/')[0]}/{first.checkpoint + 3:08d}.note"
    s3.put_object(Bucket="heads", Key=key, Body=b"another branch\n")
    with pytest.raises(forensics.ForensicsError, match="forked, or rewritten since") as caught:
        _anchor(path)
    assert caught.value.exit_code == 4
    assert _told(path)[-2:] == [
        ("op.end", "failed", "PreconditionFailed"),
        ("anchor.s3", "fork", "PreconditionFailed"),
    ]
    assert s3.get_object(Bucket="heads", Key=key)["Body"].read() == b"another branch\n"


@pytest.mark.parametrize(
    ("bucket", "other", "code"),
    [
        ("nowhere", {}, "NoSuchBucket"),
        ("plain", {}, "InvalidRequest"),
        ("heads-closed", {}, "AccessDenied"),
        ("heads", {"owner": VICTIM}, "AccessDenied"),
    ],
)
def test_refusals(path: Path, bucket: str, other: dict[str, str], code: str) -> None:
    """Each is one line with S3's code and a hint, on record as the end of what was announced."""
    with pytest.raises(forensics.ForensicsError, match=f"not anchored in {bucket}: {code}") as caught:
        _anchor(path, bucket, **other)
    assert caught.value.exit_code == 1
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    assert [told[0] for told in _told(path)] == ["op.start", "op.end"]
    assert _told(path)[-1][2] == code


def test_bucket_elsewhere(path: Path) -> None:
    """The region of a bucket can be named; where it is not, S3 sends us there."""
    assert _anchor(path, "heads-away", region=AWAY).region == AWAY
    assert _anchor(path, "heads-away").outcome == "anchored"


def test_not_to_be_read_back(path: Path) -> None:
    """Where we may write and not read, it is anchored, and how it is locked is not claimed."""
    done = _anchor(path, "heads-blind")
    assert (done.outcome, done.retain_until, done.mode) == ("anchored", "", "")


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"kind": "throttle"}, "anchored"),
        ({"kind": "error", "code": "InternalError", "status": 500}, "anchored"),
        ({"kind": "reset", "when": "before"}, "anchored"),
        ({"kind": "reset", "when": "after"}, "present"),
    ],
    ids=str,
)
def test_tried_again(drill: Drill, path: Path, fault: dict[str, Any], outcome: str) -> None:
    """A refusal for the rate, or no answer, is no end; what was written all the same is found there."""
    drill.fault(service="s3", operation="PutObject", times=1, **fault)
    assert _anchor(path).outcome == outcome


def test_nobody_knows(drill: Drill, path: Path) -> None:
    """Where no answer comes, the question stays open, and the next run settles it: it was not made."""
    drill.fault(service="s3", operation="PutObject", kind="reset", when="before", times=9)
    with pytest.raises(forensics.ForensicsError, match="not anchored in heads: Connection") as caught:
        _anchor(path)
    assert caught.value.hint is not None
    assert "run the same command again" in caught.value.hint
    assert [told[0] for told in _told(path)] == ["op.start"]
    drill.clear_faults()
    assert _anchor(path).outcome == "anchored"
    assert _told(path)[1] == ("op.end", "failed", "NoSuchKey")


def test_lost_while_it_is_compared(drill: Drill, path: Path) -> None:
    """What breaks off while it is read is not taken for another object: no fork is claimed, and no anchor."""
    drill.fault(service="s3", operation="PutObject", kind="reset", when="after", times=1)
    drill.fault(service="s3", operation="GetObject", kind="torn")
    with pytest.raises(forensics.ForensicsError, match="not anchored in heads: ") as caught:
        _anchor(path)
    assert caught.value.exit_code == 1
    assert [told[0] for told in _told(path)] == ["op.start"]


def test_killed_in_between(path: Path) -> None:
    """What was announced and never ended, the next run ends: made, or not made; of other buckets not."""
    done = _anchor(path)
    with world.reopen(path) as case:
        asked = {"Bucket": "heads", "Key": done.key}
        case.writer.record("op.start", {"op": "o0", "operation": "PutObject", "parameters": asked})
        asked = {"Bucket": "heads", "Key": "nothing/00000001.note"}
        case.writer.record("op.start", {"op": "o1", "operation": "PutObject", "parameters": asked})
        elsewhere = {"Bucket": "other", "Key": "nothing/00000001.note"}
        case.writer.record("op.start", {"op": "o2", "operation": "PutObject", "parameters": elsewhere})
    assert _anchor(path).outcome == "anchored"
    assert _told(path)[6:8] == [("op.end", "collected", ""), ("op.end", "failed", "NoSuchKey")]


def test_after_the_seal(path: Path, tmp_path: Path) -> None:
    """A sealed case is anchored too, and is in order with it."""
    with world.reopen(path) as case:
        seal(case, tmp_path / "bundle", derive=lambda _: iter([b"[]\n"]))
    assert _anchor(path).outcome == "anchored"
    verdict = forensics.verify(path, identities=[world.ANA.public])
    assert verdict.exit_code == 0, list(verdict.lines())


@pytest.mark.parametrize("other", [{"days": 0}, {"days": 36_501}, {"mode": "none"}], ids=str)
def test_usage(path: Path, other: dict[str, Any]) -> None:
    """What cannot be asked is not asked."""
    with pytest.raises(forensics.UsageError, match="retention"):
        _anchor(path, **other)
    assert _told(path) == []


def test_bad_bucket_name(path: Path) -> None:
    """A name that no bucket can have is refused by botocore, in one line."""
    with pytest.raises(forensics.ForensicsError, match="S3 cannot be asked"):
        _anchor(path, "No Such/Bucket")


def test_bad_credentials(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that AWS does not know end it before anything is announced."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    with pytest.raises(forensics.ForensicsError) as caught:
        _anchor(path)
    assert caught.value.exit_code == 5
    assert _told(path) == []
