"""Cosignatures: one line, one spelling, and what it is that a witness signs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from forensics import keys
from forensics.errors import FormatError
from forensics.formats import cosignature
from forensics.formats.cosignature import Cosignature
from forensics.formats.note import Note, NoteSignature, encode_base64, key_id
from tests.vectors import golden
from tests.witness import TIME, W1, W2

NOTE = golden.files()["ledger.note"]
TEXT = Note.parse(NOTE).text
LINE = W1.line(NOTE)


def test_what_is_signed() -> None:
    """The message is that of the specification's own example."""
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    assert cosignature.message(1679315147, text) == (
        b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
        b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )


def test_example_of_the_specification_is_read() -> None:
    """The cosignature in C2SP's page has the time in it that it says."""
    line = (
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1"
        "nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    ).encode()
    found = Cosignature.parse(line)
    assert (found.name, found.time) == ("witness.example.com/w1", 1679315147)
    assert found.encode() == line


def test_line_is_written_and_read_alike() -> None:
    """A line is read as what was written; after the note it makes a note again."""
    found = Cosignature.parse(LINE)
    assert found.encode() == LINE
    assert found.moment == "2031-05-05T07:08:09.000000Z"
    both = Note.parse(NOTE + LINE)
    assert Cosignature.of(both.signatures[1]) == found
    assert cosignature.with_line(Note.parse(NOTE), found).encode() == NOTE + LINE


def test_it_holds() -> None:
    """The witness's own key verifies it, and the time is part of what was signed."""
    keys.verify_cosignature(Cosignature.parse(LINE), TEXT, W1.name, W1.public)


SPOILT: dict[str, Callable[[Cosignature], tuple[Cosignature, str, str, bytes]]] = {
    "later": lambda one: (replace(one, time=TIME + 1), TEXT, W1.name, W1.public),
    "no time": lambda one: (replace(one, time=0), TEXT, W1.name, W1.public),
    "another checkpoint": lambda one: (one, TEXT.replace("\n8\n", "\n9\n"), W1.name, W1.public),
    "another name asked": lambda one: (one, TEXT, W2.name, W1.public),
    "another key asked": lambda one: (one, TEXT, W1.name, W2.public),
    "another key's id": lambda one: (replace(one, key_id=_id(W1.name, W2.public)), TEXT, W1.name, W2.public),
    "another name": lambda one: (replace(one, name=W2.name), TEXT, W2.name, W1.public),
    "zeros": lambda one: (replace(one, signature=bytes(64)), TEXT, W1.name, W1.public),
    "a byte": lambda one: (replace(one, signature=one.signature[:-1] + b"\xff"), TEXT, W1.name, W1.public),
}


def _id(name: str, public: bytes) -> bytes:
    return key_id(name, cosignature.KIND, public)


@pytest.mark.parametrize("name", SPOILT)
def test_what_does_not_hold(name: str) -> None:
    """A wrong time, checkpoint, name or key is refused."""
    with pytest.raises(FormatError):
        keys.verify_cosignature(*SPOILT[name](Cosignature.parse(LINE)))


def test_log_signature_is_no_cosignature() -> None:
    """A signature of the log has no time in it."""
    with pytest.raises(FormatError, match="not a time"):
        Cosignature.of(Note.parse(NOTE).signatures[0])


def _line(data: bytes, name: str = W1.name) -> bytes:
    return f"— {name} {encode_base64(data)}\n".encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        LINE[:-1],
        LINE + b"\n",
        LINE + LINE,
        LINE.replace(b"\n", b"\r\n"),
        LINE.replace("—".encode(), b"-"),
        LINE + b"\xff\n",
        b"\xff" * 20 + b"\n",
        b"x" * 5_000 + b"\n",
        NOTE + LINE,
        _line(bytes(4 + 71)),
        _line(bytes(4 + 73)),
        _line(bytes(4)),
        _line(b"abcd" + b"\x80" + bytes(71)),
        LINE.replace(b"==\n", b"=\n"),
    ],
)
def test_other_lines_are_refused(data: bytes) -> None:
    """Anything but one line as we write it is refused, with no traceback."""
    with pytest.raises(FormatError):
        Cosignature.parse(data)


@pytest.mark.parametrize("time", [-1, 2**63, True, 1.5])
def test_time_is_bounded(time: int) -> None:
    """A time is a count of seconds in 63 bits."""
    with pytest.raises(FormatError, match="63 bits"):
        Cosignature("w", b"abcd", time, bytes(64))


@pytest.mark.parametrize(("name", "key"), [("", b"abcd"), ("a b", b"abcd"), ("a+b", b"abcd"), ("w", b"abc")])
def test_names_and_ids(name: str, key: bytes) -> None:
    """A name that no note can hold is refused when it is made."""
    with pytest.raises(FormatError):
        Cosignature(name, key, 0, bytes(64))


def test_time_beyond_the_calendar() -> None:
    """A time that no calendar has is empty, and no failure."""
    assert Cosignature("w", b"abcd", 2**63 - 1, bytes(64)).moment == ""


def test_verifier_key() -> None:
    """A witness's key is of type 4, and a log's is not one."""
    assert cosignature.parse_witness(W1.vkey) == (W1.name, W1.public)
    with pytest.raises(FormatError, match="type 4"):
        cosignature.parse_witness(golden.LOG.vkey)
    name, _, rest = W1.vkey.partition("+")
    for spoilt in (f"x{W1.vkey}", f"{name}+00000000+{rest.partition('+')[2]}", "", "+", "a+b", W1.vkey + "="):
        with pytest.raises(FormatError):
            cosignature.parse_witness(spoilt)


def test_line_of_a_note() -> None:
    """The lines of notes are read by themselves as strictly as in a note."""
    line = NoteSignature("n", b"abcd", b"x")
    assert NoteSignature.parse(line.encode()[:-1]) == line
    for spoilt in (line.encode(), "— n", "n x", "— n ====", "— n YWJjZA=="):
        with pytest.raises(FormatError):
            NoteSignature.parse(spoilt)
