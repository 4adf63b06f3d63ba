"""What CloudTrail said when it was asked: the keys that sign its digests, the trails, and how they fare."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from forensics.verifier.cloudtrail import names

MAX_KEY = 4_096
"""Bytes of a key. CloudTrail's have 270."""
MAX_EXPONENT = 2**32
"""One as long as its key takes a hundred times as long to check with. CloudTrail's is 65,537."""
_MAX_KEYS = 100_000


class PublicKey:
    """A key as ListPublicKeys gives it: PKCS #1 in DER, loaded when it is first needed."""

    def __init__(self, der: bytes, start: datetime | None, end: datetime | None) -> None:
        self.start, self.end = start, end
        self._der = der

    @cached_property
    def rsa(self) -> RSAPublicKey | None:
        """The key itself, or nothing where the bytes are none that can be used."""
        try:
            key = load_der_public_key(self._der)
        except (ValueError, UnsupportedAlgorithm):
            return None
        if not isinstance(key, RSAPublicKey) or key.key_size > 8_192:
            return None
        return key if key.public_numbers().e <= MAX_EXPONENT else None

    def valid(self, first: datetime, last: datetime) -> bool:
        """Say whether AWS states that it was in use at any time in a span."""
        return (self.start is None or self.start <= last) and (self.end is None or first <= self.end)


class Trail(NamedTuple):
    """A trail as DescribeTrails lists it in one region. All texts are hostile."""

    region: str
    """Where it was listed: it covers that region."""
    arn: str
    name: str
    home: str
    bucket: str
    prefix: str
    organization: bool
    signs: bool
    """Log file validation is on."""

    @property
    def account(self) -> str:
        """Whose it is."""
        return (self.arn.split(":") + [""] * 5)[4]


class Status(NamedTuple):
    """How a trail fares, by GetTrailStatus in its home region."""

    logging: bool
    digest: datetime | None
    """When the newest digest was delivered."""
    started: datetime | None
    stopped: datetime | None
    asked: datetime | None
    """When CloudTrail was asked for it."""


@dataclass(slots=True)
class Asked:
    """All that CloudTrail said."""

    keys: dict[str, dict[str, PublicKey]] = field(default_factory=dict)
    """By region and fingerprint."""
    trails: dict[tuple[str, str], Trail] = field(default_factory=dict)
    """By ARN and region in which it was listed."""
    statuses: dict[tuple[str, str], Status] = field(default_factory=dict)
    """By name and home region: what was said first, before the bucket was read."""

    @classmethod
    def read(cls, transcripts: Mapping[str, list[str]], read: Callable[[str], Iterator[bytes]]) -> Asked:
        """Read transcripts; `read` gives the lines of one. What is not as AWS says it is passed over."""
        asked = cls()
        take = {
            "ListPublicKeys": asked.take_keys,
            "DescribeTrails": asked.take_trails,
            "GetTrailStatus": asked.take_status,
        }
        for operation, paths in transcripts.items():
            for path in paths:
                for line in read(path):
                    request, said = _exchange(line)
                    take[operation](request, said)
        return asked

    def take_keys(self, request: Mapping[str, Any], said: Mapping[str, Any]) -> None:
        """Take an answer of ListPublicKeys."""
        known = self.keys.setdefault(_text(request, "region"), {})
        for one in _objects(said, "PublicKeyList"):
            value, fingerprint = _text(one, "Value"), _text(one, "Fingerprint")
            if not fingerprint or len(value) > MAX_KEY or len(known) >= _MAX_KEYS:
                continue
            try:
                der = base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError):
                continue
            start, end = _time(one.get("ValidityStartTime")), _time(one.get("ValidityEndTime"))
            known[fingerprint] = PublicKey(der, start, end)

    def take_trails(self, request: Mapping[str, Any], said: Mapping[str, Any]) -> None:
        """Take an answer of DescribeTrails."""
        region = _text(request, "region")
        for one in _objects(said, "trailList"):
            trail = Trail(
                region,
                _text(one, "TrailARN"),
                _text(one, "Name"),
                _text(one, "HomeRegion"),
                _text(one, "S3BucketName"),
                _text(one, "S3KeyPrefix"),
                one.get("IsOrganizationTrail") is True,
                one.get("LogFileValidationEnabled") is True,
            )
            self.trails.setdefault((trail.arn, region), trail)

    def take_status(self, request: Mapping[str, Any], said: Mapping[str, Any]) -> None:
        """Take an answer of GetTrailStatus."""
        parameters = request.get("parameters")
        name = _text(parameters, "Name") if isinstance(parameters, dict) else ""
        if not name or "IsLogging" not in said:
            return
        status = Status(
            said["IsLogging"] is True,
            _time(said.get("LatestDigestDeliveryTime")),
            _time(said.get("StartLoggingTime")),
            _time(said.get("StopLoggingTime")),
            names.moment(request.get("sent")),
        )
        self.statuses.setdefault((name.rpartition("/")[2], _text(request, "region")), status)


def _exchange(line: bytes) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return request and parsed answer of an exchange; nothing for an error, and for what is none."""
    try:
        one = json.loads(line)
        response = one["response"]
        said = json.loads(response["body"]) if response["status"] == 200 else {}
        request = one["request"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}, {}
    return (request, said) if isinstance(request, dict) and isinstance(said, dict) else ({}, {})


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


def _objects(values: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    found = values.get(key)
    return (one for one in found if isinstance(one, dict)) if isinstance(found, list) else iter(())


def _time(value: object) -> datetime | None:
    """Read a time as AWS's JSON has it: seconds since 1970, or text."""
    if isinstance(value, int | float) and 0 <= value < 2**33:
        return names.bounded(datetime.fromtimestamp(value, UTC))
    return names.moment(value)
