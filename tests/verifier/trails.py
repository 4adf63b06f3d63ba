"""Buckets as a trail leaves them, spoilt at will, and the cases that hold them."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from forensics.drill import digests
from forensics.drill.digests import Delivered, Trail
from forensics.formats import entry
from forensics.verifier.cloudtrail import Trails, examine
from forensics.verifier.folder import Folder
from tests.verifier import build

ACCOUNT, REGION = "111122223333", "eu-west-1"
START = datetime(2031, 5, 6, 7, 4, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
END = START + 8 * HOUR
STOP, AGAIN = START + 3 * HOUR, START + 5 * HOUR
KEY = digests.digest_key()
OTHER = rsa.generate_private_key(65_537, 2_048)


@dataclass(frozen=True)
class Thing:
    """An object, or a version of one, in a bucket and in the case."""

    key: str
    body: bytes
    metadata: Mapping[str, str]
    latest: bool = True
    deleted: bool = False

    @property
    def content(self) -> bytes:
        """Return what it holds uncompressed."""
        return gzip.decompress(self.body)


@dataclass
class Bucket:
    """All that is in a bucket, in the order of delivery."""

    name: str
    things: list[Thing]
    trail: Trail

    @property
    def digests(self) -> list[Thing]:
        """Return the hourly digests, oldest first."""
        return [one for one in self.things if "/CloudTrail-Digest/" in one.key]

    @property
    def logs(self) -> list[Thing]:
        """Return the logs, oldest first."""
        return [one for one in self.things if "/CloudTrail/" in one.key]

    def drop(self, *gone: Thing) -> None:
        """Delete objects."""
        self.things = [one for one in self.things if one not in gone]

    def change(self, old: Thing, **changes: Any) -> Thing:
        """Put another object in the place of one."""
        new = replace(old, **changes)
        self.things[self.things.index(old)] = new
        return new

    def edit(self, old: Thing, change: Callable[[dict[str, Any]], object], *, key: Any = None) -> Thing:
        """Change what a digest says; signed anew with `key`, if there is one."""
        said = json.loads(old.content)
        change(said)
        content = json.dumps(said).encode()
        signature = {"signature": digests.sign(key, said, content)} if key else {}
        return self.change(old, body=pack(content), metadata={**old.metadata, **signature})


def event(at: datetime) -> dict[str, Any]:
    """Return a record of CloudTrail's, short."""
    return {
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventName": "DescribeVpcs",
        "eventSource": "ec2.amazonaws.com",
    }


def pack(content: bytes) -> bytes:
    """Compress as CloudTrail does."""
    return gzip.compress(content, mtime=0)


def bucket(
    name: str = "logs",
    *,
    periods: Sequence[tuple[datetime, datetime]] = ((START, END),),
    key: rsa.RSAPrivateKey = KEY,
    trail: str = "orders",
    **changes: Any,
) -> Bucket:
    """Fill a bucket: two logs an hour while the trail logs, none in the second hour."""
    values = {"account": ACCOUNT, "region": REGION, "name": trail, "home": REGION, "bucket": name}
    made = Trail(**{**values, **changes})
    moments = [START + hour * HOUR + timedelta(minutes=minute) for hour in range(8) for minute in (15, 35)]
    events = [event(moment) for moment in moments if not HOUR <= moment - START < 2 * HOUR]
    return Bucket(name, things(digests.deliver(made, key, events, periods)), made)


def things(delivered: Iterable[Delivered]) -> list[Thing]:
    """Take what CloudTrail delivers as it lies there."""
    return [Thing(one.key, one.body, one.metadata) for one in delivered]


def backfill(into: Bucket, hour: int = 2) -> Thing:
    """Deliver a late log, and its digest, which is returned."""
    start = START + hour * HOUR
    late = digests.log(into.trail, [event(start)], start + HOUR / 2)
    made = digests.digest(into.trail, KEY, (start, start + HOUR), [late], backfilled=END)
    into.things += things([late.object, made.object])
    return into.things[-1]


Exchange = tuple[str, str, dict[str, Any], Any]
"""Region, operation, parameters and answer."""


@dataclass
class Case:
    """What the record has of it."""

    buckets: list[Bucket]
    keys: Mapping[str, Sequence[rsa.RSAPrivateKey]] = field(default_factory=lambda: {REGION: [KEY]})
    status: Mapping[str, Any] | None = field(default_factory=lambda: status(stopped=None))
    since: datetime | None = START
    until: datetime | None = END + timedelta(minutes=10)
    exchanges: list[Exchange] = field(default_factory=list)
    validity: timedelta = 24 * 30 * HOUR

    def said(self) -> list[Exchange]:
        """Return what CloudTrail answered."""
        found: list[Exchange] = []
        for region, some in self.keys.items():
            keys = [
                public(digests.public_key(key, START - self.validity, END + self.validity)) for key in some
            ]
            found.append((region, "ListPublicKeys", {}, {"PublicKeyList": keys}))
        trails = [described(one.trail) for one in self.buckets]
        found.append((REGION, "DescribeTrails", {}, {"trailList": trails}))
        if self.status is not None:
            arn = trails[0]["TrailARN"] if trails else "orders"
            found.append((REGION, "GetTrailStatus", {"Name": arn}, self.status))
        return found + self.exchanges

    def write(self, root: Path) -> Path:
        """Write it as a case folder, its ledger whole."""
        ledger = build.Ledger()
        ledger.add("case.open", build.opening())
        window = {"since": self.since, "until": self.until}
        told = {name: moment.isoformat() for name, moment in window.items() if moment}
        ledger.add("run.start", {"account": ACCOUNT, "regions": [REGION], "run": "r1", "window": told})
        for number, (region, operation, parameters, answer) in enumerate(self.said()):
            path = f"data/{ACCOUNT}/{region}/cloudtrail/{operation}{f'.{number}' if number else ''}.jsonl"
            self._put(root, ledger, path, transcript(region, operation, parameters, answer))
        number = 0
        for one in self.buckets:
            for thing in one.things:
                number += 1
                self._put(
                    root,
                    ledger,
                    f"data/{ACCOUNT}/{REGION}/s3/{number}.json.gz",
                    thing.body,
                    about(one, thing),
                )
        build.put(root / "ledger.jsonl", b"".join(ledger.lines))
        return root

    def _put(
        self, root: Path, ledger: build.Ledger, path: str, data: bytes, more: Mapping[str, Any] | None = None
    ) -> None:
        build.put(root / path, data)
        ledger.add("item.add", {**build.item(path, data), **(more or {})})

    def examine(self, root: Path, **options: Any) -> Trails:
        """Write it, and check it."""
        return look(self.write(root), **options)


def look(root: Path, **options: Any) -> Trails:
    """Check what a case folder has of CloudTrail."""
    folder = Folder(root)
    listing = folder.walk()
    return examine(folder, "ledger.jsonl", find=listing.files.get, **options)


def about(bucket: Bucket, thing: Thing) -> dict[str, Any]:
    """Return what `item.add` has of an object beside its bytes."""
    said = {
        "bucket": bucket.name,
        "deleted": thing.deleted,
        "key": thing.key,
        "latest": thing.latest,
        "metadata": dict(thing.metadata),
    }
    return {"kind": "object", "name": f"s3://{bucket.name}/{thing.key}", "object": said}


def transcript(region: str, operation: str, parameters: Mapping[str, Any], answer: Any) -> bytes:
    """Return a transcript of one exchange."""
    body = answer if isinstance(answer, str) else json.dumps(answer)
    request = {
        "operation": operation,
        "parameters": dict(parameters),
        "region": region,
        "sent": entry.timestamp(END + 3 * HOUR),
    }
    return json.dumps({"request": request, "response": {"body": body, "status": 200}}).encode() + b"\n"


def public(key: Mapping[str, Any]) -> dict[str, Any]:
    """Return a key as it is on the wire."""
    times = {name: key[name].timestamp() for name in ("ValidityStartTime", "ValidityEndTime")}
    return {**key, **times, "Value": base64.b64encode(key["Value"]).decode()}


def described(trail: Trail, *, signs: bool = True) -> dict[str, Any]:
    """Return a trail as DescribeTrails lists it."""
    found = {
        "HomeRegion": trail.home,
        "IsMultiRegionTrail": True,
        "IsOrganizationTrail": trail.organization is not None,
        "LogFileValidationEnabled": signs,
        "Name": trail.name,
        "S3BucketName": trail.bucket,
        "TrailARN": f"arn:aws:cloudtrail:{trail.home}:{trail.account}:trail/{trail.name}",
    }
    return {**found, "S3KeyPrefix": trail.prefix} if trail.prefix else found


def status(*, stopped: datetime | None = None, newest: datetime = END) -> dict[str, Any]:
    """Return what GetTrailStatus says: the newest digest was delivered four minutes after its hour."""
    said = {
        "IsLogging": stopped is None,
        "LatestDigestDeliveryTime": (newest + timedelta(minutes=4)).timestamp(),
        "StartLoggingTime": START.timestamp(),
    }
    return {**said, "StopLoggingTime": stopped.timestamp()} if stopped else said


def kinds(found: Trails) -> list[str]:
    """Return the words for all that was found."""
    return sorted(finding.kind for chain in found.chains for finding in chain.findings)


def bomb(size: int) -> bytes:
    """Return a gzip of so many zero bytes, made without having them."""
    engine = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    zeros = bytes(2**20)
    return b"".join([engine.compress(zeros) for _ in range(size // 2**20)] + [engine.flush()])
