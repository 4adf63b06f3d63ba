"""Which buckets a case read logs from, or was to: by its ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from forensics.verifier.reader import open_record

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
_STORED = re.compile(r"s3://([^/]+)/")


def log_buckets(path: Path) -> tuple[str, ...]:
    """
    Return the buckets of a case or a bundle that logs were kept from, or refused by, sorted.

    A trail names its bucket, and whoever planted the trail chose the name: one that no bucket can have is
    passed over, so that `*` opens nothing. Raises as `coverage` does.
    """
    found = {name for entry in open_record(path).entries() for name in _named(entry.type, entry.body)}
    return tuple(sorted(name for name in found if _NAME.fullmatch(name)))


def _named(kind: str, body: Mapping[str, Any]) -> Iterator[str]:
    if kind == "item.add":
        stored = _STORED.match(str(body.get("name", "")))
        if stored is not None:
            yield stored[1]
    if kind == "coverage":
        for gap in body.get("gaps", ()):
            for example in gap.get("examples", ()):
                if "Prefix" in example or "Key" in example:
                    yield str(example.get("Bucket", ""))
