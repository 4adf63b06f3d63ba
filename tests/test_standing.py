"""How a case stands after its ledger, and where collectors were left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from forensics.collectors import catalogue
from forensics.errors import UsageError
from forensics.formats import strict
from forensics.model import Coverage, Effect, Gap, Intent, Outcome, Settled, Source
from forensics.record import coverage_body, effect_body, intent_body, protect_body, settled_body
from forensics.scope import CopyTo, Hold, Lock, LockMode, Protect
from forensics.standing import Standing

ACCOUNT = "111122223333"
EC2 = Source(ACCOUNT, "eu-west-1", "ec2", "DescribeInstances")
SNAPSHOTS = Source(ACCOUNT, "eu-west-1", "ec2", "CreateSnapshots")
GAP = Gap(
    EC2, Outcome.DENIED, "UnauthorizedOperation", "no", "req-1", 2, ({"InstanceId": "i-1"},), ("ec2.X",)
)
Entries = list[tuple[str, Any]]


def test_standing() -> None:
    """The latest word counts, and an intent stays open until it is settled."""
    intent = Intent("op1", SNAPSHOTS, {"InstanceId": "i-1"}, "disks of i-1")
    other = Intent("op2", SNAPSHOTS, {"InstanceId": "i-2"}, "disks of i-2")
    pending = Effect("op1", SNAPSHOTS, "snapshot", "snap-1", "pending", {"volume": "vol-1"})
    done = Effect("op1", SNAPSHOTS, "snapshot", "snap-1", "completed", {"volume": "vol-1"})
    standing = Standing.after(
        [
            ("case.open", {}),
            ("run.start", {"account": ACCOUNT, "regions": ["eu-west-1"]}),
            ("op.start", intent_body(intent)),
            ("op.start", intent_body(other)),
            ("aws.effect", effect_body(pending)),
            ("op.end", settled_body(Settled("op1", Outcome.COLLECTED))),
            ("aws.effect", effect_body(done)),
            ("coverage", coverage_body(Coverage(EC2, Outcome.DENIED, gaps=(GAP,)))),
            ("coverage", coverage_body(Coverage(EC2, Outcome.COLLECTED, requests=1))),
        ]
    )
    assert list(standing.open_intents.values()) == [other]
    assert list(standing.effects.values()) == [done]
    assert standing.complete(EC2)
    assert not standing.complete(SNAPSHOTS)
    assert standing.gaps == ()
    assert (list(standing.accounts), standing.runs) == ([ACCOUNT], 1)


def test_a_snapshot_and_its_lock_are_two() -> None:
    """They have one id; and a copy in another account may have it too, for all that we know."""
    made = Effect("op1", SNAPSHOTS, "snapshot", "snap-1", "completed")
    locked = Effect("op2", SNAPSHOTS, "lock", "snap-1", "governance")
    there = Effect("op3", replace(SNAPSHOTS, account="333333333333"), "lock", "snap-1", "governance")
    later = replace(locked, state="unlocked")
    entries = [("aws.effect", effect_body(one)) for one in (made, locked, there, later)]
    assert list(Standing.after(entries).effects.values()) == [made, later, there]


def test_what_a_run_was_to_protect_stays_asked_for() -> None:
    """A later run that is told less takes nothing back; one that is told otherwise is the latest word."""
    lock, copy = Lock(days=30), CopyTo(account="333333333333", keys=("alias/evidence",))
    told = (
        Protect(lock=lock, copy=copy, holds=frozenset({Hold.SCALING})),
        Protect(lock=replace(lock, days=60, mode=LockMode.COMPLIANCE, cool_off=24)),
        Protect(holds=frozenset({Hold.TERMINATION})),
        Protect(),
    )
    body = {"account": ACCOUNT, "regions": ["eu-west-1"]}
    starts = [("run.start", {**body, "protect": protect_body(one)}) for one in told]
    asked = Standing.after([*starts, ("run.start", body)]).protect
    assert asked == {
        "copy": {"account": "333333333333", "keys": ["alias/evidence"], "role": "", "source_keys": []},
        "holds": ["scaling", "termination"],
        "lock": {"cool_off_hours": 24, "days": 60, "mode": "compliance"},
    }
    assert strict.decode(strict.encode(asked)) == asked


def test_region_asked_after_all() -> None:
    """A region that an earlier run left out is no gap once a later run asks in it; another still is."""
    left_out = [
        (
            "coverage",
            coverage_body(
                Coverage(source, Outcome.OUT_OF_SCOPE, gaps=(Gap(source, Outcome.OUT_OF_SCOPE, "", ""),))
            ),
        )
        for source in (Source(ACCOUNT, region, "*", "*") for region in ("eu-west-1", "eu-west-2"))
    ]
    again = ("run.start", {"account": ACCOUNT, "regions": ["eu-west-1"]})
    standing = Standing.after([*left_out, again])
    assert [gap.source.region for gap in standing.gaps] == ["eu-west-2"]


def test_gap_is_not_complete() -> None:
    """A source with a gap is asked again."""
    standing = Standing.after([("coverage", coverage_body(Coverage(EC2, Outcome.COLLECTED, gaps=(GAP,))))])
    assert not standing.complete(EC2)
    assert standing.gaps == (GAP,)


def test_outdated() -> None:
    """What a parent said anew may hold names that its child was never asked about."""
    parent, child = ("coverage", coverage_body(Coverage(EC2, Outcome.COLLECTED))), SNAPSHOTS
    below = ("coverage", coverage_body(Coverage(child, Outcome.COLLECTED)))
    assert not Standing.after([parent, below]).outdated(child, [EC2])
    assert Standing.after([parent, below, parent]).outdated(child, [EC2])
    assert not Standing.after([parent, below, parent, below]).outdated(child, [EC2])
    assert not Standing.after([below]).outdated(child, [EC2])


def test_new_notice_asks_again() -> None:
    """What was asked before a notice came is to be asked again, since it may name another key."""
    closed = ("coverage", coverage_body(Coverage(EC2, Outcome.COLLECTED)))
    notice: tuple[str, dict[str, object]] = ("intake", {})
    assert not Standing.after([notice]).asked_since(EC2)
    assert Standing.after([notice, closed]).asked_since(EC2)
    assert not Standing.after([notice, closed, notice]).asked_since(EC2)
    assert Standing.after([notice, closed, notice, closed]).asked_since(EC2)


def test_in_doubt_is_not_complete() -> None:
    """A source with a call of which nobody knows what came is asked again, whatever it closed with."""
    intent = Intent("op-1", EC2, {}, "", {"volumes": ["vol-1"]})
    begun = ("op.start", intent_body(intent))
    closed = ("coverage", coverage_body(Coverage(EC2, Outcome.COLLECTED)))
    standing = Standing.after([closed, begun])
    assert standing.open_intents == {"op-1": intent}
    assert not standing.complete(EC2)
    ended = ("op.end", settled_body(Settled("op-1", Outcome.COLLECTED)))
    assert Standing.after([closed, begun, ended]).complete(EC2)


@pytest.mark.parametrize(("outcome", "left_out"), [("complete", 0), ("gaps", 0), ("expired", 1), ("", 1)])
def test_left_out_by_a_later_run(outcome: str, left_out: int) -> None:
    """Where a run asked everything before, that is kept; where it did not, the rest was left out."""
    region = Source(ACCOUNT, "eu-west-1", "*", "*")
    gap = Gap(region, Outcome.OUT_OF_SCOPE, "", "", count=0)
    ends: list[tuple[str, dict[str, object]]] = [("run.end", {"run": "r1", "outcome": outcome})]
    entries: list[tuple[str, dict[str, object]]] = [
        ("run.start", {"account": ACCOUNT, "regions": ["eu-west-1"], "run": "r1"}),
        ("coverage", coverage_body(Coverage(EC2, Outcome.COLLECTED))),
        *(ends if outcome else ()),
        ("run.start", {"account": ACCOUNT, "regions": ["eu-west-2"], "run": "r2"}),
        ("coverage", coverage_body(Coverage(region, Outcome.OUT_OF_SCOPE, gaps=(gap,)))),
    ]
    standing = Standing.after(entries)
    assert len(standing.gaps) == left_out
    assert standing.complete(EC2)


def _span(since: str, until: str) -> tuple[str, dict[str, object]]:
    window = {"since": f"{since}T00:00:00+00:00", "until": f"{until}T00:00:00+00:00"}
    return "run.start", {"account": ACCOUNT, "regions": [], "run": since + until, "window": window}


def test_a_window_grows_and_what_was_closed_before_is_not_all_of_it() -> None:
    """A source that was whole for a week is not whole for a month; asked again, it is, and stays so."""
    closed = ("coverage", coverage_body(Coverage(EC2, Outcome.COLLECTED)))
    week, month = _span("2031-05-24", "2031-05-31"), _span("2031-05-01", "2031-05-31")
    narrow = Standing.after([week, closed])
    assert narrow.window is not None
    assert narrow.spans_all(EC2, narrow.window)
    wide = Standing.after([week, closed, month])
    assert wide.window is not None
    assert not wide.spans_all(EC2, wide.window)
    again = Standing.after([week, closed, month, closed, week])
    assert again.window == wide.window
    assert again.spans_all(EC2, wide.window)


def test_a_source_of_no_run() -> None:
    """What no run closed spans nothing."""
    standing = Standing.after([_span("2031-05-24", "2031-05-31")])
    assert standing.window is not None
    assert not standing.spans_all(EC2, standing.window)


def run(name: str, *without: str, ending: str = "complete") -> Entries:
    """Give the entries of a run that left collectors out."""
    start = {"account": ACCOUNT, "regions": ["eu-west-1"], "run": name, "without": sorted(without)}
    left_out = [coverage_body(one) for one in catalogue.left_out(ACCOUNT, frozenset(without))]
    return [
        ("run.start", start),
        *(("coverage", body) for body in left_out),
        ("run.end", {"outcome": ending, "run": name}),
    ]


def out(*runs: Entries) -> list[str]:
    """Name what is out of scope after some runs."""
    standing = Standing.after(one for entries in runs for one in entries)
    return sorted(gap.source.service for gap in standing.gaps)


def test_left_out_until_asked() -> None:
    """What a run left out is out of scope until a later run keeps it."""
    assert out(run("1", "iam", "trails")) == ["iam", "trails"]
    assert out(run("1", "iam", "trails"), run("2", "iam")) == ["iam"]
    assert out(run("1", "iam"), run("2")) == []


def test_what_is_kept_stays_kept() -> None:
    """A later run that leaves out what an earlier one asked to its end takes nothing from that."""
    assert out(run("1"), run("2", "iam")) == []
    assert out(run("1", "iam"), run("2", "trails")) == []


@pytest.mark.parametrize("ending", ["failed", "expired", "interrupted", "no-space"])
def test_what_a_broken_run_asked_is_not_known_to_be_kept(ending: str) -> None:
    """A run that did not come to its end vouches for nothing."""
    assert out(run("1", ending=ending), run("2", "iam")) == ["iam"]


def test_a_run_of_before_the_option() -> None:
    """A ledger from before collectors could be left out left none out."""
    old: Entries = [
        ("run.start", {"account": ACCOUNT, "regions": ["eu-west-1"], "run": "1"}),
        ("run.end", {"outcome": "gaps", "run": "1"}),
    ]
    assert out(old, run("2", "iam")) == []


def test_rows_that_others_live_from_are_asked() -> None:
    """Without the collector of instances, disks are still found and kept; its other rows are not asked."""
    rows = {task.source.name for task in catalogue.tasks(ACCOUNT, ["eu-west-1"], frozenset({"instances"}))}
    assert {"ec2.DescribeVolumes", "ec2.CreateSnapshots"} <= rows
    assert "ec2.GetConsoleOutput" not in rows
    assert all(isinstance(one, Coverage) for one in catalogue.left_out(ACCOUNT, frozenset({"instances"})))


def test_names() -> None:
    """A collector that there is not is refused, with those that there are."""
    catalogue.check_names(frozenset({"iam"}))
    with pytest.raises(UsageError, match="no such collector: 'im\\\\x1b'") as refused:
        catalogue.check_names(frozenset({"im\x1b"}))
    assert "iam" in str(refused.value.hint)


# -- several accounts

OTHER = "444455556666"


def whole(account: str, outcome: Outcome = Outcome.DENIED) -> tuple[str, Any]:
    """Give the entry that speaks of a whole account."""
    source = Source(account, "global", "*", "*")
    return "coverage", coverage_body(Coverage(source, outcome, gaps=(Gap(source, outcome, "X", ""),)))


def asked(account: str, name: str, *regions: str, ending: str = "complete") -> Entries:
    """Give the entries of a run over one of them."""
    start = {"account": account, "regions": list(regions), "run": name}
    return [("run.start", start), ("run.end", {"outcome": ending, "run": name})]


def test_a_broken_account_is_a_gap_until_it_is_asked() -> None:
    """A run over it takes that back, a run over another does not."""
    standing = Standing.after([*asked(ACCOUNT, "1", "eu-west-1"), whole(OTHER)])
    assert [gap.source.account for gap in standing.gaps] == [OTHER]
    for kind, body in asked(ACCOUNT, "2", "eu-west-1"):
        standing.take(kind, body)
    assert [gap.source.account for gap in standing.gaps] == [OTHER]
    for kind, body in asked(OTHER, "3", "eu-west-1"):
        standing.take(kind, body)
    assert standing.gaps == ()


def test_an_account_that_is_suspended_after_it_was_kept() -> None:
    """Takes nothing from what is kept of it; one that breaks is missing again."""
    kept = asked(OTHER, "1", "eu-west-1")
    assert Standing.after([*kept, whole(OTHER, Outcome.OUT_OF_SCOPE)]).gaps == ()
    assert len(Standing.after([*kept, whole(OTHER)]).gaps) == 1
    broken_off = asked(OTHER, "1", "eu-west-1", ending="expired")
    assert len(Standing.after([*broken_off, whole(OTHER, Outcome.OUT_OF_SCOPE)]).gaps) == 1


def test_regions_are_an_accounts_own() -> None:
    """What one account left out, another does not ask after; and neither is asked where the other was."""
    source = Source(OTHER, "eu-west-2", "*", "*")
    gap = Gap(source, Outcome.OUT_OF_SCOPE, "", "")
    left_out = ("coverage", coverage_body(Coverage(source, Outcome.OUT_OF_SCOPE, gaps=(gap,))))
    entries = [*asked(ACCOUNT, "1", "eu-west-2"), *asked(OTHER, "2", "eu-west-1"), left_out]
    standing = Standing.after(entries)
    assert standing.accounts == {ACCOUNT: {"eu-west-2"}, OTHER: {"eu-west-1"}}
    assert [one.source.account for one in standing.gaps] == [OTHER]
    again = Standing.after([*entries, *asked(ACCOUNT, "3", "eu-west-2")])
    assert [one.source.account for one in again.gaps] == [OTHER]


def test_collectors_left_out_are_an_accounts_own() -> None:
    """That one account has all of IAM does not say so of another."""
    iam = Source(OTHER, "global", "iam", "*")
    gap = Gap(iam, Outcome.OUT_OF_SCOPE, "", "", count=0)
    left_out = ("coverage", coverage_body(Coverage(iam, Outcome.OUT_OF_SCOPE, gaps=(gap,))))
    assert len(Standing.after([*run("1"), left_out]).gaps) == 1


def test_strangers() -> None:
    """Whose case it is says in words whose it is not; a broken account belongs to it."""
    standing = Standing.after(run("1"))
    assert standing.stranger(ACCOUNT) == Standing().stranger(OTHER) == ""
    assert standing.stranger(OTHER) == (
        f"this case is of account {ACCOUNT}, these credentials are of {OTHER}"
    )
    standing.take(*whole(OTHER))
    assert standing.stranger(OTHER) == ""
    assert standing.stranger("777788889999").startswith(f"this case is of accounts {ACCOUNT}, {OTHER}, ")


def test_whom_it_asked_of_is_not_thereby_in_the_case() -> None:
    """The list of accounts may come from one that is not to be kept."""
    source = Source(OTHER, "global", "organizations", "ListAccounts")
    entries = [*run("1"), ("coverage", coverage_body(Coverage(source, Outcome.COLLECTED)))]
    assert OTHER not in Standing.after(entries).accounts
