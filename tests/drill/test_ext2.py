"""The file systems on the drill's disks, judged by e2fsprogs where they are installed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from forensics.drill.ext2 import SIZE, File, build
from forensics.drill.seed import filesystems
from tests.drill.ext2_reader import Ext2

NOW = 1_790_000_000
IMAGES = {
    "web root": filesystems.web_root,
    "web data": filesystems.web_data,
    "plain": lambda: filesystems.plain("api-1"),
    "detached": filesystems.detached,
    "miner": filesystems.miner,
}


def _build(*files: File) -> bytes:
    return build(files, label="test", uuid=b"0123456789abcdef", now=NOW)


@pytest.mark.parametrize("name", IMAGES)
def test_sound(name: str, tmp_path: Path) -> None:
    """e2fsck finds nothing to mend, and the same bytes come each time."""
    image = IMAGES[name]()
    assert image == IMAGES[name]()
    assert len(image) == SIZE
    assert image[1080:1082] == b"\x53\xef"
    if shutil.which("e2fsck"):
        path = tmp_path / "image"
        path.write_bytes(image)
        done = subprocess.run(["e2fsck", "-fn", path], check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_files_come_back() -> None:
    """Small, large and empty files, a link and a hostile name are read as they were written."""
    large = hashlib.shake_256(b"large").digest(200_001)
    system = Ext2(
        _build(
            File("/a/b/c/small", b"small"),
            File("/large", large),
            File("/empty"),
            File("/a/link", link="/large"),
            File("/\u202egnp.sh", b"!", 0o755),
        )
    )
    assert system.read("/a/b/c/small") == b"small"
    assert system.read("/large") == large
    assert system.read("/empty") == b""
    assert system.read("/\u202egnp.sh") == b"!"
    assert system.find("/\u202egnp.sh").mode == 0o100755
    assert system.find("/a/link").raw.rstrip(b"\0") == b"/large"
    assert sorted(system.entries(system.find("/"))) == [
        ".",
        "..",
        "a",
        "empty",
        "large",
        "lost+found",
        "\u202egnp.sh",
    ]


def test_deleted_file_is_found_again() -> None:
    """A deleted file is in no folder, and its content is still under its inode."""
    deleted = File("/srv/.bash_history", b"curl evil\n", deleted=NOW + 5)
    system = Ext2(_build(deleted, File("/srv/kept", b"k")))
    assert sorted(system.entries(system.find("/srv"))) == [".", "..", "kept"]
    gone = [inode for inode in map(system.inode, range(12, system.inodes + 1)) if inode.deleted]
    assert [(inode.deleted, inode.links, system.content(inode)) for inode in gone] == [
        (NOW + 5, 0, b"curl evil\n")
    ]


@pytest.mark.parametrize(
    "files",
    [
        [File(f"/{number}") for number in range(300)],
        [File("/huge", bytes(5 * 2**20))],
        [File(f"/{number}", bytes(3 * 2**20)) for number in range(6)],
        [File("/" + "n" * 250 + str(number)) for number in range(20)],
    ],
    ids=["inodes", "one file", "all files", "one folder"],
)
def test_too_much(files: list[File]) -> None:
    """What does not fit is refused, and not written wrongly."""
    with pytest.raises(ValueError, match=r"more than|needs more|does not fit"):
        _build(*files)
