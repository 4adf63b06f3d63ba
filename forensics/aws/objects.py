"""What there is in a bucket, as its listing says: versions of objects, and delete markers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

KEY = ("utf-8", "surrogateescape")
"""How bytes of keys become text and back: AWS says that they are UTF-8, and none may stop a listing."""

LARGE = 1 << 20
"""Bytes of an object from which on it gets a thread of its own, and its own wait for the disk."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object, as listed. Where versions may not be listed, the one that is there now."""

    key: str
    """Hostile text."""
    version_id: str
    """`null` where the bucket had no versioning; empty where versions may not be listed."""
    etag: str
    """As AWS sends it, with its quotation marks."""
    size: int
    last_modified: str
    storage_class: str
    latest: bool
    deleted: bool
    """Whether it stands under a delete marker or another version, so that only its id leads to it."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A delete marker: what deleting leaves in a bucket with versions."""

    key: str
    version_id: str
    last_modified: str
    latest: bool


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket and where it is."""

    name: str
    region: str
    requester_pays: bool = False
    """Whether whoever reads pays for it, and is willing to."""


def name(bucket: str, version: Version) -> str:
    """Return what a version is called in the ledger: two versions never have one name."""
    return f"s3://{bucket}/{version.key}?versionId={version.version_id}#{version.etag.strip(chr(34))}"


def length(text: str) -> int:
    """Read a length as HTTP and listings have it; -1 for what is none, and for one that nothing has."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else -1


_DIGITS = 15
"""Of a length: within the 53 bits that are exact to every reader of JSON."""
_SAFE = re.compile(r"(?!(?:aux|con|nul|prn)(?:\.|\Z))[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")
"""All names of buckets that AWS gives out now, but for those that Windows would take for a device."""


def folder(account: str, bucket: Bucket) -> str:
    """Return where its objects go, below `data/`."""
    return f"{account}/{bucket.region}/s3/{_safe(bucket.name)}"


@lru_cache(maxsize=64)
def _safe(bucket: str) -> str:
    """Return what a bucket's folder is called: asked for each of its objects."""
    digest = sha256(bucket.encode(*KEY)).hexdigest()
    return bucket if _SAFE.fullmatch(bucket) else f"bucket-{digest[:16]}"
