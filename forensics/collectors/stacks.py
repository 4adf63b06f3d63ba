"""CloudFormation: what was made by templates, deleted stacks too, and what was spread to other accounts."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_stack = partial(Call, service="cloudformation")

# A deleted stack goes by its ARN alone, and its name may have been used anew.
_STACKS = Each(row="cloudformation.ListStacks", select="StackSummaries[].{StackName: StackId}")

COLLECTOR = Collector(
    name="stacks",
    about="CloudFormation's stacks, their events and templates: deleted ones for ninety days",
    phase=Phase.EVENTS,
    calls=(
        _stack(operation="ListStacks", about="stacks, those deleted in the last ninety days too"),
        _stack(
            operation="DescribeStacks",
            about="stacks that there are, with parameters and outputs",
            sensitive=True,
            lists=(Thing(kind="cloudformation:stack", select="Stacks[].{id: StackName, arn: StackId}"),),
        ),
        _stack(
            operation="DescribeStackEvents",
            about="what each stack made, changed and deleted, and when",
            each=_STACKS,
            sensitive=True,
        ),
        _stack(
            operation="GetTemplate",
            about="the template of each stack",
            params=({"TemplateStage": "Original"},),
            each=_STACKS,
            sensitive=True,
        ),
        _stack(
            operation="ListStackSets",
            about="templates that are spread over accounts and regions",
            lists=(
                Thing(
                    kind="cloudformation:stackset", select="Summaries[].{id: StackSetId, name: StackSetName}"
                ),
            ),
            params=({"Status": "ACTIVE"}, {"Status": "DELETED"}),
        ),
        _stack(
            operation="ListStackInstances",
            about="where each of these went",
            each=Each(
                row="cloudformation.ListStackSets",
                # Names of deleted ones are free again, and lead nowhere.
                select="Summaries[?Status=='ACTIVE'].{StackSetName: StackSetName}",
            ),
        ),
    ),
)
