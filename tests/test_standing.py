"""How a case stands where collectors were left out."""

from __future__ import annotations

from typing import Any

import pytest

from forensics.collectors import spec
from forensics.errors import UsageError
from forensics.model import Coverage
from forensics.record import coverage_body
from forensics.standing import Standing

ACCOUNT = "111122223333"
Entries = list[tuple[str, Any]]


def run(name: str, *without: str, ending: str = "complete") -> Entries:
    """Give the entries of a run that left collectors out."""
    start = {"account": ACCOUNT, "regions": ["eu-west-1"], "run": name, "without": sorted(without)}
    left_out = [coverage_body(one) for one in spec.left_out(ACCOUNT, frozenset(without))]
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
    rows = {task.source.name for task in spec.tasks(ACCOUNT, ["eu-west-1"], frozenset({"instances"}))}
    assert {"ec2.DescribeVolumes", "ec2.CreateSnapshots"} <= rows
    assert "ec2.GetConsoleOutput" not in rows
    assert all(isinstance(one, Coverage) for one in spec.left_out(ACCOUNT, frozenset({"instances"})))


def test_names() -> None:
    """A collector that there is not is refused, with those that there are."""
    spec.check_names(frozenset({"iam"}))
    with pytest.raises(UsageError, match="no such collector: 'im\\\\x1b'") as refused:
        spec.check_names(frozenset({"im\x1b"}))
    assert "iam" in str(refused.value.hint)
