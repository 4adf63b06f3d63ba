"""
Many files, as fast as the processors can hash.

Big files in threads: hashlib and readinto leave the interpreter's lock. Small files are mostly
Python's own work, which threads make slower: few are done here, and a great many were by helpers already.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from itertools import islice

from forensics.verifier import file as single
from forensics.verifier.file import CHUNK, SMALL, File

BULK = 32 * 2**20
"""Bytes from which threads pay off: below, one processor is done in 25 ms."""
SHARE = 16 * 2**20
"""Bytes that one task of a thread has at least, where files are smaller than that."""

Answer = tuple[File, str, str]
"""File, its SHA-256 in hex or nothing, and what is wrong with it or nothing."""
Task = Callable[[], list[Answer]]


class _Stop(Exception):  # noqa: N818 - never leaves this file
    """Ends a thread's work between two chunks."""


def processors() -> int:
    """Return how many processors this process may use."""
    # macOS and Windows have no affinity to ask for.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def digests(
    root: str,
    files: Iterable[File],
    *,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Answer]:
    """
    Yield the digest of every file, in no order.

    Args:
        root: the folder that the files' paths are relative to.
        files: as a walk saw them.
        workers: threads at most; 1 starts none.
        progress: told now and then, in the caller's thread, how many bytes more are done.

    """
    count = _Counter(progress)
    small: list[File] = []
    large: list[File] = []
    known = 0
    for file in files:
        if file.sha256:
            known += file.size
            yield file, file.sha256, ""
        else:
            (small if file.size < SMALL else large).append(file)
    count.beat(known)
    count.tell()
    large.sort(key=lambda file: file.size, reverse=True)
    yield from _here(root, small, count)
    if workers > 1 and sum(file.size for file in large) > BULK:
        yield from _by_threads(root, large, workers, count)
    else:
        yield from _here(root, large, count)


class _Counter:
    """Counts bytes done in any thread; tells of them in the caller's."""

    def __init__(self, progress: Callable[[int], None] | None) -> None:
        self._progress = progress
        self._done = 0
        self._lock = threading.Lock()
        self.stopped = False

    def beat(self, count: int) -> None:
        """Count bytes, and stop the thread that did them if its work is no longer wanted."""
        with self._lock:
            self._done += count
        if self.stopped:
            raise _Stop

    def tell(self) -> None:
        """Pass on what was done since last time."""
        with self._lock:
            done, self._done = self._done, 0
        if self._progress and done:
            self._progress(done)


def _here(root: str, files: Sequence[File], count: _Counter) -> Iterator[Answer]:
    for answer in _each(root, files, count):
        count.tell()
        yield answer


def _each(root: str, files: Sequence[File], count: _Counter) -> Iterator[Answer]:
    buffer = bytearray(CHUNK)
    for file in files:
        try:
            yield file, single.digest(root, file, buffer, count.beat), ""
        except single.Unreadable as error:
            yield file, "", str(error)


def _by_threads(root: str, files: Sequence[File], workers: int, count: _Counter) -> Iterator[Answer]:
    def task(share: Sequence[File]) -> list[Answer]:
        return list(_each(root, share, count))

    yield from _run((partial(task, share) for share in _shares(files)), workers, count)


def _shares(files: Sequence[File]) -> Iterator[list[File]]:
    share: list[File] = []
    size = 0
    for file in files:
        share.append(file)
        size += file.size
        if size >= SHARE:
            yield share
            share, size = [], 0
    if share:
        yield share


def _run(tasks: Iterator[Task], workers: int, count: _Counter) -> Iterator[Answer]:
    """Run tasks in threads, a few ahead, and yield what they answer as they end."""
    count.stopped = False
    with ThreadPoolExecutor(workers) as pool:
        try:
            running: set[Future[list[Answer]]] = {pool.submit(task) for task in islice(tasks, 2 * workers)}
            while running:
                ended, running = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
                running |= {pool.submit(task) for task in islice(tasks, len(ended))}
                count.tell()
                for future in ended:
                    yield from future.result()
        finally:
            count.stopped = True  # a reader who leaves early must not wait for the rest of a terabyte
