"""
The helper processes of one verification, for what lies there a hundred thousand times.

What they answer is a short way only. Where one is missing, or says nothing of a thing because it is out of
the ordinary, this process looks at that thing itself, and finds what there is to be found.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from forensics.verifier.helper import Helper

MANY = 8 * 2**20
"""Bytes of a ledger from which helpers pay off: some 15,000 lines, and as many files at most."""


class Crew:
    """As many helpers as `workers` says, started when the first is asked; the context's end is theirs."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._helpers: list[Helper] = []
        self._idle: SimpleQueue[Helper] = SimpleQueue()
        # Its threads do nothing but wait for the helpers.
        self._pool = ThreadPoolExecutor(workers)

    def pays(self, size: int) -> bool:
        """Say whether to ask helpers, given the bytes of the ledger."""
        return self.workers > 1 and size > MANY

    def ask(self, module: str, request: bytes) -> Future[bytes | None]:
        """Ask the next idle helper for `module.answer(request)`; nothing comes where there is no helper."""
        if not self._helpers:
            self._helpers = [Helper() for _ in range(self.workers)]
            for helper in self._helpers:
                self._idle.put(helper)
        return self._pool.submit(self._ask, module, request)

    def _ask(self, module: str, request: bytes) -> bytes | None:
        helper = self._idle.get()
        try:
            return helper.ask(module, request)
        finally:
            self._idle.put(helper)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        for helper in self._helpers:
            helper.close()
