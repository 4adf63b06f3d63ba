"""
What CloudTrail delivers to a trail's bucket: logs, and the hourly digests that it signs over them.

Values out of values: no moto, no clock, no network, nothing random. Layout and fields are of AWS's page
"CloudTrail digest file structure", signatures of "Custom implementations of CloudTrail log file integrity
validation", and both are held to `aws cloudtrail validate-logs` by a test.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Event = Mapping[str, Any]
"""A record of CloudTrail's, with `eventTime` as `2031-05-06T07:08:09Z`."""

HOUR = timedelta(hours=1)
CUT = timedelta(minutes=5)
"""CloudTrail delivers about every five minutes."""

_KEY = Path(__file__).with_name("digest_key.pem")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Delivered:
    """An object as CloudTrail puts it."""

    key: str
    body: bytes
    metadata: Mapping[str, str]
    """The user metadata, named without `x-amz-meta-`."""


@dataclass(frozen=True, slots=True)
class Trail:
    """A trail in one region that it covers, and where it delivers to."""

    account: str
    region: str
    name: str
    home: str
    bucket: str
    prefix: str = ""
    organization: str | None = None

    def key(self, kind: str, name: str, moment: datetime) -> str:
        """Return the key of an object: `kind` is `CloudTrail` or `CloudTrail-Digest`."""
        parts = [self.prefix, "AWSLogs", self.organization, self.account, kind, self.region]
        return "/".join([*filter(None, parts), f"{moment:%Y/%m/%d}", f"{self.account}_{kind}_{name}.json.gz"])


@dataclass(frozen=True, slots=True)
class Log:
    """A log file, and what a digest says of it."""

    object: Delivered
    listed: Mapping[str, Any]
    """Its entry in `logFiles`."""
    at: datetime
    """When it was delivered."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest file, and what the next one says of it."""

    object: Delivered
    sha256: str
    """Of the uncompressed content, in hex."""
    start: datetime
    end: datetime


@cache
def digest_key() -> rsa.RSAPrivateKey:
    """Return the drill's key. It lies in the package for all to see, and signs nothing but rehearsals."""
    key = serialization.load_pem_private_key(_KEY.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101 - it is our own file
    return key


def public_key(key: rsa.RSAPrivateKey, start: datetime, end: datetime) -> dict[str, Any]:
    """Return what ListPublicKeys says of a key: PKCS #1 in DER, and its MD5, a name and no protection."""
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    return {
        "Value": der,
        "ValidityStartTime": start,
        "ValidityEndTime": end,
        "Fingerprint": hashlib.md5(der, usedforsecurity=False).hexdigest(),
    }


def deliver(
    trail: Trail,
    key: rsa.RSAPrivateKey,
    events: Iterable[Event],
    periods: Sequence[tuple[datetime, datetime]],
) -> Iterator[Delivered]:
    """
    Yield all that is delivered while the trail logs: each digest after the logs that it lists.

    Args:
        trail: the trail in one region.
        key: signs the digests.
        events: of that region, in any order. One outside of every period leaves no trace, as in AWS.
        periods: from StartLogging to StopLogging each, in order. Each begins a chain of digests anew, one
            an hour, and the last covers what is left.

    """
    logs = list(cut(trail, events, periods))
    for start, end in periods:
        previous: Digest | None = None
        for first, last in _hours(start, end):
            inside = [log for log in logs if first < log.at <= last]
            previous = digest(trail, key, (first, last), inside, previous)
            yield from (log.object for log in inside)
            yield previous.object


def cut(trail: Trail, events: Iterable[Event], periods: Sequence[tuple[datetime, datetime]]) -> Iterator[Log]:
    """Yield the log files of the events that happened in a period, in the order of delivery."""
    batches: dict[datetime, list[Event]] = defaultdict(list)
    for event in events:
        moment = datetime.strptime(event["eventTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        for start, end in periods:
            if start <= moment <= end:
                late = moment.replace(minute=moment.minute - moment.minute % 5, second=0) + CUT
                batches[min(late, end)].append(event)
                break
    for at, batch in sorted(batches.items(), key=lambda pair: pair[0]):
        yield log(trail, sorted(batch, key=lambda event: str(event["eventTime"])), at)


def log(trail: Trail, events: Sequence[Event], at: datetime) -> Log:
    """Return a log file of at least one event, oldest first, delivered at a time."""
    content = json.dumps({"Records": list(events)}, separators=(",", ":")).encode()
    tag = _tag(trail.region.encode() + at.isoformat().encode() + content)
    name = trail.key("CloudTrail", f"{trail.region}_{at:%Y%m%dT%H%MZ}_{tag}", at)
    listed = {
        "s3Bucket": trail.bucket,
        "s3Object": name,
        "hashValue": hashlib.sha256(content).hexdigest(),
        "hashAlgorithm": "SHA-256",
        "newestEventTime": events[-1]["eventTime"],
        "oldestEventTime": events[0]["eventTime"],
    }
    return Log(Delivered(name, _pack(content), {}), listed, at)


def digest(
    trail: Trail,
    key: rsa.RSAPrivateKey,
    hour: tuple[datetime, datetime],
    logs: Sequence[Log],
    previous: Digest | None = None,
    backfilled: datetime | None = None,
) -> Digest:
    """
    Return the signed digest of an hour, or of the part of one in which the trail logged.

    Without `previous` it begins a chain. `backfilled` is when one was made for logs that came late.
    """
    start, end = hour
    name = f"{trail.region}_{trail.name}_{trail.home}_{end:%Y%m%dT%H%M%SZ}{'_backfill' * bool(backfilled)}"
    where = trail.key("CloudTrail-Digest", name, end)
    document = {
        "awsAccountId": trail.account,
        "digestStartTime": _time(start),
        "digestEndTime": _time(end),
        "digestS3Bucket": trail.bucket,
        "digestS3Object": where,
        "digestPublicKeyFingerprint": public_key(key, start, end)["Fingerprint"],
        "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": max((one.listed["newestEventTime"] for one in logs), default=None),
        "oldestEventTime": min((one.listed["oldestEventTime"] for one in logs), default=None),
        **_previous(trail, previous),
        "logFiles": [one.listed for one in logs],
    }
    # AWS escapes the slashes; in JSON both spellings say the same, and the hash is of these bytes.
    content = json.dumps(document, separators=(",", ":")).replace("/", r"\/").encode()
    metadata = {"signature-algorithm": "SHA256withRSA", "signature": sign(key, document, content)}
    if backfilled:
        metadata["backfill-generation-timestamp"] = _time(backfilled)
    return Digest(Delivered(where, _pack(content), metadata), hashlib.sha256(content).hexdigest(), start, end)


def sign(key: rsa.RSAPrivateKey, document: Mapping[str, Any], content: bytes) -> str:
    """Return the signature in hex over a digest: `document` is what its bytes `content` say."""
    message = "\n".join(
        [
            document["digestEndTime"],
            f"{document['digestS3Bucket']}/{document['digestS3Object']}",
            hashlib.sha256(content).hexdigest(),
            document["previousDigestSignature"] or "null",
        ]
    )
    return key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256()).hex()


def _previous(trail: Trail, digest: Digest | None) -> Mapping[str, Any]:
    return {
        "previousDigestS3Bucket": trail.bucket if digest else None,
        "previousDigestS3Object": digest.object.key if digest else None,
        "previousDigestHashValue": digest.sha256 if digest else None,
        "previousDigestHashAlgorithm": "SHA-256" if digest else None,
        "previousDigestSignature": digest.object.metadata["signature"] if digest else None,
    }


def _hours(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    while start < end:
        yield start, min(start + HOUR, end)
        start += HOUR


def _pack(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=6, mtime=0)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _tag(seed: bytes) -> str:
    """Return 16 letters and digits, as CloudTrail draws to tell files of one minute apart."""
    number = int.from_bytes(hashlib.sha256(seed).digest()[:16], "big")
    return "".join(_LETTERS[number // 62**place % 62] for place in range(16))
