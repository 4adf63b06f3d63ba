"""
A second Python process that answers requests, for work that holds the interpreter's lock.

Not `multiprocessing`: it would import the caller's main module again, and a script without a guard,
one that preserves and then verifies say, would run twice. A helper imports modules of ours, by their
path and nothing else's (`-I -S`), and is there in some 30 ms.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import IO

_ROOT = Path(__file__).parents[2]
_PROGRAM = "import sys; sys.path.append(sys.argv[1]); from forensics.verifier.helper import main; main()"
_LENGTH = 8


class Helper:
    """One process that runs `answer(request: bytes) -> bytes` of modules of ours, for a thread at a time."""

    def __init__(self) -> None:
        self._process = _start()

    def ask(self, module: str, request: bytes) -> bytes | None:
        """Return what `module` answers, or nothing where there is no process (any more)."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return None
        try:
            _send(process.stdin, module.encode())
            _send(process.stdin, request)
            process.stdin.flush()
            answer = _receive(process.stdout)
        except OSError:  # it was killed
            answer = None
        if answer is None:
            self.close()
        return answer

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _start() -> subprocess.Popen[bytes] | None:
    # A frozen program (PyInstaller) or an embedded one has no interpreter to start.
    if getattr(sys, "frozen", False) or not sys.executable:
        return None
    command = [sys.executable, "-I", "-S", "-B", "-c", _PROGRAM, str(_ROOT)]
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    try:
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nothing)
    except OSError:
        return None


def main() -> None:
    """Answer requests on stdin, on stdout, until there are no more."""
    gc.disable()  # an answer leaves nothing behind that only a collector would find
    serve(lambda module: import_module(module).answer, sys.stdin.buffer, sys.stdout.buffer)


def serve(
    answerer: Callable[[str], Callable[[bytes], bytes]], requests: IO[bytes], answers: IO[bytes]
) -> None:
    """
    Answer every request of a stream by the function that its module's name stands for.

    A request is that name and then itself, an answer itself; each is 8 bytes of length, big end first, and
    that many bytes.
    """
    while (module := _receive(requests)) is not None and (request := _receive(requests)) is not None:
        _send(answers, answerer(module.decode())(request))
        answers.flush()


def _send(stream: IO[bytes], data: bytes) -> None:
    stream.write(len(data).to_bytes(_LENGTH, "big") + data)


def _receive(stream: IO[bytes]) -> bytes | None:
    head = stream.read(_LENGTH)
    size = int.from_bytes(head, "big")
    data = stream.read(size) if len(head) == _LENGTH else b""
    return data if len(head) == _LENGTH and len(data) == size else None
