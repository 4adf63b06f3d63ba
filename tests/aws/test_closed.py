"""When a region is taken for closed."""

from __future__ import annotations

import pytest

from forensics.aws.ask import Refusal
from forensics.aws.closed import SCP_ROWS, Closed
from forensics.model import Outcome

SCP = Refusal(Outcome.DENIED_BY_SCP, "UnauthorizedOperation", "by policy", "id", sure=True)


def refused(closed: Closed, rows: int, refusal: Refusal = SCP) -> None:
    """Let so many rows be refused."""
    for number in range(rows):
        closed.refused("eu-west-1", f"ec2.Describe{number}", refusal)


def test_enough_rows_refused_by_policy_close_a_region() -> None:
    """With AWS's own code and words, and that it was not asked."""
    closed = Closed()
    refused(closed, SCP_ROWS)
    refusal = closed.refusal("eu-west-1")
    assert refusal is not None
    assert (refusal.outcome, refusal.code) == (Outcome.DENIED_BY_SCP, "UnauthorizedOperation")
    assert refusal.message.endswith("refused: by policy")
    assert closed.refusal("us-east-1") is None


def test_one_row_fewer_does_not() -> None:
    """Nor does one row, however often it is refused."""
    closed = Closed()
    refused(closed, SCP_ROWS - 1)
    for _ in range(100):
        refused(closed, 1)
    assert closed.refusal("eu-west-1") is None


def test_a_region_that_answered_is_open() -> None:
    """A policy against single services closes no region."""
    closed = Closed()
    closed.answered("eu-west-1")
    refused(closed, 100)
    assert closed.refusal("eu-west-1") is None


@pytest.mark.parametrize("outcome", [Outcome.DENIED, Outcome.THROTTLED, Outcome.FAILED, Outcome.UNSUPPORTED])
def test_other_refusals_close_nothing(outcome: Outcome) -> None:
    """What is denied to us by the account's own policy says nothing of the next row."""
    closed = Closed()
    refused(closed, 100, Refusal(outcome, "x", "", "", sure=True))
    assert closed.refusal("eu-west-1") is None


def test_a_disabled_region_is_closed_at_once() -> None:
    """Whatever it answered before: it cannot be half enabled."""
    closed = Closed()
    refused(closed, 1, Refusal(Outcome.REGION_DISABLED, "OptInRequired", "", "", sure=True))
    assert closed.refusal("eu-west-1") is not None
