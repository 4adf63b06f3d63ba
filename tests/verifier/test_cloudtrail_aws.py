"""Each kind of tampering, before our check and before the real `aws cloudtrail validate-logs`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from forensics.drill import digests
from tests.verifier import loopback, trails
from tests.verifier.loopback import Answer, Loopback
from tests.verifier.trails import AGAIN, END, HOUR, KEY, OTHER, REGION, START, STOP, Bucket, Case

WHOLE = "8/8 digest files valid\n14/14 log files valid"


@dataclass(frozen=True)
class Tampering:
    """What was done to a bucket, and what each says of it."""

    deed: Callable[[Bucket], object]
    ours: list[str]
    """All findings, by their words."""
    theirs: str
    """Of the CLI's answer."""
    code: int = 1
    periods: tuple[tuple[Any, Any], ...] = ((START, END),)
    keys: Mapping[str, Any] = field(default_factory=lambda: {REGION: [KEY]})
    made_with: Any = KEY


def _append(bucket: Bucket) -> None:
    log = bucket.logs[3]
    bucket.change(log, body=log.body + trails.pack(b'{"Records":[]}'))


def _inject(bucket: Bucket) -> None:
    made = digests.log(bucket.trail, [trails.event(START + HOUR / 2)], START + HOUR / 2)
    bucket.things += trails.things([made.object])


def _relink(bucket: Bucket) -> None:
    """Link the fifth digest to the third, and drop the fourth."""
    third, fourth, fifth = bucket.digests[2:5]
    names = ("previousDigestS3Object", "previousDigestHashValue", "previousDigestSignature")
    said = [third.key, hashlib.sha256(third.content).hexdigest(), third.metadata["signature"]]
    bucket.edit(fifth, lambda one: one.update(zip(names, said, strict=True)))
    bucket.drop(fourth)


def _move(bucket: Bucket) -> None:
    digest = bucket.digests[4]
    bucket.change(digest, key=digest.key.replace("_20310506T12", "_20310506T11"))
    bucket.drop(bucket.digests[3])


DROP = {
    "first": lambda bucket: bucket.drop(bucket.digests[0]),
    "middle": lambda bucket: bucket.drop(bucket.digests[4]),
    "newest": lambda bucket: bucket.drop(bucket.digests[-1]),
    "two": lambda bucket: bucket.drop(*bucket.digests[3:5]),
    "three": lambda bucket: bucket.drop(*bucket.digests[3:6]),
    "all": lambda bucket: bucket.drop(*bucket.digests),
}
MISSING, LOOSE = "digest-missing", "log-unverifiable"
STOPPED = ((START, STOP), (AGAIN, END))

SEEN = {
    "healthy": Tampering(lambda _: None, [], WHOLE, 0),
    "late logs": Tampering(trails.backfill, [], "1/1 backfill digest files valid\n15/15 log files valid", 0),
    "stopped": Tampering(
        lambda _: None, ["gap"], "No log files were delivered by CloudTrail between", 0, STOPPED
    ),
    "first digest deleted": Tampering(DROP["first"], [MISSING, LOOSE], "INVALID: not found"),
    "middle digest deleted": Tampering(DROP["middle"], [MISSING, LOOSE], "INVALID: not found"),
    "log edited": Tampering(
        lambda bucket: bucket.change(bucket.logs[3], body=trails.pack(b'{"Records":[]}')),
        ["log-changed"],
        "INVALID: hash value doesn't match",
    ),
    "log no gzip": Tampering(
        lambda bucket: bucket.change(bucket.logs[3], body=b"{}"), ["log-malformed"], "INVALID: invalid format"
    ),
    "log deleted": Tampering(
        lambda bucket: bucket.drop(bucket.logs[3]), ["log-missing"], "INVALID: not found"
    ),
    "bytes after the gzip member": Tampering(
        _append, ["log-trailing-bytes"], "INVALID: unexpected data after end of compressed stream"
    ),
    "digest edited": Tampering(
        lambda bucket: bucket.edit(bucket.digests[4], lambda said: said["logFiles"].pop()),
        ["digest-invalid", LOOSE],
        "INVALID: signature verification failed",
    ),
    "digest no gzip": Tampering(
        lambda bucket: bucket.change(bucket.digests[4], body=b"{}"),
        ["digest-malformed", LOOSE],
        "INVALID: invalid format",
    ),
    "digest moved": Tampering(
        _move, ["digest-moved", LOOSE], "INVALID: has been moved from its original location"
    ),
    "metadata lost": Tampering(
        lambda bucket: bucket.change(bucket.digests[4], metadata={}),
        ["digest-unsigned", "digest-vouched"],
        "INVALID: signature verification failed",
    ),
    "key of another region": Tampering(
        lambda _: None,
        ["key-elsewhere"] * 8 + [LOOSE],
        "INVALID: public key not found",
        keys={REGION: [OTHER], "us-east-1": [KEY]},
    ),
    "signed by somebody else": Tampering(
        lambda _: None, ["key-unknown"] * 8 + [LOOSE], "INVALID: public key not found", made_with=OTHER
    ),
}
"""What AWS's tool sees, and so do we."""

BLIND = {
    "newest digest deleted": Tampering(
        DROP["newest"], [MISSING, LOOSE], "7/7 digest files valid\n12/12 log files valid", 0
    ),
    "last digest before a stop deleted": Tampering(
        lambda bucket: bucket.drop(bucket.digests[2]),
        [MISSING, "gap", LOOSE],
        "No log files were delivered by CloudTrail between",
        0,
        STOPPED,
    ),
    "log in no digest": Tampering(_inject, ["log-unlisted"], WHOLE, 0),
    "two in a row deleted": Tampering(DROP["two"], [MISSING, MISSING, LOOSE], "1/7 digest files INVALID"),
    "three in a row deleted": Tampering(
        DROP["three"], [MISSING, MISSING, MISSING, LOOSE], "1/6 digest files INVALID"
    ),
    "all deleted": Tampering(DROP["all"], ["digests-absent", LOOSE], "No digests found", 0),
    "relinked": Tampering(_relink, ["digest-invalid", MISSING, LOOSE], "1/7 digest files INVALID"),
    "a digest of AWS's in the place of another": Tampering(
        lambda bucket: bucket.edit(bucket.digests[4], lambda said: said["logFiles"].pop(), key=KEY),
        ["digest-relinked", "log-unlisted"],
        "8/8 digest files valid\n13/13 log files valid",
        0,
    ),
    "bytes after a digest": Tampering(
        lambda bucket: bucket.change(bucket.digests[4], body=bucket.digests[4].body + b"more"),
        ["digest-trailing-bytes"],
        WHOLE,
        0,
    ),
}
"""What AWS's tool passes, or tells a part of, and we name."""

ALL = {**SEEN, **BLIND}


def _bucket(name: str) -> Bucket:
    tampering = ALL[name]
    made = trails.bucket(f"b{list(ALL).index(name)}", periods=tampering.periods, key=tampering.made_with)
    tampering.deed(made)
    return made


def _keys(name: str, region: str) -> dict[str, Any]:
    made = [digests.public_key(key, START, END) for key in ALL[name].keys.get(region, ())]
    return {"PublicKeyList": [trails.public(key) for key in made]}


@pytest.fixture
def theirs() -> Mapping[str, Answer]:
    """Run the real tool over every bucket."""
    buckets = {name: _bucket(name) for name in ALL}
    objects = {
        one.name: {thing.key: (thing.body, thing.metadata) for thing in one.things}
        for one in buckets.values()
    }
    answers: dict[str, Answer] = {}
    special = "key of another region"
    for names in ([name for name in ALL if name != special], [special]):
        with Loopback(objects, {"ListPublicKeys": _keys(names[0], REGION)}) as server:
            runs = [_options(buckets[name]) for name in names]
            answers.update(zip(names, loopback.validate(server.url, runs), strict=True))
    return answers


def _options(bucket: Bucket) -> list[str]:
    arn = str(trails.described(bucket.trail)["TrailARN"])
    times = [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (START, END + HOUR / 6)]
    return [
        "--trail-arn",
        arn,
        "--region",
        REGION,
        "--s3-bucket",
        bucket.name,
        "--start-time",
        times[0],
        "--end-time",
        times[1],
    ]


def test_tampering(theirs: Mapping[str, Answer], tmp_path: Path, subtests: pytest.Subtests) -> None:
    """AWS's tool says of each what it says, and we find all that was done, and nothing else."""
    # One test, so that under xdist the tool runs in one process only.
    for number, (name, tampering) in enumerate(ALL.items()):
        with subtests.test(name):
            answer = theirs[name]
            said = (answer.code, tampering.theirs in answer.out + answer.err)
            assert said == (tampering.code, True), answer
            found = Case([_bucket(name)], tampering.keys).examine(tmp_path / str(number))
            assert trails.kinds(found) == sorted(tampering.ours)
            if name == "late logs":  # both count alike
                (chain,) = found.chains
                assert (chain.digests.valid, chain.backfills.valid, chain.logs.valid) == (8, 1, 15)
