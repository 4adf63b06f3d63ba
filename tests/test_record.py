"""Bodies of the ledger: bounded whatever comes, and read back as they were written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.formats import strict
from forensics.model import Coverage, Effect, Evidence, Gap, Intent, Kind, Outcome, Settled, Source
from forensics.plain import printable
from forensics.record import (
    coverage_body,
    effect_body,
    evidence_body,
    gaps_of,
    intent_body,
    protect_body,
    settled_body,
)
from forensics.scope import CopyTo, Hold, Lock, LockMode, Protect
from forensics.standing import Standing

EC2 = Source("111122223333", "eu-west-1", "ec2", "DescribeInstances")
SNAPSHOTS = Source("111122223333", "eu-west-1", "ec2", "CreateSnapshots")
GAP = Gap(
    EC2, Outcome.DENIED, "UnauthorizedOperation", "no", "req-1", 2, ({"InstanceId": "i-1"},), ("ec2.X",)
)


def test_gap_round_trip() -> None:
    """A gap is read back whole."""
    assert gaps_of(coverage_body(Coverage(EC2, Outcome.DENIED, gaps=(GAP,)))) == (GAP,)


@pytest.mark.parametrize(
    "gap",
    [
        Gap(EC2, Outcome.FAILED, "x" * 10**6, "y" * 10**6, "z" * 10**6),
        Gap(EC2, Outcome.FAILED, "c", "\x00" * 10**6),
        Gap(EC2, Outcome.FAILED, "c", "\U0001f600" * 10**6),
        Gap(EC2, Outcome.FAILED, "c", "m", examples=({"Name": "\x01" * 10**6},) * 50),
        Gap(EC2, Outcome.FAILED, "c", "lone \ud800 surrogate"),
    ],
)
def test_bounded(gap: Gap) -> None:
    """However long and odd the attacker's words, the body fits a line and says that it was cut."""
    body = coverage_body(Coverage(EC2, Outcome.FAILED, gaps=(gap,)))
    assert len(strict.encode(body)) < 65_000
    assert len(body["gaps"]) == 1


def test_bounded_together() -> None:
    """Many gaps of the worst kind fit a line too."""
    worst = Gap(
        EC2, Outcome.FAILED, "\x00" * 10**4, "\x01" * 10**4, "\x02" * 10**4, 1, ({"N": "\x03" * 10**4},) * 9
    )
    also = tuple(f"ec2.DescribeSomethingWithALongName{n}" for n in range(80))
    gaps = (replace(worst, also=also), *[worst] * 99)
    body = coverage_body(Coverage(EC2, Outcome.FAILED, gaps=gaps))
    assert len(strict.encode(body)) < 65_000
    assert len(body["gaps"]) + body["gaps_left_out"] == 100


def test_shortened_is_marked() -> None:
    """What was cut says so; what was not, does not."""
    long, short = Gap(EC2, Outcome.FAILED, "c", "m" * 2_000), Gap(EC2, Outcome.FAILED, "c", "m")
    body = coverage_body(Coverage(EC2, Outcome.FAILED, gaps=(long, short)))
    assert [gap["shortened"] for gap in body["gaps"]] == [True, False]


def test_gaps_left_out_are_counted() -> None:
    """More kinds of gap than a line holds are counted, not dropped in silence."""
    gaps = tuple(Gap(EC2, Outcome.FAILED, f"Code{n}", "m") for n in range(100))
    body = coverage_body(Coverage(EC2, Outcome.FAILED, gaps=gaps))
    assert len(body["gaps"]) + body["gaps_left_out"] == 100


def test_standing() -> None:
    """The latest word counts, and an intent stays open until it is settled."""
    intent = Intent("op1", SNAPSHOTS, {"InstanceId": "i-1"}, "disks of i-1")
    other = Intent("op2", SNAPSHOTS, {"InstanceId": "i-2"}, "disks of i-2")
    pending = Effect("op1", SNAPSHOTS, "snapshot", "snap-1", "pending", {"volume": "vol-1"})
    done = Effect("op1", SNAPSHOTS, "snapshot", "snap-1", "completed", {"volume": "vol-1"})
    standing = Standing.after(
        [
            ("case.open", {}),
            ("run.start", {"account": "111122223333", "regions": ["eu-west-1"]}),
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
    assert (standing.account, standing.runs) == ("111122223333", 1)


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
    body = {"account": "111122223333", "regions": ["eu-west-1"]}
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
        for source in (Source("111122223333", region, "*", "*") for region in ("eu-west-1", "eu-west-2"))
    ]
    again = ("run.start", {"account": "111122223333", "regions": ["eu-west-1"]})
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


@given(st.text(alphabet=st.characters()))
def test_printable(text: str) -> None:
    """Any text becomes one that UTF-8 can hold; text that could, stays."""
    made = printable(text)
    made.encode()
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert made == text


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
    region = Source("111122223333", "eu-west-1", "*", "*")
    gap = Gap(region, Outcome.OUT_OF_SCOPE, "", "", count=0)
    ends: list[tuple[str, dict[str, object]]] = [("run.end", {"run": "r1", "outcome": outcome})]
    entries: list[tuple[str, dict[str, object]]] = [
        ("run.start", {"account": "111122223333", "regions": ["eu-west-1"], "run": "r1"}),
        ("coverage", coverage_body(Coverage(EC2, Outcome.COLLECTED))),
        *(ends if outcome else ()),
        ("run.start", {"account": "111122223333", "regions": ["eu-west-2"], "run": "r2"}),
        ("coverage", coverage_body(Coverage(region, Outcome.OUT_OF_SCOPE, gaps=(gap,)))),
    ]
    standing = Standing.after(entries)
    assert len(standing.gaps) == left_out
    assert standing.complete(EC2)


class _NoFile:
    size, sha256 = 0, ""

    def write(self, data: bytes) -> None:
        """Take nothing."""

    def end(self) -> None:
        """End nothing."""

    def sync(self) -> None:
        """End nothing."""

    def discard(self) -> None:
        """Remove nothing."""


def _object(name: str, about: Mapping[str, object]) -> Evidence:
    return Evidence(
        source=EC2, kind=Kind.OBJECT, name=name, folder="f", key="k", draft=_NoFile(), first="", last="",
        about=about,
    )  # fmt: skip


def test_evidence_as_it_is() -> None:
    """What AWS says of an object, within what AWS allows, is whole."""
    about = {"key": "\x01" * 1_024, "metadata": {"note": "\u202e" * 2_000}}
    body = evidence_body(_object("s3://b/" + "\x01" * 1_024, about))
    assert body["object"] == about
    assert body["name"] == "s3://b/" + "\x01" * 1_024


@pytest.mark.parametrize(
    "about",
    [
        {"metadata": {"note": "\x01" * 20_000}},
        {"metadata": {f"x{number}": "y" * 900 for number in range(400)}},
        {f"{number}" * 900: {f"{other}" * 900: "z" * 900 for other in range(90)} for number in range(90)},
        {"list": ["a" * 70_000] * 5_000},
    ],
)
def test_evidence_that_says_too_much(about: Mapping[str, object]) -> None:
    """An endpoint that sets no bounds gets its texts cut, and the line fits the ledger all the same."""
    body = evidence_body(_object("s3://b/k", about))
    assert len(json.dumps(body)) <= 60_000
    assert body["object"]["shortened"] is True
    assert body["name"] == "s3://b/k"


def test_names_without_end_stay_apart() -> None:
    """Two names that are longer than AWS has them, and alike for long, are two."""
    one, other = ("k" * 100_000 + end for end in "ab")
    body = evidence_body(_object(one, {}))
    standing = Standing.after([("item.add", {**body, "path": "data/x"})])
    assert standing.holds(EC2, one)
    assert not standing.holds(EC2, other)
    assert len(json.dumps(body)) < 5_000


def _span(since: str, until: str) -> tuple[str, dict[str, object]]:
    window = {"since": f"{since}T00:00:00+00:00", "until": f"{until}T00:00:00+00:00"}
    return "run.start", {"account": "111122223333", "regions": [], "run": since + until, "window": window}


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
