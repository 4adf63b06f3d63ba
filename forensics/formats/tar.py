"""
Tar as our parts hold it: regular files alone, in order, nothing about anybody's machine.

POSIX ustar; a path or a size that ustar has no room for goes into a pax header of its own. The same files
give the same bytes. The reader is no reader of tar: what the writer would not have written, it refuses, and
says what it was. So no link, device, absolute path, second header or trailing byte is ever interpreted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from forensics.errors import FormatError
from forensics.formats import manifest, strict

BLOCK = 512
END = bytes(2 * BLOCK)
"""What a tar ends with. It is not filled up to ten blocks: no reader needs that."""

_NAME, _PREFIX = 100, 155
_MOST_SIZE = 8**11 - 1
"""The largest size that eleven octal digits hold: 8 GiB less a byte."""
_PAX = "./PaxHeaders/member"
_FILE, _EXTENDED = b"0", b"x"
_RECORD = re.compile(rb"([1-9][0-9]{0,2}) (path|size)=([!-~]+)\n")
_OCTAL = re.compile(rb"[0-7]{11}\0")
_KINDS = {
    b"\0": "a file of the old format",
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a character device",
    b"4": "a block device",
    b"5": "a folder",
    b"6": "a named pipe",
    b"7": "a contiguous file",
    b"g": "a global pax header",
    b"x": "a second pax header",
    b"K": "a GNU long link name",
    b"L": "a GNU long name",
    b"S": "a GNU sparse file",
}


class Member(NamedTuple):
    """One file of a tar."""

    path: str
    size: int


def header(path: str, size: int) -> bytes:
    """Write what comes before a file: one block, or three where ustar has no room for path or size."""
    manifest.check_path(path)
    if not 0 <= size <= strict.MAX_INTEGER:
        raise FormatError(f"tar: {path} has no size that we write")
    prefix, name = _split(path)
    records = [] if name else [_record("path", path)]
    if size > _MOST_SIZE:
        records.append(_record("size", str(size)))
    if not records:
        return _block(prefix, name, size, _FILE)
    extra = b"".join(records)
    # What a reader that knows no pax sees is of the same length and grammar.
    plain = _block(prefix, name or path[:_NAME], size if size <= _MOST_SIZE else 0, _FILE)
    return _block("", _PAX, len(extra), _EXTENDED) + extra + padding(len(extra)) + plain


def padding(size: int) -> bytes:
    """Return the zeros between a file's end and the next block."""
    return bytes(-size % BLOCK)


def length(path: str, size: int) -> int:
    """Count the bytes that a file takes in a tar."""
    return len(header(path, size)) + size + -size % BLOCK


def _split(path: str) -> tuple[str, str]:
    """Cut a path at the first slash that leaves a name short enough; empty where there is none."""
    if len(path) <= _NAME:
        return "", path
    cut = path.find("/", len(path) - _NAME - 1)
    return (path[:cut], path[cut + 1 :]) if 0 < cut <= _PREFIX else ("", "")


def _record(key: str, value: str) -> bytes:
    rest = f" {key}={value}\n"
    size = len(rest) + 1
    while len(str(size)) + len(rest) != size:
        size += 1
    return f"{size}{rest}".encode("ascii")


def _block(prefix: str, name: str, size: int, kind: bytes) -> bytes:
    fields = [
        name.encode("ascii").ljust(_NAME, b"\0"),
        b"0000444\x000000000\x000000000\x00",
        b"%011o\0" % size,
        b"%011o\0" % 0,
        b" " * 8,
        kind,
        bytes(100),
        b"ustar\x0000",
        bytes(80),
        prefix.encode("ascii").ljust(_PREFIX, b"\0"),
        bytes(12),
    ]
    raw = b"".join(fields)
    return raw[:148] + b"%06o\0 " % sum(raw) + raw[156:]


class Reader:
    """
    Yields the members of a tar; `content` gives the bytes of the one that was yielded last.

    Args:
        chunks: the tar, in pieces of any length.

    Every defect raises `FormatError`. Nothing is held but the piece at hand; paths only ever grow, so that
    none comes twice.

    """

    def __init__(self, chunks: Iterable[bytes | memoryview]) -> None:
        self._chunks = iter(chunks)
        self._piece = memoryview(b"")
        self._left = 0
        self._padding = 0
        self._last = ""

    def __iter__(self) -> Iterator[Member]:
        while member := self._next():
            yield member
            for _ in self.content():
                pass

    def content(self) -> Iterator[memoryview]:
        """Yield what is left of the member's bytes."""
        while self._left:
            piece = self._some(self._left)
            self._left -= len(piece)
            yield piece
        if any(self._exactly(self._padding)):
            raise FormatError(f"tar: bytes other than zero after the end of {self._last}")
        self._padding = 0

    def _next(self) -> Member | None:
        first = self._exactly(BLOCK)
        if first == bytes(BLOCK):
            self._end()
            return None
        raw = first if first[156:157] != _EXTENDED else first + self._exactly(2 * BLOCK)
        member = _parse(raw)
        if member.path <= self._last:
            raise FormatError(f"tar: {member.path} is out of order, or there twice")
        self._last, self._left, self._padding = member.path, member.size, -member.size % BLOCK
        return member

    def _end(self) -> None:
        if any(self._exactly(BLOCK)):
            raise FormatError("tar: one block of zeros alone")
        if self._some(1):
            raise FormatError("tar: bytes after its end")

    def _some(self, most: int) -> memoryview:
        """Return at least one byte and at most `most`; none at the end."""
        while not self._piece:
            piece = next(self._chunks, None)
            if piece is None:
                break
            self._piece = memoryview(piece)
        piece, self._piece = self._piece[:most], self._piece[most:]
        if not piece and self._left:
            raise FormatError(f"tar: cut off within {self._last}")
        return piece

    def _exactly(self, count: int) -> bytes:
        data = bytes(self._piece[:count])
        self._piece = self._piece[count:]
        while len(data) < count:
            piece = self._some(count - len(data))
            if not piece:
                raise FormatError("tar: cut off")
            data += piece
        return data


def _parse(raw: bytes) -> Member:
    """Read a header by writing it again: what differs in a single byte is not ours."""
    extended, last = raw[:-BLOCK], raw[-BLOCK:]
    said = _extended(extended) if extended else {}
    kind = last[156:157]
    if kind != _FILE:
        raise FormatError(
            f"tar: {_KINDS.get(kind, 'a member of an unknown kind')}, and only files belong in a part"
        )
    prefix, name = last[345:500].rstrip(b"\0"), last[:100].rstrip(b"\0")
    path = said.get("path") or _text(prefix + b"/" + name if prefix else name)
    size = int(said["size"]) if "size" in said else _octal(last[124:136])
    if header(path, size) != raw:
        raise FormatError(f"tar: the header of {path} is not as we write it")
    return Member(path, size)


def _extended(raw: bytes) -> dict[str, str]:
    size = _octal(raw[124:136])
    if size > BLOCK:
        raise FormatError("tar: a pax header that is longer than ours ever are")
    said: dict[str, str] = {}
    at, end = BLOCK, BLOCK + size
    while at < end:
        match = _RECORD.match(raw, at, end)
        if match is None or int(match[1]) != match.end() - at:
            raise FormatError("tar: a pax header that says other than path and size")
        said[match[2].decode()] = match[3].decode()
        at = match.end()
    if not said.get("size", "0").isdigit() or len(said.get("size", "")) > 16:
        raise FormatError("tar: a pax header with a size that is none")
    return said


def _text(name: bytes) -> str:
    try:
        return name.decode("ascii")
    except UnicodeDecodeError as error:
        raise FormatError("tar: a path outside our grammar") from error


def _octal(field: bytes) -> int:
    if not _OCTAL.fullmatch(field):
        raise FormatError("tar: a size that is not in eleven octal digits")
    return int(field[:11], 8)
