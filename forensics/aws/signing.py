"""
Signatures for GetObject: botocore's own, without the detour over its request objects.

botocore makes an e-mail's headers of each request and takes its URL apart twice, which costs three times the
signature. Only the text that is signed is put together here; a test holds it to what botocore makes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import EMPTY_SHA256_HASH, SIGV4_TIMESTAMP, S3SigV4Auth


def sign(keys: Any, region: str, url: str, headers: Mapping[str, str], moment: datetime) -> list[str]:
    """
    Return the headers to send for a GET of `url`, `headers` (lower-case names) among them.

    The URL is encoded already, and has at most one parameter.
    """
    base, _, query = url.partition("?")
    stamp = moment.strftime(SIGV4_TIMESTAMP)
    signed = {**headers, "x-amz-content-sha256": EMPTY_SHA256_HASH, "x-amz-date": stamp}
    if keys.token:
        signed["x-amz-security-token"] = keys.token
    scheme, _, rest = base.partition("://")
    host, _, path = rest.partition("/")
    known = {**signed, "host": _host(scheme, host)}
    names = ";".join(sorted(known))
    lines = "".join(f"{name}:{' '.join(known[name].split())}\n" for name in sorted(known))
    canonical = f"GET\n/{path}\n{query}\n{lines}\n{names}\n{EMPTY_SHA256_HASH}"
    auth = S3SigV4Auth(keys, "s3", region)
    # All that is read of a request from here on is its time.
    request: Any = SimpleNamespace(context={"timestamp": stamp})
    signature = auth.signature(auth.string_to_sign(request, canonical), request)
    credential = f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}"
    return [
        *(f"{name}: {value}" for name, value in signed.items()),
        f"authorization: {credential}, SignedHeaders={names}, Signature={signature}",
    ]


def _host(scheme: str, host: str) -> str:
    """Return the Host that libcurl sends: without a port that is the scheme's own."""
    if ":" not in host:
        return host
    parts = urlsplit(f"{scheme}://{host}")
    usual = {"http": 80, "https": 443}.get(scheme) == parts.port
    return host.rpartition(":")[0] if usual else host
