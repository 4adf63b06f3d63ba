"""Each call into the system fails once: the right error, nothing acknowledged lost, the next run goes on."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.custody import world
from tests.torture.custody_child import CALLS
from tests.torture.custody_judging import Promises, Runner, judge, runner

KINDS = ("EIO", "ENOSPC", "EDQUOT", "KILL", "AFTER", "HALF")
STATUSES = {"EIO": {0, 1}, "ENOSPC": {0, 7}, "EDQUOT": {0, 7}, "KILL": {-9}, "AFTER": {-9}, "HALF": {0, 7}}
"""0 where the call is one whose failure loses nothing: the number in the lock."""
SHORT, OFTEN = 10, {"EIO", "KILL", "HALF"}


@pytest.fixture(scope="module")
def program() -> Iterator[Runner]:
    """Give the process that forks the program off."""
    with runner() as process:
        yield process


def fresh(case: Path, _: Runner) -> None:
    """Begin with nothing: the program makes the case."""
    assert not case.exists()


def torn(case: Path, program: Runner) -> None:
    """Begin with all that a crash can leave: the program recovers it."""
    program(case)
    (case / "data/0/orphan.jsonl").write_bytes(b"never acknowledged")
    (case / "tmp/draft-00000001").write_bytes(b"half a draft")
    with (case / "ledger.jsonl").open("ab") as file:
        file.write(b'{"actor":"torn')


BEGINNINGS = {"fresh": fresh, "torn": torn}


def plan(tmp_path: Path, program: Runner) -> list[tuple[str, str, str, int]]:
    """List every fault: each beginning, call, kind and turn."""
    faults = []
    for name, begin in BEGINNINGS.items():
        case = tmp_path / f"count-{name}"
        begin(case, program)
        counts = program(case, seal=True)["counts"]
        assert set(counts) >= set(CALLS) - {"ftruncate", "chmod"}, counts
        for call, count in counts.items():
            kinds = KINDS if call == "write" else KINDS[:-1]
            faults += [(name, call, kind, turn) for kind in kinds for turn in range(1, count + 1)]
    return faults


def suffer(case: Path, program: Runner, fault: tuple[str, str, str, int]) -> None:
    """Let one call fail, and then run again to the end."""
    name, call, kind, turn = fault
    BEGINNINGS[name](case, program)
    promises = Promises()
    answer = program(case, fault=[call, kind, turn], seal=True)
    # Two threads that need the same folder may both make it, or one: what the plan counted last may not come.
    came = answer.get("counts", {}).get(call, turn) >= turn
    judge(case, answer, promises, STATUSES[kind] if came else {0})
    finish(case, program, promises)


def finish(case: Path, program: Runner, promises: Promises) -> None:
    """Run once more without a fault: the case is complete, sealed once, and its bundle good."""
    if not promises.sealed:
        judge(case, program(case, seal=True), promises, {0})
    promises.check_bundle(case)
    with world.reopen(case) as again:
        assert world.types(again).count("bundle.seal") == 1
    remains = [path.name for path in case.parent.iterdir() if path.name.startswith(".")]
    assert remains == []


def test_a_sample(tmp_path: Path, program: Runner) -> None:
    """Some of all faults: every call with those kinds that differ most, every kind, and some at random."""
    draw = random.Random(20310506)
    faults = plan(tmp_path, program)
    draw.shuffle(faults)
    each = {(kind in OFTEN and call, kind): (name, call, kind, turn) for name, call, kind, turn in faults}
    for number, fault in enumerate([*each.values(), *faults[:SHORT]]):
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            suffer(folder / "case", program, fault)
        except AssertionError as error:
            error.add_note(f"fault: {fault}")
            raise
        shutil.rmtree(folder)


@pytest.mark.torture
def test_all(tmp_path: Path, program: Runner) -> None:
    """All of them."""
    faults = plan(tmp_path, program)
    for number, fault in enumerate(faults):
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            suffer(folder / "case", program, fault)
        except AssertionError as error:
            error.add_note(f"fault: {fault}")
            raise
        shutil.rmtree(folder)
    print(f"{len(faults)} faults")


SYSCALLS = {
    "openat": "open",
    "write": "write",
    "fsync": "fsync",
    "syncfs": "",
    "close": "close",
    "link,linkat": "link",
    "rename,renameat": "rename",
    "unlink,unlinkat": "unlink",
    "mkdir": "mkdir",
    "ftruncate": "ftruncate",
    "fchmod": "fchmod",
    "copy_file_range": "copy_file_range",
}
"""System calls, and the function of `os` that tells about how many there are."""
INJECTIONS = {
    "error=EIO": {0, 1},
    "error=ENOSPC": {0, 7},
    "signal=KILL": {0, -9},
}
ELSEWHERE = 20
"""Calls that no function of `os` makes."""


@pytest.mark.torture
@pytest.mark.parametrize("name", BEGINNINGS)
@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.parametrize("syscall", SYSCALLS)
def test_by_strace(tmp_path: Path, program: Runner, name: str, injection: str, syscall: str) -> None:
    """The same from outside: the kernel refuses each system call in turn, in every thread."""
    assert shutil.which("strace"), "strace is not installed: apt-get install strace"
    BEGINNINGS[name](tmp_path / "count", program)
    counts = program(tmp_path / "count", seal=True)["counts"]
    failed = 0
    for turn in range(1, counts.get(SYSCALLS[syscall], 0) + ELSEWHERE):
        folder = tmp_path / f"{turn}"
        folder.mkdir()
        case, promises = folder / "case", Promises()
        BEGINNINGS[name](case, program)
        answer: dict[str, Any] = program(case, strace=f"{syscall}:{injection}:when={turn}", seal=True)
        failed += answer["status"] != 0
        judge(case, answer, promises, INJECTIONS[injection])
        finish(case, program, promises)
        shutil.rmtree(folder)
    print(f"{name} {syscall} {injection}: {failed} of {turn} runs failed")
