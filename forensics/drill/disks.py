"""Disks as EBS keeps them: blocks of 512 KiB, and only those that were ever written."""

from __future__ import annotations

from dataclasses import dataclass, field

BLOCK = 512 * 1024
GIB = 2**30
_HOLE = bytes(BLOCK)


@dataclass(slots=True)
class Disk:
    """A sparse disk. Copies share their blocks, which are never changed, only replaced."""

    size: int
    """Bytes."""
    blocks: dict[int, bytes] = field(default_factory=dict)

    def copy(self) -> Disk:
        """Take the disk as it is now, as a snapshot does."""
        return Disk(self.size, dict(self.blocks))

    def write(self, offset: int, data: bytes) -> None:
        """Write bytes at an offset; blocks that hold nothing but zeros are left as holes."""
        if offset + len(data) > self.size:
            raise ValueError(f"{len(data)} bytes at {offset} do not fit into {self.size}")
        for start in range(offset - offset % BLOCK, offset + len(data), BLOCK):
            self._write_block(
                start // BLOCK, data[max(start - offset, 0) : start - offset + BLOCK], offset - start
            )

    def _write_block(self, index: int, piece: bytes, inside: int) -> None:
        at = max(inside, 0)
        before = self.blocks.get(index, _HOLE)
        block = before[:at] + piece + before[at + len(piece) :]
        if block != _HOLE:
            self.blocks[index] = block
        else:
            self.blocks.pop(index, None)

    def read(self) -> bytes:
        """Give the whole disk, holes as zeros. For small disks."""
        return b"".join(self.blocks.get(index, _HOLE) for index in range(-(-self.size // BLOCK)))[: self.size]


def partitioned(size: int, system: bytes, *, serial: int) -> Disk:
    """Lay a file system into the one partition of a disk with an MBR: at 1 MiB, as Linux images have it."""
    disk = Disk(size)
    sectors = (size - 2**20) // 512
    entry = (
        bytes([0x80, 0, 2, 0, 0x83, 0xFE, 0xFF, 0xFF])
        + (2048).to_bytes(4, "little")
        + sectors.to_bytes(4, "little")
    )
    record = bytes(440) + serial.to_bytes(4, "little") + bytes(2) + entry + bytes(48) + b"\x55\xaa"
    disk.write(0, record)
    disk.write(2**20, system)
    return disk


def whole(size: int, system: bytes) -> Disk:
    """Lay a file system over a whole disk without partitions, as data volumes often are."""
    disk = Disk(size)
    disk.write(0, system)
    return disk
