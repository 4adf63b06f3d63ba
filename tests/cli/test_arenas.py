"""Threads that share what they have freed."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from forensics.cli.arenas import MOST

COUNT = """
import ctypes, sys, threading
from forensics.cli.arenas import share_arenas

if sys.argv[1] == "shared":
    share_arenas()
libc = ctypes.CDLL(None)
gate = threading.Barrier(20)
def work():
    gate.wait()
    kept = [b"x" * 5_000 for _ in range(50)]
    gate.wait()
threads = [threading.Thread(target=work) for _ in range(20)]
[one.start() for one in threads]
[one.join() for one in threads]
libc.fopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, out)
libc.fclose(out)
"""
"""Prints what malloc_info(3) says of this process, after twenty threads have worked at once."""


def _arenas(how: str) -> int:
    told = subprocess.run([sys.executable, "-c", COUNT, how], check=True, capture_output=True, text=True)
    return told.stdout.count("<heap nr=")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="others have no arenas")
def test_threads_share() -> None:
    """Twenty have two arenas, of more that they would have."""
    assert _arenas("shared") <= MOST < _arenas("own")


HOLES = """
import sys, time
from forensics.cli import arenas
from pathlib import Path

arenas.EVERY = 0.05
arenas.share_arenas()
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1])
much = [bytearray(100_000) for _ in range(400)]
full = resident()
del much[1::2]
until = time.monotonic() + 20
while resident() > 0.7 * full and time.monotonic() < until:
    time.sleep(0.02)
print(full, resident())
"""
"""Prints how many pages of this process were in memory, and how many are once every other piece is freed."""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="others have no arenas")
def test_holes_are_given_back() -> None:
    """What is freed between pieces that are still in use is no longer this process's."""
    told = subprocess.run([sys.executable, "-c", HOLES], check=True, capture_output=True, text=True)
    full, left = map(int, told.stdout.split())
    assert left <= 0.7 * full
