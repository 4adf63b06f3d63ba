"""Gaps in words: as few lines as there are reasons, none left out, all of them clean."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forensics.cli.gaps import describe, missing, places
from forensics.model import Gap, Outcome, Source
from tests.e2e.screen import harmful

SOURCE = Source("111122223333", "eu-west-1", "ec2", "DescribeVpcs")
DENIED = Gap(SOURCE, Outcome.DENIED, "UnauthorizedOperation", "You are not authorized")


def _in(gap: Gap, *regions: str) -> list[Gap]:
    return [replace(gap, source=replace(gap.source, region=region)) for region in regions]


def test_nothing() -> None:
    """No gap, no line."""
    assert list(describe([])) == []
    assert missing([]) == []


def test_one() -> None:
    """What, where, why, and in whose words."""
    assert list(describe([DENIED])) == ["ec2.DescribeVpcs in eu-west-1: denied, UnauthorizedOperation"]


def test_without_a_code() -> None:
    """Where AWS gave no code none is made up."""
    assert list(describe([replace(DENIED, code="")])) == ["ec2.DescribeVpcs in eu-west-1: denied"]


def test_alike() -> None:
    """The same lack in several regions is one line: named up to three, counted beyond."""
    three = _in(DENIED, "eu-west-1", "eu-west-2", "eu-west-3")
    assert list(describe(three)) == [
        "ec2.DescribeVpcs in eu-west-1, eu-west-2, eu-west-3: denied, UnauthorizedOperation"
    ]
    four = _in(DENIED, "a", "b", "c", "d")
    assert list(describe(four)) == ["ec2.DescribeVpcs in 4 regions: denied, UnauthorizedOperation"]


@pytest.mark.parametrize(
    "other",
    [
        replace(DENIED, outcome=Outcome.FAILED),
        replace(DENIED, code="AccessDenied"),
        replace(DENIED, source=replace(SOURCE, operation="DescribeSubnets")),
        replace(DENIED, source=replace(SOURCE, service="iam")),
    ],
    ids=["outcome", "code", "operation", "service"],
)
def test_not_alike(other: Gap) -> None:
    """Two reasons, or two sources, are two lines, in the order in which they came."""
    lines = list(describe([DENIED, other]))
    assert len(lines) == 2
    assert lines[0].startswith("ec2.DescribeVpcs in eu-west-1: denied")


def test_many_times() -> None:
    """A row that failed for many names says how often, all regions together."""
    gaps = [replace(gap, count=3) for gap in _in(DENIED, "eu-west-1", "eu-west-2")]
    assert next(describe(gaps)).endswith("UnauthorizedOperation, 6 times")


def test_what_was_lost_with_it() -> None:
    """Rows that could not be asked are named beside the one that they needed."""
    gap = replace(DENIED, also=("ec2.DescribeA", "ec2.DescribeB"))
    assert next(describe([gap])).endswith(
        "(so 2 more were not asked, or not about all: ec2.DescribeA, ec2.DescribeB)"
    )


def test_whole_region() -> None:
    """A region that is disabled lacks everything."""
    gap = Gap(replace(SOURCE, service="*", operation="*"), Outcome.REGION_DISABLED, "not-opted-in", "")
    assert list(describe([gap])) == ["everything in eu-west-1: region-disabled, not-opted-in"]


def test_out_of_scope_is_not_missing() -> None:
    """What the examiner left out is told, and is not missing."""
    left_out = replace(DENIED, outcome=Outcome.OUT_OF_SCOPE)
    assert missing([left_out, DENIED]) == [DENIED]
    assert len(list(describe([left_out, DENIED]))) == 2


def test_hostile_words() -> None:
    """Codes, regions and names are AWS's words or worse: each line is one, and clean."""
    text = "\x1b[2J\nmissing     nothing that was in scope\u202e\u2028" + "x" * 10_000
    gap = Gap(Source(text, text, text, text), Outcome.FAILED, text, text, also=(text,) * 50)
    (line,) = describe([gap])
    assert harmful(line, allowed="") == []
    assert len(line) < 4_000


def test_places() -> None:
    """Regions are named as they came."""
    assert places(["b", "a"]) == "b, a"
    assert places([]) == ""
    assert places(["a\x1b"] * 3) == "a\\x1b, a\\x1b, a\\x1b"
