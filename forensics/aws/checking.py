"""Whether a body is what AWS says of it: by checksum, by digest in the ETag, or by its length alone."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

PREFIX = "x-amz-checksum-"
_MD5 = re.compile(r'"?([0-9a-f]{32})"?')
_PLAIN = frozenset({"", "AES256"})
"""Encryption under which the ETag of an object put in one part is the MD5 of its bytes."""
SMALL = 1 << 20
"""Bytes up to which CRC-64/NVME and CRC-32C are worth computing in plain Python."""


class Sum(Protocol):
    """A checksum while it grows."""

    def update(self, data: bytes, /) -> None:
        """Take in bytes."""

    def digest(self) -> bytes:
        """Return it so far."""


class _Crc32:
    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


class _Table:
    """A reflected cyclic redundancy check of 32 or 64 bits: all ones before and after."""

    def __init__(self, polynomial: int, size: int) -> None:
        self._size, self._ones = size, (1 << 8 * size) - 1
        self._value, self._rows = self._ones, _rows(polynomial)

    def update(self, data: bytes, /) -> None:
        value, rows = self._value, self._rows
        for byte in data:
            value = rows[(value ^ byte) & 0xFF] ^ (value >> 8)
        self._value = value

    def digest(self) -> bytes:
        return (self._value ^ self._ones).to_bytes(self._size, "big")


_ROWS: dict[int, tuple[int, ...]] = {}


def _rows(polynomial: int) -> tuple[int, ...]:
    if polynomial not in _ROWS:
        _ROWS[polynomial] = tuple(_row(byte, polynomial) for byte in range(256))
    return _ROWS[polynomial]


def _row(value: int, polynomial: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ (polynomial if value & 1 else 0)
    return value


_SUMS: Mapping[str, Callable[[], Sum]] = {
    "sha256": hashlib.sha256,
    "crc32": _Crc32,
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
}
"""The cheap ones, the best first."""
_SLOW: Mapping[str, Callable[[], Sum]] = {
    "crc64nvme": lambda: _Table(0x9A6C9329AC4BC9B5, 8),
    "crc32c": lambda: _Table(0x82F63B78, 4),
}


class Check:
    """What one body is held against, chosen by the head of the answer that it comes with."""

    def __init__(self, headers: Mapping[str, str], size: int) -> None:
        self.name, self._wanted = "length", b""
        self._sum: Sum | None = None
        stated = checksums(headers)
        if stated and _composite(headers, stated):
            stated = {}
        for name, wanted in _candidates(stated, headers, size):
            if wanted:
                self.name, self._wanted, self._sum = name, wanted, _begin(name)
                return

    def update(self, data: bytes) -> None:
        """Take in a piece of the body."""
        if self._sum is not None:
            self._sum.update(data)

    def passed(self) -> bool:
        """Say whether the body is what AWS says; its length is for the caller."""
        return self._sum is None or self._sum.digest() == self._wanted


def _begin(name: str) -> Sum:
    if name == "etag":
        return hashlib.md5(usedforsecurity=False)
    return (_SUMS.get(name) or _SLOW[name])()


def _candidates(
    stated: Mapping[str, str], headers: Mapping[str, str], size: int
) -> Iterator[tuple[str, bytes]]:
    for name in filter(stated.__contains__, _SUMS):
        yield name, _bytes(stated[name])
    plain = headers.get("x-amz-server-side-encryption", "") in _PLAIN
    plain = plain and "x-amz-server-side-encryption-customer-algorithm" not in headers
    if plain and (match := _MD5.fullmatch(headers.get("etag", ""))):
        yield "etag", bytes.fromhex(match[1])
    if 0 <= size <= SMALL:
        for name in filter(stated.__contains__, _SLOW):
            yield name, _bytes(stated[name])


def checksums(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the checksums that AWS states, by algorithm, as sent."""
    stated = [name for name in headers if name.startswith(PREFIX)]
    return {name.removeprefix(PREFIX): headers[name] for name in stated if name != f"{PREFIX}type"}


def _composite(headers: Mapping[str, str], stated: Mapping[str, str]) -> bool:
    """Say whether the checksum is one of the checksums of parts."""
    return headers.get("x-amz-checksum-type", "") == "COMPOSITE" or any(
        "-" in text for text in stated.values()
    )


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


NOTHING = Check({}, 0)
"""Holds nothing against anything."""
