"""How a source ends."""

from __future__ import annotations

import pytest

from forensics.aws.ask import Refusal
from forensics.aws.tally import EXAMPLES, Tally
from forensics.model import Outcome, Source

SOURCE = Source("123456789012", "eu-west-1", "ec2", "DescribeVpcs")
DENIED = Refusal(Outcome.DENIED, "AccessDenied", "no", "id-1", sure=True)
FAILED = Refusal(Outcome.FAILED, "500", "no", "id-2", sure=False)


def tally(pages: int = 0, absent: int = 0, *refusals: Refusal) -> Tally:
    """Count some answers."""
    made = Tally(SOURCE, pages=pages, absent=absent)
    for refusal in refusals:
        made.refuse(refusal, {})
    return made


@pytest.mark.parametrize(
    ("counted", "outcome"),
    [
        (tally(), Outcome.EMPTY),
        (tally(1), Outcome.COLLECTED),
        (tally(1, 0, DENIED), Outcome.COLLECTED),
        (tally(0, 1), Outcome.ABSENT),
        (tally(0, 1, DENIED), Outcome.ABSENT),
        (tally(0, 0, DENIED), Outcome.DENIED),
        (tally(0, 0, FAILED, DENIED), Outcome.FAILED),
    ],
)
def test_outcome_from_numbers(counted: Tally, outcome: Outcome) -> None:
    """An answer first, then absence, then the first reason that there was none."""
    assert counted.coverage().outcome is outcome


def test_gaps_are_kept_apart_by_outcome_and_code() -> None:
    """The same code with another meaning is another gap."""
    other = Refusal(Outcome.DENIED_BY_SCP, "AccessDenied", "by policy", "id-3", sure=True)
    gaps = tally(0, 0, DENIED, FAILED, DENIED, other).gaps
    assert [(gap.outcome, gap.code, gap.count, gap.request_id) for gap in gaps] == [
        (Outcome.DENIED, "AccessDenied", 2, "id-1"),
        (Outcome.FAILED, "500", 1, "id-2"),
        (Outcome.DENIED_BY_SCP, "AccessDenied", 1, "id-3"),
    ]


def test_examples_are_few() -> None:
    """A thousand refusals do not make a line that is too long."""
    made = Tally(SOURCE)
    for number in range(1_000):
        made.refuse(DENIED, {"VpcId": str(number)})
    [gap] = made.gaps
    assert [example["VpcId"] for example in gap.examples] == [str(number) for number in range(EXAMPLES)]
    assert gap.count == 1_000


def test_what_was_not_asked_is_missing_and_not_counted() -> None:
    """The count is of requests, each of which is in the transcript."""
    made = Tally(SOURCE)
    made.miss(DENIED, {"VpcId": "1"}, 0)
    assert (made.gaps[0].count, made.refused) == (0, 0)
    assert not made.coverage().complete
