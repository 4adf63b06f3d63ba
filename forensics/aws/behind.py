"""
Write a large body behind its transfer: one thread takes it from the network, another to the disk.

libcurl hands out 16 KB at a time. Hashing and writing so little costs more in calls than in bytes, and
nothing comes from the network meanwhile.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

PIECE = 1 << 20
"""Bytes written at once."""
AHEAD = 4
"""Pieces that may wait for the disk: what is in memory of one body."""


class Behind:
    """Takes pieces of a body from one thread, and writes them in another, in their order."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        """Start the thread."""
        self._write = write
        self._held, self._pieces = 0, list[bytes]()
        self._error: BaseException | None = None
        self._over = False
        self._queue: queue.Queue[list[bytes] | None] = queue.Queue(AHEAD)
        self._thread = threading.Thread(target=self._run, name="behind", daemon=True)
        self._thread.start()

    def take(self, data: bytes) -> None:
        """Take in bytes. Raises what writing earlier ones raised."""
        self._pieces.append(data)
        self._held += len(data)
        if self._held >= PIECE:
            self._pass_on()

    def drain(self) -> None:
        """Return once all that was taken is written. Raises what writing raised."""
        self._pass_on()
        self._queue.join()
        self._raise()

    def close(self) -> None:
        """End the thread: what waits is not written any more."""
        self._over = True
        self._queue.put(None)
        self._thread.join()

    def _pass_on(self) -> None:
        self._raise()
        self._queue.put(self._pieces)
        self._held, self._pieces = 0, []

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while (pieces := self._queue.get()) is not None:
            try:
                if self._error is None and not self._over:
                    self._write(b"".join(pieces))
            except BaseException as error:  # noqa: BLE001 - a thread has nobody above it: `take` and `drain` raise it
                self._error = error
            finally:
                self._queue.task_done()
