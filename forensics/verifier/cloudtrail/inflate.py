"""Gzip read within bounds: a bomb is a finding, never memory, and bytes after the end are one, too."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256

from forensics.verifier.file import File, Unreadable, open_file, why

PIECE = 2**20
"""Uncompressed bytes in memory at a time."""
MAX_LOG = 2**30
"""Uncompressed bytes of a log that are read whatever its size. CloudTrail's have some 50 MB at the most."""
MAX_RATIO = 100
"""Uncompressed bytes that are read of a larger one, for each compressed: logs have 10 to 30, bombs 1,000."""
MAX_DIGEST = 16 * 2**20
"""Uncompressed bytes of a digest, which is parsed as a whole: some 40,000 logs in an hour."""

_GZIP = zlib.MAX_WBITS | 16
_READ = 256 * 2**10


class Spoilt(Exception):  # noqa: N818 - it is the object's state, and becomes a finding
    """The object is not one gzip member, whole, within bounds, and nothing after it."""


class Trailing(Spoilt):
    """Bytes follow the gzip member: whoever reads on reads what nobody signed."""


def hash_of(root: str, file: File) -> str:
    """Return the SHA-256, in hex, of what a log holds uncompressed; raises `Spoilt` and `Unreadable`."""
    with _opened(root, file) as descriptor:
        if (whole := _at_once(descriptor, file.size)) is not None:
            return sha256(whole).hexdigest()
        running = sha256()
        for piece in _inflate(descriptor, max(MAX_LOG, MAX_RATIO * file.size)):
            running.update(piece)
        return running.hexdigest()


def content_of(root: str, file: File) -> tuple[bytes, bool]:
    """Return what a digest holds, and whether bytes follow it; raises `Spoilt` and `Unreadable`."""
    pieces: list[bytes] = []
    trailing = False
    try:
        with _opened(root, file) as descriptor:
            for piece in _inflate(descriptor, MAX_DIGEST):
                pieces.append(piece)  # noqa: PERF402 - what came before the exception counts
    except Trailing:
        trailing = True
    return b"".join(pieces), trailing


@contextmanager
def _opened(root: str, file: File) -> Iterator[int]:
    descriptor = open_file(root, file)
    try:
        yield descriptor
    except OSError as error:
        raise Unreadable(f"cannot be read: {why(error)}") from error
    except zlib.error as error:
        raise Spoilt("is no gzip, or a damaged one") from error
    finally:
        os.close(descriptor)


def _at_once(descriptor: int, size: int) -> bytes | None:
    """Return what a small object, as nearly all logs are, holds; None, nothing read, for what needs care."""
    if size < _READ:
        engine = zlib.decompressobj(_GZIP)
        with suppress(zlib.error):
            content = engine.decompress(os.read(descriptor, size + 1), PIECE)  # room for more takes time
            if engine.eof and not engine.unused_data:
                return content
        os.lseek(descriptor, 0, os.SEEK_SET)
    return None


def _inflate(descriptor: int, limit: int) -> Iterator[bytes]:
    engine = zlib.decompressobj(_GZIP)
    total = 0
    while not engine.eof and (data := os.read(descriptor, _READ)):
        more = True
        while more:
            piece = engine.decompress(data, PIECE)
            data = engine.unconsumed_tail
            total += len(piece)
            if total > limit:
                raise Spoilt(f"holds more than {limit} bytes: no more was read")
            yield piece
            more = not engine.eof and (bool(data) or len(piece) == PIECE)
    if not engine.eof:
        raise Spoilt("ends in the middle: it was cut off")
    if engine.unused_data or os.read(descriptor, 1):
        raise Trailing("has bytes after the end of its gzip member")
