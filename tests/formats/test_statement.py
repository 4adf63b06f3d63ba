"""Records of custody: one spelling, and nothing in them that lies to whoever reads a form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from forensics.errors import FormatError
from forensics.formats import statement, strict
from forensics.formats.statement import Head, Party, Statement, Subject

KEY = f"SHA256:{'a' * 43}"
OTHER = f"SHA256:{'b' * 43}"
ANA = Party("Ana Müller", "Example, Inc.", KEY)
BOB = Party("Bob", "IR GmbH", OTHER)
DIGEST = "0" * 64
GOOD: dict[str, Any] = {
    "subjects": (Subject("evidence", DIGEST),),
    "seq": 1,
    "prev": DIGEST,
    "action": "release",
    "giver": ANA,
    "taker": BOB,
    "time": "2031-05-06T07:08:09.000000Z",
    "challenge": "blue horse",
    "checkpoint": Head(9, "1" * 64),
}
GOLDEN = (
    b'{"_type":"https://in-toto.io/Statement/v1","predicate":{"action":"release","challenge":"blue horse",'
    b'"checkpoint":{"root":"'
    + b"1" * 64
    + b'","size":9},"condition":"","from":{"key":"'
    + KEY.encode()
    + b'",'
    b'"name":"Ana M\xc3\xbcller","org":"Example, Inc."},"method":"","place":"","prev":"' + b"0" * 64 + b'",'
    b'"purpose":"","seq":1,"time":"2031-05-06T07:08:09.000000Z","to":{"key":"' + OTHER.encode() + b'",'
    b'"name":"Bob","org":"IR GmbH"}},"predicateType":"https://forensics.local/custody/v1","subject":'
    b'[{"digest":{"sha256":"' + b"0" * 64 + b'"},"name":"evidence"}]}\n'
)


def made(**other: Any) -> Statement:
    """Return a good record, but for what is said."""
    return Statement(**{**GOOD, **other})


def test_golden() -> None:
    """The bytes of a record, and back."""
    assert made().encode() == GOLDEN
    assert Statement.parse(GOLDEN) == made()
    assert made().name == "0001-release.json"
    assert statement.parse_name("0001-release.json") == (1, "release")


@pytest.mark.parametrize("action", statement.ACTIONS)
def test_every_action_comes_back(action: str) -> None:
    """Each action that there is, written and read, knows its author and its signers."""
    taken = action in {"release", "receive", "return"}
    record = made(action=action, taker=BOB if taken else Party())
    assert Statement.parse(record.encode()) == record
    assert record.author == (BOB if action == "receive" else ANA)
    wanted = {"receive": (OTHER,), "release": (KEY, OTHER), "return": (KEY, OTHER)}
    assert record.signers == wanted.get(action, (KEY,))


HOSTILE = (
    "a\nb",
    "a\x1b[2J",
    "a\x00",
    "a\u202eb",
    "a\u2028",
    "a\ufeff",
    "\ud800",
    " a",
    "a ",
    "x" * 1_001,
    7,
    None,
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["place", "method", "purpose", "condition", "challenge"])
def test_hostile_words_are_refused(field: str, text: object) -> None:
    """Controls, line ends, marks that turn the direction, spaces that nobody sees: in no field."""
    with pytest.raises(FormatError, match=field):
        made(**{field: text})


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_refused(text: Any) -> None:
    """The same of people, organisations and subjects."""
    for make in (lambda: Party(text), lambda: Party("a", text), lambda: Subject(text, DIGEST)):
        with pytest.raises(FormatError):
            make()


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Party, ("", "org")),
        (Party, ("", "", KEY)),
        (Party, ("a", "", "SHA256:x")),
        (Party, ("a", "", 7)),
        (Subject, ("", DIGEST)),
        (Subject, ("a", "0" * 63)),
        (Subject, ("a", "A" * 64)),
        (Subject, ("a", 7)),
        (Head, (-1, DIGEST)),
        (Head, (True, DIGEST)),
        (Head, (2**53, DIGEST)),
        (Head, (0, DIGEST)),
        (Head, (1, "")),
        (Head, (1, "x")),
        (Head, (0, "x")),
        (Head, (1, 7)),
    ],
)
def test_bad_parts_are_refused(kind: type, values: tuple[Any, ...]) -> None:
    """Half a person, a key that is none, a digest that is none, a checkpoint of nothing."""
    with pytest.raises(FormatError):
        kind(*values)


BAD: list[dict[str, Any]] = [
    {"seq": 0},
    {"seq": 10_000},
    {"seq": True},
    {"prev": "x"},
    {"prev": 7},
    {"action": "steal"},
    {"subjects": ()},
    {"subjects": tuple(Subject(f"{number}", DIGEST) for number in range(4_097))},
    {"subjects": (Subject("a", DIGEST), Subject("a", "1" * 64))},
    {"time": "2031-05-06"},
    {"time": "2031-02-30T07:08:09.000000Z"},
    {"giver": Party()},
    {"giver": Party("Ana")},
    {"taker": Party()},
    {"action": "receive", "taker": Party("Bob")},
    {"action": "open"},
    {"taker": Party("Mallory", "", KEY)},
    {"taker": Party("ANA MÜLLER", "example, inc.", OTHER)},
]


@pytest.mark.parametrize("change", BAD)
def test_bad_records_are_refused(change: dict[str, Any]) -> None:
    """The receiver is the releaser, nobody takes, nobody signs, and all that is no number, digest or time."""
    with pytest.raises(FormatError):
        made(**change)


def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(GOLDEN)
    return document


def _set(value: Any, *path: Any) -> bytes:
    document = _document()
    at = document
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return strict.encode(document) + b"\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        GOLDEN[:-1],
        GOLDEN + b"\n",
        GOLDEN.replace(b":1,", b": 1,"),
        b"[]\n",
        b"7\n",
        b"{}\n",
        _set("https://in-toto.io/Statement/v0.1", "_type"),
        _set("https://example.com/", "predicateType"),
        _set([], "predicate"),
        _set(1, "more"),
        _set(1, "predicate", "more"),
        _set([], "subject"),
        _set({}, "subject"),
        _set([{}] * 4_097, "subject"),
        _set({"digest": {"sha256": DIGEST}}, "subject", 0),
        _set({"sha1": "0"}, "subject", 0, "digest"),
        _set(7, "predicate", "action"),
        _set([], "predicate", "action"),
        _set({"name": "Ana"}, "predicate", "from"),
        _set(None, "predicate", "to"),
        _set({"size": 1}, "predicate", "checkpoint"),
        _set([], "predicate", "prev"),
        _set("1", "predicate", "seq"),
        _set(7, "predicate", "time"),
    ],
)
def test_what_we_would_not_write_is_refused(data: bytes) -> None:
    """Another spelling, another kind of statement, a key too many or too few, a value of another type."""
    with pytest.raises(FormatError):
        Statement.parse(data)


def test_a_record_is_bounded() -> None:
    """What would be longer than anybody reads is not written."""
    with pytest.raises(FormatError, match="longer"):
        made(subjects=tuple(Subject(f"{number}{'x' * 900}", DIGEST) for number in range(1_200))).encode()


@pytest.mark.parametrize(
    "name", ["1-release.json", "0001-steal.json", "0001-release.json.sig", "0001-release.JSON"]
)
def test_other_names_are_no_records(name: str) -> None:
    """A record is known by its name."""
    assert statement.parse_name(name) is None


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Party("Zoe", "", KEY), True),
        (Party("ana müller", "EXAMPLE, INC."), True),
        (Party("Ana Müller", "Another"), False),
        (Party(), False),
    ],
)
def test_the_same_person(other: Party, same: bool) -> None:
    """By the key, or by the name at one organisation."""
    assert ANA.is_same(other) is same
    assert ANA.label == "Ana Müller, Example, Inc."
    assert Party("Bob").label == "Bob"
