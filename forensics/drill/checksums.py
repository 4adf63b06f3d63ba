"""The checksums that S3 states of an object: the uploader's own, or CRC-64/NVME, which S3 adds itself."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_POLYNOMIAL = 0x9A6C9329AC4BC9B5
_ONES = (1 << 64) - 1
_LARGEST = 1 << 20
"""Bytes up to which it is worth computing here, in plain Python."""


def headers(kept: Any) -> Mapping[str, str]:
    """Give what GetObject and HeadObject say of an object's checksum, where they are asked to."""
    algorithm, value = stated(kept)
    if not value:
        return {}
    kind = kept.checksum_type or "FULL_OBJECT"
    return {f"x-amz-checksum-{algorithm.lower()}": value, "x-amz-checksum-type": str(kind)}


def stated(kept: Any) -> tuple[str, str]:
    """Give algorithm and value; empty for an object that has none."""
    if kept.checksum_algorithm and kept.checksum_value:
        value = kept.checksum_value
        return str(kept.checksum_algorithm), value.decode() if isinstance(value, bytes) else str(value)
    if kept.multipart or kept.size > _LARGEST:
        return "", ""
    kept.checksum_algorithm = "CRC64NVME"
    kept.checksum_value = base64.b64encode(crc64nvme(kept.value).to_bytes(8, "big")).decode()
    return kept.checksum_algorithm, kept.checksum_value


def crc64nvme(data: bytes) -> int:
    """Compute CRC-64/NVME: reflected, all ones before and after."""
    table, value = _table(), _ONES
    for byte in data:
        value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value ^ _ONES


@lru_cache(maxsize=1)
def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        rows.append(value)
    return tuple(rows)
