"""One step of work ahead of another, in a thread of its own; and room for its pieces that is used again."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar, cast

DEPTH = 4
"""Pieces that wait at most, each of a mebibyte."""

T = TypeVar("T")


def ahead(pieces: Iterator[T], depth: int = DEPTH) -> Generator[T, None, None]:
    """Yield what `pieces` yields, some of it made before it is asked for; what that raises is raised here."""
    end = object()
    with ThreadPoolExecutor(1) as pool:
        waiting: deque[Future[T | object]] = deque(pool.submit(next, pieces, end) for _ in range(depth))
        try:
            while (piece := waiting.popleft().result()) is not end:
                waiting.append(pool.submit(next, pieces, end))
                yield cast("T", piece)
        finally:
            for future in waiting:
                future.cancel()


class Ring:
    """
    Room for pieces that are `ahead`: given again once `DEPTH` others were, and some in use at both ends.

    New room for each would cost more than to encrypt what is in it: the system clears every page of it first.
    """

    def __init__(self) -> None:
        self._buffers = [bytearray() for _ in range(DEPTH + 4)]
        self._next = 0

    def __call__(self, size: int) -> memoryview:
        """Give room for a piece."""
        place, self._next = self._next, (self._next + 1) % len(self._buffers)
        if len(self._buffers[place]) < size:
            self._buffers[place] = bytearray(size)
        return memoryview(self._buffers[place])[:size]
