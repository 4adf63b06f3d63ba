"""One cheap question to each region decides early whether it is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from forensics.aws.probing import OPERATION, QUESTIONS, probe
from forensics.aws.regions import Identity
from forensics.aws.session import Session
from forensics.model import Coverage, Exchange, Outcome
from tests.aws.canned import Answer, Asked, Canned

Make = Callable[..., Any]
SCP = "User: x is not authorized to perform: y with an explicit deny in a service control policy"
REGIONS = ["eu-west-1", "us-east-2"]


def _refusal(asked: Asked, code: str, message: str, status: int = 400) -> Answer:
    if asked.operation == "DescribeAccountAttributes":
        said = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        return Answer(f"<Response><Errors>{said}</Errors></Response>".encode(), status)
    return Answer(f'{{"__type": "{code}", "message": "{message}"}}'.encode(), status)


def _good(asked: Asked) -> Answer:
    if asked.operation == "DescribeAccountAttributes":
        return Answer(b"<XResponse><accountAttributeSet/></XResponse>")
    return Answer(b"{}")


@pytest.fixture
def probed(serve: Make, session_on: Make) -> Make:
    """Probe the regions of a canned AWS."""

    def run(script: Any) -> tuple[Session, Canned, list[Coverage], list[Exchange]]:
        server: Canned = serve(script)
        session: Session = session_on(server.url)
        session._identity = Identity("123456789012", "arn:aws:iam::123456789012:user/x", "U", "aws", "")
        records = [one for region in REGIONS for one in probe(session, region)]
        found = [one for one in records if isinstance(one, Coverage)]
        return session, server, found, [one for one in records if isinstance(one, Exchange)]

    return run


def test_an_open_region_takes_one_question(probed: Make) -> None:
    """It answers, and no number of refusals closes it any more."""
    session, server, found, exchanges = probed(_good)
    assert len(server.asked) == len(exchanges) == len(REGIONS)
    assert [(one.source.region, one.source.operation, one.outcome, one.gaps) for one in found] == [
        (region, OPERATION, Outcome.COLLECTED, ()) for region in REGIONS
    ]
    assert [session.closed.refusal(region) for region in REGIONS] == [None, None]


def test_a_closed_region_takes_three(probed: Make) -> None:
    """Refused by policy for three services: closed, with AWS's own words, before any row."""
    session, server, found, _ = probed(lambda asked: _refusal(asked, "AccessDeniedException", SCP))
    assert len(server.asked) == len(QUESTIONS) * len(REGIONS)
    for one in found:
        assert one.outcome is Outcome.DENIED_BY_SCP
        assert one.gaps[0].message == SCP
        refusal = session.closed.refusal(one.source.region)
        assert refusal is not None
        assert refusal.message.endswith(SCP)


def test_a_policy_against_one_service_closes_nothing(probed: Make) -> None:
    """The next one answers."""
    session, server, found, exchanges = probed(
        lambda asked: (
            _refusal(asked, "UnauthorizedOperation", SCP, 403)
            if asked.operation == "DescribeAccountAttributes"
            else _good(asked)
        )
    )
    assert len(server.asked) == 2 * len(REGIONS)
    assert [one.operation for one in exchanges[:2]] == ["DescribeAccountAttributes", "DescribeTrails"]
    assert [one.service for one in exchanges[:2]] == ["", "cloudtrail"]
    assert [one.outcome for one in found] == [Outcome.COLLECTED] * 2
    assert session.closed.refusal("eu-west-1") is None


@pytest.mark.parametrize(
    ("code", "status", "note"),
    [
        ("UnauthorizedOperation", 403, "undecided: UnauthorizedOperation"),
        ("RequestLimitExceeded", 503, "undecided: RequestLimitExceeded"),
        ("InternalError", 500, "undecided: InternalError"),
    ],
)
def test_what_decides_nothing_is_no_gap(probed: Make, code: str, status: int, note: str) -> None:
    """A denial by the account's own policy is of that operation alone: its row will have the gap."""
    session, server, found, _ = probed(lambda asked: _refusal(asked, code, "no", status))
    assert len(server.asked) == len(REGIONS)
    assert [(one.outcome, one.note, one.gaps) for one in found] == [(Outcome.ABSENT, note, ())] * 2
    assert session.closed.refusal("eu-west-1") is None


def test_a_region_without_opt_in_takes_one(probed: Make) -> None:
    """It says so itself, at once."""
    session, server, found, _ = probed(lambda asked: _refusal(asked, "OptInRequired", "no", 401))
    assert len(server.asked) == len(REGIONS)
    assert {one.outcome for one in found} == {Outcome.REGION_DISABLED}
    assert session.closed.refusal("eu-west-1") is not None
