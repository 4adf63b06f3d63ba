"""Copies of logs that are broken off in their midst, again and again: the same command completes them."""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest

from tests.e2e.run import WHOLE, Aws, coverage, intact, items
from tests.e2e.truth import added, copied, events, fill, logged, objects

SOURCES = ("LogFiles", "DigestFiles", "FilterLogEvents", "FlowLogFiles", "AccessLogs")
"""What copies: logs and digests of trails, log groups, flow logs, and the logs of load balancers."""
Deed = Callable[[subprocess.Popen[str], Aws], None]


def _prepare(aws: Aws, count: int) -> None:
    """Fill buckets and groups, and have each answer take its time, so that there is a midst."""
    fill(aws, count)
    for number in range(4):
        aws.drill.log_group(f"/harbour/app-{number}", events=600, streams=3)
    aws.drill.fault(kind="delay", operation="GetObject", seconds=0.2)
    aws.drill.fault(kind="delay", operation="FilterLogEvents", seconds=0.1)
    aws.drill.clear_calls()


def _count(case: Path, operation: str) -> int:
    return sum(body["source"]["operation"] == operation for body in added(case))


def _break_off(aws: Aws, case: Path, operation: str, most: int, deed: Deed) -> int | None:
    """Do something to a run when it has kept so many items more of a source; None if it had ended before."""
    enough = _count(case, operation) + most
    with aws.start("preserve", case, "-q", *WHOLE) as process:
        while process.poll() is None and _count(case, operation) < enough:
            time.sleep(0.02)
        early = process.poll() is None
        deed(process, aws)
        process.communicate(timeout=100)
    return process.returncode if early else None


def _complete(aws: Aws, case: Path, before: dict[str, str]) -> None:
    """Run the command once more, and hold what the case has against what the account has."""
    aws.drill.clear_faults()
    ran = aws.preserve(case, how=WHOLE)
    assert ran.code == 0, (ran.err, ran.out)
    assert ran.gaps == []
    assert before.items() <= items(case).items()
    assert copied(case) == objects(aws)
    assert logged(case) == events(aws)
    assert not [gaps for _, gaps in coverage(case).values() if gaps]
    assert intact(case)


@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("times", [2, pytest.param(100, marks=pytest.mark.torture)])
def test_broken_off(aws: Aws, tmp_path: Path, times: int) -> None:
    """`kill -9` and expired credentials in the midst, by turns: nothing missing, nothing twice, exit 5."""
    draw, deeds, ends = random.Random(20_261_124), cycle((_kill, _expire)), list[int]()
    number = 0
    # A run may end before what was to break it off: then it is for the next case to show both.
    while (len(ends) < times or len(set(ends)) < 2) and number < times + 4:
        aws.drill.reset()
        aws.drill.regions(["eu-west-1"])
        aws.drill.waiting(seconds=0, polls=1)
        _prepare(aws, 40)
        case, number, before = tmp_path / f"case-{number}", number + 1, dict[str, str]()
        for operation in draw.sample(SOURCES, 4) if times > len(SOURCES) else SOURCES[:times]:
            code = _break_off(aws, case, operation, draw.randrange(1, 12), next(deeds))
            ends += [] if code is None else [code]
            assert before.items() <= items(case).items()
            assert intact(case)
            before = items(case)
        _complete(aws, case, before)
    assert set(ends) == {-9, 5}
    print(f"\n{Counter(ends)} in {number} cases")


def _kill(process: subprocess.Popen[str], _: Aws) -> None:
    process.kill()


def _expire(_: object, aws: Aws) -> None:
    aws.drill.expire()
    aws.drill.renew()
