"""Turns: by rank, after what is needed, bounded, and ended by the first failure or the stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from forensics.schedule import Job, Listed, Schedule

NONE: frozenset[str] = frozenset()


def _run(jobs: list[Job[str]], workers: int = 4, stop: threading.Event | None = None) -> None:
    Schedule(Listed(jobs), {"": workers}, stop or threading.Event()).run(every=0.01)


def test_nothing() -> None:
    """No jobs: over at once."""
    _run([])


def _note(order: list[str], name: str) -> Callable[[], None]:
    return lambda: order.append(name)


def test_rank() -> None:
    """With one worker, the lowest rank goes first."""
    order: list[str] = []
    jobs = [Job(name, rank, NONE, _note(order, name)) for name, rank in [("c", 3), ("a", 1), ("b", 2)]]
    _run(jobs, 1)
    assert order == ["a", "b", "c"]


def test_after() -> None:
    """A job waits for those it needs, even where its rank is lower, and grandchildren wait for both."""
    order: list[str] = []
    jobs = [
        Job("grandchild", 0, frozenset({"child"}), lambda: order.append("grandchild")),
        Job("child", 0, frozenset({"parent"}), lambda: order.append("child")),
        Job("parent", 9, frozenset(), lambda: order.append("parent")),
    ]
    _run(jobs)
    assert order == ["parent", "child", "grandchild"]


def test_unknown_need() -> None:
    """A need that is no job of this schedule was met before: it does not block."""
    order: list[str] = []
    _run([Job("child", 0, frozenset({"done yesterday"}), lambda: order.append("child"))])
    assert order == ["child"]


def test_bounded() -> None:
    """Never more at once than there are workers."""
    running, most, lock = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1

    _run([Job(str(n), 0, frozenset(), work) for n in range(20)], 3)
    assert most == 3


def test_failure() -> None:
    """The first failure ends the schedule, is raised, and sets the stop for the others."""
    stop = threading.Event()
    ran: list[str] = []

    def fail() -> None:
        raise ValueError("this one")

    with pytest.raises(ValueError, match="this one"):
        _run(
            [Job("a", 0, frozenset(), fail), Job("b", 1, frozenset({"a"}), lambda: ran.append("b"))],
            stop=stop,
        )
    assert stop.is_set()
    assert ran == []


def test_tick_interrupts() -> None:
    """What the tick raises ends the run at once, although a worker hangs."""
    release = threading.Event()
    stop = threading.Event()

    def tick() -> None:
        raise KeyboardInterrupt

    def hang() -> None:
        release.wait(200)

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        Schedule(Listed([Job("hangs", 0, frozenset(), hang)]), {"": 1}, stop).run(tick, every=0.01)
    assert stop.is_set()
    assert time.monotonic() - started < 100
    release.set()


def test_stop_from_outside() -> None:
    """A stop that is set already lets nothing begin."""
    stop = threading.Event()
    stop.set()
    ran: list[str] = []
    _run([Job("a", 0, frozenset(), lambda: ran.append("a"))], stop=stop)
    assert ran == []
