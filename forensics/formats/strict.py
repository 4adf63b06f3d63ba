"""Canonical JSON: one value, one spelling (RFC 8785, restricted to what has only one reading)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from forensics.errors import FormatError

MAX_DEPTH = 16
MAX_INTEGER = 2**53 - 1
"""Largest integer that every JSON reader keeps exact (RFC 7493, section 2.2)."""

_DUMP = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, sort_keys=True, separators=(",", ":")
).encode
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
"""Text, also without its end: else the search would begin anew at every escaped quote, in quadratic time."""


def encode(value: Any) -> bytes:
    """
    Write a value as canonical JSON, without a line feed.

    Values are objects (dict with ASCII keys), arrays (list or tuple), text, integers of at most 53 bits,
    true, false and null, at most 16 deep. Floats are refused: their spelling differs from tool to tool.
    """
    _check(value, MAX_DEPTH)
    return _dump(value)


def decode(data: bytes, *, limit: int = 65_535) -> Any:
    """
    Read canonical JSON: refuse all bytes but those that `encode` writes, and more than `limit` of them.

    Writing the value again and comparing the bytes refuses, at one stroke, spaces, needless escapes,
    another order of keys, a key given twice, -0 and every second spelling of a number.
    """
    if len(data) > limit:
        raise FormatError(f"JSON is longer than {limit} bytes")
    _check_depth(data)
    try:
        value, _ = _LOAD(data.decode("utf-8"))  # what follows the value is refused with the bytes below
    except ValueError as error:
        raise FormatError("not canonical JSON: it does not parse") from error
    if _dump(value) != data:
        raise FormatError("not canonical JSON: written in another way than ours")
    if not data.isascii():
        # Sorting by code point, as json does, and by UTF-16 unit, as RFC 8785 does, agree on ASCII keys only.
        _check_keys(value)
    return value


def decode_each(texts: Sequence[str]) -> list[Any]:
    """
    Read very many values, of ASCII text, as `decode` does, at once: `FormatError` if it would refuse any.

    Each must parse by itself and to its end; then all are written again as one array. A value that is whole
    ends where it ends, whatever follows, so the two arrays are the same only if each of their values is.
    """
    values = []
    for text in texts:
        try:
            _check_depth(text.encode("ascii"))
            value, end = _LOAD(text)
        except ValueError as error:
            raise FormatError("not canonical JSON: it does not parse, or is not ASCII") from error
        if end != len(text):
            raise FormatError("not canonical JSON: more than one value")
        values.append(value)
    if _DUMP(values) != f"[{','.join(texts)}]":
        raise FormatError("not canonical JSON: written in another way than ours")
    return values


def _dump(value: Any) -> bytes:
    try:
        return _DUMP(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise FormatError("text with a lone surrogate has no UTF-8 form") from error


_PLAIN = frozenset({str, bool, type(None)})
"""Types of most values, that need no second look."""


def _check(value: Any, room: int) -> None:
    match value:
        case None | bool() | str():
            return
        case int():
            if abs(value) > MAX_INTEGER:
                raise FormatError("integer beyond 53 bits")
        case dict() | list() | tuple():
            if not room:
                raise FormatError(f"JSON deeper than {MAX_DEPTH}")
            if isinstance(value, dict):
                _check_names(value)
                value = value.values()
            for item in value:
                kind = type(item)
                if kind not in _PLAIN and not (kind is int and -MAX_INTEGER <= item <= MAX_INTEGER):
                    _check(item, room - 1)
        case _:
            raise FormatError(f"no canonical JSON for a {type(value).__name__}")


def _check_keys(value: Any) -> None:
    if isinstance(value, dict):
        _check_names(value)
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            _check_keys(item)


def _check_names(value: dict[Any, Any]) -> None:
    try:
        # All at once: a look at each takes longer than writing the whole line.
        ascii_ = "".join(value).isascii()
    except TypeError:
        ascii_ = False
    if not ascii_:
        raise FormatError("key that is not ASCII text")


def _check_depth(data: bytes) -> None:
    """Bound the nesting before json.loads meets it: it recurses, and a recursion error may be fatal."""
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for character in _STRING.sub(b"", data):
        if character in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise FormatError(f"JSON deeper than {MAX_DEPTH}")
        elif character in b"]}":
            depth -= 1


def _integer(text: str) -> int:
    # Length first: int() of a long text is quadratic, and Python's own bound on it can be switched off.
    if len(text) < 16:
        return int(text)
    if len(text) > 17 or abs(value := int(text)) > MAX_INTEGER:
        raise FormatError("integer beyond 53 bits")
    return value


def _refuse(text: str) -> NoReturn:
    raise FormatError(f"number that is no integer: {text[:20]}")


_LOAD = json.JSONDecoder(parse_int=_integer, parse_float=_refuse, parse_constant=_refuse).raw_decode
