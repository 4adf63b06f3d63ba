"""Values of boto3's, and texts of anyone's, as a ledger or a transcript can hold them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

_EXACT = 2**53
"""Integers from here on are not the same to every reader of JSON (RFC 7493, section 2.2)."""


def printable(text: str, charset: str = "utf-8") -> str:
    """Write out what the charset has no bytes for: a lone surrogate has none in UTF-8."""
    if type(text) is str and text.isascii():
        return text  # as nearly all is, and every charset has bytes for that
    return text.encode(charset, "backslashreplace").decode(charset)


def plain(value: Any) -> Any:  # noqa: PLR0911 - one for each kind
    """
    Turn a value of boto3's into what a ledger or transcript can hold.

    Times become RFC 3339, bytes base64, numbers beyond RFC 7493's integers and all else text.
    """
    if type(value) is str and value.isascii():
        return value
    match value:
        case str():
            return printable(value)
        case None | bool():
            return value
        case int() if abs(value) < _EXACT:
            return value
        case dict() | Mapping():
            return {_key(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case _:
            return printable(value.isoformat() if hasattr(value, "isoformat") else str(value))


def _key(key: Any) -> str:
    return key if type(key) is str and key.isascii() else printable(str(key), "ascii")


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a value, however deep; keys of objects are none."""
    match value:
        case str():
            yield value
        case Mapping():
            yield from texts(list(value.values()))
        case list() | tuple():
            for inner in value:
                yield from texts(inner)


def token(text: str) -> str:
    """Make text fit for a user agent and a session name: it goes into CloudTrail, and is typed by people."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:64].strip("-") or "none"
