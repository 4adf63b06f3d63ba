"""
Objects that are written once and kept: If-None-Match and Object Lock on PutObject, also across accounts.

moto takes If-None-Match for nothing, and lets no other account write, whatever the bucket's policy says.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.s3.models import FakeDeleteMarker

from forensics.drill import buckets
from forensics.drill.call import Call, Handler
from forensics.drill.denials import Answer, Refusal

_CHECKED = {"ChecksumSHA256": hashlib.sha256}


def _put(call: Call) -> Answer:
    """Write an object that must be the first or is to be kept; every other is moto's to write."""
    found = buckets.bucket(call)
    mode, until = call.params.get("ObjectLockMode"), _until(call)
    owner = call.params.get("ExpectedBucketOwner")
    if owner and owner != found.account:
        raise Refusal("AccessDenied", "Access Denied", 403)
    if found.account == call.account and not mode and not call.params.get("IfNoneMatch"):
        return call.moto.answer(call)
    key, body, kept = str(call.params["Key"]), call.envelope.body, found.kept
    if mode and not kept.object_lock_enabled:
        raise Refusal("InvalidRequest", "Bucket is missing Object Lock Configuration", 400)
    if until and until <= call.now:
        raise Refusal("InvalidArgument", "The retain until date must be in the future!", 400)
    _first(call, kept, key)
    _checked(call, body)
    with call.world.lock:
        buckets.put(kept, key, body, call.now)
    made = kept.keys.getlist(key)[-1]
    if mode and until:
        made.lock_mode, made.lock_until = str(mode), until.strftime("%Y-%m-%dT%H:%M:%SZ")
    version = {"x-amz-version-id": str(made.version_id)} if kept.is_versioned else {}
    return Answer(200, b"", {"ETag": str(made.etag), **version})


def _until(call: Call) -> datetime | None:
    said = call.params.get("ObjectLockRetainUntilDate")
    if not isinstance(said, datetime):
        return None
    return said if said.tzinfo else said.replace(tzinfo=UTC)


def _first(call: Call, kept: Any, key: str) -> None:
    if call.params.get("IfNoneMatch") != "*":
        return
    versions = kept.keys.getlist(key, [])
    if versions and not isinstance(versions[-1], FakeDeleteMarker):
        raise Refusal(
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
            412,
            Condition="If-None-Match",
        )


def _checked(call: Call, body: bytes) -> None:
    for name, algorithm in _CHECKED.items():
        wanted = call.params.get(name)
        if wanted and wanted != base64.b64encode(algorithm(body).digest()).decode():
            raise Refusal("BadDigest", "The SHA256 you specified did not match the calculated checksum.", 400)


HANDLERS: Mapping[str, Handler] = {"PutObject": _put}
