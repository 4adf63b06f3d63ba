"""Bodies of the ledger: bounded whatever comes, and read back as they were written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.formats import strict
from forensics.model import Coverage, Evidence, Gap, Kind, Outcome, Source
from forensics.plain import printable
from forensics.record import (
    coverage_body,
    evidence_body,
    gaps_of,
)
from forensics.standing import Standing

EC2 = Source("111122223333", "eu-west-1", "ec2", "DescribeInstances")
GAP = Gap(
    EC2, Outcome.DENIED, "UnauthorizedOperation", "no", "req-1", 2, ({"InstanceId": "i-1"},), ("ec2.X",)
)


def test_gap_round_trip() -> None:
    """A gap is read back whole."""
    assert gaps_of(coverage_body(Coverage(EC2, Outcome.DENIED, gaps=(GAP,)))) == (GAP,)


@pytest.mark.parametrize(
    "gap",
    [
        Gap(EC2, Outcome.FAILED, "x" * 10**6, "y" * 10**6, "z" * 10**6),
        Gap(EC2, Outcome.FAILED, "c", "\x00" * 10**6),
        Gap(EC2, Outcome.FAILED, "c", "\U0001f600" * 10**6),
        Gap(EC2, Outcome.FAILED, "c", "m", examples=({"Name": "\x01" * 10**6},) * 50),
        Gap(EC2, Outcome.FAILED, "c", "lone \ud800 surrogate"),
    ],
)
def test_bounded(gap: Gap) -> None:
    """However long and odd the attacker's words, the body fits a line and says that it was cut."""
    body = coverage_body(Coverage(EC2, Outcome.FAILED, gaps=(gap,)))
    assert len(strict.encode(body)) < 65_000
    assert len(body["gaps"]) == 1


def test_bounded_together() -> None:
    """Many gaps of the worst kind fit a line too."""
    worst = Gap(
        EC2, Outcome.FAILED, "\x00" * 10**4, "\x01" * 10**4, "\x02" * 10**4, 1, ({"N": "\x03" * 10**4},) * 9
    )
    also = tuple(f"ec2.DescribeSomethingWithALongName{n}" for n in range(80))
    gaps = (replace(worst, also=also), *[worst] * 99)
    body = coverage_body(Coverage(EC2, Outcome.FAILED, gaps=gaps))
    assert len(strict.encode(body)) < 65_000
    assert len(body["gaps"]) + body["gaps_left_out"] == 100


def test_shortened_is_marked() -> None:
    """What was cut says so; what was not, does not."""
    long, short = Gap(EC2, Outcome.FAILED, "c", "m" * 2_000), Gap(EC2, Outcome.FAILED, "c", "m")
    body = coverage_body(Coverage(EC2, Outcome.FAILED, gaps=(long, short)))
    assert [gap["shortened"] for gap in body["gaps"]] == [True, False]


def test_gaps_left_out_are_counted() -> None:
    """More kinds of gap than a line holds are counted, not dropped in silence."""
    gaps = tuple(Gap(EC2, Outcome.FAILED, f"Code{n}", "m") for n in range(100))
    body = coverage_body(Coverage(EC2, Outcome.FAILED, gaps=gaps))
    assert len(body["gaps"]) + body["gaps_left_out"] == 100


@given(st.text(alphabet=st.characters()))
def test_printable(text: str) -> None:
    """Any text becomes one that UTF-8 can hold; text that could, stays."""
    made = printable(text)
    made.encode()
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert made == text


class _NoFile:
    size, sha256 = 0, ""

    def write(self, data: bytes) -> None:
        """Take nothing."""

    def end(self) -> None:
        """End nothing."""

    def sync(self) -> None:
        """End nothing."""

    def discard(self) -> None:
        """Remove nothing."""


def _object(name: str, about: Mapping[str, object]) -> Evidence:
    return Evidence(
        source=EC2, kind=Kind.OBJECT, name=name, folder="f", key="k", draft=_NoFile(), first="", last="",
        about=about,
    )  # fmt: skip


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    )
)
def test_json_is_bounded_by_its_value(value: object) -> None:
    """What is taken to fit into a line without being written out does: twelve bytes a character at most."""
    assert len(json.dumps(value)) <= 12 * len(repr(value))


def test_evidence_as_it_is() -> None:
    """What AWS says of an object, within what AWS allows, is whole."""
    about = {"key": "\x01" * 1_024, "metadata": {"note": "\u202e" * 2_000}}
    body = evidence_body(_object("s3://b/" + "\x01" * 1_024, about))
    assert body["object"] == about
    assert body["name"] == "s3://b/" + "\x01" * 1_024


@pytest.mark.parametrize(
    "about",
    [
        {"metadata": {"note": "\x01" * 20_000}},
        {"metadata": {f"x{number}": "y" * 900 for number in range(400)}},
        {f"{number}" * 900: {f"{other}" * 900: "z" * 900 for other in range(90)} for number in range(90)},
        {"list": ["a" * 70_000] * 1_200},
    ],
)
def test_evidence_that_says_too_much(about: Mapping[str, object]) -> None:
    """An endpoint that sets no bounds gets its texts cut, and the line fits the ledger all the same."""
    body = evidence_body(_object("s3://b/k", about))
    assert len(json.dumps(body)) <= 60_000
    assert body["object"]["shortened"] is True
    assert body["name"] == "s3://b/k"


def test_names_without_end_stay_apart() -> None:
    """Two names that are longer than AWS has them, and alike for long, are two."""
    one, other = ("k" * 100_000 + end for end in "ab")
    body = evidence_body(_object(one, {}))
    standing = Standing.after([("item.add", {**body, "path": "data/x"})])
    assert standing.holds(EC2, one)
    assert not standing.holds(EC2, other)
    assert len(json.dumps(body)) < 5_000
