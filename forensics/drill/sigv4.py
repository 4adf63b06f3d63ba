"""Signature Version 4, as AWS checks it: header and presigned, for every service."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote

from forensics.drill.services import Envelope

SKEW = 15 * 60
"""Seconds that a clock may be off before AWS refuses it."""
_HEADER = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<credential>[^,\s]+),\s*"
    r"SignedHeaders=(?P<signed>[^,\s]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)
_MOMENT = re.compile(r"\d{8}T\d{6}Z")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Signature:
    """What a request says of its own signature."""

    key: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    value: str
    moment: str
    """`YYYYMMDDTHHMMSSZ`."""
    token: str
    expires: int | None = None
    """Seconds that a presigned URL holds; None for a signature in the header."""


def read(envelope: Envelope) -> Signature | None:
    """Read a request's signature; None where there is none that could be read."""
    if match := _HEADER.fullmatch(envelope.header("authorization").strip()):
        moment = envelope.header("x-amz-date")
        return _signature(match.groupdict(), moment, envelope.header("x-amz-security-token"))
    query = dict(parse_qsl(envelope.environ.get("QUERY_STRING", ""), keep_blank_values=True))
    if query.get("X-Amz-Algorithm") != "AWS4-HMAC-SHA256":
        return None
    parts = {
        "credential": query.get("X-Amz-Credential", ""),
        "signed": query.get("X-Amz-SignedHeaders", ""),
        "signature": query.get("X-Amz-Signature", ""),
    }
    expires = int(query["X-Amz-Expires"]) if query.get("X-Amz-Expires", "").isdigit() else 900
    return _signature(parts, query.get("X-Amz-Date", ""), query.get("X-Amz-Security-Token", ""), expires)


def _signature(
    parts: Mapping[str, str], moment: str, token: str, expires: int | None = None
) -> Signature | None:
    scope = parts["credential"].split("/")
    if len(scope) != 5 or scope[4] != "aws4_request":
        return None
    key, date, region, service, _ = scope
    headers = tuple(parts["signed"].split(";"))
    return Signature(key, date, region, service, headers, parts["signature"], moment, token, expires)


def age(signature: Signature, now: float) -> float | None:
    """Say how many seconds ago the request was signed; None for a date that is none."""
    if not _MOMENT.fullmatch(signature.moment):
        return None
    try:
        signed = datetime.fromisoformat(signature.moment)
    except ValueError:
        return None
    return now - signed.timestamp()


def holds(signature: Signature, envelope: Envelope, secret: str) -> bool:
    """Say whether the signature was made with this secret over exactly this request."""
    canonical = _canonical(signature, envelope)
    scope = f"{signature.date}/{signature.region}/{signature.service}/aws4_request"
    digest = hashlib.sha256(canonical.encode("utf-8")).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{signature.moment}\n{scope}\n{digest}"
    key = _signing_key(secret, signature.date, signature.region, signature.service)
    return hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), signature.value)


def body_matches(envelope: Envelope) -> bool:
    """Say whether the body is the one whose hash was signed, where a hash was sent."""
    claimed = envelope.header("x-amz-content-sha256")
    return not _HASH.fullmatch(claimed) or hashlib.sha256(envelope.body).hexdigest() == claimed


@lru_cache(maxsize=256)
def _signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _canonical(signature: Signature, envelope: Envelope) -> str:
    headers = "".join(f"{name}:{' '.join(_value(envelope, name).split())}\n" for name in signature.headers)
    return "\n".join(
        (
            str(envelope.environ["REQUEST_METHOD"]),
            _path(signature, envelope),
            _query(envelope.environ.get("QUERY_STRING", "")),
            headers,
            ";".join(signature.headers),
            _payload(signature, envelope),
        )
    )


def _value(envelope: Envelope, name: str) -> str:
    if name in {"content-type", "content-length"}:
        return str(envelope.environ.get(name.upper().replace("-", "_"), ""))
    return envelope.header(name)


def _path(signature: Signature, envelope: Envelope) -> str:
    raw = str(envelope.environ["RAW_URI"]).partition("?")[0] or "/"
    if signature.service in {"s3", "s3-object-lambda", "s3express"}:
        return raw  # S3 alone signs the path as it is sent, neither normalised nor encoded twice
    return quote(_normalised(raw), safe="/~")


def _normalised(path: str) -> str:
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            kept[-1:] = []
        elif part not in {"", "."}:
            kept.append(part)
    tail = "/" if path.endswith("/") and kept else ""
    return "/" + "/".join(kept) + tail


def _query(text: str) -> str:
    pairs = [pair.partition("=") for pair in text.split("&") if pair]
    encode: Callable[[str], str] = lambda part: quote(unquote(part), safe="-_.~")  # noqa: E731
    encoded = sorted((encode(name), encode(value)) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded if name != "X-Amz-Signature")


def _payload(signature: Signature, envelope: Envelope) -> str:
    if claimed := envelope.header("x-amz-content-sha256"):
        return claimed
    if signature.expires is not None and signature.service == "s3":
        return "UNSIGNED-PAYLOAD"
    return hashlib.sha256(envelope.body).hexdigest()
