"""The event history by the command line: killed, expired, denied, and with a window that the user gave."""

from __future__ import annotations

import gzip
import json
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.run import WHOLE, Aws, coverage, intact, items

REGION = "eu-west-1"


def kept(case: Path, folder: str = "cloudtrail/events") -> list[str]:
    """Read the ids of all events that the ledger names the files of."""
    found = [path for path in items(case) if f"/{REGION}/{folder}/" in path]
    lines = [line for path in found for line in gzip.decompress((case / path).read_bytes()).splitlines()]
    return [json.loads(line)["EventId"] for line in lines]


def lookups(aws: Aws) -> Counter[int]:
    """Count the calls of LookupEvents by status."""
    return Counter(call["status"] for call in aws.drill.calls() if call["operation"] == "LookupEvents")


def test_killed_it_goes_on(aws: Aws, tmp_path: Path) -> None:
    """`kill -9` in the midst: the same command completes it, each event once."""
    case = tmp_path / "case"
    aws.drill.events(regions=[REGION], count=600)
    held = aws.drill.event_ids(REGION) | aws.drill.event_ids(REGION, insight=True)
    with aws.start("preserve", case, "-q", *WHOLE) as process:
        while process.poll() is None and len(kept(case)) < 150:
            time.sleep(0.05)
        process.kill()
        process.communicate()
    some = kept(case)
    assert len(some) < len(held)
    before = sum(lookups(aws).values())
    assert aws.preserve(case, how=WHOLE).code in {0, 3}
    found = kept(case)
    assert held <= set(found)
    assert max(Counter(found).values()) == 1
    assert sum(lookups(aws).values()) - before < 20
    assert intact(case)


def test_expired_it_goes_on(aws: Aws, tmp_path: Path) -> None:
    """Credentials that end in the midst cost less than one file."""
    case = tmp_path / "case"
    aws.drill.events(regions=[REGION], count=400)
    held = aws.drill.event_ids(REGION)
    aws.drill.fault(kind="expired", operation="LookupEvents", skip=5)
    assert aws.preserve(case, how=WHOLE).code == 5
    assert kept(case)
    aws.drill.clear_faults()
    aws.preserve(case, how=WHOLE)
    found = kept(case)
    assert held <= set(found)
    assert max(Counter(found).values()) == 1


def test_denied_is_one_gap(aws: Aws, tmp_path: Path) -> None:
    """In the history, and one where its end is read again."""
    aws.drill.deny("cloudtrail:LookupEvents")
    ran = aws.preserve(tmp_path / "case", how=WHOLE)
    assert ran.code == 3
    told = [gap for gap in ran.gaps if gap["service"] == "cloudtrail"]
    assert {(gap["operation"], gap["outcome"]) for gap in told} == {
        ("LatestEvents", "denied"),
        ("LookupEvents", "denied"),
    }
    assert len(told) == 2


def test_a_window_of_the_users(aws: Aws, tmp_path: Path) -> None:
    """Nothing before `--since`, nothing from `--until` on."""
    case = tmp_path / "case"
    until = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    since = until - timedelta(days=3)
    aws.preserve(case, "--since", since.isoformat(), "--until", until.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert kept(case)
    calls = [call["parameters"] for call in aws.drill.calls() if call["operation"] == "LookupEvents"]
    assert all(since <= datetime.fromisoformat(call["StartTime"]) for call in calls)
    assert all(datetime.fromisoformat(call["EndTime"]) < until for call in calls)
    assert coverage(case)["cloudtrail.LookupEvents"] == ("collected", ())


OPENING = 3
"""Items of each run: who it is, where it may ask, and all that it asked."""


def test_a_window_that_grows(aws: Aws, tmp_path: Path) -> None:
    """A run that wants more gets it, though all was whole; one that wants less makes less of nothing."""
    case = tmp_path / "case"
    aws.preserve(case)
    few = len(items(case))
    assert aws.preserve(case, how=WHOLE).code == 0
    assert len(items(case)) == few + OPENING, "nobody asked for more: the first run's window holds"
    since = (datetime.now(UTC) - timedelta(days=40)).isoformat()
    assert aws.preserve(case, how=(*WHOLE, "--since", since)).code == 0
    many = len(items(case))
    assert many > few + 50, "the trail's logs and digests came too"
    aws.drill.clear_calls()
    assert aws.preserve(case).code == 0
    assert len(items(case)) == many + OPENING
    assert "ListObjectVersions" not in {call["operation"] for call in aws.drill.calls()}
    assert intact(case)


@pytest.mark.parametrize(
    "options",
    [
        ("--since", "yesterday"),
        ("--since", ""),
        ("--until", "2026-13-01"),
        ("--since", "2026-02-30T00:00"),
        ("--since", "2026-01-02", "--until", "2026-01-02"),
        ("--since", "2026-01-03", "--until", "2026-01-02"),
        ("--since", "9000-01-01"),
        ("--since", "2026-01-01T00:00:00+99:00"),
        ("--max-log-group", "2 gigs"),
        ("--max-log-group", "-1"),
        ("--max-log-group", "1e9"),
        ("--max-log-group", ""),
    ],
)
def test_what_is_no_window(aws: Aws, tmp_path: Path, options: tuple[str, ...]) -> None:
    """One clear line, exit 2, and no case."""
    ran = aws.preserve(tmp_path / "case", *options)
    assert (ran.code, ran.out) == (2, "")
    assert "Traceback" not in ran.err
    assert ran.err.startswith("forensics: ")
    assert not (tmp_path / "case").exists()
