"""When each user and role last used which service, as IAM counts it: a report for each."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from forensics.aws.ask import Answer, Refusal
from forensics.aws.row import DENIALS
from forensics.aws.tally import Tally
from forensics.aws.wait import Wait
from forensics.collectors.spec import Collector, Context, Each, Phase, Reach, Records, Step
from forensics.model import Exchange, Outcome

PATIENCE = Wait(first=1, factor=1.5, longest=10, total=120)
"""A report takes seconds."""
MAKE, GET = "GenerateServiceLastAccessedDetails", "GetServiceLastAccessedDetails"
UNFINISHED = "ReportInProgress"
"""Our own code: the report was still being made when our patience ended."""
FAILED = "FAILED"

PRINCIPALS = Each(
    row="iam.GetAccountAuthorizationDetails",
    # What services use by themselves is AWS's own, and there are dozens.
    select="[UserDetailList, RoleDetailList[?!starts_with(Path, '/aws-service-role/')]][].{Arn: Arn}",
)

_HOPELESS = frozenset({Outcome.DENIED, Outcome.DENIED_BY_SCP})


def _reports(context: Context) -> Records:
    """Have all reports made, then fetch them: the first are ready when the last are begun."""
    tally = Tally(context.source)
    jobs: dict[str, str] = {}
    for principal in context.names.get(PRINCIPALS.row, ()):
        if _given_up(tally):
            tally.miss(_last(tally), principal, 0)
            continue
        answer = yield from tally.counted(
            context.asker.ask(principal, operation=MAKE, whole=True, bound=True)
        )
        if isinstance(answer, Refusal):
            tally.refuse(answer, principal)
        else:
            tally.pages += 1
            jobs[str(principal["Arn"])] = str(answer.values.get("JobId", ""))
    for arn, job in jobs.items():
        yield from _fetch(context, tally, arn, job)
    yield tally.coverage()
    return {}


def _given_up(tally: Tally) -> bool:
    return (
        tally.last is not None
        and not tally.answered
        and tally.last.outcome in _HOPELESS
        and tally.refused >= DENIALS
    )


def _last(tally: Tally) -> Refusal:
    assert tally.last is not None  # noqa: S101 - it was given up for it
    return tally.last


def _fetch(context: Context, tally: Tally, arn: str, job: str) -> Generator[Exchange, None, None]:
    """Fetch one report to its last page, waiting for it."""
    about = {"Arn": arn, "JobId": job}
    states: list[Mapping[str, Any]] = []
    for delay in (0.0, *PATIENCE.delays()):
        context.sleep(delay)
        states.clear()
        refusal = yield from tally.counted(
            context.asker.pages(
                {"JobId": job}, lambda page: _take(tally, page, states), whole=True, bound=True
            )
        )
        if refusal is not None:
            tally.refuse(refusal, about)
            return
        state = states[0].get("JobStatus")
        if state == FAILED:
            error = states[0].get("Error") or {}
            said = Refusal(
                Outcome.FAILED, str(error.get("Code", FAILED)), str(error.get("Message", "")), "", sure=True
            )
            tally.refuse(said, about)
        if state != "IN_PROGRESS":
            return
    tally.refuse(Refusal(Outcome.FAILED, UNFINISHED, "the report is still being made", "", sure=True), about)


def _take(tally: Tally, page: Answer, into: list[Mapping[str, Any]]) -> None:
    tally.pages += 1
    into.append(page.values)


COLLECTOR = Collector(
    name="service_access",
    about="which services each user and role used last, and when",
    phase=Phase.CONFIGURATION,
    steps=(
        Step(
            service="iam",
            operation=GET,
            about="the last use of every service by each user and role",
            run=_reports,
            parents={PRINCIPALS.row: PRINCIPALS},
            reach=Reach.GLOBAL,
            actions=(f"iam:{MAKE}", f"iam:{GET}"),
        ),
    ),
)
