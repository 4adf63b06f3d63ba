"""The tag files of a bag."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.errors import FormatError
from forensics.formats import bag
from tests.formats.mutants import mutants

FIELDS = [
    ("Source-Organization", "Example, Inc."),
    ("Payload-Oxum", "12.3"),
    ("Contact-Name", "Ana Müller: é"),
]
GOOD = bag.bag_info(FIELDS)

labels = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True)
values = st.text(min_size=1, max_size=40).filter(
    lambda text: text == text.strip() and len(text.splitlines()) == 1 and not any(map(_control, text))
)


def _control(character: str) -> bool:
    return ord(character) < 32 or 127 <= ord(character) < 160


@given(st.lists(st.tuples(labels, values), max_size=6))
def test_round_trip(fields: list[tuple[str, str]]) -> None:
    """Fields are read back as they were, in their order, repeated ones too."""
    assert bag.parse_bag_info(bag.bag_info(fields)) == fields


@given(mutants(GOOD))
def test_one_spelling(data: bytes) -> None:
    """Bytes are either refused, or what their fields are written as."""
    try:
        fields = bag.parse_bag_info(data)
    except FormatError:
        return
    assert bag.bag_info(fields) == data


def test_bytes() -> None:
    """The lines are those of RFC 8493, section 2.2.2."""
    assert (
        GOOD.decode()
        == "Source-Organization: Example, Inc.\nPayload-Oxum: 12.3\nContact-Name: Ana Müller: é\n"
    )
    assert bag.BAGIT_TXT == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(GOOD[:-1], id="no last line feed"),
        pytest.param(GOOD + b"\n", id="blank line"),
        pytest.param(b"\n", id="only a blank line"),
        pytest.param(GOOD.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, id="BOM"),
        pytest.param(b"A: \xff\n", id="not UTF-8"),
        pytest.param(b"A: \xed\xa0\x80\n", id="surrogate"),
        pytest.param(b"A: x\n y\n", id="folded"),
        pytest.param(b"A: x\n\ty\n", id="folded with a tab"),
        pytest.param(b"A\n", id="no colon"),
        pytest.param(b"A:x\n", id="no space"),
        pytest.param(b"A:  x\n", id="two spaces"),
        pytest.param(b"A : x\n", id="space before the colon"),
        pytest.param(b" A: x\n", id="space first"),
        pytest.param(b"A: \n", id="no value"),
        pytest.param(b"A: x \n", id="space last"),
        pytest.param(b"A: x\ty\n", id="tab"),
        pytest.param(b"A: x\x00\n", id="NUL"),
        pytest.param(b"A: x\x1b[2J\n", id="escape"),
        pytest.param(b": x\n", id="no label"),
        pytest.param(b"A b: x\n", id="space in the label"),
        pytest.param("É: x\n".encode(), id="label beyond ASCII"),
        pytest.param(b"1: x\n", id="label begins with a digit"),
        pytest.param(b"A" * 65 + b": x\n", id="label too long"),
        pytest.param("A: x\u2028B: y\n".encode(), id="U+2028"),
        pytest.param("A: x\u0085B: y\n".encode(), id="U+0085"),
        pytest.param("A: \u00a0x\n".encode(), id="no-break space first"),
        pytest.param(b"A: " + b"x" * bag.MAX_BYTES + b"\n", id="too long"),
    ],
)
def test_refused(data: bytes) -> None:
    """Each line that readers of bags disagree on is refused."""
    with pytest.raises(FormatError):
        bag.parse_bag_info(data)


@pytest.mark.parametrize(
    "field",
    [
        ("", "x"),
        ("A:", "x"),
        ("A b", "x"),
        ("A\n", "x"),
        ("A", ""),
        ("A", " x"),
        ("A", "x\n"),
        ("A", "x\nB: y"),
        ("A", "x\rB: y"),
        ("A", "x\u2029y"),
        ("A", "\x7f"),
        ("A", "\ud800"),
        ("A", "x" * bag.MAX_BYTES),
    ],
    ids=lambda field: ascii(field)[:30],
)
def test_not_written(field: tuple[str, str]) -> None:
    """A field that we would refuse is not written."""
    with pytest.raises(FormatError):
        bag.bag_info([field])
