"""When a region is taken for closed."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import monotonic

import pytest

from forensics.aws.ask import Asker, Refusal
from forensics.aws.closed import SCP_ROWS, SILENCES, Closed
from forensics.aws.row import Row
from forensics.model import GLOBAL, Outcome
from tests.aws.canned import Canned, xml_error
from tests.aws.conftest import drain

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


def test_a_service_without_regions_closes_nothing() -> None:
    """It may be asked in another region than the others: that one is disabled is its own trouble."""
    closed = Closed()
    closed.refused(GLOBAL, "networkmanager.X", Refusal(Outcome.REGION_DISABLED, "x", "", "", sure=True))
    assert closed.refusal(GLOBAL) is None


# -- endpoints that hang


@pytest.fixture
def hung() -> Iterator[socket.socket]:
    """Listen, and never answer."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        yield listening


def _hanging(hung: socket.socket) -> str:
    return f"http://127.0.0.1:{hung.getsockname()[1]}"


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forensics.aws.clients.READ_TIMEOUT", 0.2)


@pytest.mark.usefixtures("_impatient")
def test_an_endpoint_that_hangs_is_let_alone(hung: socket.socket, asker_on: Callable[..., Asker]) -> None:
    """After a few timeouts the rest is not asked: a gap, with the exact reason, at once."""
    asker = asker_on(_hanging(hung), "ec2.DescribeVpcs")
    exchanges, refusal = drain(asker.ask({}))
    assert (len(exchanges), refusal.code) == (SILENCES, "ReadTimeoutError")
    other = replace(asker, source=replace(asker.source, operation="DescribeVolumeAttribute"))
    names = [{"VolumeId": f"vol-{number}"} for number in range(1_000)]
    began = monotonic()
    *none, coverage = drain(Row(other, names=names).records())[0]
    assert monotonic() - began < 50, "asked, they would take 200 s"
    assert none == []
    [gap] = coverage.gaps
    assert (gap.outcome, gap.code, gap.count) == (Outcome.FAILED, "ReadTimeoutError", 0)
    assert gap.message.startswith("not asked: no answer to 4 requests in a row to ec2 in eu-west-1: Read")
    assert coverage.requests == 0


@pytest.mark.usefixtures("_impatient")
def test_other_endpoints_are_asked(hung: socket.socket, asker_on: Callable[..., Asker]) -> None:
    """The same service elsewhere, and another one there, may answer; and so may this one a while later."""
    asker = asker_on(_hanging(hung), "ec2.DescribeVpcs")
    drain(asker.ask({}))
    closed = asker.session.closed
    assert closed.mute("ec2", "eu-west-1") is not None
    assert closed.mute("ec2", "us-east-1") is None
    assert closed.mute("iam", "eu-west-1") is None
    closed.listen_again()
    exchanges, _ = drain(asker.ask({}, attempts=2))
    assert len(exchanges) == 2


@pytest.mark.usefixtures("_impatient")
def test_a_mutation_is_not_sent_to_one_that_hangs(
    hung: socket.socket, asker_on: Callable[..., Asker]
) -> None:
    """Nothing was sent, and the refusal is sure of it."""
    asker = asker_on(_hanging(hung), "ec2.CreateSnapshot")
    drain(asker.ask({}, operation="DescribeVpcs"))
    exchanges, refusal = drain(asker.ask({"VolumeId": "vol-1"}, attempts=1))
    assert exchanges == []
    assert refusal.sure
    assert not refusal.again


def test_any_answer_counts_anew(serve: Callable[..., Canned], asker_on: Callable[..., Asker]) -> None:
    """An endpoint that refuses is not silent."""
    asker = asker_on(serve([xml_error("InvalidParameterValue")]).url, "ec2.DescribeVpcs")
    closed = asker.session.closed
    silence = Refusal(Outcome.FAILED, "ReadTimeoutError", "", "", sure=False)
    for _ in range(3):
        for _ in range(SILENCES - 1):
            closed.unheard("ec2", "eu-west-1", silence)
        drain(asker.ask({}))
    assert closed.mute("ec2", "eu-west-1") is None


def test_nobody_there(asker_on: Callable[..., Asker]) -> None:
    """A connection that is refused is as good as one that hangs."""
    asker = asker_on("http://127.0.0.1:1", "ec2.DescribeVpcs")
    drain(asker.ask({}))
    mute = asker.session.closed.mute("ec2", "eu-west-1")
    assert mute is not None
    assert mute.code == "EndpointConnectionError"
