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
from typing import Any, NamedTuple
from urllib.parse import urlsplit

_EMPTY = sha256(b"").hexdigest()
_SCHEME = "AWS4-HMAC-SHA256"
_DATE = 8
"""Characters of a time that are its date."""


class _Frame(NamedTuple):
    """What the requests of one second have in common."""

    key: bytes
    lines: str
    """The canonical request, from its headers on."""
    to_sign: str
    """What is signed, up to the hash of the canonical request."""
    sent: list[str]
    """Headers to send."""
    authorization: str
    """The last of them, up to the signature."""


class Signer:
    """Signs for S3 in one region. One thread at a time uses it."""

    def __init__(self, region: str) -> None:
        self.region = region
        self._of: tuple[str, str] = ("", "")
        """Secret and date that the key is of."""
        self._key = b""
        self._hosts: dict[tuple[str, str], str] = {}
        self._frame: _Frame | None = None
        self._framed_of: tuple[object, ...] = ()
        """Second, keys, place and headers that the frame is of."""

    def sign(self, keys: Any, url: str, headers: Mapping[str, str], moment: datetime) -> list[str]:
        """
        Return the headers to send for a GET of `url`, `headers` (lower-case names) among them.

        The URL is encoded already, and has at most one parameter. `moment` is of UTC.
        """
        base, _, query = url.partition("?")
        scheme, _, rest = base.partition("://")
        host, _, path = rest.partition("/")
        frame = self._framed(keys, (scheme, host), headers, moment.replace(microsecond=0))
        canonical = f"GET\n/{path}\n{query}\n{frame.lines}"
        to_sign = f"{frame.to_sign}{sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(frame.key, to_sign.encode(), "sha256").hex()
        return [*frame.sent, f"{frame.authorization}{signature}"]

    def _framed(
        self, keys: Any, place: tuple[str, str], headers: Mapping[str, str], moment: datetime
    ) -> _Frame:
        """Return what the requests of one second have in common: all but their paths, for whole objects."""
        of = (moment, keys, place, dict(headers))
        if self._frame is None or self._framed_of != of:
            self._frame, self._framed_of = self._make(keys, place, headers, moment), of
        return self._frame

    def _make(
        self, keys: Any, place: tuple[str, str], headers: Mapping[str, str], moment: datetime
    ) -> _Frame:
        stamp = f"{moment:%Y%m%dT%H%M%SZ}"
        signed = {**headers, "x-amz-content-sha256": _EMPTY, "x-amz-date": stamp}
        if keys.token:
            signed["x-amz-security-token"] = keys.token
        known = sorted({**signed, "host": self._host(*place)}.items())
        names = ";".join([name for name, _ in known])
        lines = "".join([f"{name}:{' '.join(text.split())}\n" for name, text in known])
        scope = f"{stamp[:_DATE]}/{self.region}/s3/aws4_request"
        credential = f"{_SCHEME} Credential={keys.access_key}/{scope}"
        return _Frame(
            self._day(keys.secret_key, stamp[:_DATE]),
            f"{lines}\n{names}\n{_EMPTY}",
            f"{_SCHEME}\n{stamp}\n{scope}\n",
            [f"{name}: {text}" for name, text in signed.items()],
            f"authorization: {credential}, SignedHeaders={names}, Signature=",
        )

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
