"""A terminal to run a command on, and what may reach one."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import unicodedata
from collections.abc import Mapping
from contextlib import suppress

_HOSTILE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def harmful(shown: str, *, allowed: str = "\n") -> list[str]:
    """List the characters that a terminal or a reader's eye would act on, each once, beside their places."""
    found = [
        (character, shown[max(0, at - 40) : at + 40])
        for at, character in enumerate(shown)
        if character not in allowed and unicodedata.category(character) in _HOSTILE
    ]
    return sorted({f"{character!a} in {place!a}" for character, place in found})


def on_terminal(*arguments: object, environment: Mapping[str, str], columns: int = 160) -> tuple[int, str]:
    """Run `forensics` with stdout and stderr on a terminal; give the exit code and all that it drew."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "forensics", *map(str, arguments)],
        env={**environment, "TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    drawn = bytearray()
    with suppress(OSError):  # Linux says EIO where the last one hangs up
        while piece := os.read(master, 65_536):
            drawn += piece
    os.close(master)
    return process.wait(timeout=200), drawn.decode("utf-8")
