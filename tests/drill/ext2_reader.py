"""A reader of ext2, by the format's description and not by our writer: what an examiner's tool would see."""

from __future__ import annotations

import struct
from dataclasses import dataclass


@dataclass(frozen=True)
class Inode:
    """What a file is made of."""

    mode: int
    size: int
    deleted: int
    links: int
    raw: bytes
    """The 60 bytes of block pointers, or of a short link's target."""


class Ext2:
    """A file system in memory, of one block group."""

    def __init__(self, image: bytes) -> None:
        self._image = image
        superblock = image[1024:2048]
        (magic,) = struct.unpack_from("<H", superblock, 56)
        assert magic == 0xEF53
        (log,) = struct.unpack_from("<I", superblock, 24)
        self._block_size = 1024 << log
        (self.inodes,) = struct.unpack_from("<I", superblock, 0)
        (self._inode_size,) = struct.unpack_from("<H", superblock, 88)
        table = self._block_size if self._block_size > 1024 else 2048
        (self._table,) = struct.unpack_from("<I", image, table + 8)

    def inode(self, number: int) -> Inode:
        """Read an inode."""
        at = self._table * self._block_size + (number - 1) * self._inode_size
        mode, _, size, _, _, _, deleted, _, links = struct.unpack_from("<HHIIIIIHH", self._image, at)
        return Inode(mode, size, deleted, links, self._image[at + 40 : at + 100])

    def content(self, inode: Inode) -> bytes:
        """Read what a file holds."""
        pointers = struct.unpack("<15I", inode.raw)
        blocks = list(pointers[:12])
        if pointers[12]:
            blocks += struct.unpack(f"<{self._block_size // 4}I", self._block(pointers[12]))
        return b"".join(self._block(number) for number in blocks if number)[: inode.size]

    def entries(self, inode: Inode) -> dict[str, int]:
        """Read a folder."""
        data, found, at = self.content(inode), {}, 0
        while at < len(data):
            number, length, size, _ = struct.unpack_from("<IHBB", data, at)
            if number:
                found[data[at + 8 : at + 8 + size].decode()] = number
            at += length
        return found

    def find(self, path: str) -> Inode:
        """Find a file by its path; KeyError where there is none."""
        inode = self.inode(2)
        for name in filter(None, path.split("/")):
            inode = self.inode(self.entries(inode)[name])
        return inode

    def read(self, path: str) -> bytes:
        """Read a file by its path."""
        return self.content(self.find(path))

    def _block(self, number: int) -> bytes:
        return self._image[number * self._block_size : (number + 1) * self._block_size]
