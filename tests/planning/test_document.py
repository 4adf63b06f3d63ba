"""A plan's file: read as it was written, and refused in one line for whatever else it may be."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.errors import FormatError, UsageError
from forensics.formats import strict
from forensics.planning import document
from forensics.planning.document import Plan, check_new, load_plan, write_plan

COST = {"egress": 1, "image": 2, "kms": 3, "requests": 4, "snapshots": 5}
ACCOUNT: dict[str, Any] = {
    "account": "222222222222",
    "credentials": {"expires": "", "remark": "keys of a user"},
    "cut": [],
    "dry_runs": [
        {"code": "DryRunOperation", "operation": "CreateSnapshots", "outcome": "allowed", "region": "r"}
    ],
    "estimate": {"bytes": 1, "calls": 2, "cost": COST, "gib": 8, "seconds": 3, "sources": 4},
    "gaps": [],
    "lacking": [{"action": "ec2:CreateTags", "rows": [], "said": "implicitDeny"}],
    "mutations": [
        {
            "gib": 8,
            "instance": "i-1",
            "operation": "CreateSnapshots",
            "region": "eu-west-1",
            "volumes": ["vol-1"],
        }
    ],
    "perishing": [{"region": "eu-west-1", "what": "i-1", "why": "spot"}],
    "principal": "arn:aws:iam::222222222222:user/ana",
    "regions": ["eu-west-1"],
    "simulated": {"actions": 1, "unknown": ""},
    "sources": [
        {"about": "a", "bytes": 1, "calls": 1, "phase": 10, "places": 1, "row": "ec2.DescribeInstances"}
    ],
}
BODY: dict[str, Any] = {
    "accounts": [ACCOUNT],
    "estimate": {"bytes": 1, "calls": 2, "cost": COST, "gib": 8, "seconds": 3, "sources": 4},
    "format": "forensics-plan/2",
    "lost": [
        {"account": "9", "code": "AccessDenied", "message": "no", "outcome": "denied", "request_id": "req-1"}
    ],
    "made": "2031-05-06T07:08:09.000000Z",
    "prices": "2026-11",
    "rows": "0" * 64,
    "scope": {
        "max_log_group": 1,
        "protect": {},
        "regions": ["eu-west-1"],
        "since": "2031-05-01T00:00:00.000000Z",
        "suspects": ["AKIAIOSFODNN7EXAMPLE"],
        "until": "",
        "without": ["iam"],
    },
    "tool": {"name": "forensics", "sha256": "", "version": "0.1.0"},
}


def _changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """Write a plan that was changed, its own hash made to fit."""
    body = copy.deepcopy(BODY)
    change(body)
    return Plan(body).encode()


def test_written_and_read(tmp_path: Path) -> None:
    """What was written is read again, the same, and says what it is a plan of."""
    plan, path = Plan(BODY), tmp_path / "plan"
    write_plan(plan, path)
    assert path.stat().st_mode & 0o777 == 0o600
    read = load_plan(path)
    assert read == plan
    assert read.sha256 == plan.sha256
    assert read.accounts.keys() == {"222222222222"}
    scope = read.scope
    assert (scope.regions, scope.without) == (("eu-west-1",), frozenset({"iam"}))
    assert (scope.since, scope.until) == (datetime(2031, 5, 1, tzinfo=UTC), None)
    with pytest.raises(UsageError, match="exists already"):
        write_plan(plan, path)
    with pytest.raises(UsageError, match="cannot write"):
        write_plan(plan, tmp_path / "no" / "plan")
    check_new(tmp_path / "other")


def test_a_plan_of_the_first_format(tmp_path: Path) -> None:
    """It is still read: of one account, and of none that could not be had."""
    old = {key: value for key, value in BODY.items() if key not in {"estimate", "lost"}}
    plan, path = Plan({**old, "format": "forensics-plan/1"}), tmp_path / "plan"
    write_plan(plan, path)
    assert load_plan(path) == plan
    assert (list(plan.accounts), plan.lost) == (["222222222222"], {})
    assert list(Plan(BODY).lost) == ["9"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no line feed"),
        (b"\n", "does not parse"),
        (b"\0\xff\n", "does not parse"),
        (b"{}\n", "other keys"),
        (b"[]\n", "other keys"),
        (b"[" * 100_000 + b"\n", "deeper than"),
        (Plan(BODY).encode()[:-1], "no line feed"),
        (Plan(BODY).encode() + b"\n", "another way"),
        (json.dumps(json.loads(Plan(BODY).encode()), indent=1).encode() + b"\n", "another way"),
        (Plan(BODY).encode().replace(b"vol-1", b"vol-2"), "its own hash is another"),
        (_changed(lambda body: body.update(format="forensics-plan/3")), "of another format"),
        (_changed(lambda body: body.update(format="forensics-plan/1")), "other keys"),
        (_changed(lambda body: body.pop("lost")), "other keys"),
        (_changed(lambda body: body["lost"][0].pop("code")), "other keys"),
        (_changed(lambda body: body.update(made="now")), "time is not"),
        (_changed(lambda body: body.update(accounts=[])), "for no account"),
        (_changed(lambda body: body.update(accounts={})), "is no list"),
        (_changed(lambda body: body.update(extra=1)), "other keys"),
        (_changed(lambda body: body.pop("rows")), "other keys"),
        (_changed(lambda body: body["scope"].update(regions="x")), "is no list"),
        (_changed(lambda body: body["scope"].update(until="x")), "time is not"),
        (_changed(lambda body: body["scope"].update(protect=[])), "not what it should be"),
        (_changed(lambda body: body["accounts"][0].update(account=1)), "not what it should be"),
        (_changed(lambda body: body["accounts"][0]["estimate"].update(calls=-1)), "not what it should be"),
        (_changed(lambda body: body["accounts"][0]["estimate"].update(calls=True)), "not what it should be"),
        (_changed(lambda body: body["accounts"][0]["mutations"].append({})), "other keys"),
        (
            _changed(lambda body: body["accounts"][0]["mutations"][0].update(volumes=[1])),
            "not what it should",
        ),
    ],
)
def test_no_plan(tmp_path: Path, data: bytes, words: str) -> None:
    """What is no plan, or was edited, is refused with what is wrong about it, and what to do."""
    path = tmp_path / "plan"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=words) as error:
        load_plan(path)
    assert "\n" not in str(error.value)
    assert error.value.hint == "make a new one: forensics plan -o FILE"


def test_no_file(tmp_path: Path) -> None:
    """What is no file, or one without end, is refused, and nothing hangs."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "long").touch()
    os.truncate(tmp_path / "long", 200 * 2**20)
    for name, words in (
        ("pipe", "not a regular"),
        (".", "is a directory"),
        ("no", "no such file"),
        ("long", "longer"),
    ):
        with pytest.raises(UsageError, match=words):
            load_plan(tmp_path / name)


@given(st.binary())
def test_never_anything_but_refused(data: bytes) -> None:
    """Any bytes are refused, as a format is."""
    with pytest.raises(FormatError):
        Plan.parse(data)


def test_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is to the byte."""
    data = Plan(BODY).encode()
    monkeypatch.setattr(document, "LONGEST", len(data) - 1)
    assert Plan.parse(data).encode() == data
    monkeypatch.setattr(document, "LONGEST", len(data) - 2)
    with pytest.raises(FormatError, match="longer than"):
        Plan.parse(data)
    assert strict.decode(data[:-1])["sha256"] != Plan(BODY).sha256
