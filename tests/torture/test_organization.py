"""An organization of many accounts: one schedule, bounded memory and threads, and no API asked too fast."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import forensics
from forensics.aws import s3
from forensics.aws.pace import SHARED, rate
from forensics.collectors.spec import Lane
from forensics.drill.server import Drill
from forensics.drill.world import DEFAULT_REGIONS
from forensics.preserving.acquisition import WORKERS
from tests.e2e.run import QUICK, Aws
from tests.nursery import Nursery

MEMORY = 300
"""MB that a run may take at most."""
COPYING = s3.THREADS + 2
"""Threads of one copy from S3, of which the schedule has four at most."""
WALKING = WORKERS[Lane.EVENTS.value]
"""Threads of requests for event histories: one a source, while answers are quick."""
THREADS = sum(WORKERS.values()) + WALKING + WORKERS[Lane.BULK.value] * COPYING + 8
"""However many accounts: the schedule's, these, the copies', the main one, the writer and their like."""
SLACK = 2
"""Requests by which the drill's clock, a second process on busy cores, may bunch what was sent in time."""


@pytest.fixture(scope="module")
def drill(nursery: Nursery) -> Iterator[Drill]:
    """Give an AWS of our own: its accounts would burden other tests."""
    with nursery.drill() as drill:
        yield drill


@pytest.mark.timeout(4 * 3_600)
@pytest.mark.parametrize(
    ("accounts", "regions"),
    [(3, 1), *(pytest.param(*size, marks=pytest.mark.torture) for size in ((10, 17), (50, 17)))],
)
def test_organization(drill: Drill, tmp_path: Path, accounts: int, regions: int) -> None:
    """Every account has its run and its coverage, at no more than a run over one takes of threads."""
    drill.reset()
    drill.regions(DEFAULT_REGIONS[-regions:] if regions > 1 else ["eu-west-1"])
    drill.waiting(seconds=0, polls=1)
    names = [
        "222222222222",
        *(f"{number:012d}" for number in range(500_000_000_001, 500_000_000_000 + accounts - 1)),
    ]
    drill.organization(names)
    case = tmp_path / "case"
    pace = ("--pace", "1") if regions > 1 else ("--pace", "100")
    code, megabytes, threads, seconds = _measured(Aws(drill), case, pace)
    report = forensics.coverage(case)
    assert {run.account: run.outcome for run in report.runs} == dict.fromkeys(
        ("111111111111", *names), "complete"
    )
    assert (code, report.complete) == (0, True)
    calls = drill.calls()
    print(
        f"{len(names) + 1} accounts, {regions} regions: {len(report.cells)} sources, {len(calls)} calls, ",
        end="",
    )
    print(f"{seconds:.0f} s, {megabytes:.0f} MB, {threads} threads")
    assert threads <= THREADS
    assert megabytes < MEMORY
    if regions > 1:
        assert _too_fast(calls) == {}


def _measured(aws: Aws, case: Path, pace: Sequence[str]) -> tuple[int, float, int, float]:
    """Return exit code, peak memory in MB, most threads, and seconds of a run."""
    began, memory, threads = time.monotonic(), 0.0, 0
    extra = {"AWS_SESSION_TOKEN": "", **aws.drill.person("organization")}
    options = ("--organization", "-q", *QUICK[2:], *pace)
    with aws.start("preserve", case, *options, extra=extra) as process:
        while process.poll() is None:
            status = _status(process.pid)
            memory = max(memory, status.get("VmHWM", 0) * 1_024 / 1e6)
            threads = max(threads, status.get("Threads", 0))
            time.sleep(0.1)
        process.communicate()
    return process.returncode, memory, threads, time.monotonic() - began


def _status(pid: int) -> Mapping[str, int]:
    """Read what the kernel says of a process, numbers alone; nothing once it is gone."""
    status = Path(f"/proc/{pid}/status")
    try:
        lines = [line.split() for line in status.read_text().splitlines()]
    except OSError:
        return {}
    return {words[0].rstrip(":"): int(words[1]) for words in lines if words[1:] and words[1].isdigit()}


def _too_fast(calls: Sequence[Mapping[str, Any]]) -> dict[tuple[str, ...], int]:
    """Return what was asked more often than its bucket gives, by account, region and API."""
    found: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for call in calls:
        api = call["service"] if call["service"] in SHARED else f"{call['service']}.{call['operation']}"
        found[call["account"], call["region"], api].append(datetime.fromisoformat(call["time"]).timestamp())
    over = {}
    for key, times in found.items():
        service, _, operation = key[2].partition(".")
        bucket = rate(service, operation)
        times.sort()
        for first in range(len(times)):
            for last in range(first, len(times)):
                most = bucket.burst + bucket.refill * (times[last] - times[first]) + SLACK
                if last - first + 1 > most:
                    over[key] = last - first + 1
    return over
