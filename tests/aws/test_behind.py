"""Bytes that one thread takes and another writes: all of them, in order, or the error."""

from __future__ import annotations

import threading
import time

import pytest

from forensics.aws.behind import AHEAD, PIECE, Behind


def test_order() -> None:
    """What comes in pieces of any size is written as it came, a megabyte or so at a time."""
    came = list[bytes]()
    behind = Behind(came.append)
    pieces = [bytes([number % 251]) * (number * 977 % 300_000) for number in range(100)]
    for piece in pieces:
        behind.take(piece)
    behind.drain()
    assert b"".join(came) == b"".join(pieces)
    assert all(len(piece) >= PIECE for piece in came[:-1])
    behind.take(b"more")
    behind.drain()
    assert came[-1] == b"more"
    behind.close()


def test_failure_is_told() -> None:
    """Whoever brings more bytes, or asks whether all is written, is told; and nothing is written after."""
    written = list[bytes]()

    def full(data: bytes) -> None:
        written.append(data)
        raise OSError(28, "full")

    behind = Behind(full)
    behind.take(bytes(PIECE))
    behind._queue.join()
    with pytest.raises(OSError, match="full"):
        behind.take(bytes(PIECE))
    for _ in range(2):
        with pytest.raises(OSError, match="full"):
            behind.drain()
    behind.close()
    assert len(written) == 1


def test_what_waits_is_not_written_after_the_end() -> None:
    """Its file is about to be removed."""
    begun, go, written = threading.Event(), threading.Event(), list[bytes]()

    def slow(data: bytes) -> None:
        written.append(data)
        begun.set()
        go.wait(60)

    behind = Behind(slow)
    for _ in range(AHEAD):
        behind.take(bytes(PIECE))
    assert begun.wait(60)
    closing = threading.Thread(target=behind.close)
    closing.start()
    while not behind._over:
        time.sleep(0.001)
    go.set()
    closing.join()
    assert len(written) == 1
