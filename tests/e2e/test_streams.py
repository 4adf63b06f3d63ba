"""Streams that are closed, full or gone: they cost no evidence, and the exit code stays the truth."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.run import QUICK, Aws, coverage, intact


@pytest.mark.parametrize("streams", ["2>&-", "2>/dev/full", "<&- >&- 2>&-"])
def test_nobody_listens(aws: Aws, tmp_path: Path, streams: str) -> None:
    """A terminal that is gone, or a full disk for the log, costs no evidence and no truth."""
    case = tmp_path / "case"
    # A heartbeat at every source: each would fail.
    code = "import forensics.cli.terminal as t, forensics.cli as c; t.HEARTBEAT = 0; c.main()"
    command = shlex.join([sys.executable, "-c", code, "preserve", str(case), *QUICK])
    done = subprocess.run(
        ["/bin/sh", "-c", f"{command} {streams}"], env=aws.environment(), check=False, timeout=100
    )
    assert done.returncode == 0
    assert all(not gaps for _, gaps in coverage(case).values())
    assert intact(case)


def test_the_next_line_can_be_typed(aws: Aws, tmp_path: Path) -> None:
    """What it says to do next works as it stands, for a folder of any name."""
    ran = aws.run("preserve", tmp_path / "Ana's case", *QUICK)
    following = ran.err.splitlines()[-1].removeprefix("next: ")
    assert shlex.split(following) == ["forensics", "seal", str(tmp_path / "Ana's case")]
