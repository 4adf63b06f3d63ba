"""
Holds: what would be destroyed while we collect is kept from it, each only where it was asked for.

How a thing is is looked at first, and goes on record as `before`: what is held already is let alone, and
whoever wants to undo a hold knows what to set it back to. We never do.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from forensics.aws.ask import Answer, Refusal
from forensics.collectors.deeds import Deed, Deeds
from forensics.collectors.spec import Collector, Context, Phase, Records, Step
from forensics.model import Exchange
from forensics.scope import Hold

HELD = "held"
TERMINATION, DISKS = "hold-termination", "hold-delete-on-termination"
SCALING, SCALE_IN, RETENTION = "hold-scaling", "hold-scale-in", "hold-log-retention"
"""Kinds of the effects."""

PROCESSES = (
    "AZRebalance",
    "AlarmNotification",
    "InstanceRefresh",
    "ReplaceUnhealthy",
    "ScheduledActions",
    "Terminate",
)
"""What ends instances of a group: https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html"""

LONGEST = 3_653
"""
Days that logs are kept for at most. To keep them for ever would take DeleteRetentionPolicy, and nothing of
that name is ever called, nor need a responder be allowed to.
"""

_OVER = frozenset({"shutting-down", "terminated"})


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that is to be held, as it is."""

    deed: Deed
    held: bool


Found = Generator[Exchange, None, list[Thing] | Refusal]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to hold things."""

    hold: Hold
    """By which it is asked for."""
    kind: str
    """Of its effects."""
    look: Callable[[Deeds], Found]


def _hold(ways: tuple[Way, ...], context: Context) -> Records:
    """Look at all there is, and hold what is not held yet."""
    deeds = Deeds(context, context.asker)
    for way in [way for way in ways if way.hold in context.protect.holds]:
        things = yield from way.look(deeds)
        if isinstance(things, Refusal):
            deeds.tally.refuse(things, {})
            continue
        for thing in things:
            if thing.held:
                yield from deeds.found(*thing.deed.key, HELD, {})
            else:
                yield from deeds.do(thing.deed)
        yield from deeds.gone(way.kind, {thing.deed.id for thing in things})
    yield deeds.tally.coverage()
    return {}


# -- instances


def _termination(deeds: Deeds) -> Found:
    instances = yield from _instances(deeds)
    if isinstance(instances, Refusal):
        return instances
    things: list[Thing] = []
    for instance in instances:
        id_ = str(instance["InstanceId"])
        question = {"Attribute": "disableApiTermination", "InstanceId": id_}
        answer = yield from deeds.ask("DescribeInstanceAttribute", question)
        if isinstance(answer, Refusal):
            deeds.tally.refuse(answer, question)
            continue
        deeds.tally.pages += 1
        before = bool(answer.values.get("DisableApiTermination", {}).get("Value"))
        deed = _modify(
            TERMINATION,
            id_,
            {"DisableApiTermination": {"Value": True}},
            f"protect {id_} from being terminated",
            {"before": before, "value": True},
        )
        things.append(Thing(deed, before))
    return things


def _delete_on_termination(deeds: Deeds) -> Found:
    instances = yield from _instances(deeds)
    if isinstance(instances, Refusal):
        return instances
    return [_disks(instance) for instance in instances]


def _disks(instance: Mapping[str, Any]) -> Thing:
    id_ = str(instance["InstanceId"])
    disks = [(str(one.get("DeviceName")), one.get("Ebs") or {}) for one in instance["BlockDeviceMappings"]]
    ending = [device for device, disk in disks if disk.get("DeleteOnTermination")]
    deed = _modify(
        DISKS,
        id_,
        {
            "BlockDeviceMappings": [
                {"DeviceName": device, "Ebs": {"DeleteOnTermination": False}} for device in ending
            ]
        },
        f"keep {len(ending)} disks of {id_} when it is terminated",
        {
            "before": [{"device": device, "value": True} for device in ending],
            "value": [{"device": device, "value": False} for device in ending],
        },
    )
    return Thing(deed, not ending)


def _modify(
    kind: str, id_: str, parameters: Mapping[str, Any], about: str, detail: Mapping[str, Any]
) -> Deed:
    return Deed(
        kind=kind,
        id=id_,
        operation="ModifyInstanceAttribute",
        parameters={"InstanceId": id_, **parameters},
        about=about,
        state=HELD,
        detail=detail,
    )


def _instances(deeds: Deeds) -> Generator[Exchange, None, list[Mapping[str, Any]] | Refusal]:
    """List the instances that are not over."""
    found: list[Mapping[str, Any]] = []

    def take(answer: Answer) -> None:
        for reservation in answer.values.get("Reservations", ()):
            found.extend(
                {"BlockDeviceMappings": (), **one}
                for one in reservation.get("Instances", ())
                if one.get("State", {}).get("Name") not in _OVER
            )

    refusal = yield from deeds.pages("DescribeInstances", {}, take)
    return found if refusal is None else refusal


# -- scaling


def _processes(deeds: Deeds) -> Found:
    groups = yield from _listed(deeds, "DescribeAutoScalingGroups", "AutoScalingGroups")
    return groups if isinstance(groups, Refusal) else [_suspended(group) for group in groups]


def _suspended(group: Mapping[str, Any]) -> Thing:
    name = str(group["AutoScalingGroupName"])
    before = sorted(str(one.get("ProcessName")) for one in group.get("SuspendedProcesses") or ())
    lacking = [process for process in PROCESSES if process not in before]
    deed = Deed(
        service="autoscaling",
        kind=SCALING,
        id=name,
        operation="SuspendProcesses",
        parameters={"AutoScalingGroupName": name, "ScalingProcesses": lacking},
        about=f"suspend what ends instances of the group {name}",
        state=HELD,
        detail={"before": before, "value": sorted({*before, *lacking})},
    )
    return Thing(deed, not lacking)


def _members(deeds: Deeds) -> Found:
    groups = yield from _listed(deeds, "DescribeAutoScalingGroups", "AutoScalingGroups")
    if isinstance(groups, Refusal):
        return groups
    return [
        _protected(str(group["AutoScalingGroupName"]), one)
        for group in groups
        for one in group.get("Instances") or ()
        # No other can be protected, and those are on their way out or not in yet.
        if one.get("LifecycleState") == "InService"
    ]


def _protected(group: str, instance: Mapping[str, Any]) -> Thing:
    id_, before = str(instance["InstanceId"]), bool(instance.get("ProtectedFromScaleIn"))
    parameters = {"AutoScalingGroupName": group, "InstanceIds": [id_], "ProtectedFromScaleIn": True}
    deed = Deed(
        service="autoscaling",
        kind=SCALE_IN,
        id=id_,
        operation="SetInstanceProtection",
        parameters=parameters,
        about=f"protect {id_} from scale-in of the group {group}",
        state=HELD,
        detail={"before": before, "group": group, "value": True},
    )
    return Thing(deed, before)


# -- logs


def _retention(deeds: Deeds) -> Found:
    groups = yield from _listed(deeds, "DescribeLogGroups", "logGroups")
    return groups if isinstance(groups, Refusal) else [_retained(group) for group in groups]


def _retained(group: Mapping[str, Any]) -> Thing:
    name, before = str(group["logGroupName"]), int(group.get("retentionInDays") or 0)
    deed = Deed(
        service="logs",
        kind=RETENTION,
        id=name,
        operation="PutRetentionPolicy",
        parameters={"logGroupName": name, "retentionInDays": LONGEST},
        about=f"keep the logs of {name} for {LONGEST} days instead of {before}",
        state=HELD,
        detail={"before": before, "value": LONGEST},
    )
    return Thing(deed, not 0 < before < LONGEST)


def _listed(
    deeds: Deeds, operation: str, member: str
) -> Generator[Exchange, None, list[Mapping[str, Any]] | Refusal]:
    found: list[Mapping[str, Any]] = []
    refusal = yield from deeds.pages(
        operation, {}, lambda answer: found.extend(answer.values.get(member, ()))
    )
    return found if refusal is None else refusal


COLLECTOR = Collector(
    name="holds",
    about="what would be destroyed meanwhile, held where asked for",
    phase=Phase.HOLD,
    steps=(
        Step(
            service="ec2",
            operation="ModifyInstanceAttribute",
            about="instances protected from termination, and disks from going with them",
            run=partial(
                _hold,
                (
                    Way(Hold.TERMINATION, TERMINATION, _termination),
                    Way(Hold.DELETE_ON_TERMINATION, DISKS, _delete_on_termination),
                ),
            ),
            actions=(
                "ec2:DescribeInstanceAttribute",
                "ec2:DescribeInstances",
                "ec2:ModifyInstanceAttribute",
            ),
            mutates=True,
            options=(Hold.TERMINATION, Hold.DELETE_ON_TERMINATION),
        ),
        Step(
            service="autoscaling",
            operation="SuspendProcesses",
            about="groups that end no instances",
            run=partial(_hold, (Way(Hold.SCALING, SCALING, _processes),)),
            actions=("autoscaling:DescribeAutoScalingGroups", "autoscaling:SuspendProcesses"),
            mutates=True,
            options=(Hold.SCALING,),
        ),
        Step(
            service="autoscaling",
            operation="SetInstanceProtection",
            about="instances of groups, protected from scale-in",
            run=partial(_hold, (Way(Hold.SCALING, SCALE_IN, _members),)),
            actions=("autoscaling:DescribeAutoScalingGroups", "autoscaling:SetInstanceProtection"),
            mutates=True,
            options=(Hold.SCALING,),
        ),
        Step(
            service="logs",
            operation="PutRetentionPolicy",
            about=f"log groups that forget later: after {LONGEST} days",
            run=partial(_hold, (Way(Hold.LOG_RETENTION, RETENTION, _retention),)),
            actions=("logs:DescribeLogGroups", "logs:PutRetentionPolicy"),
            mutates=True,
            options=(Hold.LOG_RETENTION,),
        ),
    ),
)
