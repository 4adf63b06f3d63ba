"""Step Functions: workflows, and what each did in the window. AWS forgets an execution after ninety days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from forensics.aws.row import Row
from forensics.collectors.spec import Call, Collector, Context, Each, Phase, Records, Step, Thing
from forensics.model import Coverage, Gap, Outcome

MOST = 1_000
"""Executions of one workflow that are read, the newest first."""
TOO_MANY = "TooManyExecutions"
"""Our own code: a workflow ran more often than that in the window."""

_workflow = partial(Call, service="stepfunctions")

_EXECUTIONS = Each(
    row="stepfunctions.ListExecutions",
    select="executions[].{executionArn: executionArn, machine: stateMachineArn, start: startDate}",
)


def _of_window(context: Context) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Give each workflow's executions that began in the window, the newest first."""
    found = sorted(context.names.get(_EXECUTIONS.row, ()), key=lambda one: str(one["machine"]))
    for machine, executions in groupby(found, key=lambda one: str(one["machine"])):
        wanted = [one for one in executions if _wanted(context, one["start"])]
        yield machine, sorted(wanted, key=lambda one: str(one["start"]), reverse=True)


def _wanted(context: Context, start: Any) -> bool:
    """Say whether an execution began in the window; one that does not say when is taken."""
    moment = datetime.fromisoformat(start) if isinstance(start, str) else start
    window = context.window
    return window is None or moment is None or window.since <= moment < window.until


def _history(context: Context) -> Records:
    names, gaps = list[dict[str, Any]](), list[Gap]()
    for machine, found in _of_window(context):
        names += [{"executionArn": one["executionArn"]} for one in found[:MOST]]
        if len(found) > MOST:
            message = f"{machine} ran {len(found)} times in the window: the newest {MOST} are read"
            example = {"stateMachineArn": machine}
            source, count = context.source, len(found) - MOST
            gaps.append(Gap(source, Outcome.TRUNCATED, TOO_MANY, message, count=count, examples=(example,)))
    row = Row(context.asker, ({"includeExecutionData": True},), names)
    for record in row.records():
        if isinstance(record, Coverage):
            record = replace(record, gaps=(*record.gaps, *gaps))  # noqa: PLW2901 - the same, with more to it
        yield record
    return {}


COLLECTOR = Collector(
    name="workflows",
    about="workflows of Step Functions, and what each execution did",
    phase=Phase.CONFIGURATION,
    calls=(
        _workflow(
            operation="ListStateMachines",
            about="workflows",
            lists=(
                Thing(
                    kind="states:state-machine",
                    select="stateMachines[].{id: stateMachineArn, arn: stateMachineArn, name: name}",
                ),
            ),
        ),
        _workflow(
            operation="DescribeStateMachine",
            about="steps, role and logging of each",
            each=Each(
                row="stepfunctions.ListStateMachines",
                select="stateMachines[].{stateMachineArn: stateMachineArn}",
            ),
            sensitive=True,
        ),
        _workflow(
            operation="ListExecutions",
            about="when each ran; express ones leave their history in log groups alone",
            each=Each(
                row="stepfunctions.ListStateMachines",
                select="stateMachines[?type=='STANDARD'].{stateMachineArn: stateMachineArn}",
            ),
        ),
    ),
    steps=(
        Step(
            service="stepfunctions",
            operation="GetExecutionHistory",
            about="every step of each execution of the window, with input and output",
            run=_history,
            parents={_EXECUTIONS.row: _EXECUTIONS},
            sensitive=True,
            actions=("states:GetExecutionHistory",),
        ),
    ),
)
