"""How each source was closed last: what a run asks of it, whatever the entries before said."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from forensics.closings import Closings
from forensics.model import Coverage, Gap, Outcome, Source
from forensics.record import coverage_body
from forensics.scope import Window
from tests.each import for_each

EC2 = Source("111122223333", "eu-west-1", "ec2", "DescribeInstances")
GAP = Gap(
    EC2, Outcome.DENIED, "UnauthorizedOperation", "no", "req-1", 2, ({"InstanceId": "i-1"},), ("ec2.X",)
)
WINDOW = Window(datetime(2031, 5, 24, tzinfo=UTC), datetime(2031, 5, 31, tzinfo=UTC))
PLAIN = "data/111122223333/eu-west-1/ec2/DescribeInstances"


def _body(outcome: Outcome = Outcome.COLLECTED, *items: str, gaps: tuple[Gap, ...] = ()) -> dict[str, Any]:
    return {**coverage_body(Coverage(EC2, outcome, gaps=gaps)), "items": list(items)}


def test_the_latest_word_counts() -> None:
    """A source that is closed anew is one source, and nothing is left of what was said before."""
    closings = Closings()
    closings.close(EC2, _body(Outcome.DENIED, f"{PLAIN}.jsonl", gaps=(GAP,)), WINDOW)
    first = closings[EC2]
    assert (first.outcome, first.whole, first.turn, first.window) == (Outcome.DENIED, False, 1, WINDOW)
    assert list(first.gaps) == _body(gaps=(GAP,))["gaps"]
    assert first.transcript == f"{PLAIN}.jsonl"
    closings.close(EC2, _body(Outcome.EMPTY), None)
    last = closings[EC2]
    assert (last.outcome, last.whole, last.gaps, last.turn) == (Outcome.EMPTY, True, (), 2)
    assert (last.transcript, last.window, len(closings), list(closings)) == ("", None, 1, [EC2])


@for_each(
    [
        f"{PLAIN}.jsonl",
        f"{PLAIN}.2.jsonl",
        f"{PLAIN}.65534.jsonl",
        f"{PLAIN}.65535.jsonl",
        f"{PLAIN}.65536.jsonl",
        f"{PLAIN}.1.jsonl",
        f"{PLAIN}.02.jsonl",
        f"{PLAIN}.\u0662.jsonl",
        f"{PLAIN}.0.jsonl",
        f"{PLAIN}..jsonl",
        f"{PLAIN}.jsonl.jsonl",
        "data/111122223333/EU-WEST-1/ec2/DescribeInstances.jsonl",
        "elsewhere",
        "jsonl",
    ],
    ascii,
)
def test_paths(path: str) -> None:
    """The path of a transcript is the one that its entry names, whoever chose it."""
    closings = Closings()
    closings.close(EC2, _body(Outcome.COLLECTED, "data/before.jsonl", path), None)
    assert closings[EC2].transcript == path
    closings.close(EC2, _body(Outcome.COLLECTED, f"{PLAIN}.3.jsonl"), None)
    assert closings[EC2].transcript == f"{PLAIN}.3.jsonl"


def test_accounts_are_apart() -> None:
    """What one account was asked says nothing of another, which has the same places."""
    other, third = replace(EC2, account="444455556666"), replace(EC2, account="777788889999")
    elsewhere = replace(EC2, region="us-east-1")
    closings = Closings()
    for source in (EC2, elsewhere, other):
        closings.close(source, _body(), None)
    assert [list(closings.of(one.account)) for one in (EC2, other, third)] == [[EC2, elsewhere], [other], []]
    assert set(closings) == {EC2, elsewhere, other}
    assert replace(other, region="us-east-1") not in closings
    assert third not in closings
    assert replace(EC2, operation="DescribeVpcs") not in closings
    closings.close(replace(other, operation="DescribeVpcs"), _body(), None)
    assert replace(EC2, operation="DescribeVpcs") not in closings


def test_forgotten() -> None:
    """A source that is forgotten was never closed, until it is again."""
    closings = Closings()
    closings.close(EC2, _body(), None)
    closings.forget(EC2)
    assert (EC2 in closings, len(closings), list(closings)) == (False, 0, [])
    with pytest.raises(KeyError):
        closings.forget(EC2)
    closings.close(EC2, _body(), None)
    assert (len(closings), closings[EC2].turn) == (1, 2)


BAD: list[dict[str, Any]] = [
    {},
    {"outcome": "lost", "gaps": []},
    {"outcome": "collected"},
    {"outcome": ["collected"], "gaps": []},
    {"outcome": "collected", "gaps": [object()]},
]


@for_each(BAD, repr)
def test_what_is_no_entry(body: dict[str, Any]) -> None:
    """A body that is not ours is refused, and nothing of it stays."""
    closings = Closings()
    with pytest.raises((KeyError, TypeError, ValueError)):
        closings.close(EC2, body, None)
    assert (EC2 in closings, len(closings)) == (False, 0)


def test_size() -> None:
    """Ten thousand sources of five accounts, a tenth of them refused alike, take less than 400 kB."""
    closings = Closings()
    for number in range(5):
        for row in range(2_000):
            source = Source(f"{number:012d}", "eu-west-1", "ec2", f"Describe{row}")
            path = f"data/{number:012d}/eu-west-1/ec2/Describe{row}.jsonl"
            closings.close(source, _body(Outcome.COLLECTED, path, gaps=(GAP,) * (row % 10 == 0)), WINDOW)
    assert len(closings) == 10_000
    accounts = vars(closings)["_accounts"].values()
    arrays = [getattr(account, name) for account in accounts for name in account.__slots__]
    assert sum(map(sys.getsizeof, arrays)) + sys.getsizeof(vars(closings)["_gaps"]) < 400_000
    assert len(vars(closings)["_gaps"]) == 2
