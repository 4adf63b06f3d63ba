"""The file systems on the drill's disks, judged by e2fsprogs where they are installed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from forensics.drill.ext2 import SIZE, File, build
from forensics.drill.seed import filesystems

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


def _debugfs(image: Path, command: str) -> bytes:
    return subprocess.run(["debugfs", "-R", command, image], check=True, capture_output=True).stdout


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


def test_files_come_back(tmp_path: Path) -> None:
    """Small, large and empty files, a link and a hostile name are read by debugfs as they were written."""
    large = hashlib.shake_256(b"large").digest(200_001)
    path = tmp_path / "image"
    path.write_bytes(
        _build(
            File("/a/b/c/small", b"small"),
            File("/large", large),
            File("/empty"),
            File("/a/link", link="/large"),
            File("/\u202egnp.sh", b"!"),
        )
    )
    assert _debugfs(path, "cat /a/b/c/small") == b"small"
    assert _debugfs(path, "cat /large") == large
    assert _debugfs(path, "cat /empty") == b""
    assert _debugfs(path, "cat /\u202egnp.sh") == b"!"
    assert b'Fast link dest: "/large"' in _debugfs(path, "stat /a/link")


def test_deleted_file_is_found_again(tmp_path: Path) -> None:
    """A deleted file is in no folder, and its content is still under its inode."""
    path = tmp_path / "image"
    path.write_bytes(
        _build(File("/root/.bash_history", b"curl evil\n", deleted=NOW + 5), File("/root/kept", b"k"))
    )
    assert b"bash_history" not in _debugfs(path, "ls /root")
    listed = _debugfs(path, "lsdel").decode()
    inode = listed.splitlines()[1].split()[0]
    assert _debugfs(path, f"cat <{inode}>") == b"curl evil\n"


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
