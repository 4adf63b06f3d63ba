"""Snapshots: each made once, whatever is lost."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import Any

import pytest

from forensics.collectors.making import NAMELESS, TAG_CASE, TAG_OP, Making
from forensics.collectors.progress import GIVEN_UP
from forensics.drill.server import Drill
from forensics.model import Coverage, Effect, Exchange, Intent, Outcome, Settled
from tests.collectors.play import REGION, Play, as_root, session_on
from tests.e2e.liar import Liar, Lie

ZONE = f"{REGION}a"
ROWS = ("ec2.DescribeVolumes", "ec2.DescribeSnapshots", "ec2.CreateSnapshots", "ec2.CreateSnapshot")
PROGRESS = "ec2.SnapshotProgress"


@pytest.fixture
def drill(one_drill: Drill) -> Drill:
    """Give an account with four instances, one of two disks, and a disk by itself."""
    one_drill.reset(seed=False)
    client = as_root(one_drill)
    made = client.run_instances(ImageId="ami-12345678", MinCount=4, MaxCount=4)["Instances"]
    for device in ("/dev/sdf", None):
        volume = client.create_volume(AvailabilityZone=ZONE, Size=1)["VolumeId"]
        if device:
            client.attach_volume(VolumeId=volume, InstanceId=made[0]["InstanceId"], Device=device)
    one_drill.clear_calls()
    return one_drill


def volumes(play: Play) -> dict[str, list[str]]:
    """Return every volume of the region, with the instances that it is attached to."""
    client = play.session.client("ec2", REGION)
    found = client.describe_volumes()["Volumes"]
    # The session's clients read no more than is asked for, so a client of its own would do; this one does.
    return {item["VolumeId"]: [a["InstanceId"] for a in item["Attachments"]] for item in found}


def snapshots(play: Play) -> list[dict[str, Any]]:
    """Return the snapshots that there are for the case."""
    client = play.session.client("ec2", REGION)
    case = {"Name": f"tag:{TAG_CASE}", "Values": ["IR-1"]}
    return list(client.describe_snapshots(OwnerIds=["self"], Filters=[case])["Snapshots"])


def mutating(drill: Drill) -> list[str]:
    """Return the mutations that the drill saw and carried out."""
    return [call["operation"] for call in drill.calls() if call["mutating"] and call["status"] == 200]


def once(play: Play) -> None:
    """Hold that every volume has exactly one snapshot, and that the record knows it."""
    made = snapshots(play)
    assert sorted(item["VolumeId"] for item in made) == sorted(volumes(play))
    assert {item["SnapshotId"] for item in made} == set(play.effects)
    assert not play.intents


def test_one_call_an_instance_and_one_for_what_is_detached(drill: Drill, play: Play) -> None:
    """All volumes of an instance together, and no other mutation."""
    play.run(*ROWS)
    once(play)
    assert mutating(drill) == ["CreateSnapshots"] * 4 + ["CreateSnapshot"]
    assert play.gaps() == []
    together = [effect for effect in play.effects.values() if effect.source.operation == "CreateSnapshots"]
    assert len({effect.intent for effect in together}) == 4
    assert len(together) == 5


def test_the_intent_comes_before_the_call(drill: Drill, play: Play) -> None:
    """When it is yielded nothing has been asked of AWS, so it can be on disk first."""
    play.run("ec2.DescribeVolumes")
    _, running = play.start("ec2.CreateSnapshots")
    intent = next(running)
    assert isinstance(intent, Intent)
    assert mutating(drill) == []
    running.close()
    assert mutating(drill) == []


def test_the_order_of_the_record(play: Play) -> None:
    """Intent, exchange, effects, settled; and so on for each instance, the coverage last."""
    play.run("ec2.DescribeVolumes")
    play.records.clear()
    play.run("ec2.CreateSnapshots")
    kinds = [type(record) for record in play.records]
    assert kinds.count(Intent) == kinds.count(Settled) == kinds.count(Exchange) == 4
    assert kinds[-1] is Coverage
    last: dict[str, type] = {}
    for record in play.records[:-1]:
        match record:
            case Intent():
                last[record.id] = Intent
            case Effect():
                assert last[record.intent] is Intent
            case Settled():
                assert last.pop(record.intent) is Intent


def test_tags_and_detail(play: Play) -> None:
    """The case and the intent are on the snapshot, and the volume's own tags too."""
    play.run(*ROWS)
    for snapshot in snapshots(play):
        effect = play.effects[snapshot["SnapshotId"]]
        tags = {tag["Key"]: tag["Value"] for tag in snapshot["Tags"]}
        assert (tags[TAG_CASE], tags[TAG_OP]) == ("IR-1", effect.intent)
        assert effect.detail["volume"] == snapshot["VolumeId"]
        assert effect.detail["size_gib"] == snapshot["VolumeSize"] > 0
        assert effect.detail["started"].endswith("Z")
        attached = effect.source.operation == "CreateSnapshots"
        assert bool(effect.detail["instance"]) is bool(effect.detail["device"]) is attached


def test_again_makes_nothing(drill: Drill, play: Play) -> None:
    """What has an effect is done."""
    play.run(*ROWS)
    drill.clear_calls()
    play.run(*ROWS)
    once(play)
    assert mutating(drill) == []
    assert play.gaps() == []
    assert play.coverage["ec2.CreateSnapshots"].outcome is Outcome.COLLECTED
    assert play.coverage["ec2.CreateSnapshot"].outcome is Outcome.COLLECTED


def _until(play: Play, row: str, kind: type[Any], count: int) -> None:
    """Run a row until it has yielded so many of a kind, and then die: the last is on disk, no more."""
    _, running = play.start(row)
    for record in running:
        play.take(record)
        count -= isinstance(record, kind)
        if count == 0:
            break
    running.close()


@pytest.mark.parametrize("kind", [Intent, Exchange, Effect, Settled])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_killed_at_any_moment_it_doubles_nothing(drill: Drill, play: Play, kind: type, count: int) -> None:
    """Whatever was the last record on disk, the next run completes it, each volume once."""
    play.run("ec2.DescribeVolumes", "ec2.DescribeSnapshots")
    _until(play, "ec2.CreateSnapshots", kind, count)
    play.run(*ROWS)
    once(play)
    assert len(snapshots(play)) == 6
    assert mutating(drill).count("CreateSnapshots") == 4


@pytest.mark.parametrize("kind", [Intent, Exchange, Effect])
def test_killed_with_a_detached_volume(play: Play, kind: type) -> None:
    """The same for the other call."""
    play.run("ec2.DescribeVolumes", "ec2.DescribeSnapshots", "ec2.CreateSnapshots")
    _until(play, "ec2.CreateSnapshot", kind, 1)
    play.run(*ROWS)
    once(play)


def test_an_intent_whose_call_was_never_made(play: Play) -> None:
    """Looked for some seconds, in vain; then said, and done anew under an intent of its own."""
    play.run("ec2.DescribeVolumes")
    _until(play, "ec2.CreateSnapshots", Intent, 1)
    play.records.clear()
    play.run("ec2.CreateSnapshots")
    first = play.of(Settled)[0]
    assert (first.intent, first.outcome, first.code) == ("op-0", Outcome.FAILED, "NotMade")
    assert sum(play.time.slept) >= 15
    polls = [item for item in play.of(Exchange) if item.operation == "DescribeSnapshots"]
    assert len(polls) >= 4
    assert {item.source.operation for item in polls} == {"CreateSnapshots"}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("operation", ["CreateSnapshots", "CreateSnapshot"])
def test_a_connection_that_breaks(drill: Drill, play: Play, when: str, operation: str) -> None:
    """Whether the call was carried out is found out by its tag, and it is made once."""
    drill.fault(kind="reset", operation=operation, when=when, times=1)
    play.run(*ROWS)
    once(play)
    assert play.gaps() == []
    assert mutating(drill).count("CreateSnapshots") == 4
    assert mutating(drill).count("CreateSnapshot") == 1


@pytest.mark.parametrize("kind", ["torn", "error"])
def test_an_answer_that_says_nothing(drill: Drill, play: Play, kind: str) -> None:
    """Half an answer, or a server's error, may stand for a call that was carried out."""
    drill.fault(kind=kind, operation="CreateSnapshots", times=2)
    play.run(*ROWS)
    once(play)
    assert play.gaps() == []


@pytest.mark.parametrize(
    "said",
    [
        "",
        "<item/>",
        "<item><snapshotId>snap-1</snapshotId></item>",
        "<item><volumeId>vol-1</volumeId></item>",
    ],
)
def test_success_that_names_nothing(drill: Drill, said: str) -> None:
    """AWS says that it was done and not what: it is looked for, and never made again in another way."""
    body = f"<CreateSnapshotsResponse><snapshotSet>{said}</snapshotSet></CreateSnapshotsResponse>".encode()
    with Liar(lambda asked: Lie(body) if b"Action=CreateSnapshots&" in asked else None, drill.url) as liar:
        play = Play(session_on(drill, endpoint_url=liar.url))
        play.run(*ROWS)
    assert {code for _, _, code in play.gaps()} == {NAMELESS}
    assert mutating(drill) == ["CreateSnapshot"], "the detached volume alone"
    assert len(play.intents) == 4, "left open, for a later run to look again"


@pytest.mark.parametrize(
    "code",
    [
        "SnapshotCreationPerVolumeRateExceeded",
        "ConcurrentSnapshotLimitExceeded",
        "PendingSnapshotLimitExceeded",
        "RequestLimitExceeded",
    ],
)
def test_limits_that_pass_are_waited_for(drill: Drill, play: Play, code: str) -> None:
    """AWS said no for now: the same intent, after a while, and no search for what was not made."""
    drill.fault(kind="error", operation="CreateSnapshots", code=code, status=400, times=3)
    play.run(*ROWS)
    once(play)
    assert play.gaps() == []
    assert len(play.of(Intent)) == 5
    assert sum(play.time.slept) >= 7
    assert not any(item.operation == "DescribeSnapshots" for item in play.of(Exchange) if item.operation)


def test_a_limit_that_does_not_pass_is_a_gap(drill: Drill, play: Play) -> None:
    """After ten minutes of one instance; its volumes are then tried one by one."""
    drill.fault(kind="error", operation="CreateSnapshots", code="ConcurrentSnapshotLimitExceeded", status=400)
    play.run(*ROWS)
    assert play.gaps() == [("ec2.CreateSnapshots", "failed", "ConcurrentSnapshotLimitExceeded")]
    assert play.coverage["ec2.CreateSnapshots"].gaps[0].count == 4
    once(play)


def test_denied_together_each_is_made_alone(drill: Drill, play: Play) -> None:
    """The denial is the one gap, and every volume has its snapshot."""
    drill.deny("ec2:CreateSnapshots")
    play.run(*ROWS)
    assert play.gaps() == [("ec2.CreateSnapshots", "denied", "UnauthorizedOperation")]
    assert mutating(drill) == ["CreateSnapshot"] * 6
    once(play)


def test_disks_that_are_not_of_one_moment(drill: Drill, play: Play) -> None:
    """It is said in the coverage: of what was made by then, and by every later run, allowed or not."""
    drill.deny("ec2:CreateSnapshots")
    play.run(*ROWS)
    attached = Counter(chain.from_iterable(volumes(play).values()))
    (instance,) = (one for one, count in attached.items() if count == 2)
    note = f"disks that are not of one moment: of {instance}"
    assert play.coverage["ec2.CreateSnapshot"].note == note
    play.run(*ROWS)
    assert play.coverage["ec2.CreateSnapshots"].note == note
    drill.allow()
    play.run(*ROWS)
    assert play.gaps() == []
    assert [play.coverage[row].note for row in ("ec2.CreateSnapshots", "ec2.CreateSnapshot")] == [note] * 2
    once(play)


def test_disks_of_one_moment(play: Play) -> None:
    """Of them there is nothing to be said."""
    for _ in range(2):
        play.run(*ROWS)
        assert {coverage.note for coverage in play.coverage.values()} == {""}


def test_a_note_of_many_instances(play: Play) -> None:
    """The first are named, the others counted: a coverage entry has a bound."""
    groups = {f"i-{number}": [f"vol-{number}-a", f"vol-{number}-b"] for number in range(100)}
    making = Making(_context(play), [])
    making._moments = {volume: volume for attached in groups.values() for volume in attached}
    note = making.coverage(groups, concerned=True).note
    assert note.endswith(", i-29 and 70 more")
    assert len(note) < 1_000


def test_denied_alone(drill: Drill, play: Play) -> None:
    """Only the detached volume is missing."""
    drill.deny("ec2:CreateSnapshot")
    play.run(*ROWS)
    assert play.gaps() == [("ec2.CreateSnapshot", "denied", "UnauthorizedOperation")]
    assert len(play.effects) == 5
    assert play.coverage["ec2.CreateSnapshot"].gaps[0].examples[0]["VolumeId"] in volumes(play)


def test_denied_throughout_it_is_given_up(drill: Drill, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few refusals, not one for each of thousands of volumes; what was not asked is not counted."""
    monkeypatch.setattr("forensics.collectors.making.DENIALS", 2)
    drill.deny("ec2:CreateSnapshot*")
    play.run(*ROWS)
    assert play.coverage["ec2.CreateSnapshots"].gaps[0].count == 2
    assert play.coverage["ec2.CreateSnapshot"].gaps[0].count == 2
    assert play.effects == {}
    assert mutating(drill) == []


def test_a_volume_with_fifty_tags(drill: Drill, play: Play) -> None:
    """There is no room for its tags and ours: ours go, by which it is found again."""
    drill.fault(kind="error", operation="CreateSnapshots", code="TagLimitExceeded", status=400, times=1)
    play.run(*ROWS)
    once(play)
    assert play.gaps() == []
    first, second = play.of(Intent)[:2]
    assert "CopyTagsFromSource" in first.parameters
    assert "CopyTagsFromSource" not in second.parameters
    assert first.id != second.id


def test_an_instance_that_is_gone(drill: Drill, play: Play) -> None:
    """Terminated since it was listed: a gap, and its disks, if they are left, are tried alone."""
    code = "InvalidInstanceID.NotFound"
    drill.fault(kind="error", operation="CreateSnapshots", code=code, status=400, times=1)
    play.run(*ROWS)
    assert play.gaps() == [("ec2.CreateSnapshots", "vanished", code)]
    once(play)


def test_in_doubt_it_is_let_alone(drill: Drill, play: Play) -> None:
    """The answer is lost and looking is denied: a second snapshot would be worse than a gap."""
    drill.fault(kind="reset", operation="CreateSnapshots", when="after", times=1)
    drill.deny("ec2:DescribeSnapshots")
    play.run("ec2.DescribeVolumes", "ec2.CreateSnapshots", "ec2.CreateSnapshot")
    assert play.gaps() == [("ec2.CreateSnapshots", "denied", "UnauthorizedOperation")]
    assert len(play.intents) == 1
    drill.allow()
    made = [item["VolumeId"] for item in snapshots(play)]
    assert len(made) == len(set(made)) == 6
    drill.clear_calls()
    play.run(*ROWS)
    once(play)
    assert mutating(drill) == []


@pytest.mark.parametrize("elsewhere", [True, False], ids=["elsewhere", "detached"])
def test_in_doubt_it_is_let_alone_wherever_it_is(drill: Drill, play: Play, elsewhere: bool) -> None:
    """The intent names its volumes: moved before anyone could look, they are still in doubt, and a gap."""
    drill.fault(kind="reset", operation="CreateSnapshots", when="after", times=1)
    drill.deny("ec2:DescribeSnapshots")
    rows = ("ec2.DescribeVolumes", "ec2.CreateSnapshots", "ec2.CreateSnapshot")
    play.run(*rows)
    (intent,) = play.intents.values()
    attached, client = volumes(play), as_root(drill)
    instance = intent.parameters["InstanceSpecification"]["InstanceId"]
    other = next(one for ids in attached.values() for one in ids if one != instance)
    for number, volume in enumerate(intent.detail["volumes"]):
        client.detach_volume(VolumeId=volume, InstanceId=instance)
        if elsewhere:
            client.attach_volume(VolumeId=volume, InstanceId=other, Device=f"/dev/sd{'xyz'[number]}")
    drill.clear_calls()
    play.run(*rows)
    assert mutating(drill) == []
    assert play.gaps() == [("ec2.CreateSnapshots", "denied", "UnauthorizedOperation")]
    drill.allow()
    play.run(*ROWS)
    once(play)
    assert play.gaps() == []


def test_a_shared_volume_is_snapshotted_once(play: Play) -> None:
    """With the first instance that has it; the second instance's other volumes go one by one."""
    names = [
        {"VolumeId": "vol-a", "Attachments": [{"InstanceId": "i-1", "Device": "a"}]},
        {"VolumeId": "vol-b", "Attachments": [{"InstanceId": i, "Device": "b"} for i in ("i-1", "i-2")]},
        {"VolumeId": "vol-c", "Attachments": [{"InstanceId": "i-2", "Device": "c"}]},
    ]
    _, running = play.start("ec2.CreateSnapshots")
    running.close()
    making = Making(_context(play), names)
    assert making.free(["vol-a", "vol-b"])
    making.done.update(["vol-a", "vol-b"])
    assert not making.free(["vol-b", "vol-c"])
    assert making.free(["vol-c"])


def _context(play: Play) -> Any:
    from forensics.collectors.spec import Context
    from forensics.model import Source

    source = Source(play.session.identity.account, REGION, "ec2", "CreateSnapshots")
    return Context(session=play.session, source=source)


def test_a_failed_snapshot_is_made_again(drill: Drill, play: Play) -> None:
    """A snapshot in `error` is no snapshot; the next run makes another."""
    drill.waiting(seconds=0, fails=True)
    play.run(*ROWS, PROGRESS)
    assert {effect.state for effect in play.effects.values()} == {"error"}
    assert [(row, outcome, code) for row, outcome, code in play.gaps()] == [(PROGRESS, "failed", "error")]
    assert play.coverage[PROGRESS].gaps[0].count == 6
    drill.waiting(seconds=0)
    play.run(*ROWS, PROGRESS)
    good = [effect for effect in play.effects.values() if effect.state == "completed"]
    assert sorted(effect.detail["volume"] for effect in good) == sorted(volumes(play))
    assert play.gaps() == []


def test_what_fails_is_not_made_for_ever(drill: Drill, play: Play) -> None:
    """Two of each volume in all, over however many runs; then a gap that says so, until it is told."""
    drill.waiting(seconds=0, fails=True)
    for _ in range(4):
        play.run(*ROWS, PROGRESS)
    made = [item["VolumeId"] for item in snapshots(play)]
    assert sorted(made) == sorted([*volumes(play)] * 2)
    assert play.gaps() == [(PROGRESS, "failed", GIVEN_UP)]
    [gap] = play.coverage[PROGRESS].gaps
    assert gap.count == 6
    assert gap.message.startswith(
        "2 snapshots or more were made and none is left, so no more are made unless"
    )
    told = min(volumes(play))
    assert "--try-again vol-" in gap.message
    drill.waiting(seconds=0)
    play.again = frozenset({told})
    play.run(*ROWS, PROGRESS)
    assert Counter(item["VolumeId"] for item in snapshots(play)) == {
        volume: 2 + (volume == told) for volume in volumes(play)
    }
    assert play.coverage[PROGRESS].gaps[0].count == 5


def test_other_gaps_stay_beside_what_failed(drill: Drill, play: Play) -> None:
    """That some snapshots failed hides nothing of what was said of others."""
    drill.deny("ec2:CreateSnapshot")
    drill.waiting(seconds=0, fails=True)
    play.run(*ROWS, PROGRESS)
    denied = ("ec2.CreateSnapshot", "denied", "UnauthorizedOperation")
    assert play.gaps() == [denied, (PROGRESS, "failed", "error")]


def test_no_volumes(drill: Drill) -> None:
    """A region without disks: nothing to do, and nothing missing."""
    play = Play(session_on(drill), region="eu-north-1")
    play.run(*ROWS, PROGRESS)
    assert play.gaps() == []
    assert play.coverage["ec2.CreateSnapshots"].outcome is Outcome.EMPTY
    assert play.coverage["ec2.CreateSnapshot"].outcome is Outcome.EMPTY
    assert play.coverage[PROGRESS].outcome is Outcome.EMPTY


def test_volumes_that_cannot_be_listed(drill: Drill, play: Play) -> None:
    """Whoever cannot list disks cannot make snapshots of them: one gap."""
    drill.deny("ec2:DescribeVolumes")
    play.run(*ROWS)
    assert play.gaps() == [("ec2.DescribeVolumes", "denied", "UnauthorizedOperation")]
    assert mutating(drill) == []


# -- progress


def test_followed_until_complete(drill: Drill, play: Play) -> None:
    """Begun is not safe: each change of state is an effect of its own."""
    drill.waiting(polls=3)
    play.run(*ROWS)
    assert {effect.state for effect in play.effects.values()} == {"pending"}
    play.records.clear()
    play.run(PROGRESS)
    assert {effect.state for effect in play.effects.values()} == {"completed"}
    assert len(play.of(Effect)) == 6
    assert {effect.source.operation for effect in play.of(Effect)} == {"CreateSnapshots", "CreateSnapshot"}
    assert play.coverage[PROGRESS].outcome is Outcome.COLLECTED
    assert play.time.slept[-1] > 2
    assert {item.document()["request"]["operation"] for item in play.of(Exchange)} == {"DescribeSnapshots"}


def test_one_that_takes_longer_than_there_is_time(drill: Drill, play: Play) -> None:
    """A gap that says which; the next run goes on from there."""
    drill.waiting(stuck=True)
    play.deadline = 300
    play.run(*ROWS, PROGRESS)
    assert play.gaps() == [(PROGRESS, "failed", "StillPending")]
    gap = play.coverage[PROGRESS].gaps[0]
    assert gap.count == 6
    assert gap.examples[0]["SnapshotId"] in play.effects
    assert sum(play.time.slept) == pytest.approx(300)


def test_no_time_means_one_look(drill: Drill, play: Play) -> None:
    """Who will not wait is told what is not complete."""
    drill.waiting(stuck=True)
    play.deadline = 0
    play.run(*ROWS, PROGRESS)
    assert play.gaps() == [(PROGRESS, "failed", "StillPending")]
    assert sum(play.time.slept) == 0


def test_no_deadline_waits_for_hours(drill: Drill, play: Play) -> None:
    """Botocore's own waiter would give up after ten minutes."""
    drill.waiting(polls=80)
    play.deadline = None
    play.run(*ROWS, PROGRESS)
    assert play.gaps() == []
    assert sum(play.time.slept) > 3_600


def test_one_that_is_deleted_meanwhile(drill: Drill, play: Play) -> None:
    """Somebody deletes it while it is made: vanished, after some looks, and made once more."""
    drill.waiting(stuck=True)
    play.run(*ROWS)
    (victim, volume), _ = sorted((id_, one.detail["volume"]) for id_, one in play.effects.items())[:2]
    play.deadline = 100
    for code, left in (("NotListed", 2), (GIVEN_UP, 2)):
        as_root(drill).delete_snapshot(SnapshotId=victim)
        play.run(PROGRESS)
        assert play.effects[victim].state == "vanished"
        assert (PROGRESS, "vanished", code) in play.gaps()
        play.run(*ROWS)
        made = [id_ for id_, one in play.effects.items() if one.detail["volume"] == volume]
        assert len(made) == left
        victim = made[-1]


def test_where_snapshots_cannot_be_listed_that_is_the_one_gap(drill: Drill, play: Play) -> None:
    """The polls would all be refused: they are not made, and nothing is said twice."""
    drill.deny("ec2:DescribeSnapshots")
    play.run(*ROWS, PROGRESS)
    assert play.gaps() == [("ec2.DescribeSnapshots", "denied", "UnauthorizedOperation")]
    assert len(play.effects) == 6
    assert PROGRESS not in play.coverage


def test_nothing_made_nothing_followed(play: Play) -> None:
    """An account without snapshots of ours has nothing to wait for."""
    play.run("ec2.DescribeSnapshots", PROGRESS)
    play.coverage.pop("ec2.DescribeSnapshots")
    assert play.gaps() == []
