"""Gzip of ours and of AWS's, read a little at a time and within bounds."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from forensics.errors import FormatError

MAX_LINE = 16 << 20
"""Bytes of one line: a CloudTrail event has at most 256 KiB."""
MAX_WHOLE = 256 << 20
"""Bytes of what is read whole: a log of CloudTrail's has some 50 MB."""
_PIECE = 1 << 20
_GZIP = 31
"""zlib's number for a gzip member."""


def pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what one gzip member holds; raises `FormatError` for what is none, or is cut off."""
    engine = zlib.decompressobj(wbits=_GZIP)
    try:
        for chunk in chunks:
            packed = chunk
            while packed and not engine.eof:
                yield engine.decompress(packed, _PIECE)
                packed = engine.unconsumed_tail
        yield engine.flush()
    except zlib.error as error:
        raise FormatError("is no gzip, or a damaged one") from error
    if not engine.eof:
        raise FormatError("ends in the middle: it was cut off")


def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines that it holds; raises as `pieces` does, and for a line without end."""
    rest = b""
    for piece in pieces(chunks):
        *whole, rest = (rest + piece).split(b"\n")
        if len(rest) > MAX_LINE:
            raise FormatError(f"has a line of more than {MAX_LINE} bytes")
        yield from whole
    if rest:
        yield rest


def whole(chunks: Iterable[bytes]) -> bytes:
    """Return all that it holds; raises as `pieces` does, and for more than anybody writes."""
    found = bytearray()
    for piece in pieces(chunks):
        found += piece
        if len(found) > MAX_WHOLE:
            raise FormatError(f"holds more than {MAX_WHOLE} bytes")
    return bytes(found)
