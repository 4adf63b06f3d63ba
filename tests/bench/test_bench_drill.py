"""How long the lesson takes: a newcomer's first minute."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.bench

SECONDS = 60
"""How long it may take on two processors that do nothing else."""


def test_lesson(tmp_path: Path) -> None:
    """Print what the whole drill takes, from the command to its end."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "forensics", "drill", "case"]
    subprocess.run(command, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - began
    print(f"forensics drill {seconds:.1f} s")
    assert seconds < SECONDS
