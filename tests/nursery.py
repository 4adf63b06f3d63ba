"""
Drills for the tests: seeded once in a process that forks off a new one wherever a test begins again.

A reset plays the whole breach in most of a second, a fork is there at once, and nothing that a test did can
be left in it. The switch `reset` itself has its own test, on a drill that was started as users start it.

`python -m tests.nursery` reads one job a line on stdin, as JSON, and answers each with one: a drill to be
born (`{"port": 0}`), one to begin again (`{"port": N}`), or to end (`{"port": N, "end": true}`).
"""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, Self

from forensics.drill import process
from forensics.drill.server import Drill

SERVICES = (
    *("account", "cloudfront", "cloudtrail", "ec2", "elb", "elbv2", "firehose", "iam", "kms", "logs"),
    *("organizations", "route53resolver", "s3", "s3control", "sts", "wafv2"),
)
"""Services that most runs of the tests ask. The models of all others take half a gigabyte."""


class Nursery:
    """The process with the seeded drill. A context manager, which ends it and all that it bore."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery"],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def drill(self) -> Drill:
        """Give a drill of one's own, freshly breached."""
        return _Born(self)

    def ask(self, **job: Any) -> dict[str, Any]:
        """Have one job done."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(job).encode() + b"\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()


class _Born(Drill):
    """A drill whose `reset` is another one, at the same address."""

    def __init__(self, nursery: Nursery) -> None:
        super().__init__(nursery.process, nursery.ask(port=0))
        self._nursery = nursery
        self._port = int(self.url.rpartition(":")[2])

    def reset(self, *, seed: bool = True) -> None:
        """Begin again as after `start`."""
        if seed:
            self._known = self._nursery.ask(port=self._port)
        else:
            super().reset(seed=False)

    def stop(self) -> None:
        """End the process."""
        self._nursery.ask(port=self._port, end=True)


def main() -> None:
    """Seed, and fork as asked."""
    os.environ.update(process.MOTO)
    logging.disable(logging.CRITICAL)
    from forensics.drill import loading  # moto reads its settings on import

    loading.share()
    from forensics.drill.admin import Drillmaster
    from forensics.drill.wire import Server

    master = Drillmaster("", seeded=True)
    _warm(master)
    gc.freeze()
    # The end of this pipe tells every drill that this process is no more.
    pipe = os.pipe()
    # Each listens here, so a drill that begins again keeps its address, and no call between is refused.
    servers: dict[int, Server] = {}
    running: dict[int, int] = {}
    for line in sys.stdin:
        job = json.loads(line)
        if job["port"] in running:
            os.kill(running[job["port"]], signal.SIGKILL)
            os.waitpid(running.pop(job["port"]), 0)
        if "end" in job:
            servers.pop(job["port"]).server_close()
            print("{}", flush=True)
            continue
        server = servers.get(job["port"]) or Server(0, master)
        port = server.server_address[1]
        servers[port] = server
        running[port] = os.fork()
        if not running[port]:
            _be(server, master, pipe)


def _warm(master: Any) -> None:
    """Do once for all what a drill does when a service is first called."""
    from moto.core.utils import get_service_model

    from forensics.drill.digests import digest_key

    digest_key()
    for service in list(master._world.pending):
        master._world.furnish(service)
    for service in SERVICES:
        get_service_model(service)


def _be(server: Any, master: Any, pipe: tuple[int, int]) -> None:
    """Be a drill, until killed or an orphan."""
    try:
        os.close(pipe[1])
        os.dup2(pipe[0], 0)
        threading.Thread(target=_end_with_stdin, daemon=True).start()
        master._url = server.url
        print(json.dumps(master.renew()), flush=True)
        # moto prints what it does not know, and the next line here is the next answer.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        server.serve_forever()
    except BaseException:  # noqa: BLE001 - whatever it was, it is told, and no job is taken here
        traceback.print_exc()
    finally:
        os._exit(1)


def _end_with_stdin() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
