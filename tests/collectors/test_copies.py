"""Copies into another account: each once, under its key, and nothing stays shared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from forensics.aws.session import Session
from forensics.collectors.copies import (
    AWS_MANAGED,
    NO_KEY,
    NOT_ASKED,
    NOT_COMPLETE,
    SAME_ACCOUNT,
    STILL_PENDING,
)
from forensics.collectors.copying import NAMELESS, SIZE_DIFFERS, TRIES
from forensics.collectors.deeds import EXPIRED
from forensics.collectors.progress import GIVEN_UP
from forensics.drill.server import Drill
from forensics.model import Effect, Exchange, Intent, Outcome, Settled, Source
from forensics.scope import NOTHING, CopyTo, Lock, Protect
from tests.collectors.play import REGION, Play, as_root, session_on
from tests.e2e.liar import Liar, Lie

VICTIM, EVIDENCE = "222222222222", "333333333333"
ROLE = f"arn:aws:iam::{EVIDENCE}:role/ForensicsEvidence"
COPY = "ec2.CopySnapshot"
PLAIN, OURS, AWS = "plain", "customer key", "AWS's key"


class Copies(Play):
    """A run with two sides."""

    def missing(self) -> set[str]:
        """Name what is missing, by code."""
        return {gap.code for gap in self.coverage[COPY].gaps}

    def copies(self, hop: str = "evidence") -> list[Effect]:
        """Give the copies of a hop."""
        return [one for one in self.effects.values() if one.kind == "copy" and one.detail["hop"] == hop]

    def of(self, kind: type[Any] | str) -> list[Any]:
        """Give records of a type, or effects of a kind."""
        if isinstance(kind, str):
            return [one for one in self.effects.values() if one.kind == kind]
        return super().of(kind)


@pytest.fixture
def keys(drill: Drill) -> dict[str, str]:
    """Give a KMS key of each account, which copies are made with."""
    made = {}
    for account in (VICTIM, EVIDENCE):
        kms = as_root(drill, account, "kms")
        made[account] = kms.create_key(Description="copies")["KeyMetadata"]["Arn"]
        kms.create_alias(AliasName="alias/evidence", TargetKeyId=made[account])
    return made


@pytest.fixture
def play(drill: Drill, keys: dict[str, str]) -> Copies:
    """Give a run that has a snapshot of each kind: unencrypted, by a key of the account, by AWS's key."""
    drill.waiting(seconds=0, polls=1)
    client = as_root(drill)
    zone = {"AvailabilityZone": f"{REGION}a"}
    how: dict[str, dict[str, Any]] = {
        PLAIN: {"Size": 1},
        OURS: {"Size": 2, "Encrypted": True, "KmsKeyId": keys[VICTIM]},
        AWS: {"Size": 3, "Encrypted": True},
    }
    volumes = {client.create_volume(**zone, **one)["VolumeId"]: kind for kind, one in how.items()}
    play = Copies(session_on(drill), evidence=evidence(drill))
    play.protect = protect(keys)
    play.run("ec2.DescribeVolumes", "ec2.DescribeSnapshots")
    play.names("ec2.DescribeVolumes", "ec2.CreateSnapshots", 0)
    play.keep_names("ec2.DescribeVolumes", "ec2.CreateSnapshot", lambda name: name["VolumeId"] in volumes)
    play.run("ec2.CreateSnapshots", "ec2.CreateSnapshot", "ec2.SnapshotProgress")
    assert len(play.effects) == 3
    drill.clear_calls()
    return play


def evidence(drill: Drill, **options: Any) -> Session:
    """Give a session of the role in the evidence account."""
    return session_on(drill, role_arn=ROLE, **options)


def protect(made: dict[str, str], **other: Any) -> Protect:
    """Ask for copies, by a key of the account on the way."""
    to = CopyTo(account=EVIDENCE, keys=(made[EVIDENCE],), role_arn=ROLE, source_keys=("alias/evidence",))
    return Protect(copy=replace(to, **other))


def there(drill: Drill) -> list[dict[str, Any]]:
    """Give the copies that the evidence account has."""
    case = {"Name": "tag:forensics:case", "Values": ["IR-1"]}
    found = as_root(drill, EVIDENCE).describe_snapshots(OwnerIds=["self"], Filters=[case])["Snapshots"]
    return list(found)


def shared(drill: Drill) -> set[str]:
    """Name the snapshots that the evidence account can see and does not own; and grants."""
    found = as_root(drill, EVIDENCE).describe_snapshots(OwnerIds=[VICTIM])["Snapshots"]
    kms = as_root(drill, VICTIM, "kms")
    listed = kms.list_keys()["Keys"]
    grants = [grant for key in listed for grant in kms.list_grants(KeyId=key["KeyId"])["Grants"]]
    return {one["SnapshotId"] for one in found} | {one["GrantId"] for one in grants}


def made(drill: Drill, account: str = EVIDENCE) -> int:
    """Count the copies that AWS began in an account."""
    done = [one for one in drill.calls() if one["operation"] == "CopySnapshot" and one["status"] == 200]
    return sum(one["account"] == account for one in done)


def whole(drill: Drill, play: Copies, keys: dict[str, str]) -> None:
    """Hold that each snapshot has one copy under the evidence account's key, and nothing is shared."""
    originals = {one.id: one for one in play.of("snapshot")}
    copies = {one.id: one for one in play.copies() if one.state == "completed"}
    assert {one["SnapshotId"] for one in there(drill) if one["State"] == "completed"} == copies.keys()
    assert sorted(one.detail["snapshot"] for one in copies.values()) == sorted(originals)
    for one in there(drill):
        copy = copies[one["SnapshotId"]]
        assert (one["KmsKeyId"], one["Encrypted"]) == (keys[EVIDENCE], True)
        assert copy.detail["key"] == keys[EVIDENCE]
        assert copy.detail["volume"] == originals[copy.detail["snapshot"]].detail["volume"]
        assert copy.detail["size_gib"] == one["VolumeSize"] > 0
        assert copy.source.account == EVIDENCE
    assert {one.state for one in (*play.of("share"), *play.of("grant"))} <= {"withdrawn"}
    assert shared(drill) == set()
    assert play.missing() == set()
    assert not play.intents


def test_each_is_copied_by_its_way(drill: Drill, play: Copies, keys: dict[str, str]) -> None:
    """In one hop, or, where AWS's own key encrypts it, in two; the lineage is on record."""
    play.run(COPY)
    whole(drill, play, keys)
    assert (made(drill), made(drill, VICTIM)) == (3, 1)
    (middle,) = play.copies("re-encrypted")
    assert middle.detail["key"] == keys[VICTIM]
    assert middle.source.account == VICTIM
    last = next(one for one in play.copies() if one.detail["from"] == middle.id)
    assert last.detail["snapshot"] == middle.detail["snapshot"] == middle.detail["from"]
    assert last.detail["size_gib"] == 3
    assert len(play.of("share")) == 3
    assert {one.detail["key"] for one in play.of("grant")} == {keys[VICTIM]}
    assert play.coverage[COPY].outcome is Outcome.COLLECTED
    tags = {tag["Key"]: tag["Value"] for tag in there(drill)[0]["Tags"]}
    assert tags["forensics:case"] == "IR-1"
    principals = {one.principal.split("/")[1] for one in play.of(Exchange) if one.source.name == COPY}
    assert principals == {"ForensicsCollector", "ForensicsEvidence"}, "each exchange says as whom"


def test_again_copies_nothing(drill: Drill, play: Copies, keys: dict[str, str]) -> None:
    """What is there is there."""
    play.run(COPY)
    drill.clear_calls()
    play.run(COPY)
    assert not [call for call in drill.calls() if call["mutating"]]
    whole(drill, play, keys)


def test_copies_are_locked_there(drill: Drill, play: Copies, keys: dict[str, str]) -> None:
    """As the originals are, with locks of their own."""
    play.protect = replace(play.protect, lock=Lock(days=30))
    play.run(COPY)
    whole(drill, play, keys)
    found = as_root(drill, EVIDENCE).describe_locked_snapshots()["Snapshots"]
    assert {one["SnapshotId"] for one in found} == {one.id for one in play.copies()}
    assert {(one.source.account, one.state) for one in play.of("lock")} == {(EVIDENCE, "governance")}


def test_a_lock_that_was_asked_for_is_missed_there_too(drill: Drill, play: Copies) -> None:
    """The evidence account may not lock: a gap; and so it is in a run that only copies."""
    play.protect = replace(play.protect, lock=Lock(days=30))
    drill.deny("ec2:LockSnapshot", "ForensicsEvidence")
    play.run(COPY)
    assert play.missing() == {"UnauthorizedOperation"}
    play.protect, play.asked = replace(play.protect, lock=None), {"lock": {"days": 30}, "copy": {}}
    play.run(COPY)
    assert play.missing() == {NOT_ASKED}


def test_what_was_shared_before_stays(drill: Drill, play: Copies) -> None:
    """We take back what we gave, and nothing else."""
    first = next(one for one in play.of("snapshot") if one.detail["size_gib"] == 1)
    as_root(drill).modify_snapshot_attribute(
        SnapshotId=first.id,
        Attribute="createVolumePermission",
        OperationType="add",
        UserIds=[EVIDENCE, "444444444444"],
    )
    play.run(COPY)
    assert play.missing() == set()
    assert shared(drill) == {first.id}
    assert first.id not in {one.id for one in play.of("share")}


def test_shared_with_others_before(drill: Drill, play: Copies) -> None:
    """The value before is on record, and is what it is again."""
    first = next(one for one in play.of("snapshot") if one.detail["size_gib"] == 1)
    as_root(drill).modify_snapshot_attribute(
        SnapshotId=first.id,
        Attribute="createVolumePermission",
        OperationType="add",
        UserIds=["444444444444"],
    )
    play.run(COPY)
    intents = [one for one in play.of(Intent) if one.detail.get("kind") == "share"]
    before = [one.detail["before"] for one in intents if one.detail["id"] == first.id]
    assert before == [["444444444444"], [EVIDENCE, "444444444444"]]
    now = as_root(drill).describe_snapshot_attribute(SnapshotId=first.id, Attribute="createVolumePermission")
    assert [one["UserId"] for one in now["CreateVolumePermissions"]] == ["444444444444"]


# -- killed


def _records(play: Copies, row: str = COPY) -> Any:
    return play.start(row)[1]


@pytest.mark.parametrize("kind", [Intent, Exchange, Effect, Settled])
@pytest.mark.parametrize("count", range(1, 24, 2))
def test_killed_at_any_moment(
    drill: Drill, play: Copies, keys: dict[str, str], kind: type, count: int
) -> None:
    """Whatever was the last record on disk: the next run copies the rest, and nothing twice."""
    running = _records(play)
    for record in running:
        play.take(record)
        count -= isinstance(record, kind)
        if count == 0:
            break
    running.close()
    play.run(COPY)
    whole(drill, play, keys)
    assert (made(drill), made(drill, VICTIM)) == (3, 1)
    assert {one.id for one in play.of(Intent)} == {one.intent for one in play.of(Settled)}


# -- refused


@pytest.mark.parametrize(
    ("action", "who", "code", "left"),
    [
        ("ec2:CopySnapshot", "ForensicsEvidence", "UnauthorizedOperation", 0),
        ("ec2:CopySnapshot", "ForensicsCollector", "UnauthorizedOperation", 2),
        ("ec2:ModifySnapshotAttribute", "ForensicsCollector", "UnauthorizedOperation", 0),
        ("ec2:DescribeSnapshotAttribute", "ForensicsCollector", "UnauthorizedOperation", 0),
        ("ec2:DescribeSnapshots", "ForensicsCollector", "UnauthorizedOperation", 0),
        ("ec2:DescribeSnapshots", "ForensicsEvidence", "UnauthorizedOperation", 0),
        # The grant alone is no gap; that the key may not be used is.
        ("kms:CreateGrant", "ForensicsCollector", "error", 1),
        # Nobody says that the key is AWS's own, so sharing does.
        ("kms:DescribeKey", "ForensicsCollector", "OperationNotPermitted", 2),
    ],
)
def test_denied(
    drill: Drill,
    play: Copies,
    action: str,
    who: str,
    code: str,
    left: int,
) -> None:
    """One gap, of the side that refused; what can be copied is; then, allowed, the rest."""
    drill.deny(action, who)
    play.run(COPY)
    assert play.missing() == {code}
    assert sum(one.state == "completed" for one in play.copies()) == left
    drill.allow()
    play.run(COPY)
    assert play.missing() == set()
    good = [one for one in play.copies() if one.state == "completed"]
    assert len({one.detail["snapshot"] for one in good}) == len(good) == 3
    assert shared(drill) == set()
    assert not play.intents


def test_a_key_that_may_not_be_used(drill: Drill, play: Copies, keys: dict[str, str]) -> None:
    """AWS begins the copy and fails it: a gap with its words, and a new copy once the key is there."""
    as_root(drill, EVIDENCE, "kms").disable_key(KeyId=keys[EVIDENCE])
    play.run(COPY)
    assert play.missing() == {"error"}
    assert play.coverage[COPY].gaps[0].message == "Given key ID is not accessible"
    assert shared(drill) == set()
    as_root(drill, EVIDENCE, "kms").enable_key(KeyId=keys[EVIDENCE])
    play.run(COPY)
    assert play.missing() == set()
    assert sorted(one.state for one in play.copies()) == ["completed"] * 3 + ["error"] * 3


def test_a_copy_that_fails(drill: Drill, play: Copies) -> None:
    """Each copy in error is a gap; the next run makes another."""
    drill.waiting(seconds=0, polls=1, copies_fail=True)
    play.run(COPY)
    assert play.missing() == {"error"}
    assert shared(drill) == set()
    drill.waiting(seconds=0, polls=1)
    play.run(COPY)
    assert play.missing() == set()
    assert len([one for one in play.copies() if one.state == "completed"]) == 3


def test_what_fails_is_not_copied_for_ever(drill: Drill, play: Copies) -> None:
    """Three of each in a hop, over however many runs; then nothing is even shared, until it is told."""
    drill.waiting(seconds=0, polls=1, copies_fail=True)
    for _ in range(TRIES):
        play.run(COPY)
        assert play.missing() == {"error"}
    drill.clear_calls()
    play.run(COPY)
    assert play.missing() == {GIVEN_UP}
    assert not [call for call in drill.calls() if call["mutating"]]
    [gap] = play.coverage[COPY].gaps
    first = str(gap.examples[0]["SourceSnapshotId"])
    assert gap.count == 3
    assert gap.message.startswith("3 copies have failed, so no more are made unless told (--try-again snap-")
    assert gap.message.endswith(": The copy failed for an internal reason")
    drill.waiting(seconds=0, polls=1)
    volume = next(one.detail["volume"] for one in play.of("snapshot") if one.detail["encrypted"] is False)
    for told in (first, volume):
        play.again = frozenset({told})
        play.run(COPY)
    assert play.missing() == {GIVEN_UP}
    play.again = frozenset(one.id for one in play.of("snapshot"))
    play.run(COPY)
    assert (play.missing(), shared(drill)) == (set(), set())
    assert [one.state for one in play.copies()].count("completed") == 3


@pytest.mark.parametrize(
    ("other", "missing", "left"),
    [
        ({"source_keys": ()}, AWS_MANAGED, 2),
        ({"source_keys": (f"arn:aws:kms:us-east-1:{VICTIM}:key/x",)}, AWS_MANAGED, 2),
        ({"keys": (f"arn:aws:kms:us-east-1:{EVIDENCE}:key/x",)}, NO_KEY, 0),
    ],
)
def test_no_key_for_it(
    drill: Drill, play: Copies, keys: dict[str, str], other: dict[str, Any], missing: Any, left: int
) -> None:
    """A gap that says which key is missing; the others are copied."""
    play.protect = protect(keys, **other)
    play.run(COPY)
    assert play.missing() == {missing}
    assert len(play.copies()) == left
    assert shared(drill) == set()


def test_an_alias_is_a_key_in_every_region(drill: Drill, play: Copies, keys: dict[str, str]) -> None:
    """And AWS says which key it stands for."""
    play.protect = protect(keys, keys=("alias/evidence",))
    play.run(COPY)
    whole(drill, play, keys)


def test_a_snapshot_that_is_not_complete(play: Copies) -> None:
    """It cannot be copied yet: a gap, and the others are."""
    name = play.of("snapshot")[0].id
    play.effects[name] = replace(play.effects[name], state="pending")
    play.run(COPY)
    assert play.missing() == {NOT_COMPLETE}
    assert len(play.copies()) == 2


def test_a_copy_of_another_size(play: Copies) -> None:
    """It is not of what it was to be of."""
    name = next(one.id for one in play.of("snapshot") if one.detail["size_gib"] == 1)
    made = play.effects[name]
    play.effects[name] = replace(made, detail={**made.detail, "size_gib": 7})
    play.run(COPY)
    assert play.missing() == {SIZE_DIFFERS}


# -- limits, and what is lost on the way


def test_many_at_once(drill: Drill, play: Copies, keys: dict[str, str]) -> None:
    """AWS begins no more than its limit; the others wait for their turn under the same intent."""
    drill.waiting(seconds=0, polls=2, copies=1)
    play.run(COPY)
    assert play.missing() == set()
    assert made(drill) == 3
    assert len([one for one in play.of(Intent) if one.source.operation == "CopySnapshot"]) == 4
    assert any(one["code"] == "ResourceLimitExceeded" for one in drill.calls())
    whole(drill, play, keys)


def test_our_own_limit(drill: Drill, play: Copies, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more are begun than AWS takes, so that it need not say so."""
    monkeypatch.setattr("forensics.collectors.copying.AT_ONCE", 1)
    drill.waiting(seconds=0, polls=2, copies=1)
    play.run(COPY)
    assert play.missing() == set()
    assert not any(one["code"] == "ResourceLimitExceeded" for one in drill.calls())


def test_a_limit_that_does_not_pass(drill: Drill, play: Copies) -> None:
    """After the time given: a gap, no intent in doubt, and nothing shared."""
    drill.waiting(seconds=0, polls=1, copies=0)
    play.deadline = 100
    play.run(COPY)
    assert STILL_PENDING in play.missing()
    assert not play.intents
    assert shared(drill) == set()


def test_one_that_takes_longer_than_there_is_time(drill: Drill, play: Copies, keys: dict[str, str]) -> None:
    """A gap, and what is being copied stays shared, since the copy would fail; the next run goes on."""
    drill.waiting(stuck=True)
    play.deadline = 100
    play.run(COPY)
    assert play.missing() == {STILL_PENDING}
    kept = {str(one.detail["from"]) for one in play.copies()}
    assert kept < shared(drill)
    drill.waiting(seconds=0, polls=1)
    play.deadline = None
    play.run(COPY)
    whole(drill, play, keys)
    assert made(drill) == 3


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "operation",
    ["CopySnapshot", "ModifySnapshotAttribute", "CreateGrant", "RetireGrant", "DescribeSnapshots"],
)
def test_a_connection_that_breaks(
    drill: Drill, play: Copies, keys: dict[str, str], when: str, operation: str
) -> None:
    """Whether a copy was begun is found out by its tag; all else can be asked again."""
    drill.fault(kind="reset", operation=operation, when=when, times=1)
    play.run(COPY)
    whole(drill, play, keys)
    assert (made(drill), made(drill, VICTIM)) == (3, 1) if when == "before" else made(drill) <= 3


def test_success_that_names_nothing(drill: Drill, play: Copies) -> None:
    """AWS says that it was done and not what: looked for, and never copied again in doubt."""
    said = b"<CopySnapshotResponse><requestId>x</requestId></CopySnapshotResponse>"
    with Liar(lambda asked: Lie(said) if b"Action=CopySnapshot&" in asked else None, drill.url) as liar:
        play.evidence = evidence(drill, endpoint_url=liar.url)
        play.run(COPY)
    assert play.missing() == {NAMELESS}
    assert len(play.intents) == 3
    assert made(drill) == 0


def test_credentials_of_the_evidence_account_expire(drill: Drill, play: Copies, keys: dict[str, str]) -> None:
    """That ends no run: it is a gap of the copies, which go on once there are others."""
    play.protect = protect(keys, source_keys=())
    drill.fault(kind="expired", operation="CopySnapshot", skip=1)
    play.run(COPY)
    assert play.missing() == {EXPIRED, AWS_MANAGED}
    assert Outcome.EXPIRED in {gap.outcome for gap in play.coverage[COPY].gaps}
    assert not play.intents
    assert shared(drill), "what is being copied, which nobody can follow any more"
    drill.clear_faults()
    play.protect, play.evidence = protect(keys), evidence(drill)
    play.run(COPY)
    whole(drill, play, keys)
    assert made(drill) == 3


def test_our_own_credentials_expire(drill: Drill, play: Copies) -> None:
    """That ends the run, as ever."""
    from forensics.errors import CredentialsError

    drill.fault(kind="expired", operation="ModifySnapshotAttribute")
    with pytest.raises(CredentialsError):
        play.run(COPY)


# -- without the option


def test_a_run_that_is_not_told_to(drill: Drill, play: Copies) -> None:
    """It copies nothing, says what is missing, and takes back what an earlier one left shared."""
    running = _records(play)
    for record in running:
        play.take(record)
        if isinstance(record, Settled) and play.of("share"):
            break
    running.close()
    assert shared(drill)
    play.asked, play.evidence = {"copy": {"account": EVIDENCE}}, None
    play.protect = NOTHING
    drill.clear_calls()
    play.run(COPY)
    assert play.missing() == {NOT_ASKED}
    assert made(drill) == 0
    assert shared(drill) == set()


@pytest.mark.parametrize("last", ["share", "shared", "grant"])
def test_another_account_than_before(drill: Drill, play: Copies, last: str) -> None:
    """What was shared with the account that an earlier run copied to is withdrawn, wherever it was killed."""
    running, operation = _records(play), {"grant": "CreateGrant"}.get(last, "ModifySnapshotAttribute")
    for record in running:
        play.take(record)
        asked = isinstance(record, Exchange) and record.operation == operation
        if (play.of("share") if last == "shared" else asked) and (last != "grant" or shared(drill)):
            break
    running.close()
    assert shared(drill)
    play.asked, play.evidence = {"copy": {"account": "444444444444"}}, None
    play.protect = NOTHING
    play.run(COPY)
    assert shared(drill) == set()
    assert {one.state for one in [*play.of("share"), *play.of("grant")]} == {"withdrawn"}
    assert {one.id for one in play.of(Intent)} == {one.intent for one in play.of(Settled)}


def test_nothing_is_copied_unasked(drill: Drill) -> None:
    """Without the option the step takes no part."""
    from forensics.collectors import catalogue

    names: Callable[..., set[str]] = lambda **how: {  # noqa: E731 - once
        task.source.name for task in catalogue.tasks(VICTIM, [REGION], **how)
    }
    assert COPY not in names()
    assert COPY not in names(options=frozenset({"lock"}))
    assert COPY in names(options=frozenset({"copy"}))
    assert drill


def test_accounts_that_are_copied_to_the_same_place(drill: Drill, play: Copies, keys: dict[str, str]) -> None:
    """What another account's run makes there at this moment is none of ours to look for or settle."""
    there = Source(EVIDENCE, REGION, "ec2", "CopySnapshot")
    about = {"hop": "evidence", "id": "snap-theirs", "kind": "copy"}
    intent = Intent("op-theirs", there, {"SourceSnapshotId": "snap-theirs"}, "copy", about)
    lock = Intent("op-lock", there, {}, "lock", {"id": "snap-copy", "kind": "lock"})
    detail = {"hop": "evidence", "snapshot": "snap-theirs", "from": "snap-theirs", "volume": "vol-1"}
    other = Effect("op-x", there, "copy", "snap-copy", "pending", detail)
    play.take(intent)
    play.take(lock)
    play.take(other)
    play.protect = replace(play.protect, lock=Lock(days=30))
    play.run(COPY)
    assert play.missing() == set()
    assert play.intents == {"op-theirs": intent, "op-lock": lock}
    assert play.effects["copy snap-copy"] == other
    assert keys
    assert drill


def test_the_account_itself(play: Copies) -> None:
    """Of several accounts one may be the one that is copied to: its snapshots are no safer for a copy."""
    assert play.protect.copy is not None
    play.protect = Protect(copy=replace(play.protect.copy, account=VICTIM))
    play.run(COPY)
    assert play.missing() == {SAME_ACCOUNT}
    assert play.copies() == []
