"""
How fast objects of S3 come into a case, against `aws s3 sync` and boto3 threads.

A loopback server answers at once, or 30 ms late. Ours lists versions, fetches, hashes, checks, syncs and
writes the ledger, through the real keeper. `make bench` prints the figures.
"""

from __future__ import annotations

import hashlib
import os
import random
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pycurl
import pytest
from botocore.config import Config

from forensics.aws import s3
from forensics.aws.ask import Asker
from forensics.aws.session import Session
from forensics.aws.tally import Tally
from forensics.custody.case import Case
from forensics.model import Record, Source
from forensics.preserving.keeping import Keeper, Scratch
from forensics.standing import Standing

pytestmark = pytest.mark.bench

SERVER = Path(__file__).with_name("s3server.py")
KEYS = {"access_key": "AKIAIOSFODNN7EXAMPLE", "secret_key": "wJalrXUtnFEMI/EXAMPLEKEY"}
SOURCE = Source("222222222222", "eu-west-1", "cloudtrail", "LogFiles")
OBJECTS, PEERS, MANY = 20_000, 3_000, 100_000
GIB = 2**30


@contextmanager
def served(objects: int, delay: float = 0.0, big: int = 0, count: int = 2) -> Iterator[str]:
    """Run a server of several processes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(SERVER), str(port), str(objects), str(delay), str(big)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(count)]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def ours(url: str, folder: Path, prefix: str = "logs/", threads: int = s3.CONNECTIONS) -> tuple[int, int]:
    """Copy everything into a new case; return how many objects and bytes came."""
    session = Session(endpoint_url=url, region="eu-west-1", case_id="bench", credentials=KEYS)
    case = Case.create(folder, name="bench", tool={"name": "bench", "version": "0"})
    keeper = Keeper(case, Standing(), threading.Lock(), threading.Event(), lambda _: None)
    scratch = Scratch(case.store)
    kept = [0, 0]

    def records() -> Iterator[Record]:
        asker = Asker(session, SOURCE, lambda: datetime.now(UTC), time.sleep, random.random, "s3")
        bucket, found, tally = s3.Bucket("bench", "eu-west-1"), list[s3.Version](), Tally(SOURCE)
        refused = yield from s3.listing(
            asker, bucket, prefix, lambda one: found.append(one) if isinstance(one, s3.Version) else None
        )
        assert refused is None
        copier = s3.Copier(
            session, SOURCE, asker.clock, time.sleep, scratch.draft, lambda _: False, SOURCE.account, bucket,
            tally, threads,
        )  # fmt: skip
        for group in copier.copy(found):
            kept[0] += len(group)
            kept[1] += sum(item.draft.size for item in group)
            yield group
        yield tally.coverage()

    keeper.keep(records(), None)
    case.close()
    return kept[0], kept[1]


def _child(url: str, folder: Path, prefix: str, threads: int) -> tuple[float, float, int]:
    """Run ours in a process of its own; return seconds, CPU seconds and peak memory in MiB."""
    began = time.perf_counter()
    command = [sys.executable, __file__, url, str(folder), prefix, str(threads)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    cpu, peak, took = result.stdout.split()
    print(f"  (whole process {time.perf_counter() - began:.2f} s)", end="")
    return float(took), float(cpu), int(peak)


def aws_sync(url: str, folder: Path) -> tuple[float, float]:
    """Run `aws s3 sync`; return seconds, and seconds of CPU."""
    keys = {"AWS_ACCESS_KEY_ID": KEYS["access_key"], "AWS_SECRET_ACCESS_KEY": KEYS["secret_key"]}
    command = [
        str(Path(sys.executable).with_name("aws")),
        "s3",
        "sync",
        "s3://bench/logs/",
        str(folder),
        "--only-show-errors",
    ]
    began, before = time.perf_counter(), _children()
    subprocess.run(
        [*command, "--endpoint-url", url, "--region", "eu-west-1"], check=True, env={**os.environ, **keys}
    )
    return time.perf_counter() - began, _children() - before


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def boto_threads(url: str, folder: Path, objects: int, threads: int = 16) -> tuple[float, float]:
    """Fetch with boto3 in threads, hashing and writing, and syncing nothing; return seconds, and of CPU."""
    config = Config(max_pool_connections=threads, s3={"addressing_style": "path"})
    client = boto3.client(
        "s3", region_name="eu-west-1", endpoint_url=url, config=config,
        aws_access_key_id=KEYS["access_key"], aws_secret_access_key=KEYS["secret_key"],
    )  # fmt: skip
    folder.mkdir()
    before = time.process_time()

    def fetch(number: int) -> None:
        body = client.get_object(Bucket="bench", Key=f"logs/{number // 1000:04d}/{number:07d}.json.gz")[
            "Body"
        ].read()
        hashlib.sha256(body).hexdigest()
        (folder / str(number)).write_bytes(body)

    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fetch, range(objects)))
    return time.perf_counter() - began, time.process_time() - before


def _load() -> str:
    return "load " + " ".join(f"{one:.1f}" for one in os.getloadavg()[:1])


def test_small_objects(tmp_path: Path) -> None:
    """Objects of 4 KB, nothing in the way."""
    with served(PEERS) as url:
        peers = {"aws s3 sync": aws_sync(url, tmp_path / "sync")}
        peers["boto3"] = boto_threads(url, tmp_path / "boto", PEERS)
    with served(OBJECTS) as url:
        took, cpu, peak = _child(url, tmp_path / "case", "logs/", s3.CONNECTIONS)
    rate, each = OBJECTS / took, cpu / OBJECTS
    print(f"\nours {rate:.0f}/s, {each * 1e6:.0f} us of CPU each, {peak} MiB; {_load()}")
    for name, (seconds, busy) in peers.items():
        ratios = f"{rate * seconds / PEERS:.1f}x the rate, {busy / PEERS / each:.1f}x less CPU"
        print(f"{name} {PEERS / seconds:.0f}/s, {busy / PEERS * 1e6:.0f} us each: {ratios}")
    # Aims: 8 times the rate of both, and not behind s5cmd; see docs/benchmarks.md for what is reached.
    # The machine may be anyone's: what is asserted is the work, which waiting for a turn does not change.
    assert all(busy / PEERS > 3 * each for _, busy in peers.values())
    assert peak < 200


def test_small_objects_far_away(tmp_path: Path) -> None:
    """The same, every answer 30 ms late."""
    with served(OBJECTS, 0.03) as url:
        took, _, peak = _child(url, tmp_path / "case", "logs/", 128)
    print(f"\n30 ms: {OBJECTS / took:.0f}/s, {peak} MiB; {_load()}")
    assert peak < 200


def test_a_hundred_thousand(tmp_path: Path) -> None:
    """As many as a trail delivers in some weeks: memory does not grow with them."""
    with served(MANY) as url:
        took, cpu, peak = _child(url, tmp_path / "case", "logs/", s3.CONNECTIONS)
    print(f"\n{MANY}: {MANY / took:.0f}/s, {cpu / MANY * 1e6:.0f} us of CPU each, {peak} MiB; {_load()}")
    assert peak < 200


def _plain(url: str) -> float:
    curl, began = pycurl.Curl(), time.perf_counter()
    curl.setopt(pycurl.URL, f"{url}/bench/big/object")
    curl.setopt(pycurl.BUFFERSIZE, 1 << 18)
    with Path(os.devnull).open("wb") as sink:
        curl.setopt(pycurl.WRITEDATA, sink)
        curl.perform()
    curl.close()
    return time.perf_counter() - began


def test_large_object(tmp_path: Path) -> None:
    """One object of 2 GiB."""
    with served(0, big=2 * GIB, count=1) as url:
        plain = min(_plain(url) for _ in range(2))
        took, cpu, peak = _child(url, tmp_path / "case", "big/", s3.CONNECTIONS)
    print(
        f"\n2 GiB: {2 * GIB / took / 1e6:.0f} MB/s, {cpu:.1f} CPU s, {peak} MiB; libcurl alone, to nowhere"
        f" {2 * GIB / plain / 1e6:.0f} MB/s; {_load()}"
    )
    assert peak < 200


def _main(work: Callable[[], tuple[int, int]]) -> None:
    began = time.perf_counter()
    assert work()[0]
    took = time.perf_counter() - began
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, took)


if __name__ == "__main__":
    _main(lambda: ours(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
