"""How long a user waits for the program to be there: against the interpreter alone, in one run."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import pytest

pytestmark = pytest.mark.bench

FORENSICS = str(Path(sys.executable).with_name("forensics"))
RUNS = 15
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "forensics --help": [FORENSICS, "--help"],
    "forensics verify --help": [FORENSICS, "verify", "--help"],
    "import forensics; forensics.verify": [sys.executable, "-c", "import forensics; forensics.verify"],
    "import boto3": [sys.executable, "-c", "import boto3"],
}


def _seconds(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def test_start() -> None:
    """Print the median of each, taken in turn so that a drifting machine drifts for all."""
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            taken[name].append(_seconds(command))
    for name, seconds in taken.items():
        print(f"{name:<36} {median(seconds) * 1000:6.0f} ms (least {min(seconds) * 1000:.0f})")
    assert median(taken["forensics --help"]) < median(taken["import boto3"])
