"""How soon a run ends that is told to, while AWS does not answer."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.run import Aws
from tests.nursery import Nursery

pytestmark = pytest.mark.bench

SECONDS = 5
"""How long it may take, on a machine that does nothing else."""
HANGS = 60
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture
def aws(nursery: Nursery) -> Iterator[Aws]:
    """Give a breached account whose subnets are never told, in all regions, with every collector at work."""
    with nursery.drill() as drill:
        drill.fault(service="ec2", operation="DescribeSubnets", kind="delay", seconds=HANGS)
        drill.waiting(stuck=True)
        yield Aws(drill)


@pytest.mark.parametrize("after", [0.5, 2, 8])
def test_ends(aws: Aws, tmp_path: Path, after: float) -> None:
    """Print what passes between a signal and the end of the process, early and late in a run."""
    for number in SIGNALS:
        with aws.start("preserve", tmp_path / number.name, "-q", "--pace", "10") as process:
            while not (tmp_path / number.name).exists():
                time.sleep(0.01)
            time.sleep(after)
            began = time.perf_counter()
            process.send_signal(number)
            process.communicate()
            seconds = time.perf_counter() - began
        print(f"\n{number.name} after {after} s: ended within {seconds:.2f} s", end="")
        assert process.returncode == 128 + number
        assert seconds < SECONDS
