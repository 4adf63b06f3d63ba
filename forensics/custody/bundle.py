"""A bundle in the making: files are written, hashed and put on the disk as they come, none kept in memory."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from forensics import keys
from forensics.custody import disk
from forensics.errors import ForensicsError, FormatError, IntegrityError, StoreError
from forensics.formats import bag, manifest, strict

MANIFEST = "manifest-sha256.txt"
TAGMANIFEST = "tagmanifest-sha256.txt"
SIGNATURE = f"{TAGMANIFEST}.sig"
RAW_SIGNATURE = f"{TAGMANIFEST}.ed25519"
LEDGER = "ledger/ledger.jsonl"

_COPIERS = 4
"""Files copied at once: each waits for its fsync, and four hide most of that."""
_TURN = 1_000
_NO_RANGE = frozenset({errno.EXDEV, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EPERM})

Derive = Callable[[Path], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Item:
    """A kept file, as its `item.add` says."""

    path: str
    sha256: str
    size: int
    transcript: bool


@dataclass(frozen=True, slots=True)
class Bundle:
    """A folder that nobody reads yet."""

    root: Path
    tags: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each file that is no evidence."""

    def copy(self, case: Path, items: Sequence[Item]) -> None:
        """Copy the evidence, refusing with `IntegrityError` what is no longer what was kept."""
        with disk.guarded("make data/"):
            disk.make_folders(self.root / "data")
        with ThreadPoolExecutor(_COPIERS) as pool:
            for at in range(0, len(items), _TURN):
                for _ in pool.map(lambda item: self._copy(case, item), items[at : at + _TURN]):
                    pass

    def _copy(self, case: Path, item: Item) -> None:
        try:
            with disk.guarded(f"read {item.path}"):
                source = disk.open_regular(case / item.path)
        except disk.NotThereError as error:
            raise IntegrityError(f"{item.path} cannot be read: {error}") from error
        target = self.root / item.path
        try:
            with disk.guarded(f"copy {item.path}"):
                disk.make_folders(target.parent)
                found = _copy(source, target)
        finally:
            disk.close(source)
        if found != item.sha256:
            raise IntegrityError(
                f"{item.path} is not what was kept: its SHA-256 is not the one in the ledger"
            )

    def derive(self, case: Path, items: Iterable[Item], derive: Derive) -> None:
        """Write each transcript's reading; one that cannot be made says why, and stops nothing."""
        for item in items:
            if item.transcript:
                name = item.path.removeprefix("data/").removesuffix(".jsonl")
                self._derive(case / item.path, item.size, f"derived/{name}.json", derive)

    def _derive(self, source: Path, size: int, path: str, derive: Derive) -> None:
        try:
            self.stream(path, _at_most(bag.most_derived(size), derive(source)))
        except StoreError:
            raise
        except ForensicsError as error:
            (self.root / path).unlink(missing_ok=True)
            why = str(error).encode("utf-8", "backslashreplace").decode()
            self.add(path, strict.encode({"error": why}) + b"\n")

    def add(self, path: str, data: bytes) -> None:
        """Write a file that the tag manifest will list."""
        self.stream(path, [data])

    def stream(self, path: str, chunks: Iterable[bytes]) -> None:
        """Write a file that the tag manifest will list, as its bytes come."""
        manifest.check_path(path)
        target, digest = self.root / path, hashlib.sha256()
        with disk.guarded(f"write {path}"):
            disk.make_folders(target.parent)
            descriptor = disk.create(target)
            try:
                for chunk in chunks:
                    disk.write(descriptor, chunk)
                    digest.update(chunk)
                _end(descriptor)
            finally:
                disk.close(descriptor)
        self.tags[path] = digest.hexdigest()

    def sign(self, identity: keys.Identity, signatures: Collection[str]) -> str:
        """Write the tag manifest and the signatures named; return the bundle digest."""
        listed = manifest.encode(self.tags)
        files = {TAGMANIFEST: listed, SIGNATURE: identity.sign(listed, keys.BUNDLE)}
        if RAW_SIGNATURE in signatures:
            files[RAW_SIGNATURE] = identity.raw(listed) or b""
        with disk.guarded("write the signatures"):
            for name, data in files.items():
                disk.write_new(self.root / name, data)
        return hashlib.sha256(listed).hexdigest()

    def publish(self, target: Path) -> None:
        """Give the bundle its name, once all of it is on the disk."""
        with disk.guarded(f"write {target}"):
            for folder, _, _ in os.walk(self.root, topdown=False, onerror=_raise):
                disk.sync_folder(Path(folder))
            self.root.rename(target)
            disk.sync_folder(target.parent)


def _at_most(limit: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Refuse a reading that whoever verifies would refuse: the evidence is whole without it."""
    left = limit
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise FormatError(f"left out: its reading is longer than {limit} bytes")
        yield chunk


def _copy(source: int, target: Path) -> str:
    """
    Copy a file and return the hash of the copy, read back.

    The kernel copies, as shared extents where the file system can (XFS, Btrfs): a disk image then takes no
    second place. Never as a hard link, through which the copy could be changed.
    """
    with os.fdopen(
        os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, disk.OPEN_MODE), "rb"
    ) as file:
        if not _copy_range(source, file.fileno()):
            while chunk := os.read(source, disk.CHUNK):
                disk.write(file.fileno(), chunk)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        _end(file.fileno())
    return digest


def _copy_range(source: int, target: int) -> bool:
    """Copy all of a file within the kernel; return False where it cannot, and nothing was copied."""
    if not hasattr(os, "copy_file_range"):
        return False
    try:
        while os.copy_file_range(source, target, 1 << 30):
            pass
    except OSError as error:
        if error.errno in _NO_RANGE:
            return False
        raise
    return True


def _raise(error: OSError) -> None:
    """Have `os.walk` not pass over a folder that it cannot list: it would not be put on the disk."""
    raise error


def _end(descriptor: int) -> None:
    os.fchmod(descriptor, disk.KEPT_MODE)
    disk.sync(descriptor)
