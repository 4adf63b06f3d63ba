"""
Signatures for GetObject: Signature Version 4, without the detour over botocore's request objects.

botocore makes an e-mail's headers of each request, takes its URL apart twice and derives the day's key anew,
which costs ten times the signature. A test holds every signature to botocore's.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

_EMPTY = sha256(b"").hexdigest()
_SCHEME = "AWS4-HMAC-SHA256"
_DATE = 8
"""Characters of a time that are its date."""


class Signer:
    """Signs for S3 in one region. One thread at a time uses it."""

    def __init__(self, region: str) -> None:
        self.region = region
        self._of: tuple[str, str] = ("", "")
        """Secret and date that the key is of."""
        self._key = b""
        self._hosts: dict[tuple[str, str], str] = {}

    def sign(self, keys: Any, url: str, headers: Mapping[str, str], moment: datetime) -> list[str]:
        """
        Return the headers to send for a GET of `url`, `headers` (lower-case names) among them.

        The URL is encoded already, and has at most one parameter. `moment` is of UTC.
        """
        base, _, query = url.partition("?")
        scheme, _, rest = base.partition("://")
        host, _, path = rest.partition("/")
        stamp = f"{moment:%Y%m%dT%H%M%SZ}"
        signed = {**headers, "x-amz-content-sha256": _EMPTY, "x-amz-date": stamp}
        if keys.token:
            signed["x-amz-security-token"] = keys.token
        known = sorted({**signed, "host": self._host(scheme, host)}.items())
        names = ";".join([name for name, _ in known])
        lines = "".join([f"{name}:{' '.join(text.split())}\n" for name, text in known])
        canonical = f"GET\n/{path}\n{query}\n{lines}\n{names}\n{_EMPTY}"
        scope = f"{stamp[:_DATE]}/{self.region}/s3/aws4_request"
        to_sign = f"{_SCHEME}\n{stamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        key = self._day(keys.secret_key, stamp[:_DATE])
        signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
        credential = f"{_SCHEME} Credential={keys.access_key}/{scope}"
        return [
            *[f"{name}: {text}" for name, text in signed.items()],
            f"authorization: {credential}, SignedHeaders={names}, Signature={signature}",
        ]

    def _day(self, secret: str, date: str) -> bytes:
        """Return the key of a day: derived once, and again when the credentials are renewed."""
        if self._of != (secret, date):
            key = f"AWS4{secret}".encode()
            for part in (date, self.region, "s3", "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._of, self._key = (secret, date), key
        return self._key

    def _host(self, scheme: str, host: str) -> str:
        """Return the Host that libcurl sends: without a port that is the scheme's own."""
        if (scheme, host) not in self._hosts:
            self._hosts = {(scheme, host): _host(scheme, host)}
        return self._hosts[scheme, host]


def _host(scheme: str, host: str) -> str:
    if ":" not in host:
        return host
    parts = urlsplit(f"{scheme}://{host}")
    usual = {"http": 80, "https": 443}.get(scheme) == parts.port
    return host.rpartition(":")[0] if usual else host
