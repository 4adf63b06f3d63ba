"""Canonical JSON: what is written once is read back, and nothing else is."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forensics.errors import FormatError
from forensics.formats import strict
from tests.formats.mutants import mutants

ASCII = st.text(st.characters(max_codepoint=127))
SCALARS = (
    st.none() | st.booleans() | st.integers(-strict.MAX_INTEGER, strict.MAX_INTEGER) | st.text(max_size=40)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(ASCII, inner, max_size=6),
    max_leaves=40,
)
GOOD = (
    b'{"a":[1,-2,{"b":"x"}],"c":null,"d":true,"e":""}',
    '{"k":["é","\U0001f600","\\u0001\\n\\"\\\\"]}'.encode(),
    b'{"n":9007199254740991,"z":{"y":{"x":[[[[]]]]}}}',
)


class Colour(StrEnum):
    """A text of ours that is not exactly a str."""

    RED = "red"


def nested(depth: int) -> bytes:
    """Give lists within lists."""
    return b"[" * depth + b"]" * depth


@given(VALUES)
def test_round_trip(value: Any) -> None:
    """Every value that is written is read back the same."""
    assert strict.decode(strict.encode(value), limit=2**20) == value


@given(mutants(*GOOD))
@example(b'{"a":1,"a":1}')
def test_one_spelling(data: bytes) -> None:
    """Bytes are either refused, or what the encoder writes for their value."""
    try:
        value = strict.decode(data)
    except FormatError:
        return
    assert strict.encode(value) == data


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """No bytes raise anything but `FormatError`."""
    with suppress(FormatError):
        assert strict.encode(strict.decode(data)) == data


@pytest.mark.parametrize(
    ("value", "data"),
    [
        ({"b": 1, "a": [True, None]}, b'{"a":[true,null],"b":1}'),
        ({"B": 1, "a": 2, "": 3}, b'{"":3,"B":1,"a":2}'),
        ("\u007f\u0080é€\U0001f600", '"\u007f\u0080é€\U0001f600"'.encode()),
        ("\x00\x08\t\n\x0b\x0c\r\x1f", b'"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f"'),
        ('/"\\', b'"/\\"\\\\"'),
        (-(2**53) + 1, b"-9007199254740991"),
        (Colour.RED, b'"red"'),
        ((1, ("x",)), b'[1,["x"]]'),
        ({}, b"{}"),
    ],
)
def test_spelling(value: Any, data: bytes) -> None:
    """The spelling is that of RFC 8785, sections 3.2.2 and 3.2.3."""
    assert strict.encode(value) == data


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b" {}", id="space before"),
        pytest.param(b"{} ", id="space after"),
        pytest.param(b"{}\n", id="line feed after"),
        pytest.param(b"{}{}", id="two values"),
        pytest.param(b'{"a": 1}', id="space inside"),
        pytest.param(b"[1,\n2]", id="line feed inside"),
        pytest.param(b'{"b":1,"a":2}', id="unsorted"),
        pytest.param(b'{"a":1,"a":1}', id="key twice, same value"),
        pytest.param(b'{"a":1,"a":2}', id="key twice, other value"),
        pytest.param(b'{"x":{"a":1,"a":1}}', id="key twice, deeper"),
        pytest.param(b'"\\u0041"', id="needless escape"),
        pytest.param(b'"\\/"', id="escaped slash"),
        pytest.param(b'"\\u000A"', id="long escape of a line feed"),
        pytest.param(b'"\\u001F"', id="escape in upper-case hex"),
        pytest.param(b'"\\ud83d\\ude00"', id="escaped surrogate pair"),
        pytest.param(b'"\\ud800"', id="escaped lone surrogate"),
        pytest.param(b'{"\\ud800":1}', id="lone surrogate in a key"),
        pytest.param(b'"\xed\xa0\x80"', id="lone surrogate in UTF-8"),
        pytest.param(b'"\xc0\x80"', id="overlong UTF-8"),
        pytest.param(b'"\xff"', id="not UTF-8"),
        pytest.param(b'"\x01"', id="bare control character"),
        pytest.param(b"\xef\xbb\xbf{}", id="BOM"),
        pytest.param("{}".encode("utf-16"), id="UTF-16"),
        pytest.param("{}".encode("utf-16-le"), id="UTF-16 without BOM"),
        pytest.param("{}".encode("utf-32"), id="UTF-32"),
        pytest.param(b"1.0", id="float"),
        pytest.param(b"1e2", id="exponent"),
        pytest.param(b"[1E400]", id="overflowing float"),
        pytest.param(b"[-1e400]", id="negative overflowing float"),
        pytest.param(b"NaN", id="NaN"),
        pytest.param(b"[Infinity]", id="Infinity"),
        pytest.param(b"[-Infinity]", id="-Infinity"),
        pytest.param(b"-0", id="negative zero"),
        pytest.param(b"01", id="leading zero"),
        pytest.param(b"+1", id="plus sign"),
        pytest.param(b"9007199254740992", id="2**53"),
        pytest.param(b"-9007199254740992", id="-2**53"),
        pytest.param(b"9" * 17, id="17 digits"),
        pytest.param(b"9" * 4301, id="4301 digits"),
        pytest.param(b"9" * 60_000, id="60,000 digits"),
        pytest.param(b"-" + b"9" * 5000, id="-5000 digits"),
        pytest.param('{"é":1}'.encode(), id="key beyond ASCII"),
        pytest.param('[{"a":{"é":1}}]'.encode(), id="deeper key beyond ASCII"),
        pytest.param('{"a":"é","ключ":1}'.encode(), id="one key beyond ASCII"),
        pytest.param(b"{'a':1}", id="single quotes"),
        pytest.param(b'{"a":1,}', id="trailing comma"),
        pytest.param(b"[1,]", id="trailing comma in a list"),
        pytest.param(b"{1:1}", id="number as key"),
        pytest.param(b"undefined", id="no JSON word"),
        pytest.param(b"TRUE", id="upper-case word"),
        pytest.param(b'{"a":1', id="cut short"),
        pytest.param(b'"a', id="cut short in text"),
        pytest.param(b"/**/1", id="comment"),
        pytest.param(b'{"a"\x00:1}', id="NUL"),
        pytest.param(nested(17), id="17 deep"),
        pytest.param(b'{"a":' * 17 + b"1" + b"}" * 17, id="17 objects deep"),
        pytest.param(nested(30_000), id="30,000 deep"),
        pytest.param(b"[" * 60_000, id="60,000 brackets open"),
        pytest.param(b'{"a":' * 12_000, id="12,000 objects open"),
        pytest.param(b'"\\"' + b"[" * 20, id="brackets behind an unending text"),
        pytest.param(b"]" * 40 + b"[" * 40, id="closed before opened"),
    ],
)
def test_refused(data: bytes) -> None:
    """Each second spelling, and each value without one spelling, is refused."""
    with pytest.raises(FormatError):
        strict.decode(data)


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        [float("inf")],
        b"bytes",
        {1: "number as key"},
        {True: "bool as key"},
        {None: "null as key"},
        {"é": "key beyond ASCII"},
        {"a": {"b": {"ü": 1}}},
        {1, 2},
        object,
        2**53,
        -(2**53),
        [10**40],
        "\ud800",
        ["a", "\udfff"],
        {"a": "\ud83d"},
        json.loads(nested(17)),
    ],
    ids=repr,
)
def test_not_written(value: Any) -> None:
    """A value without one spelling is not written."""
    with pytest.raises(FormatError):
        strict.encode(value)


def test_endless_value() -> None:
    """A list that holds itself is too deep, not a crash."""
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(FormatError):
        strict.encode(endless)


def test_depth_is_counted_outside_text() -> None:
    """Brackets in text are text: sixteen deep with forty in a string is fine."""
    data = b"[" * 16 + b'"\\"' + b"[{" * 20 + b'"' + b"]" * 16
    assert strict.encode(strict.decode(data)) == data


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", [rb"\"" * 30_000, b'"' + b"\\" * 60_001, b'"' * 60_001])
def test_text_without_end_is_no_burden(text: bytes) -> None:
    """A text that never ends is refused at once, not tried again from each quote in it."""
    with pytest.raises(FormatError):
        strict.decode(b"[" * 17 + text)


def test_width_is_not_depth() -> None:
    """Many brackets side by side are not deep."""
    data = b"[" + b",".join([b"{}"] * 1000) + b"]"
    assert strict.decode(data) == [{}] * 1000


def test_limit() -> None:
    """The limit is a number of bytes, and the last byte within it counts."""
    data = strict.encode("x" * 65_533)
    assert len(data) == 65_535
    assert strict.decode(data) == "x" * 65_533
    with pytest.raises(FormatError, match="65534"):
        strict.decode(data, limit=65_534)
    with pytest.raises(FormatError, match="65535"):
        strict.decode(data[:-1] + b'x"')


def test_little_stack() -> None:
    """Depth is bounded before json recurses, so not even a small stack ends in a RecursionError."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        with pytest.raises(FormatError):
            strict.decode(nested(32_000))
    finally:
        sys.setrecursionlimit(before)


def test_endless_number() -> None:
    """A number that Python would not even print is refused by its size."""
    with pytest.raises(FormatError):
        strict.encode([10**5000])


@pytest.mark.parametrize(
    "data",
    [b"[" * 5 + b"]," + b"[" * 13, b"[" * 4 + b"[]," + b"[" * 14],
    ids=["one too deep", "two too deep"],
)
def test_depth_is_left_one_at_a_time(data: bytes) -> None:
    """What closes lowers the depth by one, so that what is opened beside it counts in full."""
    data += b"]" * (data.count(b"[") - data.count(b"]"))
    with pytest.raises(FormatError, match="JSON deeper than 16"):
        strict.decode(data)


def _each(data: list[bytes]) -> list[Any] | None:
    """Read one by one, bytes that are not ASCII refused."""
    try:
        return [strict.decode(one) if one.isascii() else strict.decode(b"") for one in data]
    except FormatError:
        return None


def _at_once(data: list[bytes]) -> list[Any] | None:
    try:
        return strict.decode_each([one.decode("latin-1") for one in data])
    except FormatError:
        return None


@given(st.lists(mutants(*GOOD), max_size=4))
@example([])
@example([b"1", b"2"])
@example([b"1,2"])
@example([b'{"a":[{}', b"{}]}", b'{"a":1},{"b":2}'])
@example([b'"a', b'b"'])
@example([b"[1", b"2]", b"3"])
@example([b'{"a":1,"a":1}'])
@example([b'"\\ud800"'])
@example([b"1 "])
@example([b" 1"])
@example([b"1.0"])
@example([b"1" * 17])
@example([b"NaN"])
@example([b"[" * 16 + b"]" * 16])
@example([b"[" * 17 + b"]" * 17])
@example([b'"\xe9"'])
def test_many_at_once(data: list[bytes]) -> None:
    """Many at once are read as each by itself, and one that is refused by itself is refused among others."""
    assert _at_once(data) == _each(data)


@given(VALUES, st.integers(1, 30))
def test_cut_anywhere(value: Any, at: int) -> None:
    """A value in two pieces is two that are none, whatever is put together of them."""
    text = json.dumps([value], separators=(",", ":"), sort_keys=True)
    assert _at_once([text[:at].encode(), text[at:].encode()]) is None
