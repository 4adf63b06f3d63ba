"""Whatever ends a run, the same command completes the case: nothing is lost, nothing made twice."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.run import QUICK, WHOLE, Aws, coverage, intact, items

HANGS = 200
"""Seconds that AWS takes for an answer where it is slow."""
PROMPT = 40
"""Seconds in which a run ends that does not wait for that answer, however busy the machine; else in five."""


def _kept(before: dict[str, str], case: Path) -> None:
    after = items(case)
    assert before.items() <= after.items()


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("times", [2, pytest.param(200, marks=pytest.mark.torture)])
def test_killed(aws: Aws, tmp_path: Path, times: int) -> None:
    """`kill -9` at random moments, each followed by the same command."""
    draw = random.Random(20_261_124)
    kills = number = 0
    while kills < times:
        aws.drill.reset()
        aws.drill.regions(["eu-west-1"])
        aws.drill.waiting(seconds=0.5)
        case = tmp_path / f"case-{number}"
        number += 1
        kills += _kill_until_complete(aws, case, draw, times)
        made = aws.snapshots()
        assert made, "there are disks in the account"
        assert set(made.values()) == {1}
        assert all(outcome for outcome, gaps in coverage(case).values() if not gaps)
        assert not [gaps for _, gaps in coverage(case).values() if gaps]


def _kill_until_complete(aws: Aws, case: Path, draw: random.Random, most: int) -> int:
    """Kill some runs, `most` at most, then let one end; return how many were killed in their work."""
    killed = 0
    before: dict[str, str] = {}
    for _ in range(min(draw.randrange(2, 8), most)):
        process = aws.start("preserve", case, "-q", *WHOLE)
        time.sleep(draw.uniform(0.3, 2.5))
        if process.poll() is None:
            process.kill()
            killed += 1
        process.communicate()
        if case.exists():
            _kept(before, case)
            assert intact(case)
            before = items(case)
    ran = aws.preserve(case, how=WHOLE)
    assert (ran.code, ran.gaps) == (0, []), ran.err
    _kept(before, case)
    assert intact(case)
    return killed


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("after", [0.8, pytest.param(1.5, marks=pytest.mark.torture)])
def test_interrupted(aws: Aws, tmp_path: Path, number: signal.Signals, code: int, after: float) -> None:
    """Ctrl-C ends at once although AWS is slow to answer, with its own code and a hint."""
    aws.drill.fault(service="ec2", operation="DescribeSubnets", kind="delay", seconds=HANGS)
    aws.drill.waiting(stuck=True)
    case = tmp_path / "case"
    process = aws.start("preserve", case, "-q", *QUICK)
    time.sleep(after)
    while not case.exists():
        time.sleep(0.05)
    began = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=HANGS)
    assert time.monotonic() - began < PROMPT
    assert process.returncode == code
    assert "run the same command again: it resumes" in err
    assert "Traceback" not in err
    assert intact(case)
    before = items(case)
    aws.drill.clear_faults()
    aws.drill.waiting(seconds=0, polls=1)
    assert aws.preserve(case).code == 0
    _kept(before, case)


@pytest.mark.parametrize(("service", "operation"), [("sts", "GetCallerIdentity"), ("ec2", "DescribeRegions")])
def test_interrupted_in_a_question(aws: Aws, tmp_path: Path, service: str, operation: str) -> None:
    """The first questions are asked by the main thread: botocore must not take the signal for an error."""
    aws.drill.fault(service=service, operation=operation, kind="delay", seconds=HANGS)
    case = tmp_path / "case"
    with aws.start("preserve", case, "-q", *QUICK) as process:
        while not (case.exists() or case.with_name(".case.creating").exists()):
            time.sleep(0.05)
        time.sleep(2)  # it has asked by then, and sits in urllib3
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, err = process.communicate(timeout=HANGS)
    assert time.monotonic() - began < PROMPT
    assert process.returncode == 130, err
    # Who nobody is yet has no case.
    assert (sorted(one.name for one in tmp_path.iterdir()) == []) == (service == "sts")


def test_hung_up(aws: Aws, tmp_path: Path) -> None:
    """A terminal that goes away ends it in order, as everything else that asks it to end."""
    aws.drill.fault(service="ec2", operation="DescribeSubnets", kind="delay", seconds=HANGS)
    case = tmp_path / "case"
    with aws.start("preserve", case, "-q", *QUICK) as process:
        _await(case, "item.add")
        process.send_signal(signal.SIGHUP)
        _, err = process.communicate(timeout=HANGS)
    assert process.returncode == 129
    assert "it resumes" in err
    assert _ends(case) == ["interrupted"]
    assert intact(case)


@pytest.mark.torture
def test_not_hung_up(aws: Aws, tmp_path: Path) -> None:
    """Under `nohup` a terminal that goes away is no reason to end."""
    aws.drill.fault(service="ec2", operation="DescribeSubnets", kind="delay", seconds=2, times=1)
    case = tmp_path / "case"
    command = [sys.executable, "-m", "forensics", "preserve", str(case), "-q", *QUICK]
    with subprocess.Popen(["nohup", *command], env=aws.environment(), stdin=subprocess.DEVNULL) as process:
        _await(case, "run.start")
        process.send_signal(signal.SIGHUP)
        assert process.wait(timeout=100) == 0
    assert _ends(case) == ["complete"]


def _await(case: Path, kind: str) -> None:
    ledger = case / "ledger.jsonl"
    while not ledger.exists() or f'"type":"{kind}"' not in ledger.read_text(encoding="utf-8"):
        time.sleep(0.05)


def _ends(case: Path) -> list[str]:
    lines = map(json.loads, (case / "ledger.jsonl").read_text(encoding="utf-8").splitlines())
    return [line["body"]["outcome"] for line in lines if line["type"] == "run.end"]


def test_expired(aws: Aws, tmp_path: Path) -> None:
    """Credentials that expire in the middle: exit 5, and with fresh ones the same command completes it."""
    aws.drill.fault(service="ec2", operation="DescribeSubnets", kind="expired", times=1)
    case = tmp_path / "case"
    ran = aws.preserve(case)
    assert ran.code == 5, ran.err
    assert "resumes" in ran.err
    assert intact(case)
    before = items(case)
    aws.drill.expire()
    assert aws.preserve(case).code == 5
    aws.drill.renew()
    assert aws.preserve(case).code == 0
    _kept(before, case)
    assert set(aws.snapshots().values()) == {1}
    assert not [name for name, (_, gaps) in coverage(case).items() if gaps]


@pytest.mark.torture
def test_no_space(aws: Aws, tmp_path: Path) -> None:
    """A full disk: exit 7, the case intact, and with room again the same command completes it."""
    case = tmp_path / "case"
    room = 60_000

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))

    full = subprocess.run(
        [sys.executable, "-m", "forensics", "preserve", str(case), "-q", *QUICK],
        env=aws.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        preexec_fn=limit,
        check=False,
    )
    assert full.returncode == 7, full.stderr
    assert "resumes" in full.stderr
    assert intact(case)
    before = items(case)
    assert aws.preserve(case).code == 0
    _kept(before, case)
    assert set(aws.snapshots().values()) == {1}


@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root may mount; the limit on file sizes is tested everywhere"
)
@pytest.mark.parametrize(
    "kilobytes", [256, *(pytest.param(size, marks=pytest.mark.torture) for size in (64, 128, 512))]
)
def test_full_disk(aws: Aws, tmp_path: Path, kilobytes: int) -> None:
    """The same on a file system that is really full."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", str(disk)], check=True)
    try:
        ran = aws.preserve(disk / "case")
        assert ran.code == 7, ran.err
        assert not (disk / "case").exists() or intact(disk / "case")
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        assert aws.preserve(disk / "case").code == 0
        assert set(aws.snapshots().values()) == {1}
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_held(aws: Aws, tmp_path: Path) -> None:
    """A second run of the same case at once: exit 6, at once, and the first is not disturbed."""
    aws.drill.waiting(stuck=True)
    case = tmp_path / "case"
    with aws.start("preserve", case, "-q", *QUICK) as first:
        while not items(case):
            time.sleep(0.05)
        second = aws.preserve(case)
        # `status` needs no lock, and tells that it runs.
        told = aws.run("status", case)
        aws.drill.waiting(seconds=0, polls=1)
        first.communicate(timeout=200)
    assert second.code == 6
    assert "is held by process" in second.err
    assert told.code == 3
    assert "running" in told.out
    assert first.returncode == 0


def test_again_asks_nothing(aws: Aws, tmp_path: Path) -> None:
    """A complete case is not asked for again: the same command says so, and makes nothing."""
    case = tmp_path / "case"
    assert aws.preserve(case).code == 0
    aws.drill.clear_calls()
    assert aws.preserve(case).code == 0
    assert {call["operation"] for call in aws.drill.calls()} == {"GetCallerIdentity", "DescribeRegions"}


def test_only_snapshots_are_made(aws: Aws, tmp_path: Path) -> None:
    """A whole run makes no mutating call but the snapshots, and the ledger has each before the call."""
    case = tmp_path / "case"
    assert aws.preserve(case).code == 0
    assert aws.mutations() <= {"CreateSnapshot", "CreateSnapshots", "GenerateCredentialReport"}
