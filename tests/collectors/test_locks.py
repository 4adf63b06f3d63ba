"""Locks on snapshots: each once, never for less than it is, and missed where it is not there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forensics.collectors import catalogue
from forensics.collectors.locking import NOT_ASKED, NOT_EXTENDED, NOT_LOCKED
from forensics.drill.server import Drill
from forensics.model import Coverage, Effect, Exchange, Intent, Outcome, Settled
from forensics.scope import NOTHING, Lock, LockMode, Protect
from tests.collectors.play import Play, as_root

ROWS = ("ec2.DescribeVolumes", "ec2.CreateSnapshots", "ec2.CreateSnapshot")
LOCK = "ec2.LockSnapshot"
LIST = "DescribeLockedSnapshots"
MONTH = Lock(days=30)
STRICT = Lock(days=30, mode=LockMode.COMPLIANCE, cool_off=24)


@pytest.fixture
def drill(one_drill: Drill) -> Drill:
    """Give an account whose snapshots are pending."""
    one_drill.reset()
    one_drill.waiting(stuck=True)
    one_drill.clear_calls()
    return one_drill


@pytest.fixture
def play(play: Play) -> Play:
    """Give a run that made the snapshots of two volumes, and is to lock them."""
    play.run("ec2.DescribeVolumes")
    play.names("ec2.DescribeVolumes", "ec2.CreateSnapshots", 0)
    play.names("ec2.DescribeVolumes", "ec2.CreateSnapshot", 2)
    play.run("ec2.CreateSnapshots", "ec2.CreateSnapshot")
    play.protect = Protect(lock=MONTH)
    return play


def locked(drill: Drill) -> dict[str, dict[str, Any]]:
    """Return what AWS says is locked."""
    found = as_root(drill).describe_locked_snapshots()["Snapshots"]
    return {one["SnapshotId"]: one for one in found}


def calls(drill: Drill) -> int:
    """Count the locks that AWS was asked for."""
    return sum(call["operation"] == "LockSnapshot" for call in drill.calls())


def locks(play: Play) -> list[Effect]:
    """Return what is on record of locks, each in its latest state."""
    return [effect for effect in play.effects.values() if effect.kind == "lock"]


def snapshots(play: Play) -> list[str]:
    """Return the ids of the snapshots that were made."""
    return [effect.id for effect in play.effects.values() if effect.kind == "snapshot"]


def whole(play: Play, drill: Drill) -> None:
    """Hold that each snapshot is locked as asked, in AWS and on record."""
    assert set(snapshots(play)) == set(locked(drill)) == {effect.id for effect in locks(play)}
    assert {effect.state for effect in locks(play)} == {one["LockState"] for one in locked(drill).values()}
    assert play.gaps() == []
    assert not play.intents


def test_each_is_locked_while_it_is_pending(drill: Drill, play: Play) -> None:
    """For as long as asked, in governance mode, with intent, answer, effect and settlement in that order."""
    play.records.clear()
    play.run(LOCK)
    whole(play, drill)
    assert calls(drill) == 2
    kinds = [type(one) for one in play.records]
    once = [Intent, Exchange, Effect, Settled]
    assert kinds == [Exchange, *once, *once, Exchange, Coverage]
    for effect in locks(play):
        until = datetime.fromisoformat(effect.detail["expires"])
        assert abs(until - datetime.now(UTC) - timedelta(days=30)) < timedelta(hours=1)
        assert (effect.state, effect.detail["days"], effect.detail["mode"]) == (
            "governance",
            30,
            "governance",
        )
        assert effect.detail["volume"].startswith("vol-")
    assert play.coverage[LOCK].outcome is Outcome.COLLECTED


def test_nothing_is_locked_unasked() -> None:
    """Without the option the step takes no part."""
    for options, there in (
        (frozenset[str](), False),
        (frozenset({"copy"}), False),
        (frozenset({"lock"}), True),
    ):
        tasks = catalogue.tasks("222222222222", ["eu-west-1"], options=options)
        assert any(task.source.name == LOCK for task in tasks) is there


def test_again_locks_nothing(drill: Drill, play: Play) -> None:
    """What is locked for as long is not locked again, also by a case that does not know it."""
    play.run(LOCK)
    play.run(LOCK)
    assert calls(drill) == 2
    known = dict(play.effects)
    play.effects = {name: one for name, one in known.items() if one.kind == "snapshot"}
    play.run(LOCK)
    assert calls(drill) == 2
    whole(play, drill)
    assert {effect.detail["ours"] for effect in locks(play)} == {False}
    assert {effect.intent for effect in locks(play)} <= {effect.intent for effect in known.values()}


@pytest.mark.parametrize(
    ("first", "second", "asked", "state", "days"),
    [
        (10, MONTH, 1, "governance", 30),
        (100, MONTH, 0, "governance", 100),
        (100, STRICT, 1, "compliance-cooloff", 100),
        (10, STRICT, 1, "compliance-cooloff", 30),
    ],
)
def test_longer_and_stricter_but_never_less(
    drill: Drill, play: Play, first: int, second: Lock, asked: int, state: str, days: int
) -> None:
    """A shorter lock is extended, a longer one let alone, and another mode does not shorten it."""
    play.protect = Protect(lock=Lock(days=first))
    play.run(LOCK)
    play.protect = Protect(lock=second)
    drill.clear_calls()
    play.run(LOCK)
    assert calls(drill) == 2 * asked
    for one in locked(drill).values():
        left = (one["LockExpiresOn"] - datetime.now(UTC)) / timedelta(days=1)
        assert one["LockState"] == state
        assert days - 0.1 < left < days + 1, "a day more, rather than less, where the clocks differ"
    whole(play, drill)


def test_compliance_is_extended_only_by_its_own_flag(drill: Drill, play: Play) -> None:
    """Whoever asks for governance does not get another month of compliance: a gap says so."""
    play.protect = Protect(lock=replace(STRICT, cool_off=None))
    play.run(LOCK)
    assert {one["LockState"] for one in locked(drill).values()} == {"compliance"}
    play.protect = Protect(lock=Lock(days=90))
    drill.clear_calls()
    play.run(LOCK)
    assert calls(drill) == 0
    assert play.gaps() == [(LOCK, "failed", NOT_EXTENDED)]
    play.protect = Protect(lock=replace(STRICT, days=90))
    play.run(LOCK)
    whole(play, drill)
    assert {effect.detail["days"] for effect in locks(play)} == {90}


def test_somebody_unlocks_them(drill: Drill, play: Play) -> None:
    """The next run finds it out, puts it on record, and locks them again."""
    play.run(LOCK)
    for id_ in snapshots(play):
        as_root(drill).unlock_snapshot(SnapshotId=id_)
    play.records.clear()
    play.run(LOCK)
    whole(play, drill)
    assert [effect.state for effect in play.of(Effect)] == ["unlocked", "governance"] * 2


def test_unlocked_before_anyone_looks(drill: Drill, play: Play) -> None:
    """AWS took the lock, and lists none: that is missing, whatever was answered."""
    _, running = play.start(LOCK)
    for record in running:
        play.take(record)
        if isinstance(record, Settled):
            as_root(drill).unlock_snapshot(SnapshotId=locks(play)[-1].id)
    assert play.gaps() == [(LOCK, "failed", NOT_LOCKED)]
    assert {effect.state for effect in locks(play)} == {"unlocked"}
    assert play.coverage[LOCK].gaps[0].count == 2


@pytest.mark.parametrize(
    ("action", "outcome"), [("ec2:LockSnapshot", "denied"), ("ec2:DescribeLockedSnapshots", "denied")]
)
def test_denied(drill: Drill, play: Play, action: str, outcome: str) -> None:
    """One gap; who may lock and not look locks all the same."""
    drill.deny(action)
    play.run(LOCK)
    assert play.gaps() == [(LOCK, outcome, "UnauthorizedOperation")]
    assert bool(locks(play)) is (action != "ec2:LockSnapshot")
    asked = calls(drill)
    play.run(LOCK)
    assert calls(drill) == asked + (2 if action == "ec2:LockSnapshot" else 0)
    drill.allow()
    play.run(LOCK)
    whole(play, drill)


def test_denied_throughout_it_is_given_up(drill: Drill, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few refusals, not one for each of thousands."""
    monkeypatch.setattr("forensics.collectors.deeds.DENIALS", 1)
    drill.deny("ec2:LockSnapshot")
    play.run(LOCK)
    assert calls(drill) == 1
    assert play.coverage[LOCK].gaps[0].count == 1


def test_one_that_is_gone(drill: Drill, play: Play) -> None:
    """Deleted before it was locked: vanished, and the other is locked."""
    gone, other = snapshots(play)
    as_root(drill).delete_snapshot(SnapshotId=gone)
    play.run(LOCK)
    assert play.gaps() == [(LOCK, "vanished", "InvalidSnapshot.NotFound")]
    assert set(locked(drill)) == {other}


@pytest.mark.parametrize("kind", [Intent, Exchange, Effect, Settled])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_killed_at_any_moment(drill: Drill, play: Play, kind: type, count: int) -> None:
    """The next run completes it: a call that was made is known by what AWS lists, and not made again."""
    _, running = play.start(LOCK)
    for record in running:
        play.take(record)
        count -= isinstance(record, kind)
        if count == 0:
            break
    running.close()
    play.run(LOCK)
    whole(play, drill)
    assert calls(drill) == 2
    settled = {one.intent for one in play.of(Settled)}
    assert {one.id for one in play.of(Intent)} == settled


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_that_breaks(drill: Drill, play: Play, when: str) -> None:
    """The same call again does no harm: the lock is as it was asked to be."""
    drill.fault(kind="reset", operation="LockSnapshot", when=when, times=1)
    play.run(LOCK)
    whole(play, drill)


def test_an_answer_that_never_comes(drill: Drill, play: Play) -> None:
    """The intent stays open, with a gap; the next run sees the lock in the list and settles it."""
    drill.fault(kind="reset", operation="LockSnapshot", when="after")
    play.run(LOCK)
    assert {code for _, _, code in play.gaps()} == {"ConnectionClosedError"}
    assert len(play.intents) == 2
    drill.clear_faults()
    drill.clear_calls()
    play.run(LOCK)
    whole(play, drill)
    assert calls(drill) == 0


def test_an_intent_for_what_is_gone(drill: Drill, play: Play) -> None:
    """Begun, and the snapshot deleted: the intent is settled, and does not stay in doubt for ever."""
    _, running = play.start(LOCK)
    for record in running:
        play.take(record)
        if isinstance(record, Intent):
            break
    running.close()
    (intent,) = play.intents.values()
    as_root(drill).delete_snapshot(SnapshotId=intent.detail["id"])
    name = intent.detail["id"]
    play.effects[name] = replace(play.effects[name], state="vanished")
    play.run(LOCK)
    whole_but = [one for one in play.of(Settled) if one.intent == intent.id]
    assert [one.outcome for one in whole_but] == [Outcome.VANISHED]
    assert not play.intents


def test_a_run_that_is_not_told_to_says_what_is_missing(drill: Drill, play: Play) -> None:
    """An earlier run was to lock: what is not locked is a gap, and AWS is not asked for anything."""
    drill.deny("ec2:LockSnapshot")
    play.run(LOCK)
    drill.allow()
    play.protect, play.asked = NOTHING, {"lock": {"days": 30}}
    drill.clear_calls()
    play.run(LOCK)
    assert play.gaps() == [(LOCK, "failed", NOT_ASKED)]
    assert drill.calls() == []
    play.protect = Protect(lock=MONTH)
    play.run(LOCK)
    play.protect = NOTHING
    play.run(LOCK)
    assert play.gaps() == []


def test_pages_of_locks(drill: Drill, play: Play) -> None:
    """The list has no paginator of botocore's, and is read to its end all the same."""
    drill.page_size(1)
    play.run(LOCK)
    play.run(LOCK)
    drill.page_size(None)
    whole(play, drill)
    assert calls(drill) == 2
    assert sum(call["operation"] == LIST for call in drill.calls()) > 4


def test_a_region_without_disks(drill: Drill, play: Play) -> None:
    """Nothing to lock, and AWS is not asked."""
    other = Play(play.session, region="eu-north-1", protect=Protect(lock=MONTH))
    other.run(*ROWS)
    drill.clear_calls()
    other.run(LOCK)
    assert drill.calls() == []
    assert other.coverage[LOCK].outcome is Outcome.EMPTY
