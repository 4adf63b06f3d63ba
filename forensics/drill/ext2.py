"""
A writer of small ext2 file systems: one block group, blocks of 4 KiB, revision 1 with file types.

Deterministic: the same files and the same moment give the same bytes. A deleted file leaves what ext2
leaves: its inode with a deletion time, and its blocks, free but not wiped, for an examiner to find.
Source: https://www.nongnu.org/ext2-doc/ext2.html
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

BLOCK = 4096
SIZE = 16 * 2**20
INODES = 256
_INODE_BYTES = 128
_TABLE = 4
_FIRST_DATA = _TABLE + INODES * _INODE_BYTES // BLOCK
_FIRST_INODE = 11
_DIRECT = 12
_ROOT = 2
_DIRECTORY, _REGULAR, _LINK = 0o040000, 0o100000, 0o120000
_KINDS = {_REGULAR: 1, _DIRECTORY: 2, _LINK: 7}


@dataclass(frozen=True, slots=True)
class File:
    """A file to be written; its folders are made as needed."""

    path: str
    """From the root, with a slash before it: `/etc/cron.d/update`."""
    data: bytes = b""
    mode: int = 0o644
    owner: int = 0
    changed: int | None = None
    """Seconds since 1970; None for the file system's own moment."""
    link: str = ""
    """Target, for a symbolic link."""
    deleted: int = 0
    """Seconds since 1970 of its deletion; 0 for a file that is there."""


@dataclass(slots=True)
class _Node:
    number: int
    kind: int
    mode: int
    owner: int
    changed: int
    entries: list[tuple[str, _Node]] = field(default_factory=list)
    links: int = 1
    size: int = 0
    pointers: list[int] = field(default_factory=list)
    count: int = 0
    deleted: int = 0
    inline: bytes = b""


class _Image:
    def __init__(self, now: int) -> None:
        self.now = now
        self.data = bytearray(SIZE)
        self.next_block = _FIRST_DATA
        self.free_again: set[int] = set()
        self.nodes: list[_Node] = []
        self.folders: dict[str, _Node] = {}
        self.root = self._folder_node(_ROOT)
        self.folders["/"] = self.root
        self.root.entries.append(("lost+found", self._folder_node(_FIRST_INODE)))

    def _folder_node(self, number: int) -> _Node:
        node = _Node(number, _DIRECTORY, 0o755, 0, self.now)
        self.nodes.append(node)
        return node

    def _next_inode(self) -> int:
        number = _FIRST_INODE + 1 + sum(node.number > _FIRST_INODE for node in self.nodes)
        if number > INODES:
            raise ValueError(f"more than {INODES} inodes")
        return number

    def folder(self, path: str) -> _Node:
        if path not in self.folders:
            parent, _, name = path.rpartition("/")
            node = self._folder_node(self._next_inode())
            self.folder(parent or "/").entries.append((name, node))
            self.folders[path] = node
        return self.folders[path]

    def add(self, file: File) -> None:
        parent, _, name = file.path.rpartition("/")
        changed = self.now if file.changed is None else file.changed
        kind = _LINK if file.link else _REGULAR
        mode = 0o777 if file.link else file.mode
        node = _Node(self._next_inode(), kind, mode, file.owner, changed, deleted=file.deleted)
        self.nodes.append(node)
        if file.link:
            node.inline = file.link.encode().ljust(60, b"\0")
            node.size = len(file.link.encode())
        else:
            before = self.next_block
            self.store(node, file.data)
            if file.deleted:
                node.links = 0
                self.free_again.update(range(before, self.next_block))
        folder = self.folder(parent or "/")
        if not file.deleted:
            folder.entries.append((name, node))

    def store(self, node: _Node, data: bytes) -> None:
        blocks = [self._take(data[start : start + BLOCK]) for start in range(0, len(data), BLOCK)]
        node.size = len(data)
        node.pointers = blocks[:_DIRECT]
        rest = blocks[_DIRECT:]
        node.count = len(blocks)
        if len(rest) > BLOCK // 4:
            raise ValueError(f"a file of {len(data)} bytes needs more than one indirect block")
        if rest:
            node.pointers.append(self._take(struct.pack(f"<{len(rest)}I", *rest)))
            node.count += 1

    def _take(self, data: bytes) -> int:
        number = self.next_block
        if (number + 1) * BLOCK > SIZE:
            raise ValueError(f"more than {SIZE} bytes")
        self.data[number * BLOCK : number * BLOCK + len(data)] = data
        self.next_block += 1
        return number


def build(files: Iterable[File], *, label: str, uuid: bytes, now: int) -> bytes:
    """
    Write a file system of 16 MiB.

    Raises:
        ValueError: it does not fit.

    """
    image = _Image(now)
    for file in files:
        image.add(file)
    for node, parent in _with_parents(image.root, image.root):
        image.store(node, _directory(node, parent))
        node.links = 2 + sum(child.kind == _DIRECTORY for _, child in node.entries)
    _write_tables(image)
    _write_superblock(image, label, uuid)
    return bytes(image.data)


def _with_parents(node: _Node, parent: _Node) -> Iterator[tuple[_Node, _Node]]:
    yield node, parent
    for _, child in node.entries:
        if child.kind == _DIRECTORY:
            yield from _with_parents(child, node)


def _directory(node: _Node, parent: _Node) -> bytes:
    entries = [(".", node), ("..", parent), *node.entries]
    data = bytearray()
    for index, (name, target) in enumerate(entries):
        raw = name.encode("utf-8")
        length = 8 + (len(raw) + 3) // 4 * 4
        if len(data) + length > BLOCK:
            raise ValueError("a folder does not fit into one block")
        if index == len(entries) - 1:
            length = BLOCK - len(data)  # the last entry reaches to the end of the block
        head = struct.pack("<IHBB", target.number, length, len(raw), _KINDS[target.kind])
        data += (head + raw).ljust(length, b"\0")
    return bytes(data)


def _write_tables(image: _Image) -> None:
    used = set(range(image.next_block)) - image.free_again
    live = {node.number for node in image.nodes if not node.deleted} | set(range(1, _FIRST_INODE))
    _bitmap(image.data, 2, used, SIZE // BLOCK, first=0)
    _bitmap(image.data, 3, live, INODES, first=1)
    for node in image.nodes:
        at = _TABLE * BLOCK + (node.number - 1) * _INODE_BYTES
        image.data[at : at + _INODE_BYTES] = _inode(node)
    free_blocks, free_inodes = SIZE // BLOCK - len(used), INODES - len(live)
    folders = sum(node.kind == _DIRECTORY for node in image.nodes)
    image.data[BLOCK : BLOCK + 18] = struct.pack("<IIIHHH", 2, 3, _TABLE, free_blocks, free_inodes, folders)


def _bitmap(data: bytearray, block: int, used: set[int], valid: int, *, first: int) -> None:
    at = block * BLOCK
    for number in used:
        byte, bit = divmod(number - first, 8)
        data[at + byte] |= 1 << bit
    # bits beyond the end count as used
    data[at + valid // 8 : at + BLOCK] = b"\xff" * (BLOCK - valid // 8)


def _inode(node: _Node) -> bytes:
    pointers = node.inline or struct.pack("<15I", *node.pointers, *[0] * (15 - len(node.pointers)))
    head = struct.pack(
        "<HHIIIIIHHIII",
        node.kind | node.mode,
        node.owner & 0xFFFF,
        node.size,
        node.changed,
        node.changed,
        node.changed,
        node.deleted,
        node.owner & 0xFFFF,
        node.links,
        node.count * BLOCK // 512,
        0,
        0,
    )
    return (head + pointers).ljust(_INODE_BYTES, b"\0")


def _write_superblock(image: _Image, label: str, uuid: bytes) -> None:
    free_blocks, free_inodes = struct.unpack("<HH", image.data[BLOCK + 12 : BLOCK + 16])
    blocks = SIZE // BLOCK
    head = struct.pack(
        "<IIIIIIIIIIIII",
        INODES,
        blocks,
        0,
        free_blocks,
        free_inodes,
        0,
        2,
        2,
        32768,
        32768,
        INODES,
        image.now,
        image.now,
    )
    # mounts, magic, clean, on error go on, minor revision, last check, interval, creator Linux, revision 1
    head += struct.pack("<HHHHHHIIII", 1, 0xFFFF, 0xEF53, 1, 1, 0, image.now, 0, 0, 1)
    # reserved for root, first inode, inode size, group of this superblock, features: none, file types, none
    head += struct.pack("<HHIHHIII", 0, 0, _FIRST_INODE, _INODE_BYTES, 0, 0, 2, 0)
    head += uuid.ljust(16, b"\0")[:16] + label.encode()[:16].ljust(16, b"\0")
    image.data[1024 : 1024 + len(head)] = head
