"""What the embedded AWS holds, by its own account, and what a case holds of it: byte by byte."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3

from tests.e2e.run import Aws

VICTIM = "222222222222"
REGION = "eu-west-1"
BUCKETS = (
    "aws-waf-logs-harbour",
    "harbour-access-logs",
    "harbour-cloudtrail",
    "harbour-firehose",
    "harbour-flow-logs",
)
"""The seed's buckets with logs in them."""
NO_LOG = "ELBAccessLogTestFile"
"""What a load balancer puts into a bucket to see whether it may."""
Object = tuple[str, str, str]
"""Bucket, key and version."""

_NAMES = {
    "harbour-access-logs": re.compile(r"(alb/.*_)[0-9a-f]{8}(\.log\.gz)"),
    "harbour-cloudtrail": re.compile(r"(.*/CloudTrail/.*_)[0-9A-Za-z]{16}(\.json\.gz)"),
    "harbour-flow-logs": re.compile(r"(AWSLogs/.*_)[0-9a-f]{8}(\.log\.gz)"),
}
"""Of the logs that there are most of, and where in them AWS writes what makes two of one time differ."""


def client(aws: Aws, service: str, **options: Any) -> Any:
    """Give a client of the victim's root, who may read all that there is."""
    keys = aws.drill.root(VICTIM)
    new: Any = boto3.client  # its stubs have an overload for each service's name, known beforehand
    return new(
        service,
        region_name=REGION,
        endpoint_url=aws.drill.url,
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        **options,
    )


def fill(aws: Aws, count: int) -> None:
    """Put more objects where trails, flow logs and load balancers put theirs: of 0 to 60,000 bytes."""
    s3, draw = client(aws, "s3"), random.Random(count)
    for bucket in _NAMES:
        head, digits, tail = _model(s3, bucket)
        for number in range(count):
            body = draw.randbytes(draw.choice((0, 1, 700, 60_000)))
            s3.put_object(Bucket=bucket, Key=f"{head}{number:0{digits}d}{tail}", Body=body)


def planted(aws: Aws, bucket: str, body: bytes) -> str:
    """Put one more log there; give its key."""
    s3 = client(aws, "s3")
    head, digits, tail = _model(s3, bucket)
    key = f"{head}{'f' * digits}{tail}"
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    return key


def _model(s3: Any, bucket: str) -> tuple[str, int, str]:
    """Give what keys there begin with, how many letters then make them differ, and what they end in."""
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    found = next(match for match in map(_NAMES[bucket].fullmatch, keys) if match)
    return found[1], len(found[0]) - len(found[1]) - len(found[2]), found[2]


def objects(aws: Aws) -> dict[Object, str]:
    """Read every version of every object with logs: bucket, key and version, and the SHA-256 of its bytes."""
    s3 = client(aws, "s3")
    found: dict[Object, str] = {}
    for bucket in BUCKETS:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for one in page.get("Versions", ()):
                named = {"Bucket": bucket, "Key": one["Key"], "VersionId": one["VersionId"]}
                body = s3.get_object(**named)["Body"].read()
                found[bucket, one["Key"], one["VersionId"]] = hashlib.sha256(body).hexdigest()
    return {key: digest for key, digest in found.items() if not key[1].endswith(NO_LOG)}


def added(case: Path) -> Iterator[dict[str, Any]]:
    """Read what the ledger says of each item; its last line may be torn."""
    ledger = case / "ledger.jsonl"
    for line in ledger.read_bytes().splitlines(keepends=True) if ledger.exists() else ():
        if line.endswith(b"\n") and (entry := json.loads(line))["type"] == "item.add":
            yield entry["body"]


def copied(case: Path) -> dict[Object, str]:
    """Read what a case has of objects, from its files: none twice."""
    found: dict[Object, str] = {}
    for body in added(case):
        if body["kind"] == "object":
            said = body["object"]
            key = (said["bucket"], said["key"], said.get("version_id", "null"))
            assert key not in found, "an object is kept once"
            found[key] = hashlib.sha256((case / body["path"]).read_bytes()).hexdigest()
            assert found[key] == body["sha256"]
    return found


def events(aws: Aws) -> dict[str, Counter[str]]:
    """Read every event of every log group that may be read: group, and each event as canonical JSON."""
    logs = client(aws, "logs")
    found: dict[str, Counter[str]] = {}
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
            found[group["logGroupName"]] = Counter(
                json.dumps(event, sort_keys=True) for answer in pages for event in answer["events"]
            )
    return {name: seen for name, seen in found.items() if seen}


def logged(case: Path) -> dict[str, Counter[str]]:
    """Read what a case has of log groups."""
    found: dict[str, Counter[str]] = {}
    for body in added(case):
        if body["source"]["operation"] == "FilterLogEvents" and body["kind"] == "window":
            lines = gzip.decompress((case / body["path"]).read_bytes()).splitlines()
            seen = found.setdefault(body["window"]["group"], Counter())
            seen.update(json.dumps(json.loads(line), sort_keys=True) for line in lines)
    return found


def looked_up(case: Path) -> Counter[str]:
    """Read what a case has of the event history, as canonical JSON."""
    found: Counter[str] = Counter()
    for body in added(case):
        if body["source"]["operation"] == "LookupEvents" and body["kind"] == "window":
            lines = gzip.decompress((case / body["path"]).read_bytes()).splitlines()
            found.update(json.dumps(json.loads(line), sort_keys=True) for line in lines)
    return found
