"""
Make what an attacker may have written fit a ledger line: a long message must not stop a run.

Only for entries that tell of AWS; the whole text stands in the transcript. What is cut says `shortened`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forensics.errors import FormatError
from forensics.formats import entry, strict

_TELLING = frozenset({"aws.effect", "coverage", "op.end", "op.start", "plan", "run.end", "run.start"})
_ROOM = entry.MAX_BYTES - 8_192
"""Bytes for a body: the rest is for the other keys, an actor of 2,048 characters above all."""
_STEPS = ((8_192, 1_000), (1_024, 200), (256, 50), (64, 20), (32, 5))
"""Characters of a text and members of a list or object that are left, until it fits."""
_DEPTH = 12


def fitting(kind: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the body, or where the ledger cannot hold it and it tells of AWS, one that says less."""
    if kind not in _TELLING or _fits(body):
        return body
    for text, members in _STEPS:
        shorter = {**_cut(body, text, members, _DEPTH), "shortened": True}
        if _fits(shorter):
            return shorter
    return body


def _fits(body: Mapping[str, Any]) -> bool:
    try:
        return len(strict.encode(dict(body))) <= _ROOM
    except FormatError:
        return False


def _cut(value: Any, text: int, members: int, depth: int) -> Any:
    match value:
        case None | bool():
            return value
        case int() if abs(value) <= strict.MAX_INTEGER:
            return value
        case Mapping() if depth:
            items = list(value.items())[:members]
            return {_text(key, text, "ascii"): _cut(item, text, members, depth - 1) for key, item in items}
        case list() | tuple() if depth:
            return [_cut(item, text, members, depth - 1) for item in value[:members]]
        case _:
            return _text(value, text, "utf-8")


def _text(value: object, limit: int, charset: str) -> str:
    """Write as text that has a form in the charset: a lone surrogate has none in UTF-8."""
    return str(value)[:limit].encode(charset, "backslashreplace").decode(charset)
