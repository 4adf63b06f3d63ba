"""Holds: each only where it was asked for, each with the value before, and none twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from forensics.collectors import catalogue, spec
from forensics.collectors.holds import DISKS, LONGEST, PROCESSES, RETENTION, SCALE_IN, SCALING, TERMINATION
from forensics.drill.server import Drill
from forensics.model import Effect, Exchange, Intent, Outcome, Record, Settled
from forensics.scope import Hold, Protect
from tests.collectors.play import REGION, Play, as_root

MODIFY, SUSPEND = "ec2.ModifyInstanceAttribute", "autoscaling.SuspendProcesses"
SET, RETAIN = "autoscaling.SetInstanceProtection", "logs.PutRetentionPolicy"
ROWS = (MODIFY, SUSPEND, SET, RETAIN)
ALL = Protect(holds=frozenset(Hold))


@pytest.fixture
def drill(drill: Drill) -> Drill:
    """Give an account with a group of two instances, two log groups that forget, and one that does not."""
    scaling = as_root(drill, service="autoscaling")
    scaling.create_launch_configuration(
        LaunchConfigurationName="web", ImageId="ami-12345678", InstanceType="t3.micro"
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="web; $(x)",
        LaunchConfigurationName="web",
        MinSize=0,
        MaxSize=4,
        DesiredCapacity=2,
        AvailabilityZones=[f"{REGION}a"],
    )
    logs = as_root(drill, service="logs")
    for name, days in (("/hold/short", 7), ("/hold/month", 30), ("/hold/long", LONGEST), ("/hold/ever", 0)):
        logs.create_log_group(logGroupName=name)
        if days:
            logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    drill.clear_calls()
    return drill


@pytest.fixture
def play(play: Play) -> Play:
    """Give a run that may change what it holds."""
    play.protect = ALL
    return play


def changed(drill: Drill) -> list[str]:
    """Return the mutations that AWS carried out."""
    return [call["operation"] for call in drill.calls() if call["mutating"] and call["status"] == 200]


def of(play: Play, kind: str) -> dict[str, Effect]:
    """Return the effects of a kind, by id."""
    return {effect.id: effect for effect in play.effects.values() if effect.kind == kind}


def instances(drill: Drill) -> dict[str, dict[str, Any]]:
    """Return the instances that there are."""
    found = as_root(drill).describe_instances()["Reservations"]
    return {one["InstanceId"]: one for reservation in found for one in reservation["Instances"]}


def group(drill: Drill) -> dict[str, Any]:
    """Return the group."""
    (found,) = as_root(drill, service="autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    return dict(found)


def retention(drill: Drill) -> dict[str, int]:
    """Return the days of each log group that forgets."""
    found = as_root(drill, service="logs").describe_log_groups(logGroupNamePrefix="/hold/")["logGroups"]
    return {one["logGroupName"]: one.get("retentionInDays", 0) for one in found}


def held(drill: Drill) -> None:
    """Hold that everything is held in AWS."""
    client = as_root(drill)
    for id_, instance in instances(drill).items():
        said = client.describe_instance_attribute(InstanceId=id_, Attribute="disableApiTermination")
        assert said["DisableApiTermination"]["Value"]
        assert not any(disk["Ebs"]["DeleteOnTermination"] for disk in instance["BlockDeviceMappings"])
    found = group(drill)
    assert {one["ProcessName"] for one in found["SuspendedProcesses"]} == set(PROCESSES)
    assert [one["ProtectedFromScaleIn"] for one in found["Instances"]] == [True, True]
    assert set(retention(drill).values()) == {0, LONGEST}


def test_everything_is_held_and_its_value_before_is_on_record(drill: Drill, play: Play) -> None:
    """Once each; again there is nothing to do."""
    before, disks = retention(drill), instances(drill)
    as_root(drill, service="autoscaling").suspend_processes(
        AutoScalingGroupName=group(drill)["AutoScalingGroupName"], ScalingProcesses=["Terminate"]
    )
    drill.clear_calls()
    play.run(*ROWS)
    held(drill)
    assert play.gaps() == []
    assert not play.intents
    assert {effect.detail["before"] for effect in of(play, TERMINATION).values()} == {False}
    assert of(play, TERMINATION).keys() == disks.keys()
    for id_, effect in of(play, DISKS).items():
        ending = [
            disk["DeviceName"]
            for disk in disks[id_]["BlockDeviceMappings"]
            if disk["Ebs"]["DeleteOnTermination"]
        ]
        assert effect.detail["before"] == [{"device": device, "value": True} for device in ending]
    (scaling,) = of(play, SCALING).values()
    assert scaling.detail == {"before": ["Terminate"], "value": sorted(PROCESSES)}
    assert {(one.detail["before"], one.detail["group"]) for one in of(play, SCALE_IN).values()} == {
        (False, "web; $(x)")
    }
    for name in ("/hold/short", "/hold/month"):
        assert of(play, RETENTION)[name].detail == {"before": before[name], "value": LONGEST}
    assert "/hold/long" not in of(play, RETENTION)
    assert "/hold/ever" not in of(play, RETENTION)
    drill.clear_calls()
    play.run(*ROWS)
    assert changed(drill) == []
    assert play.gaps() == []


@pytest.mark.parametrize(
    ("hold", "operations"),
    [
        (Hold.TERMINATION, {"ModifyInstanceAttribute"}),
        (Hold.DELETE_ON_TERMINATION, {"ModifyInstanceAttribute"}),
        (Hold.SCALING, {"SetInstanceProtection", "SuspendProcesses"}),
        (Hold.LOG_RETENTION, {"PutRetentionPolicy"}),
    ],
)
def test_only_what_was_asked_for(drill: Drill, play: Play, hold: Hold, operations: set[str]) -> None:
    """One hold makes its own calls; each is on disk before it is made."""
    play.protect = Protect(holds=frozenset({hold}))
    play.run(*ROWS)
    assert set(changed(drill)) == operations
    intents = play.of(Intent)
    assert {intent.source.operation for intent in intents} == operations
    attributes = {name for intent in intents for name in intent.parameters} - {"InstanceId"}
    assert ("DisableApiTermination" in attributes) is (hold is Hold.TERMINATION)
    assert ("BlockDeviceMappings" in attributes) is (hold is Hold.DELETE_ON_TERMINATION)
    assert all("before" in intent.detail for intent in intents)


def test_nothing_is_held_unasked() -> None:
    """Without the option no step takes part; and what is asked for comes first of all."""
    assert not {task.source.name for task in catalogue.tasks("222222222222", [REGION])} & set(ROWS)
    tasks = catalogue.tasks("222222222222", [REGION], options=frozenset(Hold))
    assert {task.source.name for task in tasks[:4]} == set(ROWS)
    assert {task.phase for task in tasks[:4]} == {spec.Phase.HOLD}


@pytest.mark.parametrize(
    ("action", "gaps"),
    [
        ("ec2:ModifyInstanceAttribute", {(MODIFY, "denied", "UnauthorizedOperation")}),
        ("ec2:DescribeInstanceAttribute", {(MODIFY, "denied", "UnauthorizedOperation")}),
        ("ec2:DescribeInstances", {(MODIFY, "denied", "UnauthorizedOperation")}),
        ("autoscaling:SuspendProcesses", {(SUSPEND, "denied", "AccessDenied")}),
        ("autoscaling:SetInstanceProtection", {(SET, "denied", "AccessDenied")}),
        (
            "autoscaling:DescribeAutoScalingGroups",
            {(SUSPEND, "denied", "AccessDenied"), (SET, "denied", "AccessDenied")},
        ),
        ("logs:PutRetentionPolicy", {(RETAIN, "denied", "AccessDeniedException")}),
        ("logs:DescribeLogGroups", {(RETAIN, "denied", "AccessDeniedException")}),
    ],
)
def test_denied(drill: Drill, play: Play, action: str, gaps: set[tuple[str, str, str]]) -> None:
    """One gap of the step that it stops, which stops no other; then the same again, allowed."""
    drill.deny(action)
    play.run(*ROWS)
    assert set(play.gaps()) == gaps
    assert not play.intents
    drill.allow()
    play.run(*ROWS)
    held(drill)
    assert play.gaps() == []


def _until(records: Iterable[Record], play: Play, kind: type, count: int) -> None:
    for record in records:
        play.take(record)
        count -= isinstance(record, kind) and not (
            isinstance(record, Exchange) and record.operation.startswith("Describe")
        )
        if count == 0:
            return


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("kind", [Intent, Exchange, Effect, Settled])
def test_killed_at_any_moment(drill: Drill, play: Play, row: str, kind: type) -> None:
    """What was changed keeps the value that it had before, though the next run finds it changed."""
    _, running = play.start(row)
    _until(running, play, kind, 2)
    running.close()
    play.run(*ROWS)
    held(drill)
    assert play.gaps() == []
    assert not play.intents
    intents = {one.id: one for one in play.of(Intent)}
    assert set(intents) == {one.intent for one in play.of(Settled)}
    done = [effect for effect in play.effects.values() if effect.kind.startswith("hold-")]
    assert all(effect.detail["before"] != effect.detail["value"] for effect in done)
    assert all(effect.detail["before"] == intents[effect.intent].detail["before"] for effect in done)


def test_an_instance_that_is_gone(drill: Drill, play: Play) -> None:
    """Begun with, and terminated: its intent is settled, and does not stay in doubt for ever."""
    _, running = play.start(MODIFY)
    _until(running, play, Intent, 1)
    running.close()
    (intent,) = play.intents.values()
    as_root(drill).terminate_instances(InstanceIds=[intent.detail["id"]])
    play.run(MODIFY)
    assert [one.outcome for one in play.of(Settled) if one.intent == intent.id] == [Outcome.VANISHED]
    assert intent.detail["id"] not in of(play, TERMINATION)
    assert not play.intents


def test_what_cannot_be_held(drill: Drill, play: Play) -> None:
    """AWS refuses one, a spot instance perhaps: a gap with its code, and all others are held."""
    code = "UnsupportedOperation"
    drill.fault(kind="error", operation="ModifyInstanceAttribute", code=code, status=400, times=1)
    play.run(*ROWS)
    assert [(row, gap) for row, _, gap in play.gaps()] == [(MODIFY, code)]
    assert play.coverage[MODIFY].gaps[0].count == 1
    assert len(of(play, TERMINATION)) == len(instances(drill)) - 1
