"""
The program, imported once, in a process that forks itself for each command.

A command that is run to its end and looked at afterwards needs no interpreter and no botocore of its own:
to import them takes as long as what it does. What is killed, stopped or talked to is started as users do.

`python -m tests.e2e.warm` reads one job a line on stdin, as JSON, and answers each with its exit code.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Warm:
    """The process. It ends with this one, whose end of the pipe it reads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.warm"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        atexit.register(self._process.communicate)

    def run(self, arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
        """Run one command to its end, and return its exit code and what it printed."""
        with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
            job = {"arguments": arguments, "environment": environment, "cwd": str(Path.cwd())}
            code = self._ask({**job, "out": out.name, "err": err.name})
            return code, out.read().decode(), err.read().decode()

    def _ask(self, job: Mapping[str, Any]) -> int:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        with self._lock:
            stdin.write(json.dumps(job).encode() + b"\n")
            stdin.flush()
            return int(stdout.readline())


@cache
def warm() -> Warm:
    """Give this process's."""
    return Warm()


def main() -> None:
    """Import, and fork as asked."""
    for name in ("preservation", "readiness.gate", "reading"):
        import_module(f"forensics.{name}")
    for name in ("preserve", "ready", "seal", "status", "verify"):
        import_module(f"forensics.cli.{name}")
    import_module("forensics.verifier.checks")
    gc.freeze()
    for line in sys.stdin:
        job = json.loads(line)
        pid = os.fork()
        if not pid:
            _be(job)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _be(job: Mapping[str, Any]) -> None:
    """Be the command, from its first line to its exit code."""
    from forensics.cli import main as program

    code = 1
    try:
        os.chdir(job["cwd"])
        os.environ.clear()
        os.environ.update(job["environment"])
        for number, name, flags in (
            (0, os.devnull, os.O_RDONLY),
            (1, job["out"], os.O_WRONLY),
            (2, job["err"], os.O_WRONLY),
        ):
            os.dup2(os.open(name, flags), number)
        sys.argv = ["forensics", *job["arguments"]]
        program()
    except SystemExit as done:
        code = int(done.code or 0)
    except BaseException:  # noqa: BLE001 - as the interpreter does
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
