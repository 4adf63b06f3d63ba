"""What a snapshot is worth once its key ends, and what ends with a key."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, cast

import pytest

from forensics.model import Effect, Gap, Outcome, Source
from forensics.readiness import conditions, endings, listing, naming, things
from forensics.readiness.endings import Endings
from forensics.readiness.judging import Judge, State
from forensics.readiness.listing import Listing
from forensics.readiness.things import Found
from tests.readiness.test_judging import ACCOUNT, REGION, ROWS, copy, holdings, snapshot

KEY, EVIDENCE = "0000-1111", "333333333333"
ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY}"
FAR = f"arn:aws:kms:{REGION}:{EVIDENCE}:key/{KEY}"
DISK = Found("ec2:volume", "vol-1", REGION, facts={"KmsKeyId": ARN})
BLOCKS = Found("ec2:snapshot", "snap-1", REGION, facts={"KmsKeyId": ARN, "State": "completed"})
LOCK = Found("ec2:locked-snapshot", "snap-1", REGION, name="compliance")


def key(state: str = "Enabled", arn: str = ARN, kind: str = endings.KEY, **facts: str) -> Found:
    """Give a key in a state."""
    return Found(kind, arn.rpartition("/")[2], REGION, arn, facts={"KeyState": state, **facts})


def imported(**facts: str) -> Found:
    """Give a key whose material was imported and expires, as DescribeKey tells of it."""
    said = {
        "Origin": "EXTERNAL",
        "ExpirationModel": "KEY_MATERIAL_EXPIRES",
        "ValidTo": "2031-06-01T00:00:00Z",
    }
    return key(**{**said, **facts})


def account(*live: Found, listed: bool = True) -> Listing:
    """Give a look at an account in which some things are, and all keys known, or not."""
    found = Listing(cast("Any", None), lambda _: None)
    found.regions, found.things = (REGION,), {one.key: one for one in live}
    if listed:
        found.answered.update(Source(ACCOUNT, REGION, "kms", name) for name in ("ListKeys", "DescribeKey"))
    return found


def ended(live: Listing, *named: Found, everything: bool = False, of: str = ACCOUNT) -> Endings:
    """Say what ends with what is named."""
    found = Endings()
    found.take(of, live, None if everything else named)
    return found


def disk(with_it: Endings, *live: Found, effects: tuple[Effect, ...] = ()) -> tuple[State, str]:
    """Judge a disk of which a snapshot was made, and what is alive beside it."""
    there = {one.key: one for one in (DISK, BLOCKS, *live)}
    held = holdings(snapshot(), *effects)
    (one,) = Judge(there, {DISK.key: DISK}, held, ROWS, named=True, endings=with_it).judge(DISK)
    return one.state, one.why


@pytest.mark.parametrize(
    ("live", "why"),
    [
        ([key("PendingDeletion")], f"its key {KEY} is PendingDeletion"),
        ([key("PendingReplicaDeletion")], f"its key {KEY} is PendingReplicaDeletion"),
        ([key("PendingImport")], f"its key {KEY} is PendingImport"),
        ([key("Disabled")], f"its key {KEY} is Disabled"),
        ([key("Unavailable")], f"its key {KEY} is Unavailable"),
        ([key("enabled")], f"its key {KEY} is enabled"),
        ([key("")], f"its key {KEY} is in no state"),
        ([key(arn=f"{ARN}0")], f"its key {KEY} is gone: AWS lists it no more"),
        ([], f"its key {KEY} is gone: AWS lists it no more"),
        ([imported()], f"its key {KEY} has imported material that is valid until 2031-06-01T00:00:00Z"),
        (
            [imported(ValidTo="")],
            f"its key {KEY} has imported material that is valid until a time that AWS does not say",
        ),
        ([imported(state="PendingImport")], f"its key {KEY} is PendingImport"),
        ([imported(ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE")], ""),
        ([key(Origin="EXTERNAL")], ""),
        ([key()], ""),
        ([key(kind=endings.AWS_KEY)], ""),
    ],
)
def test_a_snapshot_is_worth_its_key(live: list[Found], why: str) -> None:
    """What nobody can decrypt, or not for long, is not kept, lock or no lock; unless it was copied out."""
    with_it = ended(account(*live))
    said = f"its snapshot snap-1 cannot be read: {why}"
    assert disk(with_it) == ((State.NOT_KEPT, said) if why else (State.KEPT, "snap-1, in this account alone"))
    assert disk(with_it, LOCK)[0] is (State.NOT_KEPT if why else State.LOCKED)
    assert disk(with_it, effects=(copy(),))[0] is State.COPIED
    assert disk(with_it, effects=(copy("pending"),)) == disk(with_it)


def test_a_snapshot_that_was_not_encrypted() -> None:
    """It needs no key; one that AWS calls encrypted, and does not say by which key, may not be readable."""
    there = {DISK.key: DISK}
    for facts, state in (
        ({"State": "completed"}, State.KEPT),
        ({"State": "completed", "Encrypted": True}, State.UNKNOWN),
        ({"State": "completed", "KmsKeyId": "alias/mine"}, State.UNKNOWN),
    ):
        live = there | {BLOCKS.key: replace(BLOCKS, facts=facts)}
        (one,) = Judge(live, there, holdings(snapshot()), ROWS, endings=ended(account())).judge(DISK)
        assert one.state is state


@pytest.mark.parametrize("row", ["ListKeys", "DescribeKey"])
def test_a_key_that_was_not_looked_at(row: str) -> None:
    """Where keys were refused, nobody knows; nor of another account's, which nobody here looked at."""
    live = account()
    live.gaps.append(Gap(Source(ACCOUNT, REGION, "kms", row), Outcome.DENIED, "AccessDenied", ""))
    for with_it in (ended(live), ended(account(listed=False)), ended(account(), of=EVIDENCE)):
        state, why = disk(with_it)
        assert state is State.UNKNOWN
        assert f"nobody knows whether its key {KEY} of account {ACCOUNT} is alive" in why
        # What AWS says of it is believed, though it did not say it of all.
    live.things[key().key] = key()
    assert disk(ended(live))[0] is State.KEPT


def test_what_is_destroyed_with_it() -> None:
    """A disk is not kept by a snapshot, or under a key, that is named too, or by any key where all ends."""
    live = account(key(), key("Enabled", FAR, endings.AWS_KEY))
    assert disk(ended(live, DISK))[0] is State.KEPT
    gone = State.NOT_KEPT, "its snapshot snap-1 is to be destroyed too"
    assert disk(ended(live, DISK, BLOCKS)) == gone
    assert disk(ended(live, DISK, BLOCKS), LOCK)[0] is State.LOCKED
    unread = f"its snapshot snap-1 cannot be read: its key {KEY} is "
    assert disk(ended(live, DISK, key())) == (State.NOT_KEPT, f"{unread}to be destroyed too")
    state, why = disk(ended(live, everything=True))
    assert state is State.NOT_KEPT
    assert why.startswith(f"{unread}destroyed with all that is alive")
    assert disk(ended(account(key(kind=endings.AWS_KEY)), everything=True))[0] is State.KEPT
    assert disk(ended(live, DISK, BLOCKS, key()), effects=(copy(),))[0] is State.COPIED


def _under(arn: str) -> Effect:
    return replace(copy(), detail={**copy().detail, "key": arn})


@pytest.mark.parametrize("lost", ["destroyed", "disabled", "gone", "named"])
def test_a_copy_that_nobody_can_read(lost: str) -> None:
    """A copy that is under a key of an account which is looked at is worth that key too."""
    there = {"gone": [], "disabled": [key("Disabled", FAR)]}.get(lost, [key(arn=FAR)])
    far = account(*there)
    with_it = ended(account(key()), DISK)
    named = {"destroyed": there, "named": [Found("ec2:snapshot", "snap-2", REGION)]}.get(lost, [])
    with_it.take(EVIDENCE, far, named)
    state, why = disk(with_it, effects=(_under(FAR),))
    assert state is State.KEPT
    assert why.startswith("snap-1, in this account alone; its copy snap-2 ")
    with_it.take(ACCOUNT, account(key("Disabled")), [])
    assert disk(with_it, effects=(_under(FAR),))[0] is State.NOT_KEPT


def test_a_copy_that_nobody_looked_at() -> None:
    """Its account is not one that is torn down: the ledger's word stands."""
    for arn in (FAR, "alias/evidence", ""):
        assert disk(ended(account(key("Disabled")), DISK), effects=(_under(arn),))[0] is State.COPIED


def test_what_ends_with_a_key() -> None:
    """Whoever names a key names the disks and snapshots that it encrypts, and no others."""
    others = [
        Found("ec2:volume", "vol-3", REGION, facts={"KmsKeyId": f"{ARN}0"}),
        Found("ec2:volume", "vol-4", REGION),
        Found("rds:db", "db", REGION, facts={"KmsKeyId": ARN}),
    ]
    assert endings.under(key(), [DISK, BLOCKS, *others]) == [DISK, BLOCKS]
    assert endings.under(key(kind=endings.AWS_KEY), [DISK, BLOCKS]) == []
    for one in (naming.Named("x", KEY, "kms:key"), naming.Named("x", "vol-1", "ec2:volume")):
        rows = naming.scope([one], ROWS).rows
        assert rows >= {"ec2.DescribeSnapshots", "ec2.DescribeLockedSnapshots", "kms.DescribeKey"}


def test_a_copy_where_nobody_looks() -> None:
    """It is out by the case's record alone, and that is said; it was called copied out, without a word."""
    there = {DISK.key: DISK, BLOCKS.key: BLOCKS}
    for_all = Judge(there, there, holdings(snapshot(), copy()), ROWS, endings=ended(account(key())))
    for one in (DISK, BLOCKS):
        (found,) = for_all.judge(one)
        assert (found.state, found.safe, found.recorded) == (State.COPIED, True, True)
        said = f"as the case has it on record, not seen now: account {EVIDENCE} was not looked at"
        assert found.why == f"snap-1 as snap-2, {said}"


@pytest.mark.parametrize(
    ("far", "said"),
    [
        ([Found("ec2:snapshot", "snap-2", REGION, facts={"State": "completed"})], ""),
        ([Found("ec2:snapshot", "snap-2", REGION, facts={"State": "error"})], "its copy snap-2 is error"),
        ([Found("ec2:snapshot", "snap-2", REGION)], "its copy snap-2 is "),
        ([], "its copy snap-2 is gone: AWS lists it no more"),
    ],
)
def test_a_copy_that_is_looked_at(far: list[Found], said: str) -> None:
    """What it is now counts, and not what it was when the case was told."""
    with_it, there = ended(account(key())), account(*far)
    there.answered.add(Source(EVIDENCE, REGION, "ec2", "DescribeSnapshots"))
    with_it.take(EVIDENCE, there, ())
    state, why = disk(with_it, effects=(copy(),))
    assert (state, why) == (
        (State.KEPT, f"snap-1, in this account alone; {said}") if said else (State.COPIED, "snap-1 as snap-2")
    )
    (copies,) = (
        one
        for one in conditions.of_account(holdings(snapshot(), copy()), account(), with_it)
        if one.name == "copies"
    )
    assert (copies.met, copies.detail) == (not said, said or "none asked for")


def test_imported_as_aws_says_it() -> None:
    """The end is a number of seconds on the wire, and told as a time."""
    about: dict[str, Any] = {
        "KeyId": KEY,
        "Arn": ARN,
        "KeyManager": "CUSTOMER",
        "KeyState": "Enabled",
        "Origin": "EXTERNAL",
    }
    about |= {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": 1938124800.5}
    response = {"body": json.dumps({"KeyMetadata": about}), "code": "", "date": "", "request_id": "r"}
    exchange = {
        "request": {"operation": "DescribeKey", "service": "kms"},
        "response": {**response, "status": 200},
    }
    (found,) = things.find(exchange, listing.rows()["kms.DescribeKey"], Source(ACCOUNT, REGION, "kms", ""))
    loss = ended(account(found)).of_key(ARN)
    assert loss is not None
    assert (
        loss.why
        == f"its key {KEY} has imported material that is valid until 2031-06-02T00:00:00.500000+00:00"
    )
