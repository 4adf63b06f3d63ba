"""A log larger than any memory, and one that would be when it is read: kept whole, in little memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.giant import MIB, STAND_IN, Giant
from tests.e2e.run import WHOLE, Aws
from tests.e2e.truth import added, copied, objects, planted
from tests.verifier.trails import bomb

ROOM = 200
"""Megabytes of memory that a run may take."""


@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("size", [48 * MIB + 5, pytest.param(5 * 1024 * MIB + 5, marks=pytest.mark.torture)])
def test_giant(aws: Aws, tmp_path: Path, size: int) -> None:
    """An object of 5 GB whose body breaks off on edges of chunks: whole, checked, in 200 MB of memory."""
    key, case = planted(aws, "harbour-flow-logs", STAND_IN), tmp_path / "case"
    tear = (0, 1, 256 * 1024, 16 * MIB - 1, size // 4)
    with Giant(aws.drill.url, key, size, tear=tear) as giant:
        began = time.monotonic()
        code, err, most = _watched(aws, "preserve", case, "--json", "-q", *WHOLE, url=giant.url)
        took = time.monotonic() - began
        assert code == 0, err
        (kept,) = [body for body in added(case) if body.get("object", {}).get("key") == key]
        assert kept["object"]["checked"] == "crc32"
        assert (kept["size"], kept["sha256"]) == (size, giant.sha256())
        assert (case / kept["path"]).stat().st_size == size
        assert len(giant.asked) == len(tear) + 1
    code, err, reading = _watched(aws, "verify", case, "-q")
    assert code == 3, err
    print(f"\n{size} bytes in {took:.1f} s; {most} MB of memory, and {reading} MB to verify")
    assert max(most, reading) < ROOM
    shutil.rmtree(case)


@pytest.mark.torture
def test_a_bomb(aws: Aws, tmp_path: Path) -> None:
    """A trail's log that is a gigabyte when it is read: its bytes are kept, and reading it ends early."""
    key, case = planted(aws, "harbour-cloudtrail", bomb(1025 * MIB)), tmp_path / "case"
    assert aws.preserve(case, how=WHOLE).code == 0
    assert copied(case) == objects(aws)
    code, out, reading = _watched(aws, "verify", case, "--json")
    assert code == 3, out
    assert reading < ROOM
    told = json.loads(out)["cloudtrail"]["chains"]
    assert key in {
        finding["name"].rpartition("harbour-cloudtrail/")[2] for one in told for finding in one["findings"]
    }


def _watched(aws: Aws, *arguments: object, url: str = "") -> tuple[int, str, int]:
    """Run a command; give its exit code, what it complained of, and the most memory it took, in megabytes."""
    most = 0
    extra = {"AWS_ENDPOINT_URL": url} if url else {}
    with aws.start(*arguments, extra=extra) as process:
        while process.poll() is None:
            most = max(most, _peak(process))
            time.sleep(0.02)
        out, err = process.communicate()
    return process.returncode, err + out, most // 1024


def _peak(process: subprocess.Popen[str]) -> int:
    """Read the most memory that a process and its children took so far, in KiB."""
    total = 0
    for number in (process.pid, *_children(process.pid)):
        try:
            lines = Path(f"/proc/{number}/status").read_text(encoding="ascii", errors="replace").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return total


def _children(number: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{number}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []
