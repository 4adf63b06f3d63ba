"""Bounded waiting as a value: how long between looks, and when to give up."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wait:
    """
    Delays that grow from `first` to `longest` by `factor`, until `total` seconds have been waited.

    botocore's waiters give up after ten minutes whatever they wait for; a big volume's first snapshot
    takes hours. Here `total=None` waits for ever.
    """

    first: float
    factor: float = 2.0
    longest: float = 60.0
    total: float | None = None

    def delays(self) -> Iterator[float]:
        """Yield the seconds to sleep before each further look, the last cut to end at `total`."""
        waited, delay = 0.0, self.first
        while self.total is None or waited < self.total:
            left = delay if self.total is None else min(delay, self.total - waited)
            yield left
            waited += left
            delay = min(delay * self.factor, self.longest)


def backoff(attempt: int, *, longest: float = 20.0, draw: Callable[[], float] = random.random) -> float:
    """
    Return the seconds to wait after failed attempt number `attempt`, counted from 1.

    Full jitter over 1, 2, 4 … `longest`, as botocore's `standard` mode:
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    """
    return draw() * min(2.0 ** min(attempt - 1, 16), longest)
