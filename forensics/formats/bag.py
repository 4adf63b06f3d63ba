"""The tag files that make a folder a bag (BagIt 1.0, RFC 8493)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from forensics.errors import FormatError

BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
"""All of `bagit.txt`, which is the same in every bag of ours."""
MAX_BYTES = 65_536

DERIVED_GROWTH, DERIVED_ROOM = 100, 2**20
"""A file made of a transcript has at most this many times its bytes, and this many bytes more."""

_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Controls, and every end of a line that some reader of bags knows (`str.splitlines` has ten)."""


def most_derived(transcript: int) -> int:
    """Return how many bytes a file may have that is made of a transcript of so many."""
    return DERIVED_GROWTH * transcript + DERIVED_ROOM


def bag_info(fields: Sequence[tuple[str, str]]) -> bytes:
    """
    Write `bag-info.txt`: one `Label: value` line for each field, in the order given. A label may repeat.

    A value is one line of text without blanks at its ends. RFC 8493 lets long ones be folded; we never do.
    """
    lines = [f"{_check_label(label)}: {_check_value(value)}\n" for label, value in fields]
    try:
        data = "".join(lines).encode("utf-8")
    except UnicodeEncodeError as error:
        raise FormatError("bag-info: text with a lone surrogate has no UTF-8 form") from error
    if len(data) > MAX_BYTES:
        raise FormatError(f"bag-info: longer than {MAX_BYTES} bytes")
    return data


def parse_bag_info(data: bytes) -> list[tuple[str, str]]:
    """Read `bag-info.txt` as its fields in order, refusing all but what `bag_info` writes."""
    if len(data) > MAX_BYTES:
        raise FormatError(f"bag-info: longer than {MAX_BYTES} bytes")
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise FormatError("bag-info: not UTF-8") from error
    if lines.pop():
        raise FormatError("bag-info: no line feed at its end")
    return [_parse_line(line) for line in lines]


def _parse_line(line: str) -> tuple[str, str]:
    label, separator, value = line.partition(": ")
    if not separator:
        raise FormatError("bag-info: a line without a label")
    return _check_label(label), _check_value(value)


def _check_label(label: str) -> str:
    if not _LABEL.fullmatch(label):
        raise FormatError("bag-info: a label that is not letters, digits and hyphens")
    return label


def _check_value(value: str) -> str:
    if not value or value != value.strip() or _UNFIT.search(value):
        raise FormatError("bag-info: a value that is empty, padded, or not one line of text")
    return value
