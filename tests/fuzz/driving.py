"""Drive a target: what it may raise, how long it may take, how much it may hold."""

from __future__ import annotations

import importlib.util
import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

MOST_SECONDS = 2.0
"""Processor time for one input. The slowest of all takes a fiftieth of it."""
MOST_MEMORY = 64 * 2**10
"""KiB by which one input may raise the peak of the process."""
LONGEST = 16_384
"""Bytes of an input."""


@dataclass(frozen=True)
class Target:
    """
    A parser under its oracle.

    `check` takes hostile bytes. It returns for what is accepted and right, and raises one of `refusals` for
    what is refused as documented; anything else (`AssertionError` too) is a finding.
    """

    name: str
    check: Callable[[bytes], None]
    refusals: tuple[type[Exception], ...]
    corpus: Callable[[], list[bytes]]
    runs: int = 2_000
    """In the short form."""


class FindingError(AssertionError):
    """An input that a parser does not take as it should."""


def has_atheris() -> bool:
    """Say whether atheris is installed: it has wheels for some platforms only."""
    return importlib.util.find_spec("atheris") is not None


def spent() -> float:
    """Return the processor time of the process, in seconds."""
    return time.process_time()


def peak() -> int:
    """Return the most memory that the process ever held, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def one(target: Target, data: bytes) -> bool:
    """Give a target one input; say whether it took it."""
    start, before = spent(), peak()
    try:
        target.check(data)
        taken = True
    except target.refusals:
        taken = False
    except RecursionError as error:
        raise FindingError(f"{target.name}: recursion: {data[:400]!r}") from error
    took, held = spent() - start, peak() - before
    # Memory first: what takes much of it takes time for that alone.
    if held > MOST_MEMORY:
        raise FindingError(f"{target.name}: {held} KiB for {len(data)} bytes: {data[:400]!r}")
    if took > MOST_SECONDS:
        raise FindingError(f"{target.name}: {took:.1f} s for {len(data)} bytes: {data[:400]!r}")
    return taken


def all_of(target: Target, data: Iterable[bytes]) -> tuple[int, int]:
    """Give a target many inputs; return how many there were, and how many of them it took."""
    taken = [one(target, item) for item in data]
    return len(taken), sum(taken)
