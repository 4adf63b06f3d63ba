"""Disks that are too small: exit 7, nothing acknowledged lost, and with room the case is completed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture.custody_judging import Promises, Runner, judge, runner
from tests.torture.test_custody_faults import finish

ENOUGH = 40_000


@pytest.fixture(scope="module")
def program() -> Iterator[Runner]:
    """Give the process that forks the program off."""
    with runner() as process:
        yield process


def limited(folder: Path, program: Runner, size: int) -> int:
    """Run where no file may grow beyond `size`, then where it may; return how the first run ended."""
    folder.mkdir()
    case, promises = folder / "case", Promises()
    answer = program(case, fsize=size, seal=True)
    judge(case, answer, promises, {0, 7})
    finish(case, program, promises)
    shutil.rmtree(folder)
    status: int = answer["status"]
    return status


def test_some_sizes(tmp_path: Path, program: Runner) -> None:
    """From nothing at all to enough."""
    ends = [
        limited(tmp_path / str(size), program, size) for size in [0, 1, 7, 40, 150, 330, 900, 2_500, 4_000]
    ]
    assert set(ends) == {7}
    assert limited(tmp_path / "enough", program, ENOUGH) == 0


@pytest.mark.torture
def test_every_size(tmp_path: Path, program: Runner) -> None:
    """Every number of bytes, up to where it is enough."""
    ends = [limited(tmp_path / str(size), program, size) for size in range(0, 12_000, 13)]
    print(f"{len(ends)} sizes, {ends.count(7)} too small")
    assert ends[0] == 7
    assert ends[-1] == 0


@pytest.mark.torture
def test_small_disks(tmp_path: Path, program: Runner) -> None:
    """A file system of every number of pages, up to enough; then room is made, and the run goes on."""
    disk = tmp_path / "disk"
    disk.mkdir()
    ends = []
    for pages in range(4, 160):
        mount = ["mount", "-t", "tmpfs", "-o", f"size={4 * pages}k", "tmpfs", str(disk)]
        assert subprocess.run(mount, check=False).returncode == 0, "only root may mount: run this as root"
        try:
            case, promises = disk / "case", Promises()
            answer = program(case, seal=True)
            room = ["mount", "-o", "remount,size=8m", str(disk)]
            subprocess.run(room, check=True)
            judge(case, answer, promises, {0, 7})
            finish(case, program, promises)
            ends.append(answer["status"])
        finally:
            subprocess.run(["umount", str(disk)], check=True)
    print(f"{len(ends)} disks, {ends.count(7)} too small")
    assert ends[0] == 7
    assert ends[-1] == 0
