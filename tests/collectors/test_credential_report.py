"""The credential report: made, waited for, fetched, and its age said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from forensics.aws.pace import Pace
from forensics.aws.session import Session
from forensics.collectors.credential_report import age
from forensics.model import Outcome
from tests.aws.canned import Answer, Asked, Canned, caller, xml_error
from tests.collectors.play import REGION, Play

GENERATE, GET = "iam.GenerateCredentialReport", "iam.GetCredentialReport"
REPORT = "PHVzZXI+LGFybg=="


def generated(state: str) -> Answer:
    """Answer GenerateCredentialReport."""
    inner = f"<GenerateCredentialReportResult><State>{state}</State></GenerateCredentialReportResult>"
    return Answer(f"<R>{inner}</R>".encode())


def report(made: str = "2026-11-24T01:46:01Z") -> Answer:
    """Answer GetCredentialReport: the canned server's clock says 04:46:01."""
    inner = f"<Content>{REPORT}</Content><GeneratedTime>{made}</GeneratedTime>"
    return Answer(f"<R><GetCredentialReportResult>{inner}</GetCredentialReportResult></R>".encode())


def error(code: str, status: int = 404) -> Answer:
    """Give an error of IAM."""
    return xml_error(code, status=status, service="iam")


@pytest.fixture
def play_on() -> Iterator[Callable[..., tuple[Play, Canned]]]:
    """Run both steps against answers to each operation, in turn."""
    servers: list[Canned] = []

    def make(generate: list[Answer], get: list[Answer]) -> tuple[Play, Canned]:
        answers = {"GenerateCredentialReport": list(generate), "GetCredentialReport": list(get)}
        answers["GetCallerIdentity"] = [caller()]

        def script(asked: Asked) -> Answer:
            left = answers[asked.operation]
            return left.pop(0) if len(left) > 1 else left[0]

        server = Canned(script)
        servers.append(server)
        server.__enter__()
        keys = {"access_key": "AKIAX", "secret_key": "x"}
        given: dict[str, Any] = {"region": REGION, "credentials": keys, "pace": Pace(scale=1_000)}
        session = Session(endpoint_url=server.url, sleep=lambda _: None, **given)
        session.identify()
        play = Play(session)
        play.run(GENERATE, GET)
        return play, server

    yield make
    for server in servers:
        server.__exit__()


def test_made_and_fetched(play_on: Callable[..., Any]) -> None:
    """STARTED, INPROGRESS, COMPLETE, and then fetched; each question is in the record."""
    states = [generated("STARTED"), generated("INPROGRESS"), generated("COMPLETE")]
    play, server = play_on(states, [report()])
    assert server.operations[1:] == ["GenerateCredentialReport"] * 3 + ["GetCredentialReport"]
    assert play.gaps() == []
    assert play.coverage[GENERATE].requests == 3
    assert play.coverage[GET].outcome is Outcome.COLLECTED


def test_its_age_is_said(play_on: Callable[..., Any]) -> None:
    """A report may be four hours old: a key made since is not in it."""
    play, _ = play_on([generated("COMPLETE")], [report()])
    note = play.coverage[GET].note
    assert note == "the report was made at 2026-11-24T01:46:01Z, 3 h 0 min before it was fetched"


@pytest.mark.parametrize("state", ["STARTED", "INPROGRESS", "", "SOMETHING"])
def test_a_report_that_is_never_ready(play_on: Callable[..., Any], state: str) -> None:
    """Bounded: five minutes, then a gap."""
    play, _ = play_on([generated(state)], [error("ReportInProgress")])
    assert play.gaps() == [
        (GENERATE, "failed", "ReportInProgress"),
        (GET, "failed", "ReportInProgress"),
    ]
    assert sum(play.time.slept) == pytest.approx(600)


def test_still_in_progress_when_fetched(play_on: Callable[..., Any]) -> None:
    """IAM is eventually consistent: complete here, in progress there."""
    play, server = play_on([generated("COMPLETE")], [error("ReportInProgress"), report()])
    assert play.gaps() == []
    assert server.operations.count("GetCredentialReport") == 2


@pytest.mark.parametrize("code", ["ReportNotPresent", "ReportExpired"])
def test_making_denied_and_none_there(play_on: Callable[..., Any], code: str) -> None:
    """The denial is the one gap: that there is none follows from it."""
    play, _ = play_on([error("AccessDenied", 403)], [error(code, 410)])
    assert play.gaps() == [(GENERATE, "denied", "AccessDenied")]
    assert play.coverage[GET].outcome is Outcome.ABSENT


def test_expired_since_it_was_made(play_on: Callable[..., Any]) -> None:
    """One made for an earlier run is made anew: it is not absent."""
    play, _ = play_on([generated("COMPLETE")], [error("ReportExpired", 410), report()])
    assert play.gaps() == []
    assert play.coverage[GET].outcome is Outcome.COLLECTED


def test_made_and_never_there(play_on: Callable[..., Any]) -> None:
    """AWS says that it is made, and that there is none: a gap, after five minutes."""
    play, _ = play_on([generated("COMPLETE")], [error("ReportNotPresent", 410)])
    assert play.gaps() == [(GET, "failed", "ReportInProgress")]


def test_making_fails_and_none_there(play_on: Callable[..., Any]) -> None:
    """Only a denial explains that there is none."""
    play, _ = play_on([error("Weird", 400)], [error("ReportNotPresent", 410)])
    assert play.gaps() == [(GENERATE, "failed", "Weird"), (GET, "failed", "Weird")]


def test_making_denied_and_one_there(play_on: Callable[..., Any]) -> None:
    """Somebody else's report is evidence too."""
    play, _ = play_on([error("AccessDenied", 403)], [report()])
    assert play.gaps() == [(GENERATE, "denied", "AccessDenied")]
    assert play.coverage[GET].outcome is Outcome.COLLECTED


def test_fetching_denied(play_on: Callable[..., Any]) -> None:
    """Exactly that gap."""
    play, _ = play_on([generated("COMPLETE")], [error("AccessDenied", 403)])
    assert play.gaps() == [(GET, "denied", "AccessDenied")]


@pytest.mark.parametrize(
    ("values", "date"),
    [
        ({}, "Tue, 24 Nov 2026 04:46:01 GMT"),
        ({"GeneratedTime": "yesterday"}, "Tue, 24 Nov 2026 04:46:01 GMT"),
        ({"GeneratedTime": datetime(2026, 11, 24, tzinfo=UTC)}, ""),
        ({"GeneratedTime": datetime(2026, 11, 24, tzinfo=UTC)}, "yesterday"),
    ],
)
def test_an_age_that_cannot_be_told(values: dict[str, Any], date: str) -> None:
    """Then nothing is said."""
    assert age(values, date) == ""


def test_a_report_from_the_future_is_new() -> None:
    """Two clocks of AWS's may differ by a second."""
    made = datetime(2026, 11, 24, 5, tzinfo=UTC)
    assert age({"GeneratedTime": made}, "Tue, 24 Nov 2026 04:59:59 GMT").endswith(
        "0 h 0 min before it was fetched"
    )
