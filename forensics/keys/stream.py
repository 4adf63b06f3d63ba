"""
The payload of an age file: chunks of 64 KiB, each sealed by itself, the last one marked as the last.

So a chunk is opened before the next is read, none can be left out, moved or put at the end, and what comes
out was written by somebody who knew the file key. cryptography lets go of Python's lock meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from forensics.errors import FormatError
from forensics.keys import age
from forensics.keys.age import Opener, Random, Recipient

CHUNK = 65_536
TAG = 16
NONCE = 16
_FULL = CHUNK + TAG
AT_ONCE = 16
"""Chunks in a piece: 1 MiB of plaintext."""

Buffer = bytearray | memoryview
Room = Callable[[int], Buffer]
"""Gives room for a piece: new (`bytearray`), or room that was used before, where nobody keeps pieces."""


class Source(Protocol):
    """Where an age file is read from: a file, a pipe."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill the beginning of a buffer, and return how much of it; 0 at the end."""
        ...


class Decrypt(Protocol):
    """Turns an age file into what it holds, as `decrypt` does with openers of its own."""

    def __call__(self, source: Source, room: Room = bytearray, /) -> Iterator[bytes | memoryview]:
        """Yield what the file holds."""
        ...


def encrypt(
    pieces: Iterable[bytes | memoryview],
    recipients: Sequence[Recipient],
    random: Random,
    room: Room = bytearray,
) -> Iterator[memoryview]:
    """
    Yield an age file that holds `pieces` joined, a piece for each of them or so.

    The fastest pieces are multiples of 64 KiB: none of those is copied.
    """
    file_key, nonce = random(16), random(NONCE)
    stanzas = [recipient.wrap(file_key, random) for recipient in recipients]
    yield memoryview(age.header(file_key, stanzas) + nonce)
    cipher = ChaCha20Poly1305(age.derive(file_key, nonce, b"payload"))
    count = 0
    for plain, last in _whole(pieces):
        chunks = max(1, -(-len(plain) // CHUNK))
        sealed = memoryview(room(len(plain) + TAG * chunks))
        for place in range(chunks):
            chunk = plain[place * CHUNK : (place + 1) * CHUNK]
            target = sealed[place * _FULL : place * _FULL + len(chunk) + TAG]
            final = last and place == chunks - 1
            cipher.encrypt_into(_nonce(count, final=final), chunk, None, target)
            count += 1
        yield sealed


def _whole(pieces: Iterable[bytes | memoryview]) -> Iterator[tuple[memoryview, bool]]:
    """Yield the same bytes in whole chunks, many at once; what is left at the end, or nothing, with True."""
    held = memoryview(b"")
    for piece in pieces:
        if not piece:
            continue
        if held and not len(held) % CHUNK:
            # Only now: it could have been the end, and the last chunk is marked as the last, be it full.
            yield held, False
            held = memoryview(piece)
        else:
            held = memoryview(b"".join((held, piece)) if held else piece)
        if (whole := (len(held) - 1) // CHUNK * CHUNK) > 0 and len(held) % CHUNK:
            yield held[:whole], False
            held = held[whole:]
    yield held, True


def decrypt(source: Source, openers: Sequence[Opener], room: Room = bytearray) -> Iterator[memoryview]:
    """
    Yield what an age file holds, each piece once it is known to be as it was written.

    What was yielded counts only once the end is reached: before it, more may have been cut off.
    Raises `IdentityError` where no opener has a key, `FormatError` for a file that was changed.
    """
    header, rest = read_header(source)
    while len(rest) < NONCE:
        if not (more := _some(source, NONCE - len(rest))):
            raise FormatError("age: cut off in its header")
        rest += more
    file_key = age.open_header(header, openers)
    if len(file_key) != 16:
        raise FormatError("age: a file key of another length")
    cipher = ChaCha20Poly1305(age.derive(file_key, rest[:NONCE], b"payload"))
    count = 0
    for sealed, last in _sealed(source, rest[NONCE:]):
        chunks = max(1, -(-len(sealed) // _FULL))
        if len(sealed) - _FULL * (chunks - 1) < TAG + bool(count or chunks > 1):
            raise FormatError("age: cut off, or an empty chunk at its end")
        plain = memoryview(room(len(sealed) - TAG * chunks))
        for place in range(chunks):
            chunk = sealed[place * _FULL : (place + 1) * _FULL]
            final = last and place == chunks - 1
            target = plain[place * CHUNK : place * CHUNK + len(chunk) - TAG]
            _open(cipher, _nonce(count, final=final), chunk, target, count)
            count += 1
        yield plain


def _open(cipher: ChaCha20Poly1305, nonce: bytes, chunk: memoryview, target: memoryview, count: int) -> None:
    try:
        cipher.decrypt_into(nonce, chunk, None, target)
    except InvalidTag as error:
        where = "its end was changed, cut off or added to" if nonce[-1] else f"chunk {count} was changed"
        raise FormatError(f"age: {where}") from error


def read_header(source: Source) -> tuple[bytes, bytes]:
    """Read a header, and what was read after it; `FormatError` where there is none."""
    data = b""
    while (found := age.split(data)) is None:
        if not (more := _some(source, 4_096)):
            raise FormatError("age: cut off in its header")
        data += more
    return found


def _some(source: Source, most: int) -> bytes:
    buffer = bytearray(most)
    return bytes(buffer[: source.readinto(memoryview(buffer)) or 0])


def _sealed(source: Source, start: bytes) -> Iterator[tuple[memoryview, bool]]:
    """Yield whole chunks, many at once, in one buffer; what is left at the end, or nothing, with True."""
    size = _FULL * AT_ONCE
    buffer = memoryview(bytearray(size + 1))
    have = len(start)
    buffer[:have] = start
    while True:
        while have <= size and (count := source.readinto(buffer[have:]) or 0):
            have += count
        if have <= size:
            yield buffer[:have], True
            return
        # A byte more was read: so the last chunk of these is not the last one of all.
        yield buffer[:size], False
        buffer[0], have = buffer[size], 1


def _nonce(count: int, *, final: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([final])
