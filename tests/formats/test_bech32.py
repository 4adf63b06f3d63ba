"""Bech32 as age writes it: what age-keygen made, and every way to write it wrong."""

from __future__ import annotations

import subprocess

import pytest

from forensics.errors import FormatError
from forensics.formats import bech32


def test_what_age_writes_is_read() -> None:
    """A key of age-keygen's is read, and written again the same, secret and public."""
    made = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True).stdout.splitlines()
    secret, public = made[-1], made[1].removeprefix("# public key: ")
    prefix, data = bech32.decode(secret)
    assert (prefix, len(data)) == ("age-secret-key-", 32)
    assert bech32.encode(prefix, data).upper() == secret
    assert bech32.encode(*bech32.decode(public)) == public


@pytest.mark.parametrize("size", range(12))
def test_every_length(size: int) -> None:
    """Data of any length comes back: the bits that fill no letter are zero."""
    data = bytes(range(255, 255 - size, -1))
    assert bech32.decode(bech32.encode("x", data)) == ("x", data)


GOOD = bech32.encode("age", bytes(range(32)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "age1",
        "age1qqqqq",
        GOOD[:-1],
        f"{GOOD}q",
        GOOD[:-1] + ("q" if GOOD[-1] != "q" else "p"),
        GOOD.replace("age1", "agf1"),
        GOOD.capitalize(),
        f" {GOOD}",
        GOOD.replace(GOOD[10], "b", 1),
        f"agé1{GOOD[4:]}",
        f"{GOOD[:4]}{GOOD[5:]}",
        "1" + GOOD[4:],
        "age1" + "q" * 9_000,
    ],
)
def test_refuses(text: str) -> None:
    """A letter too many, too few or wrong, mixed case, another alphabet, a text without end."""
    with pytest.raises(FormatError):
        bech32.decode(text)


def test_refuses_bits_that_are_left_over() -> None:
    """Bits after the last byte that are not zero would be a second spelling of the same key."""
    words = bech32._ALPHABET
    for last in words[1:2]:
        body = GOOD[4:-6]
        spread = bech32._spread("age") + [words.index(one) for one in body[:-1]] + [words.index(last)]
        residue = bech32._residue([*spread, *[0] * 6]) ^ 1
        check = "".join(words[residue >> 5 * (5 - place) & 31] for place in range(6))
        with pytest.raises(FormatError, match="second spelling"):
            bech32.decode(f"age1{body[:-1]}{last}{check}")
