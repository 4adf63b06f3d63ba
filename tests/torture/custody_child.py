"""
A small program that keeps evidence, and the process that forks it off, makes it fail, and tells what became.

One JSON object a line on stdin is one run, one on stdout is its end. The program is forked from a process
that has imported everything, so a run costs milliseconds and its system calls are its own.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from forensics.custody.case import Case
from forensics.custody.seal import seal
from forensics.errors import ForensicsError
from tests.custody import world

CALLS = (
    *("open", "write", "fsync", "close", "link", "rename", "unlink", "mkdir"),
    *("ftruncate", "fchmod", "chmod", "copy_file_range"),
)
"""Functions of `os` that custody changes a disk with."""
THREADS = 4
LONG = 60_000


class Faults:
    """Counts calls into the system, and lets one of them fail."""

    def __init__(self, name: str = "", kind: str = "", when: int = 0) -> None:
        self.name, self.kind, self.when = name, kind, when
        self.counts: Counter[str] = Counter()
        self.lock = threading.Lock()
        for call in CALLS:
            setattr(os, call, self.wrapped(call, getattr(os, call)))

    def wrapped(self, call: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that counts, and fails at its turn."""

        def counting(*args: Any, **kwargs: Any) -> Any:
            with self.lock:
                self.counts[call] += 1
                turn = call == self.name and self.counts[call] == self.when
            return self.fail(real, *args, **kwargs) if turn else real(*args, **kwargs)

        return counting

    def fail(self, real: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Fail as a disk or a system would."""
        if self.kind == "KILL":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.kind == "HALF":  # of a write
            descriptor, data = args
            self.name, self.kind, self.when = "write", "ENOSPC", self.counts["write"] + 1
            return real(descriptor, data[: len(data) // 2])
        if self.name == "close" or self.kind == "AFTER":
            with suppress(OSError):
                real(*args, **kwargs)
        if self.kind == "AFTER":
            os.kill(os.getpid(), signal.SIGKILL)
        number = getattr(errno, self.kind)
        raise OSError(number, os.strerror(number))


def work(case: Case, job: dict[str, Any], tell: Callable[[str], None]) -> None:
    """Keep files and write notes, and tell of each once it is acknowledged."""
    turns = job["turns"] or LONG

    def one(number: int) -> None:
        for turn in range(turns):
            data = b"%d %d %d" % (job["run"], number, turn) * (1 + turn % 7)
            # Every other one goes to the disk with whatever else is written.
            name = world.keep(case, f"{number}/ListUsers.jsonl", data, together=turn % 2 == 1)
            tell(f"item {name} {hashlib.sha256(data).hexdigest()}")
            note = case.writer.record("note", {"text": f"{number} {turn}"})
            tell(f"note {note.seq} {note.salt}")

    if job["turns"]:
        one(0)
        return
    threads = [threading.Thread(target=one, args=(number,), daemon=True) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def readable(path: Path) -> Iterator[bytes]:
    """Stand for botocore's reading of a transcript."""
    yield b"%d\n" % len(path.read_bytes())


def program(job: dict[str, Any], tell: Callable[[str], None]) -> int:
    """Make or open the case, work on it, seal it if asked; return the exit code."""
    path = Path(job["case"])
    try:
        make = world.reopen if os.path.lexists(path / "case.json") else world.create
        with make(path, clock=world.Ticking(), random=os.urandom) as case:
            if not case.sealed:
                work(case, job, tell)
            if job["seal"]:
                tell(f"sealed {seal(case, derive=readable).digest} -")
    except ForensicsError as error:
        os.writev(2, [f"{type(error).__name__}: {error}\n".encode()])
        return error.exit_code
    return 0


def child(job: dict[str, Any], pipe: int) -> int:
    """Be the program, with the fault asked for."""
    if job["fsize"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (job["fsize"], job["fsize"]))
    if job["strace"]:
        os.kill(os.getpid(), signal.SIGSTOP)
    faults = Faults(*job["fault"]) if not job["strace"] else None

    def tell(line: str) -> None:
        os.writev(pipe, [f"{line}\n".encode()])  # not `write`: that is what fails

    code = program(job, tell)
    if faults is not None:
        tell(f"counts {json.dumps(faults.counts)}")
    return code


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Fork the program, end it as asked, and collect what it told."""
    told, pipe = os.pipe()
    said, errors = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(errors, 2)
        code = 70
        try:
            code = child(job, pipe)
        except BaseException:  # noqa: BLE001 - whatever it was, it is told, and the judge fails it
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(pipe)
    os.close(errors)
    tracer = _trace(pid, job["strace"]) if job["strace"] else None
    if job["kill"] is not None:
        time.sleep(job["kill"])
        os.kill(pid, signal.SIGKILL)
    lines = _read_all(told)
    _, status = os.waitpid(pid, 0)
    if tracer is not None:
        tracer.wait()
    return {
        "acks": [line.split() for line in lines if not line.startswith("counts")],
        "counts": next((json.loads(line[7:]) for line in lines if line.startswith("counts")), {}),
        "status": os.waitstatus_to_exitcode(status),
        "stderr": "\n".join(_read_all(said)),
    }


def _trace(pid: int, injection: str) -> subprocess.Popen[bytes]:
    os.waitpid(pid, os.WUNTRACED)
    call = injection.partition(":")[0]
    options = ["-qq", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={injection}"]
    tracer = subprocess.Popen(["strace", *options, "-p", str(pid)])
    while Path(f"/proc/{pid}/status").read_text().find(f"TracerPid:\t{tracer.pid}\n") < 0:
        time.sleep(0.002)
    os.kill(pid, signal.SIGCONT)
    return tracer


def _read_all(descriptor: int) -> list[str]:
    with os.fdopen(descriptor, "rb") as file:
        # A line without its end was not told: the program died on the way.
        return [line.decode().rstrip() for line in file if line.endswith(b"\n")]


def main() -> None:
    """Run one job a line."""
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
