"""What a body is held against: published check values, and heads that promise what cannot be checked."""

from __future__ import annotations

import base64
import hashlib

import pytest

from forensics.aws.checking import SMALL, Check

BODY = b"123456789"
MD5 = f'"{hashlib.md5(BODY, usedforsecurity=False).hexdigest()}"'
KNOWN = {
    # The «check» of each in the catalogue of CRC algorithms; the digests are hashlib's.
    "crc32": bytes.fromhex("cbf43926"),
    "crc32c": bytes.fromhex("e3069283"),
    "crc64nvme": bytes.fromhex("ae8b14860a799888"),
    "sha1": hashlib.sha1(BODY, usedforsecurity=False).digest(),
    "sha256": hashlib.sha256(BODY).digest(),
}


def _head(name: str, value: bytes, **more: str) -> dict[str, str]:
    return {f"x-amz-checksum-{name}": base64.b64encode(value).decode(), **more}


def _checked(head: dict[str, str], body: bytes, size: int = 9) -> tuple[str, bool]:
    check = Check(head, size)
    for start in range(0, len(body), 4):
        check.update(body[start : start + 4])
    return check.name, check.passed()


@pytest.mark.parametrize("name", KNOWN)
def test_checksums(name: str) -> None:
    """Each is computed over pieces, and one wrong bit is found."""
    assert _checked(_head(name, KNOWN[name]), BODY) == (name, True)
    assert _checked(_head(name, KNOWN[name]), b"123456788") == (name, False)


@pytest.mark.parametrize(
    ("head", "size", "name"),
    [
        ({}, 9, "length"),
        ({"etag": MD5}, 9, "etag"),
        ({"etag": MD5, "x-amz-server-side-encryption": "AES256"}, 9, "etag"),
        ({"etag": MD5, "x-amz-server-side-encryption": "aws:kms"}, 9, "length"),
        ({"etag": MD5, "x-amz-server-side-encryption-customer-algorithm": "AES256"}, 9, "length"),
        ({"etag": '"0123456789abcdef0123456789abcdef-2"'}, 9, "length"),
        ({"x-amz-checksum-crc32": "y/Q5Jg==-2"}, 9, "length"),
        ({"x-amz-checksum-crc32": "y/Q5Jg==", "x-amz-checksum-type": "COMPOSITE"}, 9, "length"),
        ({"x-amz-checksum-crc32": "%%%"}, 9, "length"),
        ({"x-amz-checksum-xxhash3": "AAAA"}, 9, "length"),
        (_head("crc64nvme", KNOWN["crc64nvme"]), SMALL + 1, "length"),
        (_head("crc64nvme", KNOWN["crc64nvme"], etag=MD5), 9, "etag"),
    ],
)
def test_what_is_chosen(head: dict[str, str], size: int, name: str) -> None:
    """Never more is claimed than was checked, and the sum of parts is no sum of the whole."""
    assert _checked(head, BODY, size) == (name, True)
