"""Signed notes: the example of the specification, and everything that is nearly a note."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.errors import FormatError
from forensics.formats import note
from forensics.formats.note import Note, NoteSignature
from tests.formats.mutants import mutants

TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
LINE = f"— PeterNeumann {SIGNATURE}\n"
EXAMPLE = f"{TEXT}\n{LINE}".encode()
"""The example of C2SP signed-note."""
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PUBLIC = bytes.fromhex("1a5cd907143c384c41e830c5bce12aa8817ec5649aaabf2c31388b35b2d744d6")

names = st.from_regex(r"[^\s+\x00-\x1f\x7f-\x9f]{1,30}", fullmatch=True).filter(
    lambda text: text.isprintable()
)
signatures = st.builds(
    NoteSignature, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80)
)
texts = st.text(
    st.characters(exclude_characters=[chr(code) for code in range(32)], exclude_categories=["Cs"])
)
lines = st.lists(texts, min_size=1, max_size=6).map(lambda parts: "".join(f"{part}\n" for part in parts))
notes = st.builds(Note, lines, st.lists(signatures, min_size=1, max_size=4).map(tuple))


@given(notes)
def test_round_trip(made: Note) -> None:
    """Every note that is written is read back the same, blank lines in its text and all."""
    assert Note.parse(made.encode()) == made


@given(mutants(EXAMPLE, f"a\n\n\n{LINE}{LINE}".encode()))
def test_one_spelling(data: bytes) -> None:
    """Bytes are either refused, or what the note is written as."""
    try:
        parsed = Note.parse(data)
    except FormatError:
        return
    assert parsed.encode() == data


def test_example() -> None:
    """The example of the specification is read: its text, the name and the hint at the key."""
    parsed = Note.parse(EXAMPLE)
    assert parsed.text == TEXT
    assert [(item.name, item.key_id.hex(), len(item.signature)) for item in parsed.signatures] == [
        ("PeterNeumann", "c74f20a3", 64)
    ]
    assert parsed.encode() == EXAMPLE


def test_strangers_are_kept() -> None:
    """Signatures of other kinds and lengths are read too: who verifies passes them over."""
    other = "— example.com/w AAAAAAA=\n"
    assert [len(item.signature) for item in Note.parse(EXAMPLE + other.encode()).signatures] == [64, 1]


def test_hundred() -> None:
    """A hundred signatures are a note, one more is none."""
    assert len(Note.parse(f"{TEXT}\n{LINE * 100}".encode()).signatures) == 100
    with pytest.raises(FormatError):
        Note.parse(f"{TEXT}\n{LINE * 101}".encode())
    with pytest.raises(FormatError):
        Note(TEXT, Note.parse(EXAMPLE).signatures * 101)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\n", id="line feed"),
        pytest.param(b"\n\n", id="two line feeds"),
        pytest.param(TEXT.encode(), id="no signature"),
        pytest.param(f"{TEXT}\n".encode(), id="no signature after the blank line"),
        pytest.param(EXAMPLE[:-1], id="no last line feed"),
        pytest.param(EXAMPLE + b"\n", id="blank line at the end"),
        pytest.param(EXAMPLE + b"x\n", id="a line of text at the end"),
        pytest.param(f"{TEXT}{LINE}".encode(), id="no blank line"),
        pytest.param(f"\n{LINE}".encode(), id="no text"),
        pytest.param(f"{TEXT}\n{LINE}\n{LINE}".encode().replace(b"\n\n", b"\n"), id="no blank line at all"),
        pytest.param(EXAMPLE.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(b"\x00" + EXAMPLE, id="NUL"),
        pytest.param(b"\t" + EXAMPLE, id="tab"),
        pytest.param(b"\x1b[2J" + EXAMPLE, id="escape"),
        pytest.param(b"\xff" + EXAMPLE, id="not UTF-8"),
        pytest.param(b"\xed\xa0\x80" + EXAMPLE, id="surrogate"),
        pytest.param(EXAMPLE.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(EXAMPLE.replace("— ".encode(), "—".encode()), id="no space after the dash"),
        pytest.param(EXAMPLE.replace("— ".encode(), "—  ".encode()), id="two spaces after the dash"),
        pytest.param(EXAMPLE.replace("— ".encode(), "– ".encode()), id="another dash"),
        pytest.param(EXAMPLE.replace("— ".encode(), b"- "), id="a hyphen"),
        pytest.param(EXAMPLE.replace("— ".encode(), " — ".encode()), id="space before the dash"),
        pytest.param(EXAMPLE.replace(b"PeterNeumann ", b"PeterNeumann  "), id="two spaces after the name"),
        pytest.param(EXAMPLE.replace(b"PeterNeumann ", b""), id="no name"),
        pytest.param(EXAMPLE.replace(b"PeterNeumann", b"Peter Neumann"), id="space in the name"),
        pytest.param(EXAMPLE.replace(b"PeterNeumann", b"Peter+Neumann"), id="plus in the name"),
        pytest.param(
            EXAMPLE.replace(b"PeterNeumann", "Peter\u00a0Neumann".encode()), id="no-break space in the name"
        ),
        pytest.param(
            EXAMPLE.replace(b"PeterNeumann", "Peter\u2028Neumann".encode()), id="U+2028 in the name"
        ),
        pytest.param(EXAMPLE.replace(b"PeterNeumann", "Peter\x85Neumann".encode()), id="U+0085 in the name"),
        pytest.param(EXAMPLE.replace(b"PeterNeumann", b"Peter\x7fNeumann"), id="DEL in the name"),
        pytest.param(EXAMPLE.replace(b"PeterNeumann", b"P" * 256), id="name too long"),
        pytest.param(EXAMPLE.replace(b"AM=\n", b"AM\n"), id="base64 without padding"),
        pytest.param(EXAMPLE.replace(b"AM=\n", b"AM==\n"), id="base64 with more padding"),
        pytest.param(EXAMPLE.replace(b"AM=\n", b"AN=\n"), id="base64 with unused bits"),
        pytest.param(EXAMPLE.replace(b"AM=\n", b"AM= \n"), id="space after base64"),
        pytest.param(EXAMPLE.replace(b"x08go/", b"x08go_"), id="URL base64"),
        pytest.param(EXAMPLE.replace(b"x08go/", b"x08 go/"), id="space in base64"),
        pytest.param(f"{TEXT}\n— PeterNeumann x08gow==\n".encode(), id="key id only"),
        pytest.param(f"{TEXT}\n— PeterNeumann x08g\n".encode(), id="three bytes"),
        pytest.param(f"{TEXT}\n— PeterNeumann \n".encode(), id="nothing"),
        pytest.param(f"{TEXT}\n— PeterNeumann =\n".encode(), id="padding only"),
        pytest.param(f"{'x' * note.MAX_BYTES}\n\n{LINE}".encode(), id="over a MiB"),
        pytest.param(f"{TEXT}\n".encode() + LINE.encode() * 9000, id="9,000 signatures"),
    ],
)
def test_refused(data: bytes) -> None:
    """Each thing that is nearly a note is refused."""
    with pytest.raises(FormatError):
        Note.parse(data)


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        ("", None),
        ("no line feed", None),
        ("carriage\r\n", None),
        ("tab\t\n", None),
        ("nul\x00\n", None),
        (TEXT, {"name": ""}),
        (TEXT, {"name": "a b"}),
        (TEXT, {"name": "a+b"}),
        (TEXT, {"name": "a\nb"}),
        (TEXT, {"name": "x" * 256}),
        (TEXT, {"key_id": b"123"}),
        (TEXT, {"key_id": b"12345"}),
        (TEXT, {"signature": b""}),
    ],
)
def test_not_made(text: str, signature: dict[str, Any] | None) -> None:
    """A note or signature that the format cannot hold cannot be made."""
    with pytest.raises(FormatError):
        Note(
            text, (NoteSignature(**{"name": "a", "key_id": b"1234", "signature": b"s", **(signature or {})}),)
        )


@pytest.mark.parametrize("text", ["\ud800\n", "x" * note.MAX_BYTES + "\n"], ids=["surrogate", "long"])
def test_not_written(text: str) -> None:
    """Text without bytes, and more than a MiB of it, is not written."""
    with pytest.raises(FormatError):
        Note(text, (NoteSignature("a", b"1234", b"s"),)).encode()


def test_unsigned() -> None:
    """A note without a signature is none."""
    with pytest.raises(FormatError):
        Note(TEXT, ())


def test_vkey() -> None:
    """The key of the specification's example is read, and written the same."""
    assert note.parse_vkey(VKEY) == ("PeterNeumann", PUBLIC)
    assert note.encode_vkey("PeterNeumann", PUBLIC) == VKEY
    assert note.key_id("PeterNeumann", note.ED25519, PUBLIC).hex() == "c74f20a3"


@given(names, st.binary(min_size=32, max_size=32))
def test_vkey_round_trip(name: str, public: bytes) -> None:
    """Every verifier key that is written is read back the same, with a plus in its base64 too."""
    assert note.parse_vkey(note.encode_vkey(name, public)) == (name, public)


@given(mutants(VKEY.encode()))
def test_vkey_one_spelling(data: bytes) -> None:
    """A verifier key is either refused, or what its parts are written as."""
    text = data.decode("latin-1")
    try:
        name, public = note.parse_vkey(text)
    except FormatError:
        return
    assert note.encode_vkey(name, public) == text


def test_vkey_parts_and_neighbours() -> None:
    """No part of a verifier key passes for one, nor does one with a character changed."""
    wrong = [VKEY[start:end] for start in range(len(VKEY)) for end in range(start, len(VKEY) + 1)]
    wrong.remove(VKEY)
    wrong += [VKEY[:at] + chr(ord(VKEY[at]) + 1) + VKEY[at + 1 :] for at in range(len(VKEY))]
    for text in wrong:
        with pytest.raises(FormatError):
            note.parse_vkey(text)


def other_vkey(name: str, kind: int, public: bytes) -> str:
    """Give a verifier key of any kind and length, with the key id that belongs to it."""
    key = bytes([kind]) + public
    return f"{name}+{note.key_id(name, kind, public).hex()}+{base64.b64encode(key).decode()}"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(other_vkey("a", 1, PUBLIC[:-1]), id="31 bytes"),
        pytest.param(other_vkey("a", 1, PUBLIC + b"\0"), id="33 bytes"),
        pytest.param(other_vkey("a", 1, b""), id="no key"),
        pytest.param(other_vkey("a", 2, PUBLIC), id="ECDSA"),
        pytest.param(other_vkey("a", 4, PUBLIC), id="cosignature"),
        pytest.param(other_vkey("", 1, PUBLIC), id="no name"),
        pytest.param(other_vkey("a b", 1, PUBLIC), id="space in the name"),
        pytest.param(VKEY.replace("c74f20a3", "C74F20A3"), id="upper-case key id"),
        pytest.param(VKEY.replace("c74f20a3", "c74f20a4"), id="another key id"),
        pytest.param(VKEY.replace("PeterNeumann", "PeterNewmann"), id="another name"),
        pytest.param(VKEY + "\n", id="line feed"),
        pytest.param(VKEY + "=", id="more padding"),
        pytest.param(" " + VKEY, id="space"),
        pytest.param("PRIVATE+KEY+" + VKEY, id="a private key's prefix"),
        pytest.param("a+b+é", id="not base64"),
        pytest.param("\ud800+00000000+" + VKEY[-44:], id="surrogate"),
    ],
)
def test_vkey_refused(text: str) -> None:
    """Each other kind, length or spelling of a verifier key is refused."""
    with pytest.raises(FormatError):
        note.parse_vkey(text)


def test_blank_line_in_the_text() -> None:
    """The last empty line parts text from signatures; those before it are text."""
    parsed = Note.parse(f"a\n\nb\n\n{LINE}".encode())
    assert parsed.text == "a\n\nb\n"
    assert len(parsed.signatures) == 1


def test_torn_last_line() -> None:
    """A last line that is torn is not passed over: it may have been a signature."""
    with pytest.raises(FormatError, match="no last line feed"):
        Note.parse(EXAMPLE + LINE[:-1].encode())


def test_longest() -> None:
    """A note of exactly the most bytes is written and read; one byte more is neither."""
    text = "x" * (note.MAX_BYTES - len(f"\n\n{LINE}".encode())) + "\n"
    made = Note(text, Note.parse(EXAMPLE).signatures)
    assert len(made.encode()) == note.MAX_BYTES
    assert Note.parse(made.encode()) == made
    with pytest.raises(FormatError, match="longer than 1048576"):
        Note(f"x{text}", made.signatures).encode()
    with pytest.raises(FormatError, match="longer than 1048576"):
        Note.parse(b"x" + made.encode())


@pytest.mark.parametrize(("kind", "said"), [(note.ED25519, "an Ed25519 one"), (4, "one of type 4")])
def test_vkey_of_another_type(kind: int, said: str) -> None:
    """A key of another type is refused, and it is told which one was wanted."""
    with pytest.raises(FormatError, match=f"^verifier key: not {said}$"):
        note.parse_vkey(note.encode_vkey("x", PUBLIC, 2), kind)
