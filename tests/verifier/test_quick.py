"""Lines read by a pattern: read as `Entry.parse` reads them, or left to it."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, strategies

from forensics.errors import FormatError
from forensics.formats import entry
from forensics.formats.entry import MAX_BYTES, Entry
from forensics.verifier import added, quick
from forensics.verifier.parsing import parse
from forensics.verifier.quick import Added, Said
from tests.verifier import build

PATH = "data/1/a.jsonl"


def _line(kind: str, body: dict[str, object], **other: object) -> bytes:
    ledger = build.Ledger()
    ledger.add(kind, body, **other)
    return ledger.lines[0]


ITEM = _line("item.add", build.item(PATH, b"abc"))
OBJECT = _line("item.add", build.stored(PATH, b"abc"))
NOTE = _line("note", {"text": "x"})
OTHER = _line("coverage", {"items": [PATH], "gaps": [{"a": {"b": [True, None, -1]}}]})


def _same(raw: bytes) -> None:
    """Hold both patterns against `Entry.parse`."""
    many = _among_others(raw) if raw.count(b"\n") == 1 and raw.endswith(b"\n") else None
    for said in filter(None, (quick.item(raw), quick.other(raw), many)):
        one = Entry.parse(raw)
        assert said[:3] == (one.seq, one.time, one.type)
        assert said[4:] == (one.prev, one.salt)
        body = said.body
        if isinstance(body, Added):
            assert body == (one.body["path"], one.body["sha256"], one.body["size"])
            assert one.body.keys() == build.item(PATH, b"").keys()
        else:
            assert body == one.body
    if raw.count(b"\n") == 1 and raw.endswith(b"\n"):
        _same_row(raw)


def _among_others(raw: bytes) -> Said | None:
    """Read a line with two others; it changes nothing of them, or all of them are left."""
    first, said, last = quick.others([OTHER, raw, NOTE])
    assert [first, last] in ([None, None], [quick.other(OTHER), quick.other(NOTE)])
    assert said is None or first is not None
    return said


def _same_row(raw: bytes) -> None:
    (row,) = quick.rows(raw)
    if row is quick.OTHER or not row[-1] or not _in_calendar(row[-1]):
        return
    one = Entry.parse(raw)
    assert row[1:] == (
        *(str(one.body[key]) for key in ("path", "sha256", "size")),
        *(one.prev, one.salt, str(one.seq), one.time),
    )
    assert added.added(one.body) == (row[1], row[2], int(row[3]))


def _in_calendar(time: str) -> bool:
    try:
        entry.moment(time)
    except FormatError:
        return False
    return True


def test_taken() -> None:
    """Ordinary lines are taken, an item by its own pattern."""
    said = quick.item(ITEM)
    assert said is not None
    assert said.body == Added(PATH, build.item(PATH, b"abc")["sha256"], 3)
    assert quick.item(OTHER) is None
    assert quick.other(OTHER) is not None
    assert [bool(row[-1]) for row in quick.rows(ITEM + OTHER + OBJECT + b"\n" + ITEM)] == [
        True,
        False,
        True,
        False,
        True,
    ]
    assert quick.rows(ITEM + b"\xff\n" + ITEM) == [quick.OTHER] * 3
    for raw in (ITEM, OBJECT, OTHER):
        _same(raw)


@pytest.mark.parametrize("raw", [ITEM, OBJECT, OTHER])
def test_every_byte(raw: bytes) -> None:
    """Whichever byte is changed, doubled or left out: no pattern takes what `Entry.parse` refuses."""
    for place in range(len(raw)):
        for byte in (*b'0aA"\\{}[],:. -\n\x00\x7f\x80', raw[place] ^ 1):
            _same(raw[:place] + bytes([byte]) + raw[place + 1 :])
            _same(raw[:place] + bytes([byte]) + raw[place:])
        _same(raw[:place] + raw[place + 1 :])


@given(strategies.data())
def test_many_changes(data: strategies.DataObject) -> None:
    """The same for pieces moved about."""
    raw = data.draw(strategies.sampled_from([ITEM, OBJECT, OTHER]))
    for _ in range(data.draw(strategies.integers(1, 3))):
        start, end = sorted(data.draw(strategies.tuples(*[strategies.integers(0, len(raw))] * 2)))
        at = data.draw(strategies.integers(0, len(raw)))
        raw = raw[:at] + raw[start:end] + raw[data.draw(strategies.sampled_from([at, at + end - start])) :]
    _same(raw)


def _changed(old: bytes, new: bytes, raw: bytes = ITEM) -> bytes:
    assert old in raw
    return raw.replace(old, new, 1)


def test_more_that_is_another_spelling() -> None:
    """What an object has more than a transcript is read as strictly as all else."""
    assert quick.rows(_changed(b'"object":{', b'"object":{ ', OBJECT)) == [quick.OTHER]
    _same(_changed(b'"object":{', b'"object":{ ', OBJECT))


def _deep(levels: int) -> bytes:
    return json.dumps({"a": _nested(levels)}, separators=(",", ":")).encode()


def _nested(levels: int) -> object:
    return [_nested(levels - 1)] if levels else []


SOURCE = b'"source":{"account":"123456789012"'

LEFT = {
    "no line feed": ITEM[:-1],
    "text that is not ASCII": _line("note", {"text": "né"}),
    "a time in no calendar": _changed(b'"time":"2031-05-06', b'"time":"2031-02-30'),
    "that of another line": _changed(b'"time":"2031-05-06', b'"time":"2031-02-30', OTHER),
    "an unknown type": _changed(b'"type":"coverage"', b'"type":"nothing"', OTHER),
    "a body out of order": _changed(b'"items":["data/1/a.jsonl"]', b'"a":1', OTHER),
    "a body too deep": _changed(b'{"gaps"', _deep(15)[:-1] + b',"gaps"', OTHER),
    "another version": _changed(b'"v":1}', b'"v":2}'),
    "a long line": _changed(b'"kind":"', b'"kind":"' + b"x" * (MAX_BYTES - len(ITEM) + 1)),
    "a long actor": _changed(b'"actor":"', b'"actor":"' + b"x" * 2048),
}


@pytest.mark.parametrize("name", LEFT)
def test_left(name: str) -> None:
    """What a pattern does not take, `Entry.parse` judges, and its words are the finding."""
    raw = LEFT[name]
    assert quick.item(raw) is None
    assert quick.other(raw) is None
    if name != "no line feed":
        assert quick.others([raw]) == [None]
    with suppress(FormatError):
        Entry.parse(raw)
        assert parse(raw).said is not None
        return
    with pytest.raises(FormatError) as caught:
        Entry.parse(raw)
    assert parse(raw) == (raw, None, str(caught.value))


@pytest.mark.parametrize(
    "raw",
    [
        _changed(b'"requests":1', b'"requests":[]'),
        _changed(b'"kind":"transcript"', b'"kind":"a\\"b"'),
        _changed(SOURCE, b'"source":{"account":1'),
        _changed(b'"size":3', b'"size":-3'),
        _changed(b'"size":3', b'"size":9007199254740991'),
    ],
)
def test_item_out_of_the_ordinary(raw: bytes) -> None:
    """An item that its own pattern does not take is read all the same."""
    assert quick.item(raw) is None
    said = quick.other(raw)
    assert said is not None
    assert said.body == Entry.parse(raw).body


@pytest.mark.parametrize("levels", [10, 13, 14, 15])
def test_depth(levels: int) -> None:
    """The body is bounded as a part of its line."""
    raw = _changed(b'{"text":""}', _deep(levels), _line("note", {"text": ""}))
    _same(raw)
    assert (parse(raw).said is None) == (levels > 13)


@pytest.mark.parametrize(
    "body",
    [
        build.stored(PATH, b"", object={"a": json.loads(_deep(14))}),
        build.stored(PATH, b"", kind="other"),
        build.stored(PATH, b"", window={}),
        {**build.item(PATH, b""), "kind": "window", "name": "x", "window": {"since": ""}},
        {**build.item(PATH, b""), "kind": "object", "name": "x"},
    ],
)
def test_object_out_of_the_ordinary(body: dict[str, object]) -> None:
    """An object that is deep, or of other keys, is no row: it is left to be read whole."""
    with suppress(FormatError):
        assert quick.rows(_line("item.add", body)) == [quick.OTHER]


def test_many_at_once() -> None:
    """Lines are read as each by itself; a body that is not as we write it leaves all to be so read."""
    lines = [OTHER, NOTE, _line("note", {"text": "né"}), ITEM, LEFT["an unknown type"], NOTE]
    said = quick.others(lines)
    assert said == [quick.other(raw) for raw in lines]
    assert [one is not None for one in said] == [True, True, False, True, False, True]
    assert quick.others([*lines, LEFT["a body out of order"]]) == [None] * 7
    assert quick.others([]) == []


def test_bodies_that_are_good_together_alone() -> None:
    """Two bodies, neither of them whole, that would be two if they were put together."""
    first = _changed(b'{"text":"x"}', b'{"text":[{}', NOTE)
    second = _changed(b'{"text":"x"}', b"{}]}", NOTE)
    third = _changed(b'{"text":"x"}', b'{"text":"x"},{"text":"x"}', NOTE)
    for lines in ([first, second, third], [first], [second], [third]):
        assert quick.others(lines) == [None] * len(lines)
        assert all(parse(raw).said is None for raw in lines)
