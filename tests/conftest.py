"""What holds for every test."""

from __future__ import annotations

import gc
import gzip
import json
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any
from zlib import crc32

import pytest
from hypothesis import is_hypothesis_test, settings
from hypothesis.internal.charmap import charmap, charmap_file

# A loaded machine is no failure: pytest-timeout bounds each test, and `bench` measures.
settings.register_profile("torture", deadline=None, max_examples=300)
settings.register_profile("house", deadline=None, max_examples=30)
settings.load_profile("torture" if "torture" in sys.argv else "house")

ROOT = Path(__file__).parent
MEASURED = ("formats", "custody", "verifier")
"""Tests of what is covered to the last branch. They alone are traced, which takes as long again."""
REPEATS = frozenset(
    (
        "test_every_byte",
        "test_every_byte_flipped",
        "test_every_file_cut_and_grown",
        "test_kill_at_any_moment",
        "test_many_names",
        "test_many_versions",
        "test_one_log_in_a_digest_many_times",
    )
)
"""Of these, those that do the same thousands of times, and reach no branch that the others do not."""
FIRST = (
    "e2e/test_drill.py",
    "test_docs.py",
    "readiness",
    "e2e",
    "reports/test_meanwhile.py",
    "test_preservation.py",
    "verifier/test_every_byte.py",
    "torture",
    "collectors",
    "test_anchoring.py",
    "drill",
)
"""Where the longest tests are. They begin, so that nobody waits for one of them when all others are done."""
SHARED = frozenset(
    ROOT / name
    for name in (
        "collectors/test_access_logs.py",
        "collectors/test_cloudtrail_logs.py",
        "collectors/test_event_history.py",
        "collectors/test_log_groups.py",
        "drill/test_delivery.py",
    )
)
"""Tests of which each case fills buckets, or reads them all."""


LONG = frozenset(
    ROOT / name
    for name in (
        "aws/test_clients.py",
        "aws/test_s3.py",
        "collectors/test_access_logs.py",
        "collectors/test_cloudtrail_logs.py",
        "collectors/test_event_history.py",
        "collectors/test_flow_logs.py",
        "collectors/test_former_trails.py",
        "collectors/test_service_logs.py",
        "collectors/test_vended_logs.py",
        "collectors/test_copies.py",
        "collectors/test_holds.py",
        "collectors/test_locks.py",
        "collectors/test_log_groups.py",
        "collectors/test_volumes.py",
        "drill/test_crowd.py",
        "drill/test_delivery.py",
        "drill/test_server.py",
        "e2e/test_bad_input.py",
        "e2e/test_broken_off.py",
        "e2e/test_denied.py",
        "e2e/test_protected.py",
        "e2e/test_time.py",
        "e2e/test_buckets.py",
        "e2e/test_event_history.py",
        "e2e/test_giant.py",
        "e2e/test_hostile.py",
        "e2e/test_network.py",
        "e2e/test_resumed.py",
        "e2e/test_streams.py",
        "e2e/test_plan.py",
        "keys/test_holders.py",
        "readiness/test_gate.py",
        "reports/test_footprint.py",
        "reports/test_meanwhile.py",
        "test_anchoring.py",
        "test_preservation.py",
    )
)
"""Of these `make test` runs one in twenty, always the same, and `make torture` all: they take minutes."""


UTF_8 = [[[0, 0xD7FF], [0xE000, sys.maxunicode]], []]
"""What UTF-8 encodes, and of that what it does not give back, in the form of Hypothesis's own table."""


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Write Hypothesis's tables of characters: in a fresh clone each worker would try a million of them."""
    if hasattr(session.config, "workerinput"):
        return
    charmap()
    table = charmap_file("codec-v2-utf-8")
    if not table.exists():
        table.parent.mkdir(parents=True, exist_ok=True)
        table.write_bytes(gzip.compress(json.dumps(UTF_8).encode(), mtime=1))


def pytest_configure() -> None:
    """Heed the signals that tests send to what they start, though `nohup` had us ignore them."""
    for number in (signal.SIGHUP, signal.SIGINT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests are measured, which begin, and which of the long are left to `make torture`."""
    seen: Counter[str] = Counter()
    for item in items:
        # What Hypothesis thinks of takes three times as long when it is traced, and reaches no other branch.
        if _is_measured(item.path) and not is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("measured")
        if item.path in LONG and crc32(ascii(item.nodeid).encode()) % 20:
            item.add_marker("torture")
        if isinstance(item, pytest.Function) and item.path in SHARED and hasattr(item, "callspec"):
            name = f"{item.path}::{item.originalname}"
            if seen[name] % 3:
                item.add_marker("torture")
            seen[name] += 1
    items.sort(key=lambda item: _rank(item.path))


@cache
def _is_measured(path: Path) -> bool:
    return path.relative_to(ROOT).parts[0] in MEASURED


@cache
def _rank(path: Path) -> int:
    name = path.relative_to(ROOT).as_posix()
    return next((rank for rank, first in enumerate(FIRST) if name.startswith(first)), len(FIRST))


def _covering(config: pytest.Config) -> Any:
    """Give what starts and stops the tracing in this process; None without `--cov`."""
    return getattr(config.pluginmanager.getplugin("_cov"), "cov_controller", None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Trace what is measured while it is imported, and not how the tests are found."""
    # Until they are: nearly all that is made here stays, and would be looked through again and again.
    gc.disable()
    covering = _covering(session.config)
    if covering is None:
        return
    for name in MEASURED:
        package = import_module(f"forensics.{name}")
        for module in walk_packages(package.__path__, f"forensics.{name}."):
            import_module(module.name)
    covering.pause()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Trace a test that is measured, and no other."""
    covering = _covering(item.config)
    name = getattr(item, "originalname", "")
    wanted = item.get_closest_marker("measured") is not None and name not in REPEATS
    if covering is not None and covering.started != wanted:
        (covering.resume if wanted else covering.pause)()


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what was collected: it is here to stay."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)
    gc.enable()


@pytest.fixture(scope="session")
def nursery() -> Iterator[object]:
    """Seed an embedded AWS once for all tests of a worker."""
    # Late: what is imported before coverage begins in a worker counts as never run.
    from tests.nursery import Nursery

    with Nursery() as nursery:
        yield nursery


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Give a time-stamp authority."""
    from tests.tsa import Authority  # late, as above

    return Authority.make(tmp_path_factory.mktemp("tsa") / "good")


@pytest.fixture
def tsa(authority: Any) -> Iterator[object]:
    """Let it listen."""
    from tests.tsa import serve  # late, as above

    with serve(authority.reply) as server:
        yield server
