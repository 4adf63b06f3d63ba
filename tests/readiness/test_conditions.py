"""What must hold of the whole case, on ledgers without an AWS: each check has cases that fail without it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

import forensics
from forensics.model import Coverage, Effect, Gap, Intent, Outcome, Settled, Source
from forensics.readiness import listing
from forensics.readiness.conditions import Condition, of_account, of_case
from forensics.readiness.holdings import Holdings
from forensics.readiness.judging import Judge, State
from forensics.readiness.listing import Listing
from forensics.readiness.report import Account
from forensics.readiness.things import Found
from forensics.record import coverage_body, effect_body, intent_body, settled_body
from tests.custody.world import create

ACCOUNT, EVIDENCE, REGION = "123456789012", "999999999999", "eu-west-1"
LOOKED = Account(ACCOUNT, "arn:aws:iam::123456789012:role/responder", (REGION,), looked=True)
MADE = Source(ACCOUNT, REGION, "ec2", "CreateSnapshots")
LOCKED = Source(ACCOUNT, REGION, "ec2", "LockSnapshot")
COPIED = Source(EVIDENCE, REGION, "ec2", "CopySnapshot")
INSTANCES = Source(ACCOUNT, REGION, "ec2", "DescribeInstances")
LOCK = {"lock": {"cool_off_hours": 0, "days": 30, "mode": "governance"}}
COPY = {"copy": {"account": EVIDENCE, "keys": ["alias/evidence"], "role": "", "source_keys": []}}
Live = dict[tuple[str, str, str], Found]
Entry = tuple[str, Mapping[str, Any]]
Write = Callable[..., Holdings]


def snapshot(identifier: str, state: str = "completed", volume: str = "vol-1") -> Effect:
    """Tell of a snapshot that was made."""
    return Effect("op1", MADE, "snapshot", identifier, state, {"volume": volume})


def lock(identifier: str, state: str = "governance") -> Effect:
    """Tell of a lock on one."""
    return Effect("op2", LOCKED, "lock", identifier, state)


def copy(of: str, state: str = "completed", hop: str = "evidence") -> Effect:
    """Tell of a copy of one."""
    return Effect("op3", COPIED, "copy", f"{of}-copy-{hop}", state, {"snapshot": of, "hop": hop})


def live(**states: str) -> Live:
    """Say which snapshots AWS lists now, in which state."""
    found = [
        Found("ec2:snapshot", name.replace("_", "-"), REGION, facts={"State": state})
        for name, state in states.items()
    ]
    return {one.key: one for one in found}


def locked(identifier: str, state: str) -> Live:
    """Say what AWS tells now of a lock."""
    found = Found("ec2:locked-snapshot", identifier, REGION, name=state)
    return {found.key: found}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the ledger of a case, and read what it holds."""

    def case(effects: Iterable[Effect] = (), protect: Any = None, more: Iterable[Entry] = ()) -> Holdings:
        start = {"account": ACCOUNT, "regions": [REGION], "run": "r1", "protect": protect or {}}
        with create(tmp_path / "case") as made:
            made.writer.record("run.start", start)
            for one in effects:
                made.writer.record("aws.effect", effect_body(one))
            for kind, body in more:
                made.writer.record(kind, dict(body))
            made.writer.record("run.end", {"outcome": "complete", "run": "r1"})
        holdings = Holdings.read(tmp_path / "case")
        holdings.account = ACCOUNT
        return holdings

    return case


def held(holdings: Holdings, name: str, now: Live | None = None) -> Condition:
    """Give one condition, and hold the answer to it: with any that is not met, nothing is ready."""
    looked = Listing(cast("Any", None), lambda _: None)
    looked.things.update(now or {})
    found = [*of_account(holdings, looked), *of_case(holdings, None, ())]
    (one,) = [one for one in found if one.name == name]
    told = forensics.Readiness("c", (LOOKED,), (), (one,), narrowed=False)
    assert told.exit_code == (0 if one.met else 3)
    assert bool(told) is one.met
    assert told.sentence.startswith("ready: " if one.met else f"NOT ready: {name}")
    return one


@pytest.mark.parametrize(
    ("effects", "now", "detail"),
    [
        ([snapshot("snap-1")], {}, ""),
        ([snapshot("snap-1")], live(snap_1="completed"), ""),
        ([snapshot("snap-1", "pending")], live(snap_1="completed"), ""),
        ([snapshot("snap-1", "error"), snapshot("snap-2")], {}, ""),
        ([snapshot("snap-1", "pending")], {}, "snap-1 is pending"),
        ([snapshot("snap-1", "pending")], live(snap_1="pending"), "snap-1 is pending"),
        ([snapshot("snap-1")], live(snap_1="error"), "snap-1 is error"),
        ([snapshot("snap-1", "error")], {}, "snap-1 is error"),
        ([snapshot("snap-1", "vanished")], {}, "snap-1 is vanished"),
        ([snapshot("snap-1"), snapshot("snap-2", "pending")], {}, "snap-2 is pending"),
        ([snapshot("snap-1"), snapshot("snap-2", "error", "vol-2")], {}, "snap-2 is error"),
    ],
)
def test_snapshots(write: Write, effects: list[Effect], now: Live, detail: str) -> None:
    """None is under way, by AWS's word now or else the ledger's, and each disk has one that is complete."""
    one = held(write(effects), "snapshots", now)
    assert one.met is (detail == "")
    assert detail in one.detail


@pytest.mark.parametrize(
    ("effects", "now", "detail"),
    [
        ([snapshot("snap-1"), lock("snap-1")], {}, ""),
        ([snapshot("snap-1"), lock("snap-1")], live(snap_1="completed") | locked("snap-1", "governance"), ""),
        ([snapshot("snap-1"), lock("snap-1", "compliance")], {}, ""),
        ([snapshot("snap-1", "error")], {}, ""),
        ([snapshot("snap-1", "vanished")], {}, ""),
        ([snapshot("snap-1")], {}, "not there: of snap-1"),
        ([snapshot("snap-1"), lock("snap-1", "expired")], {}, "not there: of snap-1"),
        ([snapshot("snap-1"), lock("snap-1", "unlocked")], {}, "not there: of snap-1"),
        ([snapshot("snap-1"), lock("snap-1")], live(snap_1="completed"), "not there: of snap-1"),
        (
            [snapshot("snap-1"), lock("snap-1")],
            live(snap_1="completed") | locked("snap-1", "expired"),
            "not there: of snap-1",
        ),
        ([snapshot("snap-1"), lock("snap-1"), snapshot("snap-2")], {}, "not there: of snap-2"),
    ],
)
def test_locks(write: Write, effects: list[Effect], now: Live, detail: str) -> None:
    """Where locks were asked for, each snapshot has one that holds, by AWS's word now or the ledger's."""
    one = held(write(effects, LOCK), "locks", now)
    assert one.met is (detail == "")
    assert one.detail == detail


def test_no_lock_was_asked_for(write: Write) -> None:
    """Then none is missing; one that is undone all the same is said."""
    assert held(write([snapshot("snap-1")]), "locks").detail == "none asked for"


def test_a_lock_that_nobody_asked_for_is_undone(write: Write) -> None:
    """What was locked once is told of, whatever the latest run was to do."""
    assert not held(write([snapshot("snap-1"), lock("snap-1", "unlocked")]), "locks").met


@pytest.mark.parametrize(
    ("effects", "detail"),
    [
        ([snapshot("snap-1"), copy("snap-1")], ""),
        ([snapshot("snap-1"), copy("snap-1", "error", "between"), copy("snap-1")], ""),
        ([snapshot("snap-1", "error")], ""),
        ([snapshot("snap-1")], "no copy of snap-1"),
        ([snapshot("snap-1"), copy("snap-1", "error")], "snap-1-copy-evidence is error"),
        ([snapshot("snap-1"), copy("snap-1", "pending")], "snap-1-copy-evidence is pending"),
        ([snapshot("snap-1"), copy("snap-1", "vanished")], "snap-1-copy-evidence is vanished"),
        ([snapshot("snap-1"), copy("snap-1", hop="between")], "no copy of snap-1 is out"),
        ([snapshot("snap-1"), copy("snap-1"), snapshot("snap-2")], "no copy of snap-2"),
    ],
)
def test_copies(write: Write, effects: list[Effect], detail: str) -> None:
    """Where copies were asked for, each snapshot has one that is whole and out of the account."""
    one = held(write(effects, COPY), "copies")
    assert one.met is (detail == "")
    assert detail in one.detail
    assert ("1 as the case has them on record, not seen now" in one.detail) is (one.met and len(effects) > 1)


def test_a_copy_that_failed_though_none_was_asked_for(write: Write) -> None:
    """An earlier run may have been told to: what it could not do is said."""
    assert held(write([snapshot("snap-1")]), "copies").detail == "none asked for"


@pytest.mark.parametrize("state", ["error", "pending"])
def test_a_copy_that_is_not_whole(write: Write, state: str) -> None:
    """It is in the way, whoever asked for it."""
    assert not held(write([snapshot("snap-1"), copy("snap-1", state)]), "copies").met


def test_what_nobody_knows_the_end_of(write: Write) -> None:
    """A call that may have been made, and was never settled."""
    begun = ("op.start", intent_body(Intent("op9", MADE, {"InstanceId": "i-1"}, "disks of i-1")))
    assert held(write(more=[begun]), "intents").detail == "nobody knows what became of: disks of i-1"


def test_what_was_settled(write: Write) -> None:
    """That is no obstacle; nor is a case without any."""
    begun = ("op.start", intent_body(Intent("op9", MADE, {"InstanceId": "i-1"}, "disks of i-1")))
    ended = ("op.end", settled_body(Settled("op9", Outcome.COLLECTED)))
    assert held(write(more=[begun, ended]), "intents").met


def test_a_run_that_did_not_end(write: Write) -> None:
    """The last one counts; an account that no run was of has none."""
    begun = {"account": ACCOUNT, "regions": [REGION], "run": "r2"}
    holdings = write(more=[("run.start", begun)])
    assert held(holdings, "run").detail == "the last run of preserve did not come to its end"
    holdings.account = EVIDENCE
    assert not held(holdings, "run").met


def test_an_open_case(write: Write) -> None:
    """What is not sealed is not ready."""
    assert not held(write(), "sealed").met


# -- what came up since


def judge(holdings: Holdings, found: Found, known: Live) -> forensics.Readiness:
    """Say what becomes of the account if that is all there is."""
    rows = listing.rows()
    things = tuple(Judge({found.key: found}, known, holdings, rows).judge(found))
    return forensics.Readiness("c", (LOOKED,), things, (), narrowed=False)


def test_a_new_instance(write: Write) -> None:
    """One that came up after the collection is not kept, whatever is known of the others."""
    asked = ("coverage", coverage_body(Coverage(INSTANCES, Outcome.COLLECTED, requests=1, pages=1)))
    old, new = (
        Found("ec2:instance", name, REGION, facts={"State": {"Name": "stopped"}}) for name in ("i-1", "i-2")
    )
    holdings = write(more=[asked])
    known = {old.key: old}
    assert judge(holdings, old, known).exit_code == 0
    told = judge(holdings, new, known)
    assert told.exit_code == 3
    (lost,) = told.lost
    assert (lost.ref, lost.state) == (f"ec2:instance/i-2@{REGION}", State.NOT_KEPT)
    assert lost.why == "it was not there when the case was made"


SWEPT = Source(ACCOUNT, REGION, "kinesis", "Sweep")


@pytest.mark.parametrize(
    ("gap", "why"),
    [
        (None, "it was not there when the case was made"),
        (("ListStreams",), "kinesis.ListStreams was denied: AccessDeniedException"),
        (("DescribeLimits",), "it was not there when the case was made"),
        (("A", "B", "C", "D", "E"), "kinesis.ListStreams was denied: AccessDeniedException"),
    ],
)
def test_what_the_sweep_was_refused(write: Write, gap: tuple[str, ...] | None, why: str) -> None:
    """Its gap is of the operations that it names, or may be of any where it does not name them all."""
    named = tuple({"Operation": name} for name in gap or ())
    gaps = (Gap(SWEPT, Outcome.DENIED, "AccessDeniedException", "no", "r", len(named), named),) if gap else ()
    cover = ("coverage", coverage_body(Coverage(SWEPT, Outcome.COLLECTED, requests=1, gaps=gaps)))
    found = Found("kinesis:stream", "orders", REGION)
    (lost,) = judge(write(more=[cover]), found, {}).lost
    assert (lost.state, lost.why) == (State.NOT_KEPT, why)


def test_what_the_sweep_was_not_asked_for(write: Write) -> None:
    """A case without it has asked for nothing of what it alone lists, and says so."""
    holdings = write()
    assert not holdings.swept
    (lost,) = judge(holdings, Found("kinesis:stream", "orders", REGION), {}).lost
    assert lost.why == "the case has not asked for it here"
