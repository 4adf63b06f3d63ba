"""A big account: everything is there, nothing twice, and memory does not grow with it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import forensics
from forensics import reading
from forensics.drill.server import Drill
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
    code, megabytes, seconds = _measured(Aws(drill), case)
    assert code == 0
    found = list(_texts(case, "ec2", "DescribeInstances", "Reservations[].Instances[].{Name: InstanceId}"))
    people = list(_texts(case, "iam", "ListUsers", "Users[].{Name: UserName}"))
    assert len(found) == len(set(found)) >= instances
    assert len(people) == len(set(people)) >= users
    print(f"{len(found)} instances, {len(people)} users, {regions} regions: ", end="")
    print(f"{len(drill.calls())} calls, {seconds:.0f} s, {megabytes:.0f} MB")
    assert megabytes < MEMORY
    assert forensics.verify(case).exit_code == 3


def _measured(aws: Aws, case: Path) -> tuple[int, float, float]:
    """Return exit code, peak memory in MB and seconds of a run."""
    began = time.monotonic()
    with aws.start("preserve", case, "-q", "--pace", "1000", *LEAN) as process:
        peak = 0.0
        while process.poll() is None:
            # Not `ru_maxrss`: it counts what this process was when it forked.
            peak = _peak(process.pid) or peak
            time.sleep(0.1)
        process.communicate()
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
