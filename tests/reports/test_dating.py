"""What is dated and what is owed, and how far the clock was off, by the ledger alone."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from forensics.cli import status
from forensics.formats.anchor import SIGNATURE, Anchor
from forensics.formats.entry import timestamp
from forensics.reports.coverage import coverage
from forensics.reports.dating import Dating, dating
from tests.verifier import build

A, B = "http://a.example/\x1b[2J", "http://b.example"
RUN = {"account": "123456789012", "principal": "arn:aws:iam::1:user/ana", "regions": [], "run": "r1"}


def _case(root: Path, *deeds: build.Deed) -> Path:
    ledger = build.Ledger()
    ledger.add("case.open", build.opening())
    for kind, body in deeds:
        ledger.add(kind, body)
    build.put(root / "ledger.jsonl", b"".join(ledger.lines))
    return root


def _anchor(size: int, tsa: str = A, *, minutes: float = 0, **other: Any) -> build.Deed:
    time = timestamp(build.START + timedelta(minutes=minutes))
    one = Anchor(f"checkpoints/{size:08d}.note", build.ZEROS, tsa, build.ZEROS, time, "1")
    return "anchor.tsa", {**one.body(), **other}


def _run(aws: Any, local: Any = "2031-05-06T07:08:09.000000Z", **other: Any) -> build.Deed:
    return "run.start", {**RUN, "clock": {"aws": aws, "local": local}, **other}


def _lines(case: Path) -> str:
    return "\n".join(dating(case).lines())


def test_nothing(tmp_path: Path) -> None:
    """A case that nobody stamps owes nothing, and says so."""
    assert _lines(_case(tmp_path)) == "dated       nothing: no time-stamp authority has stamped it (--tsa)"
    document = dating(tmp_path).document()
    assert document == {"owed": {}, "skew": {"flagged": False}, "stamps": [], "tsas": []}


def test_dated_and_owed(tmp_path: Path) -> None:
    """By whom and when, and what each has not stamped; nothing hostile reaches the terminal."""
    sealed: build.Deed = ("bundle.sealed", {"path": "bundles/x", "digest": build.ZEROS})
    case = _case(tmp_path, _run("", tsas=[A, B]), _anchor(1, minutes=0.05), sealed)
    text = _lines(case)
    assert "dated       1 of 4 entries, at 2031-05-06T07:08:12.000000Z, by http://a.example/" in text
    assert "not dated   2 ledger entries, bundles/x/tagmanifest-sha256.txt.sig: owed by http://a.ex" in text
    assert "not dated   3 ledger entries" in text
    assert "\x1b" not in text
    document = dating(case).document()
    assert document["owed"][B] == ["3 ledger entries", f"bundles/x/{SIGNATURE}"]
    assert [(one["checkpoint"], one["line"]) for one in document["stamps"]] == [(1, 3)]
    assert document["tsas"] == [A, B]


def test_unreadable(tmp_path: Path) -> None:
    """A stamp that nobody could read is said to be one."""
    case = _case(tmp_path, _anchor(1, time="", serial="", accuracy=-1))
    assert "dated       1 of 2 entries, in a response that cannot be read, by" in _lines(case)
    assert dating(case).skews == []


@pytest.mark.parametrize(
    ("aws", "words"),
    [
        ("Tue, 06 May 2031 07:08:09 GMT", ""),
        ("Tue, 06 May 2031 06:58:09 GMT", ""),
        ("Tue, 06 May 2031 06:58:08 GMT", "10 minutes ahead of AWS's"),
        ("Tue, 06 May 2031 09:08:10 GMT", "120 minutes behind AWS's at 2031-05-06T07:08:09.000000Z"),
    ],
)
def test_clock_against_aws(tmp_path: Path, aws: str, words: str) -> None:
    """More than ten minutes are said: the times in the ledger are by that clock."""
    case = _case(tmp_path, _run(aws))
    assert (f"clock       {words}" in _lines(case)) is bool(words)
    assert dating(case).document()["skew"]["flagged"] is bool(words)
    assert coverage(case).dating.document() == dating(case).document()


@pytest.mark.parametrize(
    "clock",
    [
        None,
        {},
        {"aws": 1, "local": "x"},
        {"aws": "x", "local": 1},
        {"aws": "x", "local": "2031-05-06T07:08:09.000000Z"},
        {"aws": "Tue, 06 May 2031 07:08:09 GMT", "local": "x"},
        {"aws": "Tue, 06 May 2031 07:08:09", "local": "2031-05-06T07:08:09.000000Z"},
        {"aws": "Tue, 06 May 99999 07:08:09 GMT", "local": "2031-05-06T07:08:09.000000Z"},
    ],
)
def test_clock_that_is_none(tmp_path: Path, clock: Any) -> None:
    """What is no date of AWS's shows no skew, and stops nothing."""
    assert dating(_case(tmp_path, ("run.start", {**RUN, "clock": clock}))).skew is None


@pytest.mark.parametrize(
    ("minutes", "seconds"),
    [
        (-30, 1800),  # older than the entry under it: the case's clock is ahead
        (30, -1799),  # younger than the entry that tells of it: it is behind
        (0, None),
    ],
)
def test_clock_against_an_authority(tmp_path: Path, minutes: int, seconds: int | None) -> None:
    """A stamp lies after what it covers and before what tells of it; what does not, shows the clock."""
    skew = dating(_case(tmp_path, _anchor(1, minutes=minutes))).skew
    assert (skew.seconds if skew else None) == seconds
    if skew:
        assert skew.flagged
        assert "that of http://a.example/" in _lines(tmp_path)


def test_signature_stamped_late_is_no_skew(tmp_path: Path) -> None:
    """A debt that is paid days later shows nothing of the clock."""
    over = {"over": f"bundles/x/{SIGNATURE}", "checkpoint": 0}
    one = Anchor(str(over["over"]), build.ZEROS, A, build.ZEROS, "2031-05-01T00:00:00.000000Z", "1")
    assert dating(_case(tmp_path, ("anchor.tsa", one.body()))).skew is None


def test_anchor_that_is_none(tmp_path: Path) -> None:
    """A body that is not ours counts for nothing here; `verify` says so."""
    assert dating(_case(tmp_path, ("anchor.tsa", {}))).dues.anchors == []


def test_worst_is_told(tmp_path: Path) -> None:
    """Of several, the largest; of none, nothing."""
    runs = [_run(f"Tue, 06 May 2031 {hour}:08:09 GMT", run=hour) for hour in ("08", "11", "09")]
    skew = dating(_case(tmp_path, *runs)).skew
    assert skew is not None
    assert skew.seconds == -4 * 3600
    assert Dating().skew is None


def test_status(tmp_path: Path) -> None:
    """`forensics status` shows it, as lines and as JSON."""
    case = _case(tmp_path, _run("Tue, 06 May 2031 09:08:10 GMT", tsas=[B]), _anchor(1, B, minutes=0.05))
    build.put(case / "case.json", b"")
    text = CliRunner().invoke(status.command, [str(case)]).stdout
    assert "dated       1 of 3 entries" in text
    assert "not dated   1 ledger entries: owed by http://b.example" in text
    assert "clock       120 minutes behind AWS's" in text
    document = json.loads(CliRunner().invoke(status.command, [str(case), "--json"]).stdout)
    assert document["time"]["owed"] == {B: ["1 ledger entries"]}
