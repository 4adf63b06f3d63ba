"""Checkpoints: three lines, in one spelling."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.errors import FormatError
from forensics.formats.checkpoint import Checkpoint
from tests.formats.mutants import mutants
from tests.formats.test_merkle import ROOTS
from tests.formats.test_note import names

ORIGIN = "example.com/case/IR-1"
TEXT = f"{ORIGIN}\n8\n{base64.b64encode(ROOTS[7]).decode()}\n"
ROOT64 = TEXT.split("\n")[2]


@given(st.builds(Checkpoint, names, st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32)))
def test_round_trip(made: Checkpoint) -> None:
    """Every checkpoint that is written is read back the same."""
    assert Checkpoint.parse(made.encode()) == made


@given(mutants(TEXT.encode()))
def test_one_spelling(data: bytes) -> None:
    """A text is either refused, or what its checkpoint is written as."""
    text = data.decode("latin-1")
    try:
        parsed = Checkpoint.parse(text)
    except FormatError:
        return
    assert parsed.encode() == text


def test_bytes() -> None:
    """The text is that of C2SP tlog-checkpoint."""
    assert Checkpoint(ORIGIN, 8, ROOTS[7]).encode() == TEXT
    assert TEXT == "example.com/case/IR-1\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(TEXT[:-1], id="no last line feed"),
        pytest.param(TEXT + "\n", id="blank line"),
        pytest.param(TEXT + "extension\n", id="extension line"),
        pytest.param(TEXT.replace("\n", "\r\n"), id="CRLF"),
        pytest.param("\n" + TEXT, id="blank line first"),
        pytest.param(TEXT.replace("\n8\n", "\n\n8\n"), id="blank line inside"),
        pytest.param(TEXT.replace("\n8\n", "\n"), id="no size"),
        pytest.param(TEXT.replace("\n8\n", "\n08\n"), id="leading zero"),
        pytest.param(TEXT.replace("\n8\n", "\n00\n"), id="zero twice"),
        pytest.param(TEXT.replace("\n8\n", "\n+8\n"), id="plus sign"),
        pytest.param(TEXT.replace("\n8\n", "\n-8\n"), id="negative"),
        pytest.param(TEXT.replace("\n8\n", "\n 8\n"), id="space before the size"),
        pytest.param(TEXT.replace("\n8\n", "\n8 \n"), id="space after the size"),
        pytest.param(TEXT.replace("\n8\n", "\n8.0\n"), id="float"),
        pytest.param(TEXT.replace("\n8\n", "\n0x8\n"), id="hex"),
        pytest.param(TEXT.replace("\n8\n", "\n8_0\n"), id="underscore"),
        pytest.param(TEXT.replace("\n8\n", "\n\u0668\n"), id="other digit"),
        pytest.param(TEXT.replace("\n8\n", f"\n{2**63}\n"), id="2**63"),
        pytest.param(TEXT.replace("\n8\n", f"\n{'9' * 5000}\n"), id="5,000 digits"),
        pytest.param(f"\n8\n{ROOT64}\n", id="no origin"),
        pytest.param(f"a b\n8\n{ROOT64}\n", id="space in the origin"),
        pytest.param(f"a+b\n8\n{ROOT64}\n", id="plus in the origin"),
        pytest.param(f"a\tb\n8\n{ROOT64}\n", id="tab in the origin"),
        pytest.param(f"{'x' * 256}\n8\n{ROOT64}\n", id="origin too long"),
        pytest.param(f"{ORIGIN}\n8\n\n", id="no root"),
        pytest.param(TEXT.replace("yg=", "yg"), id="root without padding"),
        pytest.param(TEXT.replace("yg=", "yh="), id="root with unused bits"),
        pytest.param(TEXT.replace("yg=", "ygA="), id="root of 33 bytes"),
        pytest.param(f"{ORIGIN}\n8\n{base64.b64encode(bytes(31)).decode()}\n", id="root of 31 bytes"),
        pytest.param(f"{ORIGIN}\n8\n{base64.b64encode(bytes(64)).decode()}\n", id="root of 64 bytes"),
        pytest.param(f"{ORIGIN}\n8\n{ROOTS[7].hex()}\n", id="root in hex"),
        pytest.param(TEXT.replace("7/R", "7_R"), id="root in URL base64"),
        pytest.param(TEXT + TEXT, id="two checkpoints"),
    ],
)
def test_refused(text: str) -> None:
    """Each second spelling, and each line more or less, is refused."""
    assert text != TEXT
    with pytest.raises(FormatError):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [
        ("", 1, ROOTS[0]),
        ("a b", 1, ROOTS[0]),
        ("a\nb", 1, ROOTS[0]),
        (ORIGIN, -1, ROOTS[0]),
        (ORIGIN, 2**63, ROOTS[0]),
        (ORIGIN, 1, ROOTS[0][:-1]),
        (ORIGIN, 1, b""),
    ],
)
def test_not_made(origin: str, size: int, root: bytes) -> None:
    """A checkpoint that three lines cannot hold cannot be made."""
    with pytest.raises(FormatError):
        Checkpoint(origin, size, root)


def test_longest_log() -> None:
    """The largest size there is, is one: the bound itself is within."""
    made = Checkpoint(ORIGIN, 2**63 - 1, ROOTS[7])
    assert Checkpoint.parse(made.encode()) == made
