"""Payloads of age files: every length at the edges of chunks, and every way to cut, change and add."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from forensics.errors import FormatError, IdentityError
from forensics.keys import age, stream
from tests.keys.sealed import BOB, Draws, age_opens, key_file, pieces, seal, unseal

CHUNK = stream.CHUNK
EDGES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 16 * CHUNK - 1, 16 * CHUNK, 16 * CHUNK + 1, 33 * CHUNK]


class Dribble(io.RawIOBase):
    """A source that gives a few bytes at a time, as a pipe may."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data, self._step = io.BytesIO(data), step

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Give at most `step` bytes."""
        return self._data.readinto(buffer[: self._step])


@pytest.mark.parametrize("size", EDGES)
def test_every_edge(size: int, tmp_path: Path) -> None:
    """What is sealed is opened, here and by age, whatever its length and that of its pieces."""
    data = bytes(range(256)) * (size // 256 + 1)
    data = data[:size]
    whole = seal(data)
    for sizes in ([CHUNK], [16 * CHUNK], [7, 100_000], [CHUNK + 1, CHUNK], [CHUNK, 5, 2 * CHUNK]):
        found = b"".join(stream.encrypt(pieces(data, sizes), [BOB.recipient], Draws()))
        assert found == whole
    assert unseal(whole) == data
    assert b"".join(stream.decrypt(Dribble(whole, 50_000), [BOB])) == data
    assert age_opens(whole, key_file(tmp_path, b"bob")) == data


def _payload(data: bytes) -> int:
    return data.index(b"\n", data.index(b"\n--- ") + 1) + 1


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK, 17 * CHUNK + 3])
def test_cut_off_anywhere(size: int, tmp_path: Path) -> None:
    """At a chunk's edge, within a tag, within the nonce, a byte before the end: nothing comes of it."""
    data, path = seal(b"e" * size), key_file(tmp_path, b"bob")
    start = _payload(data)
    edges = {start + 16 + at * (CHUNK + 16) for at in range(size // CHUNK + 1)}
    cuts = {0, 1, 20, start - 1, start, start + 1, start + 15, len(data) - 1, len(data) - 16, len(data) - 17}
    for cut in sorted((edges | cuts) - {len(data)}):
        with pytest.raises(FormatError):
            unseal(data[: max(cut, 0)])
    assert age_opens(data[:-1], path) is None


@pytest.mark.parametrize("size", [0, 1, CHUNK, 17 * CHUNK])
@pytest.mark.parametrize("more", [b"\0", b"x" * 16, b"x" * (CHUNK + 16)])
def test_anything_after_the_end(size: int, more: bytes) -> None:
    """A byte after the end, or a chunk's worth, is refused."""
    with pytest.raises(FormatError):
        unseal(seal(b"e" * size) + more)


def test_the_last_byte_changed() -> None:
    """Not a byte of the last chunk is released."""
    data = seal(b"e" * 3 * CHUNK)
    changed = io.BytesIO(data[:-1] + bytes([data[-1] ^ 1]))
    released: list[memoryview] = []
    with pytest.raises(FormatError, match="its end"):
        released.extend(stream.decrypt(changed, [BOB]))
    assert released == []


@pytest.mark.parametrize("place", [0, 1, 16, 17])
def test_any_chunk_changed(place: int) -> None:
    """A bit of any chunk, and of the nonce before them."""
    data = seal(b"e" * 18 * CHUNK)
    for at in (_payload(data) + 3, _payload(data) + 16 + place * (CHUNK + 16) + 99):
        with pytest.raises(FormatError, match="changed"):
            unseal(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])


def test_chunks_in_another_order() -> None:
    """Swapped, left out, twice: each chunk has its place."""
    data = seal(b"e" * 4 * CHUNK)
    start, size = _payload(data) + 16, CHUNK + 16
    head, chunks = data[:start], [data[start + at * size : start + (at + 1) * size] for at in range(4)]
    for order in ([1, 0, 2, 3], [0, 2, 3], [0, 0, 1, 2, 3], [0, 1, 3, 2], [3]):
        with pytest.raises(FormatError):
            unseal(head + b"".join(chunks[at] for at in order))


def test_an_empty_chunk_at_the_end() -> None:
    """A last chunk of nothing after others is a second spelling, which age refuses."""
    sealed = list(stream.encrypt([], [BOB.recipient], Draws()))
    assert unseal(b"".join(map(bytes, sealed))) == b""
    cipher = _cipher()
    chunk = cipher.encrypt(stream._nonce(0, final=False), b"e" * CHUNK, None)
    empty = cipher.encrypt(stream._nonce(1, final=True), b"", None)
    with pytest.raises(FormatError, match="empty chunk"):
        unseal(bytes(sealed[0]) + chunk + empty)


def test_no_last_chunk() -> None:
    """Chunks of which none says that it is the last one are the beginning of something else."""
    sealed = list(stream.encrypt([], [BOB.recipient], Draws()))
    chunk = _cipher().encrypt(stream._nonce(0, final=False), b"e" * CHUNK, None)
    with pytest.raises(FormatError, match="its end"):
        unseal(bytes(sealed[0]) + chunk)


def _cipher() -> ChaCha20Poly1305:
    draws = Draws()
    file_key, nonce = draws(16), draws(16)
    return ChaCha20Poly1305(age.derive(file_key, nonce, b"payload"))


def test_room_is_used_again() -> None:
    """Who keeps no pieces gives the same room for each."""
    room = bytearray(20 * CHUNK)
    data = bytes(range(256)) * 256 * 40
    found = b"".join(
        bytes(piece)
        for piece in stream.encrypt(
            pieces(data, [CHUNK]), [BOB.recipient], Draws(), lambda n: memoryview(room)[:n]
        )
    )
    assert found == seal(data)
    opened = stream.decrypt(io.BytesIO(found), [BOB], lambda n: memoryview(room)[:n])
    assert b"".join(bytes(piece) for piece in opened) == data


@pytest.mark.parametrize("data", [b"", b"age", b"age-encryption.org/v1\n", b"-----BEGIN AGE", b"\0" * 5_000])
def test_no_age_file(data: bytes) -> None:
    """Nothing, a beginning, another format."""
    with pytest.raises((FormatError, IdentityError)):
        unseal(data)
