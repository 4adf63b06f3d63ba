"""A refusal is let go as what it was, and no other one with it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from forensics.model import Gap, Outcome, Source
from forensics.readiness import looking
from forensics.readiness.listing import Listing
from forensics.readiness.refusals import Refusal, cause
from tests.readiness.test_judging import ACCOUNT, REGION, gap, holdings

DENIED = (Outcome.DENIED, "AccessDenied", "ListStreams")
ROW = f"listing/kinesis.Sweep@{REGION}"


def where(*said: tuple[Outcome, str, str], region: str = REGION) -> tuple[str, str]:
    """Give what a waiver is of, where the sweep of a service ended in this."""
    live = Listing(cast("Any", None), lambda _: None)
    source = Source(ACCOUNT, region, "kinesis", "Sweep")
    live.gaps = [Gap(source, outcome, code, "", examples=({"Operation": op},)) for outcome, code, op in said]
    (one,) = looking._unlisted(live, ())
    assert one.ref == f"listing/kinesis.Sweep@{region}"
    return one.where


@pytest.mark.parametrize(
    "later",
    [
        [(Outcome.THROTTLED, "AccessDenied", "ListStreams")],
        [(Outcome.DENIED, "AccessDeniedException", "ListStreams")],
        [(Outcome.DENIED, "AccessDenied", "ListStreamConsumers")],
        [DENIED, (Outcome.DENIED, "AccessDenied", "ListStreamConsumers")],
        [(Outcome.THROTTLED, "Throttling", "ListStreams"), DENIED],
    ],
)
def test_a_refusal_is_let_go_as_what_it_was(later: list[Any]) -> None:
    """A listing that was denied, and waived, is not one that was throttled, or denied of something else."""
    first = where(DENIED)
    assert first == ("", f"{ROW}: denied: AccessDenied: ListStreams")
    assert where(DENIED) == where(DENIED, DENIED) == first
    assert where(*later) != first
    assert where(DENIED, region="us-east-1") != first


def test_a_gap_is_let_go_as_what_it_was() -> None:
    """What is missing of the case for another reason, or of another thing, is another thing to be let go."""
    gaps = [
        {**gap(), "code": "AccessDenied"},
        {**gap(), "code": "Throttling"},
        gap({"ImageId": "ami-1"}),
        gap({"ImageId": "ami-2"}),
        gap({"ImageId": "ami-1"}, {"ImageId": "ami-2"}, count=2),
        gap({"ImageId": "ami-1"}, count=2),
        gap(count=2),
        gap("nothing"),
    ]
    found = [next(looking._lacking(holdings(ec2__DescribeImages=[one]))) for one in gaps]
    assert {one.ref for one in found} == {f"gap/ec2.DescribeImages@{REGION}"}
    assert len({one.where for one in found}) == len(gaps)


def test_a_region_is_let_go_as_a_whole() -> None:
    """Of a region that answers nothing, what counts is by which codes, not which row was asked first."""
    live = Listing(cast("Any", None), lambda _: None)
    live.regions = (REGION,)
    causes = []
    for rows in (("DescribeVpcs",), ("DescribeVolumes", "DescribeVpcs")):
        live.gaps = [
            Gap(Source(ACCOUNT, REGION, "ec2", row), Outcome.DENIED_BY_SCP, "UnauthorizedOperation", "")
            for row in rows
        ]
        (one,) = looking._unlisted(live, ())
        causes.append(one.where[1])
    assert set(causes) == {f"listing/region@{REGION}: denied-by-scp: UnauthorizedOperation"}


def test_what_is_too_long_to_be_read() -> None:
    """It is cut, and a digest stands for the rest; what AWS says is hostile, and any text at all."""
    long = [Refusal("denied", "x" * 1_000 + end) for end in "ab"]
    first, second = (cause([one]) for one in long)
    assert first != second
    assert len(first) == len(second) < 1_100
    assert cause([Refusal("denied", "\ud800", examples=({"Key": "\ud800"},))])
