"""Sparse disks."""

from __future__ import annotations

import pytest

from forensics.drill.disks import BLOCK, GIB, Disk, partitioned, whole


def test_zeros_are_holes() -> None:
    """Blocks of zeros are not kept, and a block that becomes zero is given up."""
    disk = Disk(10 * BLOCK)
    disk.write(BLOCK - 2, b"abcd")
    assert sorted(disk.blocks) == [0, 1]
    disk.write(BLOCK - 2, bytes(2))
    assert sorted(disk.blocks) == [1]


def test_reads_what_was_written() -> None:
    """Writes over the edges of blocks come back in order."""
    disk = Disk(3 * BLOCK)
    disk.write(100, b"x" * (2 * BLOCK))
    expected = bytes(100) + b"x" * (2 * BLOCK) + bytes(BLOCK - 100)
    assert disk.read() == expected


def test_copy_stands_still() -> None:
    """A copy does not change with the disk."""
    disk = Disk(BLOCK)
    disk.write(0, b"before")
    copy = disk.copy()
    disk.write(0, b"after!")
    assert copy.read()[:6] == b"before"


@pytest.mark.parametrize("offset", [BLOCK - 3, BLOCK, 2 * BLOCK])
def test_beyond_the_end(offset: int) -> None:
    """A disk does not grow."""
    with pytest.raises(ValueError, match="do not fit"):
        Disk(BLOCK).write(offset, b"1234")


def test_partition() -> None:
    """The file system lies at 1 MiB, where the MBR's one entry says."""
    disk = partitioned(GIB, b"system", serial=7)
    assert disk.blocks[0][510:512] == b"\x55\xaa"
    assert int.from_bytes(disk.blocks[0][454:458], "little") * 512 == 2 * BLOCK
    assert disk.blocks[2][:6] == b"system"


def test_whole() -> None:
    """Without partitions the file system lies at the start."""
    assert whole(GIB, b"system").blocks[0][:6] == b"system"
