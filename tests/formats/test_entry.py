"""A line of the ledger: written once, read back, hashed as it stands."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.errors import FormatError
from forensics.formats import entry, strict
from forensics.formats.entry import Entry
from tests.formats.mutants import mutants
from tests.formats.test_strict import ASCII, VALUES

GOOD = Entry(
    seq=7,
    time="2031-05-06T07:08:09.000010Z",
    actor="arn:aws:iam::123456789012:user/ana",
    type="note",
    body={"text": "é"},
    prev="0123456789abcdef" * 4,
    salt="0123456789abcdef" * 2,
)
LINE = GOOD.encode()
HEX = "0123456789abcdef"


def respelled(**changes: Any) -> bytes:
    """Give the good line with keys changed or, if None, left out: canonical, so only the entry refuses it."""
    document = {**json.loads(LINE), **changes}
    return strict.encode({key: value for key, value in document.items() if value is not None}) + b"\n"


entries = st.builds(
    Entry,
    seq=st.integers(0, strict.MAX_INTEGER),
    time=st.datetimes(timezones=st.just(UTC)).map(entry.timestamp),
    actor=st.text(min_size=1, max_size=40),
    type=st.sampled_from(sorted(entry.TYPES)),
    body=st.dictionaries(ASCII, VALUES, max_size=4).filter(lambda body: _depth(body) < strict.MAX_DEPTH),
    prev=st.text(HEX, min_size=64, max_size=64),
    salt=st.text(HEX, min_size=32, max_size=32),
)


def _depth(value: Any) -> int:
    match value:
        case dict():
            return 1 + max(map(_depth, value.values()), default=0)
        case list():
            return 1 + max(map(_depth, value), default=0)
    return 0


@given(entries)
def test_round_trip(made: Entry) -> None:
    """Every entry that is written is read back the same."""
    line = made.encode()
    assert Entry.parse(line) == made
    assert line.count(b"\n") == 1


@given(mutants(LINE))
def test_one_spelling(line: bytes) -> None:
    """A line is either refused, or what its entry is written as."""
    try:
        parsed = Entry.parse(line)
    except FormatError:
        return
    assert parsed.encode() == line


def test_bytes() -> None:
    """The bytes are those of the format, so that other tools can be written from it."""
    assert LINE.decode() == (
        '{"actor":"arn:aws:iam::123456789012:user/ana","body":{"text":"é"},"prev":"'
        + "0123456789abcdef" * 4
        + '","salt":"0123456789abcdef0123456789abcdef","seq":7,"time":"2031-05-06T07:08:09.000010Z",'
        + '"type":"note","v":1}\n'
    )


def test_tail_for_the_shell() -> None:
    """The end of a line fits one regular expression, which is what a shell script reads it with."""
    pattern = (
        rb',"prev":"[0-9a-f]{64}","salt":"[0-9a-f]{32}","seq":[0-9]+,'
        rb'"time":"[0-9TZ:.-]{27}","type":"[a-z.]+","v":1}\n$'
    )
    assert re.search(pattern, LINE)


@pytest.mark.parametrize("type_", sorted(entry.TYPES))
def test_types(type_: str) -> None:
    """Every type fits the shell's expression, and is read back."""
    assert re.fullmatch(r"[a-z0-9.]+", type_)
    assert Entry.parse(dataclasses.replace(GOOD, type=type_).encode()).type == type_


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\n", id="blank"),
        pytest.param(LINE[:-1], id="no line feed"),
        pytest.param(LINE + b"\n", id="two line feeds"),
        pytest.param(LINE[:-1] + b"\r\n", id="CRLF"),
        pytest.param(LINE + LINE, id="two lines"),
        pytest.param(b" " + LINE, id="space before"),
        pytest.param(LINE[:-1] + b" \n", id="space after"),
        pytest.param(b"\xef\xbb\xbf" + LINE, id="BOM"),
        pytest.param(LINE[:-2] + b"\n", id="cut short"),
        pytest.param(b"[]\n", id="list"),
        pytest.param(b"{}\n", id="no keys"),
        pytest.param(b"null\n", id="null"),
        pytest.param(b'"' + b"x" * 65_533 + b'"\n', id="65,536 bytes"),
        *(pytest.param(respelled(**{key: None}), id=f"no {key}") for key in json.loads(LINE)),
        pytest.param(respelled(extra=1), id="one key more"),
        pytest.param(respelled(v=2), id="v 2"),
        pytest.param(respelled(v=True), id="v true"),
        pytest.param(respelled(v="1"), id="v text"),
        pytest.param(respelled(seq=-1), id="seq negative"),
        pytest.param(respelled(seq=True), id="seq true"),
        pytest.param(respelled(seq="7"), id="seq text"),
        pytest.param(respelled(body=[]), id="body list"),
        pytest.param(respelled(body="x"), id="body text"),
        pytest.param(respelled(actor=""), id="actor empty"),
        pytest.param(respelled(actor=1), id="actor number"),
        pytest.param(respelled(actor="x" * 2049), id="actor too long"),
        pytest.param(respelled(type="item"), id="type unknown"),
        pytest.param(respelled(type="Note"), id="type upper case"),
        pytest.param(respelled(type=["note"]), id="type list"),
        pytest.param(respelled(prev="0" * 63), id="prev short"),
        pytest.param(respelled(prev="0" * 65), id="prev long"),
        pytest.param(respelled(prev="A" * 64), id="prev upper case"),
        pytest.param(respelled(prev="0" * 64 + "\n"), id="prev with a line feed"),
        pytest.param(respelled(prev="\u0660" * 64), id="prev in other digits"),
        pytest.param(respelled(prev=0), id="prev number"),
        pytest.param(respelled(salt="0" * 31), id="salt short"),
        pytest.param(respelled(salt="g" * 32), id="salt no hex"),
        pytest.param(respelled(salt=[]), id="salt list"),
        pytest.param(respelled(time="2031-05-06T07:08:09Z"), id="time without fraction"),
        pytest.param(respelled(time=1), id="time number"),
    ],
)
def test_refused(line: bytes) -> None:
    """Each defect of a line is refused, in canonical JSON too."""
    with pytest.raises(FormatError):
        Entry.parse(line)


@pytest.mark.parametrize(
    "change",
    [
        {"seq": -1},
        {"seq": 2**53},
        {"seq": True},
        {"time": "2031-05-06 07:08:09.000010Z"},
        {"actor": ""},
        {"type": "rumour"},
        {"body": [("a", 1)]},
        {"prev": "F" * 64},
        {"salt": ""},
    ],
    ids=repr,
)
def test_not_made(change: dict[str, Any]) -> None:
    """An entry outside the format cannot even be made."""
    with pytest.raises(FormatError):
        dataclasses.replace(GOOD, **change)


@pytest.mark.parametrize("body", [{"x": 1.5}, {"x": "\ud800"}, {"é": 1}, {"x": b""}], ids=repr)
def test_not_written(body: dict[str, Any]) -> None:
    """A body that canonical JSON cannot hold is not written."""
    with pytest.raises(FormatError):
        dataclasses.replace(GOOD, body=body).encode()


def test_longest() -> None:
    """65,535 bytes are a line, with the line feed; one more is none."""
    room = entry.MAX_BYTES - len(dataclasses.replace(GOOD, body={"x": ""}).encode())
    line = dataclasses.replace(GOOD, body={"x": "a" * room}).encode()
    assert len(line) == 65_535
    assert Entry.parse(line).encode() == line
    with pytest.raises(FormatError, match="65536"):
        dataclasses.replace(GOOD, body={"x": "a" * (room + 1)}).encode()


def test_chain_with_sed_and_sha256sum(tmp_path: Path) -> None:
    """`sed -n Np | sha256sum` gives the prev of the next line, as the docs promise."""
    prev, lines = entry.genesis("example.com/log"), []
    for seq in range(5):
        lines.append(dataclasses.replace(GOOD, seq=seq, prev=prev).encode())
        prev = entry.digest(lines[-1])
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_bytes(b"".join(lines))
    for number in range(1, 5):
        command = f"sed -n {number}p {ledger} | sha256sum"
        said = subprocess.run(["sh", "-c", command], capture_output=True, check=True, text=True).stdout
        assert said.split()[0] == Entry.parse(lines[number]).prev
    said = subprocess.run(
        ["sha256sum"], input=b"example.com/log\n", capture_output=True, check=True
    ).stdout.decode()
    assert said.split()[0] == Entry.parse(lines[0]).prev


def test_genesis() -> None:
    """Another log's name gives another start, and one that has no bytes gives none."""
    assert entry.genesis("a") != entry.genesis("b")
    assert entry.genesis("é") == entry.digest("é\n".encode())
    with pytest.raises(FormatError):
        entry.genesis("\ud800")


@given(st.datetimes(timezones=st.just(UTC)))
def test_times(moment: datetime) -> None:
    """Every moment is read back to the microsecond."""
    text = entry.timestamp(moment)
    assert len(text) == 27
    assert entry.moment(text) == moment


def test_time_from_elsewhere() -> None:
    """A moment of another zone is written in UTC."""
    there = datetime(2031, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert entry.timestamp(there) == "2030-12-31T23:00:00.000000Z"


def test_times_not_written() -> None:
    """A naive moment, and one that UTC has no year for, are refused."""
    with pytest.raises(FormatError):
        entry.timestamp(datetime(2031, 1, 1))  # noqa: DTZ001 - the naive moment is what is tested
    with pytest.raises(FormatError):
        entry.timestamp(datetime.min.replace(tzinfo=timezone(timedelta(hours=2))))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2031-05-06T07:08:09.00001Z",
        "2031-05-06T07:08:09.0000100Z",
        "2031-05-06T07:08:09.000010",
        "2031-05-06T07:08:09.000010z",
        "2031-05-06T07:08:09.000010+00:00",
        "2031-05-06t07:08:09.000010Z",
        "2031-05-06T07:08:09,000010Z",
        "2031-05-06T07:08:09.000010Z\n",
        " 2031-05-06T07:08:09.00010Z",
        "2031-02-29T07:08:09.000010Z",
        "2031-13-01T07:08:09.000010Z",
        "2031-00-01T07:08:09.000010Z",
        "2031-05-32T07:08:09.000010Z",
        "2031-05-06T24:00:00.000000Z",
        "2031-05-06T25:00:00.000000Z",
        "2031-05-06T07:60:09.000010Z",
        "2031-05-06T07:08:60.000010Z",
        "0000-05-06T07:08:09.000010Z",
        "2031-W10-6T07:08:09.000010Z",
        "\u0662\u0660\u0663\u0661-05-06T07:08:09.000010Z",
        "+031-05-06T07:08:09.000010Z",
    ],
)
def test_times_refused(text: str) -> None:
    """Each other spelling of a time, and each time that is none, is refused."""
    with pytest.raises(FormatError):
        entry.moment(text)


def test_longest_that_is_read() -> None:
    """The bound of a line counts its line feed where it is read as well: no byte more of JSON is parsed."""
    line = respelled(body={"x": ""})
    line = respelled(body={"x": "a" * (entry.MAX_BYTES - len(line))})
    assert len(line) == entry.MAX_BYTES
    assert Entry.parse(line).encode() == line
    with pytest.raises(FormatError, match="longer than 65534 bytes"):
        Entry.parse(line.replace(b'"aaa', b'"aaaa'))
