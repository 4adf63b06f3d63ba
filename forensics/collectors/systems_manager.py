"""Systems Manager: which machines it reaches, what was run on them, by whom, and what is installed there."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_ssm = partial(Call, service="ssm")

_NODES = Each(
    row="ssm.DescribeInstanceInformation",
    select="InstanceInformationList[].{InstanceId: InstanceId}",
)
_TYPES = ("Application", "AWSComponent", "File", "InstanceDetailedInformation", "Network", "Service")

COLLECTOR = Collector(
    name="systems_manager",
    about="Systems Manager: its machines, commands, sessions and inventory",
    phase=Phase.RUNNING,
    calls=(
        _ssm(operation="DescribeInstanceInformation", about="machines with an agent, and when it last spoke"),
        _ssm(
            operation="GetConnectionStatus",
            about="whether a session can be opened to each now",
            each=Each(row=_NODES.row, select="InstanceInformationList[].{Target: InstanceId}"),
        ),
        _ssm(
            operation="ListCommands",
            about="commands of 30 days, with what was typed",
            sensitive=True,
        ),
        _ssm(
            operation="ListCommandInvocations",
            about="what each command came to on each machine",
            params=({"Details": True},),
            sensitive=True,
        ),
        _ssm(
            operation="GetCommandInvocation",
            about="24,000 characters of the output, where the list has cut it at 2,500",
            each=Each(
                row="ssm.ListCommandInvocations",
                # A fleet that is patched each night has a hundred thousand of them; most say little.
                select="CommandInvocations[?CommandPlugins[?length(Output || '') >= `2400`]]"
                ".{CommandId: CommandId, InstanceId: InstanceId}",
            ),
            absent=frozenset({"InvocationDoesNotExist"}),
            sensitive=True,
        ),
        _ssm(
            operation="DescribeSessions",
            about="shells that are open, and those of 30 days",
            params=({"State": "Active"}, {"State": "History"}),
        ),
        _ssm(operation="DescribeAutomationExecutions", about="runbooks that were run"),
        _ssm(operation="GetInventory", about="machines with an inventory"),
        _ssm(
            operation="ListInventoryEntries",
            about="programs, services, addresses and files of each",
            params=tuple({"TypeName": f"AWS:{name}"} for name in _TYPES),
            each=Each(row="ssm.GetInventory", select="Entities[].{InstanceId: Id}"),
        ),
        _ssm(
            operation="DescribeInstancePatches",
            about="patches of each machine, and which it lacks",
            each=_NODES,
        ),
        _ssm(
            operation="DescribeParameters",
            about="names of parameters, who changed them last and when: never their values",
            phase=Phase.IDENTITY,
            lists=(Thing(kind="ssm:parameter", select="Parameters[].{id: Name, arn: ARN, name: Name}"),),
        ),
    ),
)
