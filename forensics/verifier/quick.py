"""
A ledger's line read by a pattern: the short way for the many lines that have nothing out of the ordinary.

A pattern takes no line that `Entry.parse` refuses, and reads it alike: text that needs no escapes,
integers of at most 15 digits, our keys in our order, no spaces. A line that it does not take is nothing
bad yet: `Entry.parse` decides, and says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from forensics.errors import FormatError
from forensics.formats import entry, strict

_TEXT = r"[ !#-\[\]-~]"
_COUNT = r"(?:0|[1-9][0-9]{0,14})"
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
_SOURCE = ",".join(f'"{key}":"{_TEXT}*+"' for key in ("account", "operation", "region", "service"))


def _line(body: str, kind: str) -> str:
    return (
        rf'\{{"actor":"{_TEXT}{{1,{entry.MAX_ACTOR}}}+","body":{body},"prev":"([0-9a-f]{{64}}+)",'
        rf'"salt":"([0-9a-f]{{32}}+)","seq":({_COUNT}),"time":"({_TIME})","type":"{kind}","v":1\}}\n'
    )


def _item(start: str) -> str:
    body = (
        rf'\{{"first":"{_TEXT}*+",{start}"path":"({_TEXT}*+)","requests":{_COUNT},"sensitive":(?:true|false),'
        rf'"sha256":"([0-9a-f]{{64}}+)","size":({_COUNT}),"source":\{{{_SOURCE}\}}\}}'
    )
    return _line(body, r"item\.add")


_TRANSCRIPT = rf'"kind":"{_TEXT}*+","last":"{_TEXT}*+",'
_OBJECT = rf'"kind":"object","last":"{_TEXT}*+",("name":.*\}}),'
_ITEM = re.compile(_item(_TRANSCRIPT))
_ENTRY = re.compile(_line(r"(\{.*\})", r"([a-z.]+)"))
_ENTRIES = re.compile(rf"^(?:{_ENTRY.pattern}|.*+\n)", re.MULTILINE)
_ITEM_END = b',"type":"item.add","v":1}\n'
_ROW = re.compile(f"^(?:{_item(f'(?:{_OBJECT}|{_TRANSCRIPT})')}|.*+\n)", re.MULTILINE)


class Added(NamedTuple):
    """What a check rests on in the body of an `item.add` that has exactly our keys."""

    path: str
    sha256: str
    size: int


class Said(NamedTuple):
    """What an entry says, every rule of `formats.entry` kept."""

    seq: int
    time: str
    type: str
    body: dict[str, Any] | Added
    prev: str
    salt: str


def item(raw: bytes) -> Said | None:
    """Read an `item.add`; nothing for another line, and for what only `Entry.parse` can judge."""
    if not raw.endswith(_ITEM_END) or (match := _match(_ITEM, raw)) is None:
        return None
    path, sha256, size, prev, salt, seq, time = match.groups()
    if not _is_moment(time):
        return None
    return Said(int(seq), time, "item.add", Added(path, sha256, int(size)), prev, salt)


def other(raw: bytes) -> Said | None:
    """Read an entry of any type; nothing for what only `Entry.parse` can judge."""
    if (match := _match(_ENTRY, raw)) is None:
        return None
    body, prev, salt, seq, time, kind = match.groups()
    if kind not in entry.TYPES or _is_deep(body) or not _is_moment(time):
        return None
    try:
        return Said(int(seq), time, kind, strict.decode(body.encode()), prev, salt)
    except FormatError:
        return None


def others(lines: Sequence[bytes]) -> list[Said | None]:
    """Read entries of any type, very many at once, each as `other` does; nothing for more of them, maybe."""
    taken = [place for place, raw in enumerate(lines) if raw.isascii() and len(raw) <= entry.MAX_BYTES]
    found = _ENTRIES.findall(b"".join([lines[place] for place in taken]).decode("ascii"))
    days = {day: _is_moment(f"{day}T00:00:00.000000Z") for day in {match[4][:10] for match in found}}
    good = [
        (place, match)
        for place, match in zip(taken, found, strict=True)
        if match[5] in entry.TYPES and days[match[4][:10]] and not _is_deep(match[0])
    ]
    try:
        bodies = strict.decode_each([match[0] for _, match in good])
    except FormatError:
        return [None] * len(lines)  # each may still be read by itself
    said: list[Said | None] = [None] * len(lines)
    for (place, (_, prev, salt, seq, time, kind)), body in zip(good, bodies, strict=True):
        said[place] = Said(int(seq), time, kind, body, prev, salt)
    return said


Row = tuple[str, str, str, str, str, str, str, str]
"""
More, path, SHA-256, size, prev, salt, seq and time of an item's line, as they are written there.

*More* is what the body of an object has, and that of a transcript has not. All are empty for another line.
"""
OTHER: Row = ("",) * 8


def rows(block: bytes) -> list[Row]:
    """Read whole lines, very many at once, as a row each; whether its day is one is not looked at."""
    try:
        text = block.decode()
    except UnicodeDecodeError:
        return [OTHER] * block.count(b"\n")
    # A line is a row: no part of the pattern takes a line feed but its two ends.
    return [row if not row[0] or _is_more(row[0]) else OTHER for row in _ROW.findall(text)]


def _is_more(text: str) -> bool:
    try:
        more = {} if _is_deep(text) else strict.decode(f"{{{text}}}".encode())
    except FormatError:
        return False
    return more.keys() == {"name", "object"} and is_about(*more.values())


def is_about(name: object, about: object) -> bool:
    """Say whether it may be what an item that is no transcript is called, and what AWS said of it."""
    return isinstance(name, str) and isinstance(about, dict)


def _is_deep(body: str) -> bool:
    # Within the line a body is one deeper than by itself.
    return body.count("[") + body.count("{") >= strict.MAX_DEPTH - 1


def _match(pattern: re.Pattern[str], raw: bytes) -> re.Match[str] | None:
    return pattern.fullmatch(raw.decode("ascii")) if raw.isascii() and len(raw) <= entry.MAX_BYTES else None


def _is_moment(text: str) -> bool:
    try:
        entry.moment(text)
    except FormatError:
        return False
    return True
