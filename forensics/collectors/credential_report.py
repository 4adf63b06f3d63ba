"""
The credential report: the one place where root's keys, password and second factor are told of.

IAM makes it in the background, and serves one that is up to four hours old again; so its age goes
into the coverage, and `iam.ListAccessKeys` stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from forensics.aws.ask import Answer, Refusal
from forensics.aws.tally import Tally
from forensics.aws.wait import Wait
from forensics.collectors.spec import Collector, Context, Phase, Reach, Records, Step
from forensics.model import Outcome

PATIENCE = Wait(first=1, factor=1.5, longest=15, total=300)
"""A report takes seconds, minutes for thousands of users."""

IN_PROGRESS = "ReportInProgress"
NONE_YET = frozenset({"ReportExpired", "ReportNotPresent"})
"""AWS's words for "there is none": an answer where making one is denied, which is a gap of its own.

Else it is none: a report expires after four hours, and a run may be resumed after a night.
"""
DENIED = frozenset({Outcome.DENIED, Outcome.DENIED_BY_SCP})

MAKE = "GenerateCredentialReport"


def _generate(context: Context) -> Records:
    """Have a report made, and wait until it is."""
    tally = Tally(context.source)
    for delay in (0.0, *PATIENCE.delays()):
        context.sleep(delay)
        answer = yield from tally.counted(context.asker.ask({}))
        if isinstance(answer, Refusal):
            tally.refuse(answer, {})
            break
        tally.pages += 1
        if answer.values.get("State") == "COMPLETE":
            break
    else:
        tally.refuse(_unfinished("the report is still being made"), {})
    yield tally.coverage()
    return {}


def _get(context: Context) -> Records:
    """Fetch the report, waiting for one in the making."""
    tally, note = Tally(context.source), ""
    for delay in (0.0, *PATIENCE.delays()):
        context.sleep(delay)
        answer = yield from tally.counted(context.asker.ask({}, whole=True))
        if isinstance(answer, Answer):
            tally.pages += 1
            note = age(answer.values, answer.date)
            break
        if answer.code in NONE_YET:
            making = yield from tally.counted(context.asker.ask({}, operation=MAKE))
            if isinstance(making, Answer):
                continue
            if making.outcome in DENIED:
                tally.absent += 1
            else:
                tally.refuse(making, {})
            break
        if answer.code != IN_PROGRESS:
            tally.refuse(answer, {})
            break
    else:
        tally.refuse(_unfinished("the report is still being made"), {})
    yield tally.coverage(note=note)
    return {}


def _unfinished(message: str) -> Refusal:
    return Refusal(Outcome.FAILED, IN_PROGRESS, message, "", sure=True)


def age(values: Mapping[str, Any], date: str) -> str:
    """Say how old a report was when it came, by AWS's clock for both."""
    made = values.get("GeneratedTime")
    try:
        fetched = parsedate_to_datetime(date)
    except ValueError:
        return ""
    if not isinstance(made, datetime):
        return ""
    minutes = max(0, round((fetched - made).total_seconds() / 60))
    when = made.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"the report was made at {when}, {minutes // 60} h {minutes % 60} min before it was fetched"


COLLECTOR = Collector(
    name="credential_report",
    about="the credential report, root's row with it",
    phase=Phase.IDENTITY,
    steps=(
        Step(
            service="iam",
            operation=MAKE,
            about="have the report made: the only trace is an event in the trail",
            run=_generate,
            reach=Reach.GLOBAL,
            actions=("iam:GenerateCredentialReport",),
        ),
        Step(
            service="iam",
            operation="GetCredentialReport",
            about="passwords, keys and second factors of all users and of root, with their ages",
            run=_get,
            after=("iam.GenerateCredentialReport",),
            reach=Reach.GLOBAL,
            actions=("iam:GetCredentialReport",),
        ),
    ),
)
