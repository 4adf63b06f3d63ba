"""
How fast a trail's digests and logs are checked from a case, against the real `aws cloudtrail validate-logs`.

The tool gets a loopback endpoint of canned objects in a process of its own: what it waits for is itself.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from forensics.drill import digests
from forensics.drill.digests import Digest, Trail
from forensics.verifier import hashing
from tests.verifier import loopback, trails
from tests.verifier.loopback import Loopback
from tests.verifier.trails import ACCOUNT, HOUR, KEY, REGION, START, Bucket, Case

pytestmark = pytest.mark.bench

DIGESTS, LOGS, RECORDS = 200, 50, 50
AWS = str(Path(sys.executable).with_name("aws"))
TRAIL = Trail(ACCOUNT, REGION, "orders", REGION, "logs")


def _record(rng: random.Random, at: str) -> dict[str, Any]:
    """Return a record that compresses as CloudTrail's do: ids and addresses differ, the rest does not."""
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROAIOSFODNN7EXAMPLE:i-{rng.getrandbits(64):016x}",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/orders/i-{rng.getrandbits(64):016x}",
            "accountId": ACCOUNT,
            "accessKeyId": f"ASIA{rng.getrandbits(64):016X}",
        },
        "eventTime": at,
        "eventSource": "ec2.amazonaws.com",
        "eventName": rng.choice(["DescribeInstances", "DescribeVolumes", "GetCallerIdentity", "AssumeRole"]),
        "awsRegion": REGION,
        "sourceIPAddress": ".".join(str(rng.randrange(256)) for _ in range(4)),
        "userAgent": "aws-sdk-go/1.44 (go1.19; linux; amd64)",
        "requestParameters": {"instancesSet": {"items": [{"instanceId": f"i-{rng.getrandbits(68):017x}"}]}},
        "responseElements": None,
        "requestID": f"{rng.getrandbits(128):032x}",
        "eventID": f"{rng.getrandbits(128):032x}",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
    }


def _bucket() -> Bucket:
    rng, found = random.Random(7), Bucket("logs", [], TRAIL)
    previous: Digest | None = None
    for hour in range(DIGESTS):
        start = START + hour * HOUR
        logs = []
        for number in range(LOGS):
            at = start + timedelta(minutes=number + 1)
            records = [_record(rng, f"{at:%Y-%m-%dT%H:%M:%SZ}") for _ in range(RECORDS)]
            logs.append(digests.log(TRAIL, records, at))
        previous = digests.digest(TRAIL, KEY, (start, start + HOUR), logs, previous)
        found.things += trails.things([*(log.object for log in logs), previous.object])
    return found


@contextmanager
def _server(bucket: Bucket) -> Iterator[str]:
    objects = {thing.key: (thing.body, thing.metadata) for thing in bucket.things}
    key = trails.public(digests.public_key(KEY, START, START + DIGESTS * HOUR))
    context = get_context("fork")
    server = Loopback({bucket.name: objects}, {"ListPublicKeys": {"PublicKeyList": [key]}})
    url = server.url
    process = context.Process(target=_serve, args=(server,), daemon=True)
    process.start()
    server.close()
    try:
        yield url
    finally:
        process.kill()
        process.join()
        process.close()


def _serve(server: Loopback) -> None:
    with server:
        time.sleep(3_600)


def _aws(url: str) -> tuple[float, float]:
    arn = str(trails.described(TRAIL)["TrailARN"])
    times = [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (START, START + (DIGESTS + 1) * HOUR)]
    command = [AWS, "cloudtrail", "validate-logs", "--trail-arn", arn, "--region", REGION]
    command += ["--s3-bucket", "logs", "--start-time", times[0], "--end-time", times[1]]
    start, before = time.perf_counter(), os.times()
    ran = subprocess.run(command, env=loopback.environment(url), capture_output=True, text=True, check=True)
    taken = time.perf_counter() - start
    cpu = sum(os.times()[2:4]) - sum(before[2:4])
    whole = f"{DIGESTS}/{DIGESTS} digest files valid\n{DIGESTS * LOGS}/{DIGESTS * LOGS} log files valid"
    assert whole in ran.stdout
    return taken, cpu


def _ours(root: Path, workers: int) -> tuple[float, float]:
    """Return the least seconds of three times, by the wall and of processor."""
    walls, cpus = [], []
    for _ in range(3):
        start, before = time.perf_counter(), os.times()
        chain = trails.look(root, workers=workers).chains[0]
        walls.append(time.perf_counter() - start)
        cpus.append(sum(os.times()[:4]) - sum(before[:4]))
        assert (chain.failures, chain.digests.valid, chain.logs.valid) == (0, DIGESTS, DIGESTS * LOGS)
    return min(walls), min(cpus)


def test_ten_thousand_logs(tmp_path: Path) -> None:
    """10,000 logs in 200 digests: at least 15 times as fast as AWS's tool, with two processors."""
    bucket = _bucket()
    case = Case([bucket], until=START + DIGESTS * HOUR, status=trails.status(newest=START + DIGESTS * HOUR))
    root = case.write(tmp_path)
    size = sum(len(thing.body) for thing in bucket.things) / 1e6
    workers = hashing.processors()
    one, many = _ours(root, 1), _ours(root, workers)
    with _server(bucket) as url:
        theirs = min(_aws(url) for _ in range(2))
    count = DIGESTS * LOGS
    print(f"\n{count} logs in {DIGESTS} digests, {size:.0f} MB")
    for what, (wall, cpu) in (
        ("aws cloudtrail validate-logs, loopback", theirs),
        ("ours, one thread", one),
        (f"ours, {workers} threads", many),
    ):
        ratio = f"{theirs[0] / wall:5.1f} times"
        print(f"  {what:<40}{wall:6.2f} s  {cpu:6.2f} s of processor  {count / wall:10,.0f} logs/s  {ratio}")
    # What others use of the machine is not ours: the seconds of processor, ours over two, are all our own.
    assert max(theirs[0] / many[0], theirs[1] / (many[1] / min(2, workers))) >= 15
