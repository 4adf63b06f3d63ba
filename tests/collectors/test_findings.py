"""Findings: every one, many in a request, and what was never switched on is no gap and no denial."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from forensics.aws.pace import Pace
from forensics.aws.session import Session
from forensics.collectors import catalogue
from forensics.drill.server import Drill
from forensics.model import Exchange, Outcome
from tests.aws.canned import Answer, Asked, Canned, caller, json_error
from tests.collectors.play import REGION, Play, session_on

FINDINGS = tuple(name for name, (collector, _) in catalogue.sources().items() if collector.name == "findings")
PARENTS = ("guardduty.ListDetectors", "inspector2.BatchGetAccountStatus", "detective.ListGraphs")


def test_those_of_the_drill(drill: Drill) -> None:
    """GuardDuty's are there; Security Hub and Macie are off, which is an answer."""
    play = Play(session_on(drill))
    play.run(*PARENTS, *FINDINGS)
    assert play.gaps() == []
    (got,) = [one for one in play.of(Exchange) if one.source.name == "guardduty.GetFindings"]
    assert b"CloudTrailLoggingDisabled" in got.body
    off = ("securityhub.GetFindings", "macie2.ListFindings")
    assert {play.coverage[row].outcome for row in off} == {Outcome.ABSENT}
    assert play.coverage["inspector2.ListFindings"].requests == 0


@pytest.mark.parametrize(
    "action", ["macie2:ListFindings", "securityhub:GetFindings", "guardduty:GetFindings"]
)
def test_denied_is_not_off(drill: Drill, action: str) -> None:
    """AWS has one code for both, with Macie: the whole message tells them apart."""
    drill.deny(action)
    play = Play(session_on(drill))
    play.run(*PARENTS, *FINDINGS)
    assert play.gaps() == [(action.replace(":", "."), "denied", "AccessDeniedException")]
    drill.allow()


@pytest.fixture
def many() -> Iterator[Canned]:
    """Give an AWS in which Macie has 120 findings, and Security Hub three."""
    ids = [f"{number:032x}" for number in range(120)]
    hub = [
        {"Id": name, "ProductArn": "arn:p", "Workflow": {"Status": status}}
        for name, status in (("new", "NEW"), ("hidden", "SUPPRESSED"), ("done", "RESOLVED"))
    ]

    def script(asked: Asked) -> Answer:
        match asked.operation.strip("/"):
            case "GetCallerIdentity":
                return caller()
            case "findings" if (
                "sortCriteria" not in asked.parameters and "findingIds" not in asked.parameters
            ):
                page = {"Findings": hub} if "MaxResults" in asked.parameters else {"findingIds": ids}
                return Answer(json.dumps(page).encode())
            case "findings/describe":
                return Answer(
                    json.dumps({"findings": [{"id": one} for one in asked.parameters["findingIds"]]}).encode()
                )
            case "findingHistory/get":
                return Answer(b'{"Records": []}')
        return json_error("ResourceNotFoundException", status=404)

    with Canned(script) as server:
        yield server


def on(server: Canned) -> Play:
    """Give a run on a server of one's own."""
    keys = {"access_key": "AKIAX", "secret_key": "x"}
    given: dict[str, Any] = {"region": REGION, "credentials": keys, "pace": Pace(scale=1_000)}
    session = Session(endpoint_url=server.url, sleep=lambda _: None, **given)
    session.identify()
    return Play(session)


def test_fifty_at_once(many: Canned) -> None:
    """As many as AWS takes, none left out."""
    play = on(many)
    play.run("macie2.ListFindings", "macie2.GetFindings")
    assert play.gaps() == []
    asked = [one.parameters["findingIds"] for one in many.asked if one.operation.endswith("/describe")]
    assert [len(ids) for ids in asked] == [50, 50, 20]
    assert len({one for ids in asked for one in ids}) == 120


def test_only_what_somebody_dealt_with_has_a_history(many: Canned) -> None:
    """A hundred thousand new findings are not asked about one by one."""
    play = on(many)
    play.run("securityhub.GetFindings", "securityhub.GetFindingHistory")
    assert play.gaps() == []
    asked = [one.parameters["FindingIdentifier"]["Id"] for one in many.asked if "History" in one.operation]
    assert asked == ["hidden", "done"]
