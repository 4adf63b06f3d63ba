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
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Jobs(Protocol[Key]):
    """
    What is to be done. There may be very many: of none is more asked than is needed to give it its turn.

    All but `do` is called under the schedule's lock.
    """

    def lanes(self) -> Mapping[str, int]:
        """Count the jobs of each lane: what is slow by nature does not hold up the rest."""

    def ready(self, lane: str) -> Iterator[tuple[int, Key]]:
        """Yield rank and key of each job that waits for no other one, the lowest rank first."""

    def waits(self, key: Key) -> int:
        """Count the jobs that one waits for."""

    def waiting(self, key: Key) -> Iterable[Key]:
        """Yield the jobs that wait for one."""

    def place(self, key: Key) -> tuple[str, int]:
        """Return lane and rank of a job: the lowest rank of those that are ready goes first."""

    def do(self, key: Key) -> None:
        """Do it. Must not raise for what it expects; whatever it raises stops the whole schedule."""


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


class Listed(Generic[Key]):
    """Jobs that are few, one by one. None waits for what its `after` names that is no job."""

    def __init__(self, jobs: Iterable[Job[Key]]) -> None:
        """Find out which wait for which."""
        self._jobs = {job.key: job for job in jobs}
        self._waits = {key: len(job.after & self._jobs.keys()) for key, job in self._jobs.items()}
        self._waiting: dict[Key, list[Key]] = {}
        for key, job in self._jobs.items():
            for other in job.after & self._jobs.keys():
                self._waiting.setdefault(other, []).append(key)

    def lanes(self) -> Mapping[str, int]:
        """Count the jobs of each lane."""
        return Counter(job.lane for job in self._jobs.values())

    def ready(self, lane: str) -> Iterator[tuple[int, Key]]:
        """Yield rank and key of each job that waits for no other one, the lowest rank first."""
        free = (job for job in self._jobs.values() if job.lane == lane and not self._waits[job.key])
        return ((job.rank, job.key) for job in sorted(free, key=lambda job: job.rank))

    def waits(self, key: Key) -> int:
        """Count the jobs that one waits for."""
        return self._waits[key]

    def waiting(self, key: Key) -> Iterable[Key]:
        """Return the jobs that wait for one."""
        return self._waiting.get(key, ())

    def place(self, key: Key) -> tuple[str, int]:
        """Return lane and rank of a job."""
        return self._jobs[key].lane, self._jobs[key].rank

    def do(self, key: Key) -> None:
        """Do it."""
        self._jobs[key].work()


@dataclass
class Schedule(Generic[Key]):
    """Run jobs on threads until all are done, one fails, or `stop` is set. `workers` has them by lane."""

    jobs: Jobs[Key]
    workers: Mapping[str, int]
    stop: threading.Event
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _order: itertools.count[int] = field(default_factory=itertools.count)
    _error: BaseException | None = None

    def __post_init__(self) -> None:
        """Find what goes first."""
        self._count = self.jobs.lanes()
        self._left = sum(self._count.values())
        self._free = {lane: self.jobs.ready(lane) for lane in self.workers}
        """Jobs that never waited for any other."""
        self._next = {lane: next(jobs, None) for lane, jobs in self._free.items()}
        self._released: dict[str, list[tuple[int, int, Key]]] = {lane: [] for lane in self.workers}
        """Jobs that wait no more."""
        self._blockers: dict[Key, int] = {}
        """How many jobs each still waits for, of those that one was done for."""
        # A condition a lane and a wake-up a job: a hundred idle threads that all look cost more than it does.
        self._filled = {lane: threading.Condition(self._lock) for lane in self.workers}
        self._ended = threading.Condition(self._lock)

    def run(self, tick: Callable[[], None] = lambda: None, every: float = 0.2) -> None:
        """
        Run to the end, calling `tick` from the calling thread every `every` seconds.

        Raises what the first failing job raised, or what `tick` raises; either sets `stop`.
        """
        threads = [
            threading.Thread(target=self._worker, args=(lane,), daemon=True)
            for lane, count in self.workers.items()
            for _ in range(min(count, self._count.get(lane, 0)))
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

    def _take(self, lane: str) -> tuple[Key] | None:
        """Wait for the next job, and return its key in a tuple; None once all is over."""
        released = self._released[lane]
        with self._lock:
            self._filled[lane].wait_for(lambda: self._next[lane] or released or self._over())
            if self._over():
                return None
            free = self._next[lane]
            if free is None or (released and released[0][0] < free[0]):
                return (heapq.heappop(released)[2],)
            self._next[lane] = next(self._free[lane], None)
            return (free[1],)

    def _worker(self, lane: str) -> None:
        try:
            while (taken := self._take(lane)) is not None:
                self.jobs.do(*taken)
                self._done(*taken)
        except BaseException as error:  # noqa: BLE001 - a thread has nobody above it: run() raises it
            with self._lock:
                self._error = self._error or error
                self.stop.set()
                self._wake()

    def _done(self, key: Key) -> None:
        with self._lock:
            self._left -= 1
            for other in self.jobs.waiting(key):
                blockers = self._blockers.pop(other, None) or self.jobs.waits(other)
                if blockers > 1:
                    self._blockers[other] = blockers - 1
                else:
                    self._release(other)
            if self._over():
                self._wake()

    def _release(self, key: Key) -> None:
        lane, rank = self.jobs.place(key)
        heapq.heappush(self._released[lane], (rank, next(self._order), key))
        self._filled[lane].notify()
