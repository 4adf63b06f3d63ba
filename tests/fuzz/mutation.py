"""Inputs made of a corpus by a seeded generator: for where there is no atheris, and for the short form."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

_SPICE = (
    *(bytes([one]) for one in (0, 9, 10, 13, 32, 34, 45, 47, 48, 61, 91, 92, 123, 127, 128, 255)),
    b"\r\n",
    b"\n\n",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xe2\x80\x94",
    b"\xe2\x80\xae",
    b"-0",
    b"1e999",
    b"NaN",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"[" * 40,
    b'{"":' * 40,
    b"\\ud800",
    b"9007199254740993",
    b"9" * 30,
    b"../",
    b"A" * 300,
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x00\x00\x00\x00",
)


def inputs(corpus: Sequence[bytes], count: int, seed: int, longest: int) -> Iterator[bytes]:
    """Yield the corpus, then so many inputs made of it; the same for the same seed."""
    draw = random.Random(seed)
    yield from corpus
    for _ in range(count):
        data = draw.choice(corpus)
        for _ in range(draw.choice((1, 1, 1, 2, 3, 6))):
            data = _changed(data, corpus, draw)
        yield data[:longest]


def _changed(  # noqa: PLR0911 - a table of changes
    data: bytes, corpus: Sequence[bytes], draw: random.Random
) -> bytes:
    at = draw.randrange(len(data) + 1)
    end = min(len(data), at + draw.choice((1, 1, 2, 4, 16, 64)))
    match draw.randrange(8):
        case 0 if data:
            at = min(at, len(data) - 1)
            return data[:at] + bytes([data[at] ^ 1 << draw.randrange(8)]) + data[at + 1 :]
        case 1:
            return data[:at] + data[end:]
        case 2:
            return data[:end] + data[at:]
        case 3:
            return data[:at] + draw.randbytes(end - at) + data[end:]
        case 4:
            other = draw.choice(corpus)
            return data[:at] + other[draw.randrange(len(other) + 1) :]
        case 5:
            return data[:at]
        case 6:
            return data[:at] + draw.choice(_SPICE) + data[end:]
        case _:
            return data[:at] + draw.choice(_SPICE) + data[at:]
