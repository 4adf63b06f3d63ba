"""Bech32 (BIP 173) as age writes its keys: no bound of 90 characters, 8-bit data, one spelling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from forensics.errors import FormatError

MAX_TEXT = 8_192
"""Characters read: the longest recipient known, a post-quantum one, has under 2,000."""

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECK = 6


def encode(prefix: str, data: bytes) -> str:
    """Write `data` under a lower-case prefix."""
    words = [*_regroup(data, 8, 5), *_left_over(data)]
    residue = _residue([*_spread(prefix), *words, *[0] * _CHECK]) ^ 1
    words += [residue >> 5 * (_CHECK - 1 - place) & 31 for place in range(_CHECK)]
    return f"{prefix}1{''.join(_ALPHABET[word] for word in words)}"


def decode(text: str) -> tuple[str, bytes]:
    """Read a prefix, in lower case, and data; only what `encode` writes is read, and its capitals."""
    lower = text.lower()
    if len(text) > MAX_TEXT or not text.isascii() or text not in {lower, text.upper()}:
        raise FormatError("bech32: too long, not ASCII, or of mixed case")
    prefix, _, rest = lower.rpartition("1")
    if not prefix or len(rest) < _CHECK or not set(rest) <= set(_ALPHABET):
        raise FormatError("bech32: not a prefix, a 1 and letters of its alphabet")
    data = bytes(_regroup([_ALPHABET.index(letter) for letter in rest[:-_CHECK]], 5, 8))
    if encode(prefix, data) != lower:
        raise FormatError("bech32: a wrong letter, or a second spelling")
    return prefix, data


def _regroup(words: Iterable[int], have: int, want: int) -> Iterator[int]:
    """Cut a run of bits into words of another length; bits that fill none are left out."""
    bits = count = 0
    for word in words:
        bits, count = (bits << have | word) & 0xFFFF, count + have
        while count >= want:
            count -= want
            yield bits >> count & (1 << want) - 1


def _left_over(data: bytes) -> Iterator[int]:
    if count := len(data) * 8 % 5:
        yield (data[-1] & (1 << count) - 1) << 5 - count


def _spread(prefix: str) -> list[int]:
    return [*(ord(letter) >> 5 for letter in prefix), 0, *(ord(letter) & 31 for letter in prefix)]


def _residue(words: Iterable[int]) -> int:
    residue = 1
    for word in words:
        top = residue >> 25
        residue = (residue & 0x1FFFFFF) << 5 ^ word
        for place, term in enumerate(_GENERATOR):
            residue ^= term if top >> place & 1 else 0
    return residue
