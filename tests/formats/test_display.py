"""What reaches a terminal is one line that no terminal acts on."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.formats.display import clean


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("plain text, Zürich 東京", "plain text, Zürich 東京"),
        ("\x1b[2J\x1b[H", "\\x1b[2J\\x1b[H"),
        ("\x1b]52;c;cm0gLXJm\x07", "\\x1b]52;c;cm0gLXJm\\x07"),
        ("a\r\nforensics: all is well", "a\\x0d\\x0aforensics: all is well"),
        ("gpj.\u202eexe", "gpj.\\u202eexe"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("\x9b31m", "\\x9b31m"),
        ("back\\slash", "back\\\\slash"),
        ("\ud800", "\\ud800"),
        ("\u2028", "\\u2028"),
        ("\U000e0041", "\\U000e0041"),
        ("\x7f\x08\x00", "\\x7f\\x08\\x00"),
    ],
)
def test_hostile(hostile: str, shown: str) -> None:
    """Each trick is shown, not done."""
    assert clean(hostile) == shown


def test_long() -> None:
    """A megabyte of text is cut, and says by how much."""
    assert clean("x" * 1_000_000) == "x" * 200 + "… (+999800 characters)"


def test_not_text() -> None:
    """Anything can be shown."""
    assert clean(None) == "None"


@given(st.text(alphabet=st.characters()))
def test_never_a_control(text: str) -> None:
    """No character of a dangerous category survives, whatever comes."""
    bad = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not [character for character in clean(text) if unicodedata.category(character) in bad]
