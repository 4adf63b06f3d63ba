"""A big account: everything is there, nothing twice, and memory does not grow with it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest

import forensics
from forensics import reading, record
from forensics.drill.server import Drill
from forensics.model import Coverage, Outcome, Source
from tests.e2e.run import LEAN, Aws
from tests.nursery import Nursery

REGIONS = [
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ca-central-1",
    "sa-east-1",
    "eu-south-1",
    "af-south-1",
    "me-south-1",
]
MEMORY = 250
"""MB that a run may take at most."""
MEMORY_OF_LISTS = 500
"""MB that what lists everything may take at most: the gate knows each thing, and botocore 300 services."""


@pytest.fixture(scope="module")
def drill(nursery: Nursery) -> Iterator[Drill]:
    """Give an AWS of our own: the crowd would burden other tests."""
    with nursery.drill() as drill:
        yield drill


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize(
    ("instances", "reservations", "users", "regions"),
    [(20, 3, 40, 2), pytest.param(3_000, 400, 1_200, 20, marks=pytest.mark.torture)],
)
def test_big_account(
    drill: Drill, tmp_path: Path, instances: int, reservations: int, users: int, regions: int
) -> None:
    """Run the command as a user would, and read what it kept."""
    drill.reset()
    drill.regions(REGIONS[:regions])
    drill.page_size(37 if regions == 2 else None)
    drill.waiting(seconds=0, polls=1)
    drill.populate(instances=instances, reservations=reservations, users=users)
    case = tmp_path / "case"
    code, megabytes, seconds = _measured(Aws(drill), "preserve", case, "-q", "--pace", "1000", *LEAN)
    assert code == 0
    found = list(_texts(case, "ec2", "DescribeInstances", "Reservations[].Instances[].{Name: InstanceId}"))
    people = list(_texts(case, "iam", "ListUsers", "Users[].{Name: UserName}"))
    assert len(found) == len(set(found)) >= instances
    assert len(people) == len(set(people)) >= users
    print(f"{len(found)} instances, {len(people)} users, {regions} regions: ", end="")
    print(f"{len(drill.calls())} calls, {seconds:.0f} s, {megabytes:.0f} MB")
    assert megabytes < MEMORY
    assert forensics.verify(case).exit_code == 3


@pytest.mark.torture
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("command", ["ready", "plan"])
def test_what_asks_beside_it(drill: Drill, tmp_path: Path, command: str) -> None:
    """What the gate and a plan take, which keep nothing, over all lists: the sweep's too."""
    drill.reset()
    drill.regions(REGIONS)
    drill.populate(instances=3_000, reservations=400, users=1_200)
    case, account = tmp_path / "case", "222222222222"
    with forensics.open_case(case) as opened:
        start = {"account": account, "principal": "", "regions": REGIONS, "run": "r"}
        opened.writer.record("run.start", start)
        # As if the sweep had been asked: the gate lists then what it lists.
        swept = Coverage(Source(account, REGIONS[0], "sqs", "Sweep"), Outcome.EMPTY)
        opened.writer.record("coverage", record.coverage_body(swept))
        opened.writer.record("run.end", {"gaps": 0, "items": 0, "outcome": "complete", "run": "r"})
        forensics.seal(opened, derive=lambda _: iter(()))
    drill.clear_calls()
    quiet = ["-q"] if command == "ready" else []
    code, megabytes, seconds = _measured(Aws(drill), command, case, "--json", "--pace", "1000", *quiet)
    print(f"{command}: {len(drill.calls())} calls, {seconds:.0f} s, {megabytes:.0f} MB")
    assert code in {0, 3}
    assert megabytes < MEMORY_OF_LISTS


def _measured(aws: Aws, *arguments: object) -> tuple[int, float, float]:
    """Return exit code, peak memory in MB and seconds of a command; what it prints goes nowhere."""
    began = time.monotonic()
    with Popen(
        [sys.executable, "-m", "forensics", *map(str, arguments)],
        env=aws.environment(None),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
    ) as process:
        peak = 0.0
        while process.poll() is None:
            # Not `ru_maxrss`: it counts what this process was when it forked.
            peak = _peak(process.pid) or peak
            time.sleep(0.1)
    return process.returncode, peak, time.monotonic() - began


def _peak(pid: int) -> float | None:
    """Read the most memory that a process has had so far, in MB; None where it cannot be read."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    found = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return int(found[0]) * 1_024 / 1e6 if found else None


def _texts(case: Path, service: str, operation: str, select: str) -> Iterator[str]:
    for path in sorted(case.glob(f"data/*/*/{service}/{operation}.jsonl")):
        yield from (name["Name"] for name in reading.names(path, select))
