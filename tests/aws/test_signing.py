"""The text that we sign is the text that botocore signs, for any key and any credentials."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.aws.signing import Signer

MOMENT = datetime(2026, 11, 24, 4, 46, 1, tzinfo=UTC)
HOSTS = [
    "https://bucket.s3.eu-west-1.amazonaws.com/", "https://s3.eu-west-1.amazonaws.com:443/bucket/",
    "http://127.0.0.1:8000/bucket/", "http://[::1]:8000/bucket/", "http://localhost:80/b/", "https://h:80/b/",
]  # fmt: skip
KEYS = [
    "a/../../b",
    "..",
    "/leading",
    "//two",
    "new\nline",
    "plus+%2B%",
    "q?x=1&y#z",
    "k" * 1024,
    "é€😀",
    "a=b",
]


def _botocores(keys: Any, url: str, headers: dict[str, str]) -> str:
    request = AWSRequest("GET", url, headers)
    with patch("botocore.auth.get_current_datetime", return_value=MOMENT):
        S3SigV4Auth(keys, "s3", "eu-west-1").add_auth(request)
    return str(request.headers["Authorization"])


def _ours(keys: Any, url: str, headers: dict[str, str]) -> str:
    signed = dict(line.split(": ", 1) for line in Signer("eu-west-1").sign(keys, url, headers, MOMENT))
    return signed["authorization"]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("version", ["", "?versionId=null", "?versionId=3%2FL4k~q"])
@pytest.mark.parametrize("token", [None, "IQoJb3Jp//sess="])
def test_signatures(host: str, key: str, version: str, token: str | None) -> None:
    """Hostile keys, every form of a host, with and without a version and a token."""
    keys = ReadOnlyCredentials("AKIAIOSFODNN7EXAMPLE", "wJalr/XUt+nFEMI", token)
    url = f"{host}{quote(key, '/~')}{version}"
    headers = {"x-amz-checksum-mode": "ENABLED", "range": "bytes=5-", "if-match": '"ab  c"'}
    assert _ours(keys, url, headers) == _botocores(keys, url, headers)


@settings(deadline=None)
@given(key=st.text(min_size=1, max_size=60), version=st.text(max_size=8))
def test_any_key(key: str, version: str) -> None:
    """Whatever a key is made of."""
    keys = ReadOnlyCredentials("AKIAIOSFODNN7EXAMPLE", "secret", None)
    ending = f"?versionId={quote(version, '~', 'utf-8', 'surrogatepass')}" if version else ""
    url = HOSTS[0] + quote(key, "/~", "utf-8", "surrogatepass") + ending
    assert _ours(keys, url, {}) == _botocores(keys, url, {})


def test_keys_that_change() -> None:
    """A signer that has signed signs with new keys, and on a new day, as one that has not."""
    signer, url = Signer("eu-west-1"), f"{HOSTS[0]}k"
    first, second = (ReadOnlyCredentials("AKIAIOSFODNN7EXAMPLE", secret, None) for secret in "ab")
    for keys in (first, first, second, first):
        for host in HOSTS:
            assert signer.sign(keys, f"{host}k", {}, MOMENT) == Signer("eu-west-1").sign(
                keys, f"{host}k", {}, MOMENT
            )
    later = MOMENT + timedelta(days=1)
    assert signer.sign(first, url, {}, later) == Signer("eu-west-1").sign(first, url, {}, later)
    assert signer.sign(first, url, {}, later) != signer.sign(first, url, {}, MOMENT)


def test_moments_and_headers_that_change() -> None:
    """What requests of one second have in common is made anew for the next, and for any other headers."""
    signer, url = Signer("eu-west-1"), f"{HOSTS[0]}k"
    keys, more = ReadOnlyCredentials("AKIAIOSFODNN7EXAMPLE", "a", "t"), {"range": "bytes=5-"}
    moments = (0.0, 0.9, 1.0, 60.0, 0.0)
    asked = [(MOMENT + timedelta(seconds=one), headers) for one in moments for headers in ({}, more, {})]
    for moment, headers in asked:
        fresh = Signer("eu-west-1").sign(keys, url, headers, moment)
        assert signer.sign(keys, url, dict(headers), moment) == fresh
    more["range"] = "bytes=6-"
    assert signer.sign(keys, url, more, MOMENT) == Signer("eu-west-1").sign(keys, url, more, MOMENT)
