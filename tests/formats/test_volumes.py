"""Names of parts, and what the ledger tells of them."""

from __future__ import annotations

from typing import Any

import pytest

from forensics.errors import FormatError
from forensics.formats import volumes
from forensics.formats.volumes import Part

PART = {"name": "b.vol0000.tar.age", "sha256": "0" * 64, "size": 1}
BODY: dict[str, Any] = {"parts": [PART], "recipients": ["age1x"], "sums_sha256": "1" * 64}


@pytest.mark.parametrize("number", [0, 1, 9_999, 10_000])
def test_a_name_says_whose_and_which(number: int) -> None:
    """The number has four digits, or more where it needs them."""
    assert volumes.number_of(volumes.name("IR-1-0123abcd", number)) == ("IR-1-0123abcd", number)


def test_a_folder_with_an_odd_name() -> None:
    """What the user called the bundle becomes safe, as every name does."""
    name = volumes.name("my bundle\n", 3)
    assert name.startswith("my-bundle-")
    assert volumes.number_of(name)[1] == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "b.tar.age",
        "b.vol000.tar.age",
        "b.vol00001.tar.age",
        "b.vol0001.tar.age ",
        "b.vol0001.tar",
        "../b.vol0001.tar.age",
        "/b.vol0001.tar.age",
        ".vol0001.tar.age",
        "con.vol0001.tar.age",
        "b.vol٠٠٠١.tar.age",
        "b.vol0001.tar.age\n",
    ],
)
def test_no_name_of_a_part(text: str) -> None:
    """One spelling of each name, and no other."""
    with pytest.raises(FormatError):
        volumes.number_of(text)


def test_what_is_told_is_read() -> None:
    """The writer's body is one that the reader takes."""
    volumes.check_told(volumes.told([Part("b.vol0000.tar.age", "0" * 64, 1)], "1" * 64, ["age1x"]))


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"sums_sha256": "x"},
        {"sums_sha256": 1},
        {"recipients": "age1x"},
        {"recipients": [""]},
        {"recipients": [1]},
        {"parts": []},
        {"parts": {}},
        {"parts": [[]]},
        {"parts": [{**PART, "more": 1}]},
        {"parts": [{**PART, "size": True}]},
        {"parts": [{**PART, "size": -1}]},
        {"parts": [{**PART, "sha256": "0"}]},
        {"parts": [{**PART, "name": "../x"}]},
    ],
)
def test_refuses(change: dict[str, Any]) -> None:
    """Other keys, other types, a size that is none, a name that is a path."""
    with pytest.raises(FormatError):
        volumes.check_told({**BODY, **change})
