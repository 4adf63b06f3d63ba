"""What the gate's answer says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forensics.readiness.judging import Judged, State
from forensics.readiness.report import Account, Readiness

ACCOUNT = "222222222222"


def readiness(*things: Judged) -> Readiness:
    """Give an answer about one account."""
    return Readiness("c", (Account(ACCOUNT, "arn", ("eu-west-1",), looked=True),), things, (), narrowed=False)


def thing(kind: str, state: State) -> Judged:
    """Give one thing."""
    return Judged(kind, "x-1", "eu-west-1", state, account=ACCOUNT)


@pytest.mark.parametrize("state", [State.KEPT, State.LOCKED])
def test_disks_that_are_nowhere_else(state: State) -> None:
    """A disk whose snapshot is in the account itself is lost with it: ready, and said."""
    said = readiness(thing("ec2:volume", state))
    assert said.exit_code == 0
    assert said.document()["held"] == [f"{ACCOUNT}/ec2:volume/x-1@eu-west-1"]
    *_, note, sentence = said.lines()
    assert note.split()[:3] == ["note", "disks", "1"]
    assert "--copy-to" in note
    assert sentence.startswith("ready: ")


def test_a_plan_that_was_narrowed() -> None:
    """Whoever tears down is told what the case did not look for, and why."""
    said = replace(readiness(), narrows=("logs from before 2031-06-01", "without \x1b[2J"))
    assert said.exit_code == 0
    assert said.document()["narrows"] == list(said.narrows)
    notes = [line for line in said.lines() if line.startswith("note")]
    assert [line.rpartition(": ")[2] for line in notes] == ["logs from before 2031-06-01", "without \\x1b[2J"]


def test_copies_that_were_not_seen() -> None:
    """Ready, since nobody can look with the credentials of this account; and said."""
    said = readiness(replace(thing("ec2:volume", State.COPIED), recorded=True))
    assert said.exit_code == 0
    assert [one["recorded"] for one in said.document()["things"]] == [True]
    *_, note, _ = said.lines()
    assert note.split()[:3] == ["note", "copies", "1"]
    assert "not looked at" in note


@pytest.mark.parametrize(
    "one", [("ec2:volume", State.COPIED), ("ec2:volume", State.NOT_KEPT), ("ec2:instance", State.KEPT)]
)
def test_nothing_is_said_of_others(one: tuple[str, State]) -> None:
    """What is elsewhere too, or not kept at all, or no disk."""
    said = readiness(thing(*one))
    assert said.document()["held"] == []
    assert not [line for line in said.lines() if line.startswith("note")]
