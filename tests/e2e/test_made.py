"""An account full of what somebody made with boto3: each thing is in the case, and the gate misses each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import forensics
from forensics.readiness import listing
from forensics.readiness.holdings import Holdings
from forensics.readiness.judging import Judge, Judged, Key, State
from forensics.readiness.things import Found
from tests.e2e.kinds import KINDS, Maker
from tests.e2e.run import Aws, Ran

pytestmark = [pytest.mark.torture, pytest.mark.timeout(900)]
REGION = "eu-west-1"
QUIRKS = {
    "acm:certificate": "it is issued a minute after it was asked for, so it has changed by then",
    "athena:workgroup": "moto has it made anew with each answer",
    "transfer:server": "moto lacks ListUsers, so the case has not all that was asked about it",
}
"""Kinds that change by themselves, or of which moto tells what AWS would not."""
Made = frozenset[tuple[str, str]]
"""Kind and name of each thing that was made."""


@dataclass(frozen=True)
class Full:
    """The account before and after it was preserved, and what the gate said then."""

    case: Path
    ran: Ran
    before: Made
    after: Made
    gate: forensics.Readiness
    holdings: Holdings
    known: Mapping[Key, Found]


@pytest.fixture(scope="module")
def full(drill: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Full]:
    """Make two of each kind, preserve all of it, seal, make one more of each, and ask the gate."""
    aws, case = Aws(drill), tmp_path_factory.mktemp("full") / "case"
    drill.reset()
    drill.regions([REGION])
    drill.waiting(seconds=0, polls=1)
    maker = Maker(drill, REGION)
    maker.permit()
    before = frozenset(maker.make_all(1, 2))
    ran = aws.preserve(case, how=("--pace", "1000"))
    assert aws.run("seal", case).code == 0
    after = frozenset(maker.make_all(3))
    maker.close()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in drill.environment.items():
            patch.setenv(name, value)
        gate = forensics.ready(case, forensics.Access(pace=1_000))
    holdings = Holdings.read(case)
    holdings.account = gate.account
    yield Full(case, ran, before, after, gate, holdings, holdings.known(listing.rows()))
    drill.reset()


def named(things: Mapping[tuple[str, str], Any], made: Made) -> Made:
    """Say which of those that were made are not among things."""
    return frozenset(one for one in made if one not in things)


def by_name(things: Any) -> dict[tuple[str, str], Any]:
    """Give things by their kind and each of their names."""
    return {(one.kind, name): one for one in things for name in (one.id, one.arn, one.name) if name}


def test_it_is_a_full_account(full: Full) -> None:
    """As many things, of as many kinds, as were asked for; none of them by our seed."""
    assert len({kind.kind for kind in KINDS}) == len(KINDS) >= 60
    assert len(full.before) >= 150


def test_each_is_in_the_case(full: Full) -> None:
    """By name, in the bytes that AWS sent; and as what its kind says it is."""
    kept = b"\n".join(path.read_bytes() for path in (full.case / "data").rglob("*.jsonl"))
    assert [one for one in full.before if one[1].encode() not in kept] == []
    assert named(by_name(full.known.values()), full.before) == frozenset()


def test_what_is_kept_is_kept(full: Full) -> None:
    """None of these has changed since, and none is unknown; what more it holds is another matter."""
    judged: dict[tuple[str, str], Judged] = by_name(full.gate.things)
    assert named(judged, full.before) == frozenset()
    good = {State.KEPT, State.LOCKED, State.COPIED, State.UNKEEPABLE}
    bad = {one: judged[one].why for one in full.before if judged[one].state not in good}
    assert {one: why for one, why in bad.items() if one[0] not in QUIRKS} == {}


def test_what_came_after_is_missed(full: Full) -> None:
    """The gate names each, and does not say ready."""
    judged: dict[tuple[str, str], Judged] = by_name(full.gate.things)
    assert named(judged, full.after) == frozenset()
    assert {(judged[one].state, judged[one].why) for one in full.after} == {
        (State.NOT_KEPT, "it was not there when the case was made")
    }
    assert full.gate.exit_code == 3
    lines = "\n".join(full.gate.lines())
    assert [one for one in full.after if judged[one].ref not in lines] == []


def test_what_is_taken_from_the_case_is_missed(full: Full) -> None:
    """Kind by kind: without what the case has of it, each thing of it is named."""
    rows, known = listing.rows(), full.known
    for kind in KINDS:
        less = {key: one for key, one in known.items() if one.kind != kind.kind}
        judge = Judge(known, less, full.holdings, rows)
        lost = [next(judge.judge(one)) for one in known.values() if one.kind == kind.kind]
        assert {one.state for one in lost} == {State.NOT_KEPT}, kind.kind
        assert by_name(lost).keys() >= {one for one in full.before if one[0] == kind.kind}
