"""
One `item.add`: whether it can be one by itself.

Helper processes import this, so that it needs the standard library alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from forensics.errors import FormatError
from forensics.verifier.paths import Paths
from forensics.verifier.quick import Added, is_about

_DIGEST = re.compile(r"[0-9a-f]{64}")
_ITEM = {"first", "kind", "last", "path", "requests", "sensitive", "sha256", "size", "source"}
_EVIDENCE = ("footprint", "log", "notice", "object", "package", "window")
_SOURCE = {"account", "operation", "region", "service"}


def added(body: Mapping[str, Any]) -> Added:
    """Return what an `item.add` says of a file; `FormatError` for other keys than ours."""
    kind = body.get("kind")
    more = {"name", kind} if kind in _EVIDENCE and "name" in body else set()
    if body.keys() != _ITEM | more or not is_texts(body["source"], _SOURCE):
        raise FormatError("it has other keys than ours")
    if more and not is_about(body["name"], body[str(kind)]):
        raise FormatError(f"its name is no text, or its {kind} no object")
    return Added(body["path"], body["sha256"], body["size"])


def check_item(one: Added, paths: Paths) -> None:
    """Refuse an item that cannot be one, whatever the other lines say."""
    path, sha256, size = one
    if not isinstance(path, str) or not path.startswith("data/"):
        raise FormatError("its path is not in data/")
    paths.check(path)
    if not is_digest(sha256) or type(size) is not int or size < 0:
        raise FormatError(f"{path} has no SHA-256 or no size")


def is_digest(value: object) -> bool:
    """Say whether it is a SHA-256 as we write it."""
    return isinstance(value, str) and bool(_DIGEST.fullmatch(value))


def is_texts(value: object, keys: set[str]) -> bool:
    """Say whether it is an object of exactly these keys, all of them texts."""
    return isinstance(value, dict) and value.keys() == keys and set(map(type, value.values())) == {str}
