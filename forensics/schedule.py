"""
Give tasks their turn: the most volatile first, each after those it needs, a bounded number at once.

Knows nothing of AWS or of the case. Threads are daemons on purpose: a worker that hangs in a socket must
not keep an interrupted run from ending, and what it holds is on disk or was never acknowledged.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Job(Generic[Key]):
    """One piece of work: `rank` orders those that are ready, `after` holds it back."""

    key: Key
    rank: int
    after: frozenset[Key]
    work: Callable[[], None]
    """Must not raise for what it expects; whatever it raises stops the whole schedule."""
    lane: str = ""
    """Which of the schedule's lanes it runs in: what is slow by nature does not hold up the rest."""


@dataclass
class Schedule(Generic[Key]):
    """
    Run jobs on threads until all are done, one fails, or `stop` is set. `workers` has them by lane.

    A job whose `after` names keys that are no jobs of this schedule does not wait for those.
    """

    jobs: Iterable[Job[Key]]
    workers: Mapping[str, int]
    stop: threading.Event
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _order: itertools.count[int] = field(default_factory=itertools.count)
    _error: BaseException | None = None

    def __post_init__(self) -> None:
        """Find what is ready at once."""
        self._waiting = {job.key: job for job in self.jobs}
        self._blockers = {key: set(job.after & self._waiting.keys()) for key, job in self._waiting.items()}
        self._followers: dict[Key, list[Key]] = {}
        for key, blockers in self._blockers.items():
            for blocker in blockers:
                self._followers.setdefault(blocker, []).append(key)
        self._left = len(self._waiting)
        self._jobs = Counter(job.lane for job in self._waiting.values())
        self._ready: dict[str, list[tuple[int, int, Job[Key]]]] = {lane: [] for lane in self.workers}
        # A condition a lane and a wake-up a job: a hundred idle threads that all look cost more than it does.
        self._filled = {lane: threading.Condition(self._lock) for lane in self.workers}
        self._ended = threading.Condition(self._lock)
        with self._lock:
            for key in [key for key, blockers in self._blockers.items() if not blockers]:
                self._release(key)

    def run(self, tick: Callable[[], None] = lambda: None, every: float = 0.2) -> None:
        """
        Run to the end, calling `tick` from the calling thread every `every` seconds.

        Raises what the first failing job raised, or what `tick` raises; either sets `stop`.
        """
        threads = [
            threading.Thread(target=self._worker, args=(lane,), daemon=True)
            for lane, count in self.workers.items()
            for _ in range(min(count, self._jobs[lane]))
        ]
        for thread in threads:
            thread.start()
        try:
            self._watch(tick, every)
        except BaseException:
            self.stop.set()
            raise
        finally:
            with self._lock:
                self._wake()
        if self._error is not None:
            raise self._error
        if not self.stop.is_set():
            # All is done, so they end at once: the next schedule's threads are not to come on top.
            for thread in threads:
                thread.join()

    def _watch(self, tick: Callable[[], None], every: float) -> None:
        while True:
            with self._lock:
                self._ended.wait_for(self._over, timeout=every)
                if self._over():
                    return
            tick()

    def _over(self) -> bool:
        return self._left == 0 or self._error is not None or self.stop.is_set()

    def _wake(self) -> None:
        for condition in (*self._filled.values(), self._ended):
            condition.notify_all()

    def _release(self, key: Key) -> None:
        job = self._waiting.pop(key)
        heapq.heappush(self._ready[job.lane], (job.rank, next(self._order), job))
        self._filled[job.lane].notify()

    def _take(self, lane: str) -> Job[Key] | None:
        ready = self._ready[lane]
        with self._lock:
            self._filled[lane].wait_for(lambda: ready or self._over())
            return None if self._over() else heapq.heappop(ready)[2]

    def _worker(self, lane: str) -> None:
        while (job := self._take(lane)) is not None:
            try:
                job.work()
            except BaseException as error:  # noqa: BLE001 - a thread has nobody above it: run() raises it
                with self._lock:
                    self._error = self._error or error
                    self.stop.set()
                    self._wake()
                return
            self._done(job.key)

    def _done(self, key: Key) -> None:
        with self._lock:
            self._left -= 1
            for other in self._followers.get(key, ()):
                self._blockers[other].discard(key)
                if not self._blockers[other]:
                    self._release(other)
            if self._over():
                self._wake()
