"""One step of work ahead of another: what is yielded here was made in a thread of its own."""

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
