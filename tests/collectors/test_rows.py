"""Every row against the drill: whole, denied in turn, and on a bad day."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from zlib import crc32

import pytest

from forensics.collectors import catalogue, spec
from forensics.collectors.spec import Call
from forensics.drill.server import Drill
from forensics.model import Effect, Exchange, Outcome
from tests.collectors.play import REGION, Play, Time, session_on

SOURCES = {name: source for name, (_, source) in catalogue.sources().items()}
ROWS = [name for name, (collector, _) in catalogue.sources().items() if collector.name != "sweep"]
"""All but the sweep: it asks for what the drill has not got; `test_sweep.py` says what it makes of that."""
CALLS = sorted(name for name, source in SOURCES.items() if isinstance(source, Call))


@pytest.fixture(scope="module")
def seeded(one_drill: Drill) -> Iterator[Drill]:
    """Give the breached account, for tests that change nothing in it."""
    one_drill.reset()
    one_drill.limit_lookups(on=False)
    yield one_drill
    one_drill.allow()
    one_drill.clear_faults()


@pytest.fixture(scope="module")
def whole(seeded: Drill) -> Play:
    """Run every row once."""
    play = Play(session_on(seeded), Time(real=0.2))
    play.run(*ROWS)
    return play


def ancestors(name: str) -> set[str]:
    """Name the rows that have to be asked before a row."""
    parents = set(SOURCES[name].parents)
    return parents.union(*(ancestors(parent) for parent in parents)) if parents else set()


def descendants(name: str) -> set[str]:
    """Name the rows that live from a row."""
    return {other for other in SOURCES if name in ancestors(other)}


def sharing(name: str) -> str | None:
    """Name the row above a row that takes the same permission, if there is one."""
    found = [row for row in ancestors(name) if SOURCES[row].actions == SOURCES[name].actions]
    return next((row for row in found if not ancestors(row) & set(found)), None)


def test_the_breached_account_is_collected_whole(whole: Play) -> None:
    """Not one gap: whatever is there was asked for and answered."""
    assert whole.gaps() == []
    usual = {name for name in ROWS if not getattr(SOURCES[name], "options", ())}
    assert set(whole.coverage) == usual


def test_every_exchange_is_a_line_of_json(whole: Play) -> None:
    """Whatever the attacker has written into names and tags."""
    for exchange in whole.of(Exchange):
        document = json.loads(json.dumps(exchange.document()))
        assert document["response"]["status"] == exchange.status
        assert document["request"]["principal"].startswith("arn:aws:")


def test_nothing_twice(whole: Play) -> None:
    """Each question once: the same parameters are not asked about again."""
    asked = [
        (exchange.source.name, json.dumps(exchange.document()["request"]["parameters"], sort_keys=True))
        for exchange in whole.of(Exchange)
        if not exchange.operation and exchange.source.operation != "GenerateCredentialReport"
    ]
    assert len(asked) == len(set(asked))


def test_counts_agree_with_awss_own(whole: Play) -> None:
    """The account's summary counts users apart from the lists: completeness is proved, not hoped for."""
    summary = next(item for item in whole.of(Exchange) if item.source.operation == "GetAccountSummary")
    text = summary.body.decode()
    users = int(text.split("<key>Users</key>")[1].split("<value>")[1].split("</value>")[0])
    listed = [item for item in whole.of(Exchange) if item.source.operation == "ListAccessKeys"]
    assert len({item.parameters["UserName"] for item in listed}) == users > 0


def test_no_secret_of_ours_is_kept(whole: Play, seeded: Drill) -> None:
    """Neither the key's secret nor the session's token is in any exchange."""
    known = seeded.environment
    kept = "".join(json.dumps(exchange.document()) for exchange in whole.of(Exchange))
    assert known["AWS_SECRET_ACCESS_KEY"] not in kept
    assert known["AWS_SESSION_TOKEN"] not in kept
    assert gzip.compress(kept.encode())


IN_TURN = [
    pytest.param(name, marks=[pytest.mark.torture] if crc32(name.encode()) % 6 else []) for name in CALLS
]
"""One row in six, always the same, in `make test`; all in `make torture`: each is a run of its own."""


@pytest.mark.parametrize("name", IN_TURN)
def test_denied_in_turn(seeded: Drill, whole: Play, name: str) -> None:
    """Exactly that gap: not one for each row that lives from it, and never an empty answer."""
    if whole.coverage[name].requests == 0:
        # Nothing in the account to ask about, whoever may: `test_made.py` has such things.
        assert whole.coverage[name].outcome in {Outcome.ABSENT, Outcome.EMPTY}
        return
    source = SOURCES[name]
    seeded.allow()
    seeded.deny(source.actions[0])
    play = Play(session_on(seeded))
    # Steps that write are tried in their own tests.
    reads = {row for row in descendants(name) if isinstance(SOURCES[row], Call)}
    play.run(name, *ancestors(name), *reads)
    if (shared := sharing(name)) is not None:
        # One permission for all of them: the first is the gap, and names the others.
        assert play.gaps() == [(shared, "denied", "AccessDeniedException")]
        assert name not in play.coverage
        return
    if play.coverage[name].requests == 0:
        # Nothing in the account to ask about.
        assert play.coverage[name].outcome is Outcome.EMPTY
        return
    [(row, outcome, code)] = play.gaps()
    assert (row, outcome) == (name, "denied")
    assert code in {"UnauthorizedOperation", "AccessDenied", "AccessDeniedException"}
    assert not set(play.coverage) & reads


@pytest.mark.torture
def test_on_a_bad_day_it_is_as_complete(seeded: Drill, whole: Play) -> None:
    """Three answers in ten are faulty: the coverage is the same, and every fault is in the record."""
    seeded.reset()
    # Time does not pass here as it does for the server.
    seeded.limit_lookups(on=False)
    for kind in ("throttle", "error", "reset", "torn"):
        seeded.fault(kind=kind, probability=0.08)
    play = Play(session_on(seeded), Time(real=0.2))
    play.run(*ROWS)
    assert play.gaps() == []
    assert {name: item.outcome for name, item in play.coverage.items()} == {
        name: item.outcome for name, item in whole.coverage.items()
    }
    faulty = [exchange for exchange in play.of(Exchange) if exchange.code or not exchange.status]
    assert len(faulty) > 30
    volumes = [effect.detail["volume"] for effect in play.of(Effect) if effect.state == "pending"]
    assert len(volumes) == len(set(volumes))
    assert sum(item.pages for item in play.coverage.values()) >= 100


def test_a_region_that_the_organization_denies(seeded: Drill) -> None:
    """A few refusals, then the rest is not asked: the trail is not flooded with ours."""
    seeded.allow()
    seeded.deny("*", scp=True)
    seeded.clear_calls()
    play = Play(session_on(seeded), region="us-west-2")
    regional = [name for name, source in SOURCES.items() if source.reach is spec.Reach.REGION]
    play.run(*regional)
    refused = [call for call in seeded.calls() if call["region"] == "us-west-2" and call["status"] != 200]
    assert 0 < len(refused) <= 10
    assert {outcome for _, outcome, _ in play.gaps()} == {"denied-by-scp"}


def test_two_regions_do_not_mix(seeded: Drill) -> None:
    """Each row's requests go to its own region."""
    seeded.allow()
    seeded.clear_calls()
    play = Play(session_on(seeded), region="us-east-1")
    play.run("ec2.DescribeInstances", "ec2.DescribeVolumes")
    assert {call["region"] for call in seeded.calls() if call["service"] == "ec2"} == {"us-east-1"}
    assert play.session.home == REGION
