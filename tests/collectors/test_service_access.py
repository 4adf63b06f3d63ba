"""Reports on the last use of services: made for each principal, waited for, and read to their last page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from forensics.aws.pace import Pace
from forensics.aws.row import DENIALS
from forensics.aws.session import Session
from forensics.collectors.service_access import PATIENCE
from forensics.model import Coverage, Exchange, Outcome
from tests.aws.canned import Answer, Asked, Canned, caller, xml_error
from tests.collectors.play import REGION, Play

GET = "iam.GetServiceLastAccessedDetails"
PARENT = "iam.GetAccountAuthorizationDetails"
MAKE = "GenerateServiceLastAccessedDetails"


IAM = "arn:aws:iam::123456789012:"


def job(arn: str) -> str:
    """Name the report of a principal: 36 characters, as IAM does."""
    return arn.removeprefix(IAM).ljust(36, "-")


def principals(count: int) -> Answer:
    """Answer GetAccountAuthorizationDetails: users, a role, and one that a service uses by itself."""
    users = "".join(f"<member><Arn>{IAM}user/{number}</Arn></member>" for number in range(count))
    roles = (
        f"<member><Path>/</Path><Arn>{IAM}role/app</Arn></member>"
        f"<member><Path>/aws-service-role/x/</Path><Arn>{IAM}role/aws</Arn></member>"
    )
    inner = f"<UserDetailList>{users}</UserDetailList><RoleDetailList>{roles}</RoleDetailList>"
    return Answer(
        f"<R><GetAccountAuthorizationDetailsResult>{inner}</GetAccountAuthorizationDetailsResult></R>".encode()
    )


def begun(asked: Asked) -> Answer:
    """Answer that a report is being made, by the principal's own name."""
    return Answer(
        f"<R><{MAKE}Result><JobId>{job(asked.parameters['Arn'])}</JobId></{MAKE}Result></R>".encode()
    )


def report(state: str, marker: str = "", error: str = "") -> Answer:
    """Answer with a report, or a page of one."""
    more = f"<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>" if marker else ""
    why = f"<Error><Code>{error}</Code><Message>no</Message></Error>" if error else ""
    inner = f"<JobStatus>{state}</JobStatus>{more}{why}"
    return Answer(
        f"<R><GetServiceLastAccessedDetailsResult>{inner}</GetServiceLastAccessedDetailsResult></R>".encode()
    )


@pytest.fixture
def run() -> Iterator[Callable[..., tuple[Coverage, list[Exchange]]]]:
    """Run the step on a server that answers as told."""
    with ExitStack() as stack:

        def make(
            answer: Callable[[Asked], Answer], users: int = 1, make: Callable[[Asked], Answer] = begun
        ) -> tuple[Coverage, list[Exchange]]:
            def script(asked: Asked) -> Answer:
                fixed = {"GetCallerIdentity": caller(), PARENT.partition(".")[2]: principals(users)}
                return fixed.get(asked.operation) or (make if asked.operation == MAKE else answer)(asked)

            server = stack.enter_context(Canned(script))
            keys = {"access_key": "AKIAX", "secret_key": "x"}
            given: dict[str, Any] = {"region": REGION, "credentials": keys, "pace": Pace(scale=100_000)}
            session = Session(endpoint_url=server.url, sleep=lambda _: None, **given)
            session.identify()
            play = Play(session)
            play.run(PARENT, GET)
            asked = [item for item in play.of(Exchange) if item.source.name == GET]
            return play.coverage[GET], asked

        yield make


def test_a_report_for_each(run: Any) -> None:
    """All are begun before the first is fetched; roles that services use by themselves are left alone."""
    coverage, asked = run(lambda _: report("COMPLETED"), users=2)
    assert coverage.outcome is Outcome.COLLECTED
    assert coverage.complete
    assert [item.operation or "get" for item in asked] == [MAKE] * 3 + ["get"] * 3
    assert [item.parameters["Arn"] for item in asked[:3]] == [
        f"{IAM}user/0",
        f"{IAM}user/1",
        f"{IAM}role/app",
    ]
    assert [item.parameters["JobId"] for item in asked[3:]] == [
        job(item.parameters["Arn"]) for item in asked[:3]
    ]


def test_it_is_waited_for(run: Any) -> None:
    """IAM makes it in the background."""
    answers = [report("IN_PROGRESS"), report("IN_PROGRESS")]
    coverage, asked = run(lambda _: answers.pop() if answers else report("COMPLETED"), users=0)
    assert coverage.complete
    assert len(asked) == 4


def test_its_pages_are_read(run: Any) -> None:
    """To the last one."""
    coverage, asked = run(
        lambda asked: report("COMPLETED", "" if "Marker" in asked.parameters else "m"), users=0
    )
    assert coverage.complete
    assert [item.parameters.get("Marker") for item in asked[1:]] == [None, "m"]


def test_a_report_that_is_never_ready_is_a_gap(run: Any) -> None:
    """After two minutes: it is not waited for for ever, and not taken for there being none."""
    coverage, asked = run(lambda _: report("IN_PROGRESS"), users=0)
    assert [(gap.outcome, gap.code) for gap in coverage.gaps] == [(Outcome.FAILED, "ReportInProgress")]
    assert len(asked) == 2 + len(list(PATIENCE.delays()))


def test_a_report_that_failed_is_a_gap(run: Any) -> None:
    """With IAM's own code."""
    coverage, _ = run(lambda _: report("FAILED", error="InternalServerError"), users=0)
    assert [(gap.outcome, gap.code) for gap in coverage.gaps] == [(Outcome.FAILED, "InternalServerError")]
    assert coverage.gaps[0].examples[0]["Arn"] == f"{IAM}role/app"


def test_a_principal_that_is_gone_is_a_gap_of_its_own(run: Any) -> None:
    """The others' reports are kept all the same."""

    def make(asked: Asked) -> Answer:
        gone = asked.parameters["Arn"] == f"{IAM}user/0"
        return xml_error("NoSuchEntity", status=404, service="iam") if gone else begun(asked)

    coverage, _ = run(lambda _: report("COMPLETED"), users=2, make=make)
    assert coverage.outcome is Outcome.COLLECTED
    assert [(gap.outcome, gap.count) for gap in coverage.gaps] == [(Outcome.VANISHED, 1)]


def test_denied_it_gives_up(run: Any) -> None:
    """A permission that lacks is not asked for a thousand times, and the gap counts what was refused."""
    denied = xml_error("AccessDenied", status=403, service="iam")
    coverage, asked = run(lambda _: report("COMPLETED"), users=100, make=lambda _: denied)
    assert len(asked) == DENIALS
    assert [(gap.outcome, gap.count) for gap in coverage.gaps] == [(Outcome.DENIED, DENIALS)]
    assert coverage.outcome is Outcome.DENIED


def test_fetching_denied(run: Any) -> None:
    """The reports were made, and may not be read."""
    denied = xml_error("AccessDenied", status=403, service="iam")
    coverage, _ = run(lambda _: denied, users=1)
    assert [(gap.outcome, gap.count) for gap in coverage.gaps] == [(Outcome.DENIED, 2)]
