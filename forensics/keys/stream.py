"""
The payload of an age file: chunks of 64 KiB, each sealed by itself, the last one marked as the last.

So a chunk is opened before the next is read, none can be left out, moved or put at the end, and what comes
out was written by somebody who knew the file key. cryptography lets go of Python's lock meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from forensics.errors import FormatError
from forensics.keys import age
from forensics.keys.age import Opener, Random, Recipient

CHUNK = 65_536
TAG = 16
NONCE = 16
_FULL = CHUNK + TAG
_AT_ONCE = 16
"""Chunks in a piece: 1 MiB of plaintext."""

Decrypt = Callable[[Iterator[bytes | memoryview]], Iterator[bytes | memoryview]]
"""Turns an age file into what it holds, as `decrypt` does."""


def encrypt(
    pieces: Iterable[bytes | memoryview], recipients: Sequence[Recipient], random: Random
) -> Iterator[memoryview]:
    """Yield an age file, in pieces of about a mebibyte, that holds `pieces` joined."""
    file_key, nonce = random(16), random(NONCE)
    stanzas = [recipient.wrap(file_key, random) for recipient in recipients]
    yield memoryview(age.header(file_key, stanzas) + nonce)
    cipher = ChaCha20Poly1305(age.derive(file_key, nonce, b"payload"))
    count = 0
    for plain, last in _cut(pieces, CHUNK):
        chunks = max(1, -(-len(plain) // CHUNK))
        sealed = memoryview(bytearray(len(plain) + TAG * chunks))
        for place in range(chunks):
            chunk = plain[place * CHUNK : (place + 1) * CHUNK]
            target = sealed[place * _FULL : place * _FULL + len(chunk) + TAG]
            final = last and place == chunks - 1
            cipher.encrypt_into(_nonce(count, final=final), chunk, None, target)
            count += 1
        yield sealed


def decrypt(pieces: Iterable[bytes | memoryview], openers: Sequence[Opener]) -> Iterator[memoryview]:
    """
    Yield what an age file holds, each piece once it is known to be as it was written.

    What was yielded counts only once the end is reached: before it, more may have been cut off.
    Raises `IdentityError` where no opener has a key, `FormatError` for a file that was changed.
    """
    cipher, rest = _open(iter(pieces), openers)
    count = 0
    for sealed, last in _cut(rest, _FULL):
        chunks = max(1, -(-len(sealed) // _FULL))
        if len(sealed) - _FULL * (chunks - 1) < TAG + bool(count or chunks > 1):
            raise FormatError("age: cut off, or an empty chunk at its end")
        plain = memoryview(bytearray(len(sealed) - TAG * chunks))
        for place in range(chunks):
            chunk = sealed[place * _FULL : (place + 1) * _FULL]
            final = last and place == chunks - 1
            target = plain[place * CHUNK : place * CHUNK + len(chunk) - TAG]
            try:
                cipher.decrypt_into(_nonce(count, final=final), chunk, None, target)
            except InvalidTag as error:
                where = "its end was changed, cut off or added to" if final else f"chunk {count} was changed"
                raise FormatError(f"age: {where}") from error
            count += 1
        yield plain


def _open(
    pieces: Iterator[bytes | memoryview], openers: Sequence[Opener]
) -> tuple[ChaCha20Poly1305, Iterator[bytes | memoryview]]:
    data, found = b"", None
    while found is None or len(found[1]) < NONCE:
        piece = next(pieces, None)
        if piece is None:
            raise FormatError("age: cut off in its header")
        data += piece
        found = age.split(data)
    raw, rest = found
    file_key = age.open_header(raw, openers)
    if len(file_key) != 16:
        raise FormatError("age: a file key of another length")
    return ChaCha20Poly1305(age.derive(file_key, rest[:NONCE], b"payload")), _chain(rest[NONCE:], pieces)


def _chain(first: bytes, more: Iterator[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    yield first
    yield from more


def _cut(pieces: Iterable[bytes | memoryview], unit: int) -> Iterator[tuple[memoryview, bool]]:
    """Yield the same bytes in whole units, many at once; what is left at the end, or nothing, with True."""
    size, have = unit * _AT_ONCE, bytearray()
    for piece in pieces:
        have += piece
        while len(have) > size:
            # Not all of it: the last unit must be known to be the last, be it full.
            yield memoryview(bytes(memoryview(have)[:size])), False
            del have[:size]
    yield memoryview(bytes(have)), True


def _nonce(count: int, *, final: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([final])
