"""S3's objects as S3 hands them out: versions, ranges, conditions, checksums, archives, refused keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from moto.s3.models import FakeDeleteMarker

from forensics.drill import checksums
from forensics.drill.buckets import KMS_REFUSED, Bucket, bucket
from forensics.drill.call import Call, Handler
from forensics.drill.denials import Answer, Refusal
from forensics.drill.policy import Ask
from forensics.drill.principals import PARTITION

ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE"})
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_PLAIN = frozenset(
    {
        "cache-control", "content-disposition", "content-encoding", "content-language", "content-type",
        "expires",
    }
)  # fmt: skip
_OVERRIDES: Mapping[str, str] = {
    "ResponseCacheControl": "Cache-Control",
    "ResponseContentDisposition": "Content-Disposition",
    "ResponseContentEncoding": "Content-Encoding",
    "ResponseContentType": "Content-Type",
}


def _get(call: Call) -> Answer:
    found = bucket(call)
    kept = version(call, found)
    headers = _headers(call, found, kept)
    if _archived(found, kept):
        raise Refusal(
            "InvalidObjectState",
            "The operation is not valid for the object's storage class",
            403,
            StorageClass=headers["x-amz-storage-class"],
        )
    _unlocked(call, found, kept)
    if (refused := _conditions(call, kept)) is not None:
        return refused
    return _cut(call, kept, headers)


def _head(call: Call) -> Answer:
    found = bucket(call)
    kept = version(call, found)
    if (refused := _conditions(call, kept)) is not None:
        return refused
    if call.params.get("ChecksumMode") == "ENABLED":
        _unlocked(call, found, kept)
    headers = _headers(call, found, kept)
    return _cut(call, kept, headers)


def _head_bucket(call: Call) -> Answer:
    found = bucket(call)
    return Answer(200, b"", {"x-amz-bucket-region": found.region, "Content-Type": "application/xml"})


def _location(call: Call) -> Mapping[str, Any]:
    where = bucket(call).region
    return {"LocationConstraint": None if where == "us-east-1" else where}


def _logging(call: Call) -> Mapping[str, Any] | Answer:
    bucket(call)
    target = call.world.shelf.get(("logging", str(call.params["Bucket"]), ""))
    return {"LoggingEnabled": target} if target else call.moto.answer(call)


def version(call: Call, found: Bucket) -> Any:
    """Give the object, or the version of it, that a call names."""
    key, wanted = str(call.params.get("Key", "")), call.params.get("VersionId")
    versions = found.kept.keys.getlist(key, [])
    if wanted is not None:
        kept = next((one for one in versions if one.version_id == wanted), None)
        if kept is None:
            raise Refusal("NoSuchVersion", "The specified version does not exist.", 404, Key=key)
    else:
        kept = versions[-1] if versions else None
    if kept is None or isinstance(kept, FakeDeleteMarker):
        raise _missing(call, key, kept)
    return kept


def _missing(call: Call, key: str, marker: Any) -> Refusal:
    headers = {"x-amz-delete-marker": "true", "x-amz-version-id": marker.version_id} if marker else {}
    if marker and call.params.get("VersionId"):
        headers["Last-Modified"] = moment(marker)
        return Refusal(
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
            405,
            headers=headers,
            Method=str(call.envelope.environ["REQUEST_METHOD"]),
            ResourceType="DeleteMarker",
        )
    listing = Ask("s3:ListBucket", f"arn:{PARTITION}:s3:::{call.params.get('Bucket')}")
    if call.world.policies.why_not(call.principal, [listing], call.region):
        # who may not list must not learn what is missing
        return Refusal("AccessDenied", "Access Denied", 403)
    return Refusal("NoSuchKey", "The specified key does not exist.", 404, headers=headers, Key=key)


def moment(kept: Any) -> str:
    """Write when a version was last modified, as HTTP does."""
    return format_datetime(kept.last_modified.replace(microsecond=0, tzinfo=UTC), usegmt=True)


def _unlocked(call: Call, found: Bucket, kept: Any) -> None:
    if _odd(found, kept) and found.oddity.kms_refused:
        raise Refusal("AccessDenied", KMS_REFUSED.format(arn=call.principal.arn), 403)


def _headers(call: Call, found: Bucket, kept: Any) -> dict[str, str]:
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": str(kept.etag),
        "Last-Modified": moment(kept),
        "x-amz-server-side-encryption": kept.encryption or "AES256",
    }
    named = {str(name).lower(): str(value) for name, value in kept.metadata.items()}
    headers |= {
        name: value for name, value in named.items() if name in _PLAIN or name.startswith("x-amz-meta-")
    }
    locks = kept.response_dict.items()
    headers |= {name: str(text) for name, text in locks if name.startswith("x-amz-object-lock")}
    if kept.kms_key_id:
        headers["x-amz-server-side-encryption-aws-kms-key-id"] = str(kept.kms_key_id)
    if kept.version_id != "null":
        headers["x-amz-version-id"] = str(kept.version_id)
    if kept.storage_class != "STANDARD":
        headers["x-amz-storage-class"] = str(kept.storage_class)
    if _archived(found, kept):
        headers.setdefault("x-amz-storage-class", "GLACIER")
    if _odd(found, kept) and found.oddity.kms_refused:
        headers["x-amz-server-side-encryption"] = "aws:kms"
    return headers | {
        header: str(call.params[name]) for name, header in _OVERRIDES.items() if name in call.params
    }


def _odd(found: Bucket, kept: Any) -> bool:
    return str(kept.name).startswith(found.oddity.prefix)


def _archived(found: Bucket, kept: Any) -> bool:
    return kept.storage_class in ARCHIVES or (found.oddity.glacier and _odd(found, kept))


def _conditions(call: Call, kept: Any) -> Answer | None:
    etag, changed = str(kept.etag), kept.last_modified.replace(microsecond=0, tzinfo=UTC)
    wanted, unwanted = call.params.get("IfMatch"), call.params.get("IfNoneMatch")
    since, before = _date(call, "IfModifiedSince"), _date(call, "IfUnmodifiedSince")
    if wanted is not None and not _among(etag, wanted):
        raise _failed("If-Match")
    if wanted is None and before is not None and changed > before:
        raise _failed("If-Unmodified-Since")
    stale = since is not None and changed <= since if unwanted is None else _among(etag, unwanted)
    return Answer(304, b"", {"ETag": etag, "Last-Modified": moment(kept)}) if stale else None


def _among(etag: str, tags: str) -> bool:
    return tags == "*" or etag.strip('"') in {tag.strip().strip('"') for tag in str(tags).split(",")}


def _date(call: Call, name: str) -> datetime | None:
    value = call.params.get(name)
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _failed(condition: str) -> Refusal:
    return Refusal(
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        412,
        Condition=condition,
    )


def _cut(call: Call, kept: Any, headers: dict[str, str]) -> Answer:
    body: bytes = kept.value
    size = len(body)
    wanted = _RANGE.fullmatch(str(call.params.get("Range", "")).strip())
    if wanted is None or not any(wanted.groups()):
        sums = checksums.headers(kept) if call.params.get("ChecksumMode") == "ENABLED" else {}
        return Answer(200, body, {**headers, **sums, "Content-Length": str(size)})
    first, last = _bounds(wanted[1], wanted[2], size)
    if first >= size or first > last:
        raise Refusal(
            "InvalidRange",
            "The requested range is not satisfiable",
            416,
            headers={"Content-Range": f"bytes */{size}"},
            RangeRequested=str(call.params["Range"]),
            ActualObjectSize=str(size),
        )
    piece = body[first : last + 1]
    headers |= {"Content-Range": f"bytes {first}-{last}/{size}", "Content-Length": str(len(piece))}
    return Answer(206, piece, headers)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return (max(size - int(last), 0), size - 1) if int(last) else (size, size)
    return int(first), min(int(last), size - 1) if last else size - 1


HANDLERS: Mapping[str, Handler] = {
    "GetBucketLocation": _location,
    "GetBucketLogging": _logging,
    "GetObject": _get,
    "HeadBucket": _head_bucket,
    "HeadObject": _head,
}
