"""What the ledger tells of a time stamp: one spelling, and names that follow from it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.errors import FormatError
from forensics.formats import anchor, manifest
from forensics.formats.anchor import Anchor, checkpoint_of, is_der, response, who

GOOD = Anchor(
    "checkpoints/00000044.note",
    "a" * 64,
    "https://tsa.example/tsr",
    "b" * 64,
    "2031-05-06T07:08:09.000000Z",
    "17850551909088766508",
    1_000_000,
)


def test_body() -> None:
    """All that is told, and what follows from it."""
    body = GOOD.body()
    assert body == {
        "accuracy": 1_000_000,
        "checkpoint": 44,
        "over": "checkpoints/00000044.note",
        "over_sha256": "a" * 64,
        "serial": "17850551909088766508",
        "time": "2031-05-06T07:08:09.000000Z",
        "tsa": "https://tsa.example/tsr",
        "tsr": "checkpoints/00000044.note.tsa.example-tsr-f560a692.tsr",
        "tsr_sha256": "b" * 64,
    }
    assert Anchor.parse(body) == GOOD


@pytest.mark.parametrize(
    "changes",
    [
        {"accuracy": -2},
        {"accuracy": 2**53},
        {"accuracy": "1"},
        {"accuracy": True},
        {"checkpoint": 43},
        {"checkpoint": 0},
        {"checkpoint": True},
        {"over": ""},
        {"over": "checkpoints/44.note"},
        {"over": None},
        {"over_sha256": "A" * 64},
        {"over_sha256": "a" * 63},
        {"serial": ""},
        {"serial": "01"},
        {"serial": "-0"},
        {"serial": "0x1"},
        {"serial": "1" * 66},
        {"time": ""},
        {"time": "2031-05-06T07:08:09Z"},
        {"time": "2031-02-30T07:08:09.000000Z"},
        {"tsa": ""},
        {"tsa": "https://" + "x" * 1_000},
        {"tsr": "checkpoints/00000044.note.other.tsr"},
        {"tsr": "../x"},
        {"tsr_sha256": ""},
        {"more": 1},
    ],
)
def test_refused(changes: dict[str, Any]) -> None:
    """Another spelling, another type, another name than follows: no body of ours."""
    with pytest.raises(FormatError):
        Anchor.parse({**GOOD.body(), **changes})


def test_key_missing() -> None:
    """Every key must be there."""
    for key in GOOD.body():
        with pytest.raises(FormatError):
            Anchor.parse({name: value for name, value in GOOD.body().items() if name != key})


def test_unreadable() -> None:
    """A response that nobody can read has neither time nor number."""
    body = {**GOOD.body(), "time": "", "serial": "", "accuracy": -1}
    assert Anchor.parse(body).body() == body


@pytest.mark.parametrize(
    ("over", "size"),
    [
        ("checkpoints/00000001.note", 1),
        ("checkpoints/123456789.note", 123_456_789),
        ("checkpoints/0123456789.note", 0),
        ("checkpoints/00000000.note", 0),
        ("checkpoints/0000001.note", 0),
        ("checkpoints/00000001.note.x.sig", 0),
        ("bundles/x/tagmanifest-sha256.txt.sig", 0),
        ("ledger/checkpoints/00000001.note", 0),
    ],
)
def test_checkpoint_of(over: str, size: int) -> None:
    """Only the one name of a checkpoint is one."""
    assert checkpoint_of(over) == size


@given(st.text())
def test_names_are_safe(tsa: str) -> None:
    """Whatever an address is, the name of its file is one that we store."""
    assert manifest.is_component(who(tsa))
    assert response("a", tsa) == f"a.{who(tsa)}.tsr"


def test_scheme_is_no_part_of_the_name() -> None:
    """The address without its scheme."""
    assert who("https://tsa.example") == who("http://tsa.example") == who("tsa.example") == "tsa.example"


@pytest.mark.parametrize(
    ("raw", "good"),
    [
        (b"\x30\x00", True),
        (b"\x30\x01\x00", True),
        (b"\x30\x81\x80" + bytes(128), True),
        (b"\x30\x82\x01\x00" + bytes(256), True),
        (b"\x30\x84\x00\x00\x00\x01\x00", True),
        (b"", False),
        (b"\x30", False),
        (b"\x31\x00", False),
        (b"\x30\x01", False),
        (b"\x30\x00\x00", False),
        (b"\x30\x80\x00\x00", False),
        (b"\x30\x82\x01", False),
        (b"\x30\x85\x00\x00\x00\x00\x01\x00", False),
        (b"\x30\x83\x01\x00\x00" + bytes(65_536), False),
        (b"<html></html>", False),
    ],
)
def test_der(raw: bytes, good: bool) -> None:
    """One sequence, all of it and nothing else."""
    assert is_der(raw) is good
    assert len(raw) <= anchor.MAX_BYTES or not good
