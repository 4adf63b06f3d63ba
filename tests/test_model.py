"""Words that asking and keeping share: whatever comes fits a ledger and a transcript."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.formats import strict
from forensics.model import Exchange, Outcome, Source
from forensics.plain import plain

SOURCE = Source("111122223333", "eu-west-1", "ec2", "DescribeInstances")


def _exchange(**changed: object) -> Exchange:
    told = {"endpoint": "e", "principal": "p", "sent": "s", "received": "r", "status": 200, "request_id": "q"}
    return Exchange(SOURCE, **{"parameters": {}, "date": "d", "body": b"", **told, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "held"),
    [
        ("lone \ud800 surrogate", "lone \\ud800 surrogate"),
        (2**53, str(2**53)),
        (2**53 - 1, 2**53 - 1),
        (-(2**60), str(-(2**60))),
        (1.5, "1.5"),
        (True, True),
        (b"\xff", "/w=="),
        (datetime(2026, 11, 24, tzinfo=UTC), "2026-11-24T00:00:00+00:00"),
        ({"Z\u00fcrich": ["\udfff"]}, {"Z\\xfcrich": ["\\udfff"]}),
    ],
)
def test_plain(value: object, held: object) -> None:
    """What JSON of ours cannot hold becomes text that says what it was."""
    assert plain(value) == held
    strict.encode(plain(value))


@given(st.binary())
def test_body_is_kept(body: bytes) -> None:
    """Any body is kept to the byte, as text only where it is UTF-8."""
    response = json.loads(strict.encode(_exchange(body=body).document()))["response"]
    assert ("body" in response) == _is_utf8(body)
    assert response.get("body", "").encode() == (body if _is_utf8(body) else b"")


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("name", ["endpoint", "principal", "request_id", "date", "code"])
def test_hostile_words(name: str) -> None:
    """A lone surrogate in anything that AWS says of itself stops no run."""
    strict.encode(_exchange(**{name: "\udc80"}).document())


def test_gaps() -> None:
    """Three outcomes are answers; every other is missing evidence."""
    assert {outcome for outcome in Outcome if not outcome.is_gap} == {"collected", "empty", "absent"}
