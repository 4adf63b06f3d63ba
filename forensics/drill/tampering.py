"""What can be done to logs and digests in a bucket, by name; the bucket's versions keep what was there."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.s3.models import FakeDeleteMarker

from forensics.drill import buckets
from forensics.drill.digests import Delivered, Trail, digest, digest_key, log

_HEADERS = {"Content-Type": "application/json", "Content-Encoding": "gzip"}


@dataclass
class Shelf:
    """moto's bucket, and how objects get into it without a request."""

    kept: Any
    born: float

    def put(self, one: Delivered, moment: datetime) -> None:
        """Put an object, as if at a time."""
        own = {f"x-amz-meta-{name}": text for name, text in one.metadata.items()}
        buckets.put(self.kept, one.key, one.body, moment, {**_HEADERS, **own})

    def delete(self, key: str) -> None:
        """Delete an object: its versions stand under a marker."""
        buckets.delete(self.kept, key, self.tampered)

    @property
    def tampered(self) -> datetime:
        """Say when the intruder was at it."""
        return datetime.fromtimestamp(int(self.born), UTC) - timedelta(hours=4, minutes=30)

    def logs(self, trail: Trail) -> list[str]:
        """Give the keys of a region's logs, oldest first."""
        return self._keys(trail, "CloudTrail")

    def digests(self, trail: Trail) -> list[str]:
        """Give the keys of a region's digests, oldest first."""
        return self._keys(trail, "CloudTrail-Digest")

    def body(self, key: str) -> bytes:
        """Give what an object holds."""
        return bytes(self.kept.keys[key].value)

    def metadata(self, key: str) -> dict[str, str]:
        """Give an object's user metadata."""
        found = self.kept.keys[key].metadata.items()
        return {n.removeprefix("x-amz-meta-"): str(t) for n, t in found if n.startswith("x-amz-meta-")}

    def rewrite(self, key: str, body: bytes, metadata: Mapping[str, str] | None = None) -> None:
        """Put other content under a key."""
        kept = self.metadata(key) if metadata is None else metadata
        self.put(Delivered(key, body, kept), self.tampered)

    def log_with(self, trail: Trail, name: str) -> str:
        """Find the log that holds an event of a name; the middle one where none does."""
        keys = self.logs(trail)
        found = (key for key in keys if f'"eventName":"{name}"'.encode() in gzip.decompress(self.body(key)))
        return next(found, keys[len(keys) // 2])

    def _keys(self, trail: Trail, kind: str) -> list[str]:
        start = "/".join([*filter(None, (trail.prefix, "AWSLogs", trail.account, kind, trail.region)), ""])
        return sorted(
            key
            for key in self.kept.keys
            if key.startswith(start) and not isinstance(self.kept.keys[key], FakeDeleteMarker)
        )


def _log_edited(shelf: Shelf, trail: Trail) -> None:
    # the record of the shared snapshot is taken out
    key = shelf.log_with(trail, "ModifySnapshotAttribute")
    records = json.loads(gzip.decompress(shelf.body(key)))["Records"]
    content = json.dumps({"Records": records[1:]}, separators=(",", ":")).encode()
    shelf.rewrite(key, gzip.compress(content, mtime=0))


def _log_deleted(shelf: Shelf, trail: Trail) -> None:
    shelf.delete(shelf.log_with(trail, "PutBucketPolicy"))


def _log_trailing(shelf: Shelf, trail: Trail) -> None:
    key = shelf.log_with(trail, "AuthorizeSecurityGroupIngress")
    shelf.rewrite(key, shelf.body(key) + gzip.compress(b'{"Records":[]}', mtime=0))


def _log_unlisted(shelf: Shelf, trail: Trail) -> None:
    at = datetime.fromtimestamp(int(shelf.born), UTC).replace(second=0) - timedelta(hours=25, minutes=30)
    event = {"eventVersion": "1.11", "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}", "eventName": "DescribeVpcs"}
    shelf.put(log(trail, [event], at).object, at)


def _log_moved(shelf: Shelf, trail: Trail) -> None:
    key = shelf.log_with(trail, "CreateSnapshot")
    shelf.put(Delivered(f"moved/{key}", shelf.body(key), {}), shelf.tampered)
    shelf.delete(key)


def _digest_deleted(shelf: Shelf, trail: Trail) -> None:
    shelf.delete(shelf.digests(trail)[5])


def _digests_deleted_side_by_side(shelf: Shelf, trail: Trail) -> None:
    for key in shelf.digests(trail)[4:6]:
        shelf.delete(key)


def _first_digest_deleted(shelf: Shelf, trail: Trail) -> None:
    shelf.delete(shelf.digests(trail)[0])


def _newest_digest_deleted(shelf: Shelf, trail: Trail) -> None:
    shelf.delete(shelf.digests(trail)[-1])


def _all_digests_deleted(shelf: Shelf, trail: Trail) -> None:
    for key in shelf.digests(trail):
        shelf.delete(key)


def _digest_edited(shelf: Shelf, trail: Trail) -> None:
    key = shelf.digests(trail)[3]
    document = json.loads(gzip.decompress(shelf.body(key)))
    content = json.dumps({**document, "logFiles": []}, separators=(",", ":")).encode()
    shelf.rewrite(key, gzip.compress(content, mtime=0))


def _metadata_lost(shelf: Shelf, trail: Trail) -> None:
    # what a copy by hand does: the same bytes, without the signature
    key = shelf.digests(trail)[3]
    shelf.rewrite(key, shelf.body(key), {})


def _digest_moved(shelf: Shelf, trail: Trail) -> None:
    # one hour's digest, whole and signed, under another hour's name
    keys = shelf.digests(trail)
    shelf.rewrite(keys[3], shelf.body(keys[2]), shelf.metadata(keys[2]))


def _backfilled(shelf: Shelf, trail: Trail) -> None:
    end = datetime.fromtimestamp(int(shelf.born), UTC) - timedelta(hours=24)
    at, event = end - timedelta(minutes=20), {"eventVersion": "1.11", "eventName": "DescribeSubnets"}
    late = log(trail, [{**event, "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"}], at)
    hour, made = (end - timedelta(hours=1), end), shelf.tampered
    for one in (late.object, digest(trail, digest_key(), hour, [late], backfilled=made).object):
        shelf.put(one, made)


TAMPERINGS: Mapping[str, Callable[[Shelf, Trail], None]] = {
    "all_digests_deleted": _all_digests_deleted,
    "backfilled": _backfilled,
    "digest_deleted": _digest_deleted,
    "digest_edited": _digest_edited,
    "digest_moved": _digest_moved,
    "digests_deleted_side_by_side": _digests_deleted_side_by_side,
    "first_digest_deleted": _first_digest_deleted,
    "log_deleted": _log_deleted,
    "log_edited": _log_edited,
    "log_moved": _log_moved,
    "log_trailing": _log_trailing,
    "log_unlisted": _log_unlisted,
    "metadata_lost": _metadata_lost,
    "newest_digest_deleted": _newest_digest_deleted,
}
"""`backfilled` alone is nobody's doing: CloudTrail was late."""
