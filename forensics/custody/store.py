"""
The files of a case: drafts while they are written, kept for good once they have their final name.

Nothing here is in the case before its ledger line is on the disk; that order is the writer's.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import secrets
import stat
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from forensics.custody import disk
from forensics.custody.flush import Flush, flush_of
from forensics.custody.marks import Marks
from forensics.errors import FormatError, StoreError
from forensics.formats import manifest

DATA = "data"
TMP = "tmp"

_DRAFT = "draft-"
_MUCH = 1 << 20
"""Bytes that take longer to hash than it takes to start a thread."""
_MANY = 4_096
"""Folders that are known to be there, without a look."""
_STRETCH = 16 << 20
"""Bytes of a draft that begin to go to the disk while the next ones come."""


class Draft:
    """
    A file in flight, in `tmp/`: hashed while it is written, in the case once the writer keeps it.

    One thread at a time writes to it. A write that failed leaves it broken: it can only be discarded.
    """

    def __init__(self, place: Path | str, flush: Flush | None = None) -> None:
        """Begin a file. `flush`: what may put its bytes on the disk together with those of others."""
        # Text: a path, made and taken apart for each of a hundred thousand, costs more than what it is for.
        self.place = str(place)
        """Where it is; `path` says the same."""
        try:
            # Read-only for all that open it: a chmod of each would cost as much as its bytes.
            self._descriptor: int | None = disk.create(self.place, disk.KEPT_MODE)
        except OSError as error:
            raise disk.failure(error, f"make {self.name}") from error
        self._flush, self._mark = flush, -1
        self._started = 0
        """Bytes that go to the disk already."""
        self.size = 0
        self._hash = hashlib.sha256()
        self._broken: StoreError | None = None
        self.gone = False
        """Whether its name in `tmp/` is no more: it was placed, or discarded."""

    @property
    def path(self) -> Path:
        """Where it is."""
        return Path(self.place)

    @property
    def name(self) -> str:
        """What it is called in `tmp/`."""
        return self.place.rpartition(os.sep)[2]

    @property
    def sha256(self) -> str:
        """Hash of what was written so far, in hex."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        """Append bytes. Raises `NoSpaceError` or `StoreError`, and then again at every later call."""
        descriptor = self._open()
        try:
            if len(data) < _MUCH:
                disk.write(descriptor, data)
                self._hash.update(data)
            else:
                with _beside(self._hash.update, data):
                    disk.write(descriptor, data)
        except OSError as error:
            raise self._break(disk.failure(error, f"write {self.name}")) from error
        self.size += len(data)
        if self.size - self._started >= _STRETCH:
            disk.start(descriptor, self._started, self.size - self._started)
            self._started = self.size

    def end(self) -> None:
        """
        End the draft: nothing more can be written to it, and it holds no descriptor.

        Its bytes are on the disk once it is kept, or after `sync`: many at once, where the disk can do that.
        """
        if self._flush is None:
            self.sync()
        elif self._descriptor is not None or self._broken is not None:
            self._end(lambda _: None)
            self._mark = self._flush.mark()

    def sync(self) -> None:
        """End the draft: its bytes are on the disk, read-only, and nothing more can be written to it."""
        if self._descriptor is not None or self._broken is not None:
            self._end(disk.sync)
        elif self._flush is not None and self._mark >= 0:
            try:
                self._flush.reach(self._mark)
            except StoreError as error:
                raise self._break(error) from error
            self._mark = -1

    def _end(self, secure: Callable[[int], None]) -> None:
        descriptor = self._open()
        try:
            status = os.fstat(descriptor)
            if stat.S_IMODE(status.st_mode) != disk.KEPT_MODE:
                os.fchmod(descriptor, disk.KEPT_MODE)
            secure(descriptor)
        except OSError as error:
            raise self._break(disk.failure(error, f"sync {self.name}")) from error
        if status.st_size != self.size:
            found = f"{self.name} is {status.st_size} bytes long, and should be {self.size}"
            raise self._break(StoreError(found))
        self._close()

    def discard(self) -> None:
        """Remove the draft. What the writer has kept stays kept."""
        self._close()
        with disk.guarded(f"remove {self.name}"):
            self.path.unlink(missing_ok=True)
        self.gone = True

    def _open(self) -> int:
        if self._broken is not None:
            raise type(self._broken)(f"{self.name} is broken: {self._broken}", hint=self._broken.hint)
        if self._descriptor is None:
            raise StoreError(f"{self.name} was ended before this write")
        return self._descriptor

    def _break(self, failure: StoreError) -> StoreError:
        self._broken = failure
        self._close()
        return failure

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            disk.close(descriptor)


class Store:
    """
    The files below `data/`, each under a name of its own that no other letter case shares.

    `draft`, `place`, `settle` and `withdraw` are for every thread.
    """

    def __init__(self, root: Path) -> None:
        self.root, self._tmp = root, root / TMP
        self._before, self._drafts = f"{root}{os.sep}", f"{self._tmp}{os.sep}{_DRAFT}"
        """What stands before a stored path, and before a draft's number."""
        self._numbers = itertools.count(1)
        # A thread that outlived an earlier run of this process may discard its drafts yet, and no other's.
        self._mark = secrets.token_hex(4)
        self._lock = threading.Lock()
        self._flush: Flush | None = None
        self._opened = False
        # Hashes instead of names keep half a million objects in some 8 MB. Two names of one hash cost
        # the second a `.2`, and nothing else.
        self._files, self._folders = Marks(), Marks()
        self._capital: dict[str, str] = {}
        """Stored paths of folders with capitals, by what they are without: a folder keeps its first name."""
        self._made: dict[str, str] = {}
        """Stored paths of the folders that were made last, by what they were asked for as."""

    def draft(self) -> Draft:
        """Begin a file in `tmp/`."""
        with self._lock:
            if not self._opened:
                with disk.guarded(f"open {TMP}"):
                    self._flush = flush_of(self._tmp)
                self._opened = True
        return Draft(f"{self._drafts}{next(self._numbers):08d}-{self._mark}", self._flush)

    def close(self) -> None:
        """Let go of the disk: no draft that ended before is kept after."""
        with self._lock:
            if self._flush is not None:
                self._flush.close()
            self._flush, self._opened = None, False

    def sweep(self) -> int:
        """Remove the drafts of a run that died, none of which was acknowledged; return how many."""
        drafts = [path for path in self._tmp.iterdir() if path.name.startswith(_DRAFT)]
        for path in drafts:
            path.unlink(missing_ok=True)
        return len(drafts)

    def know(self, path: str) -> None:
        """Take note of a stored path that the ledger names."""
        self._files.add(_folded(path))
        folder = path.rpartition("/")[0]
        while folder not in {DATA, ""} and _folded(folder) not in self._folders:
            self._settled(folder)
            folder = folder.rpartition("/")[0]

    def _settled(self, folder: str) -> str:
        """Return the stored path of a folder: as it was first spelled."""
        if _folded(folder) in self._folders:
            return self._capital.get(folder.casefold(), folder.casefold())
        self._folders.add(_folded(folder))
        if folder != folder.casefold():
            self._capital[folder.casefold()] = folder
        return folder

    def strangers(self) -> list[Path]:
        """List what lies below `data/` and no ledger line names, folders excepted."""
        return sorted(path for path in _walk(self.root / DATA) if not self._known(path))

    def _known(self, path: Path) -> bool:
        return _folded(path.relative_to(self.root).as_posix()) in self._files

    def place(self, draft: Draft, path: str) -> str:
        """
        Put a draft on the disk as `data/<path>`, or under the next name that is free; return the name.

        Never over another file. The name itself is on the disk after `settle`.
        """
        draft.sync()
        try:
            name = self._link(draft, path)
            os.unlink(draft.place)  # noqa: PTH108 - as above: no path is made of it
        except OSError as error:
            raise disk.failure(error, f"keep {path}") from error
        draft.gone = True
        return name

    def settle(self, names: Collection[str]) -> None:
        """
        Put placed names on the disk.

        `tmp/` is not synced: a draft's name that a power cut brings back there is swept at the next opening.
        """
        with disk.guarded("sync a folder in data/"):
            for folder in sorted({name.rpartition("/")[0] for name in names}):
                disk.sync_folder(self.root / folder)

    def _link(self, draft: Draft, path: str) -> str:
        while True:
            with self._lock:
                name = self._claim(path)
            try:
                os.link(draft.place, f"{self._before}{name}", follow_symlinks=False)
            except FileExistsError:
                continue  # somebody else's file: its name stays claimed, and is not ours
            return name

    def _claim(self, path: str) -> str:
        """Find the first free name, and make its folder, whose own name is then on the disk."""
        folder, _, file = path.rpartition("/")
        made = self._made.get(folder, "")
        spelled = made or self._spell(folder)
        names = (self._sound(made, name) for name in _numbered(f"{spelled}/{file}"))
        name = next(name for name in names if not self._taken(name))
        if not made:
            disk.make_folders(self.root / spelled)
            if len(self._made) >= _MANY:
                self._made.clear()
            self._made[folder] = spelled
        self._files.add(_folded(name))
        return name

    def _sound(self, made: str, name: str) -> str:
        """Refuse what is outside our grammar; of a folder that was made, all but the last part is not."""
        short = bool(made) and len(name) <= manifest.MAX_PATH
        known = short and manifest.is_component(name[len(made) + 1 :])
        return name if known else manifest.check_path(name)

    def _taken(self, name: str) -> bool:
        folded = _folded(name)
        return folded in self._files or folded in self._folders

    def _spell(self, folder: str) -> str:
        """Return a folder's stored path: as it was first spelled, and beside a file of that name."""
        spelled = DATA
        for part in filter(None, folder.split("/")):
            names = _numbered(f"{spelled}/{part}")
            spelled = next(name for name in names if _folded(name) not in self._files)
            spelled = self._settled(spelled)
        return spelled

    def withdraw(self, draft: Draft, name: str) -> None:
        """Make a draft again of a file that is in no ledger line, and will be in none."""
        with disk.guarded(f"take back {name}"):
            (self.root / name).rename(draft.path)
        draft.gone = False
        with self._lock:
            self._files.discard(_folded(name))


@contextmanager
def _beside(update: Callable[[bytes], None], data: bytes) -> Iterator[None]:
    """Hash bytes while what is done inside writes them."""
    hashing = threading.Thread(target=update, args=(data,), name="hash", daemon=True)
    hashing.start()
    try:
        yield
    finally:
        hashing.join()


def check(path: str) -> None:
    """Refuse a path, relative to `data/`, that cannot be stored: `FormatError`."""
    manifest.check_path(f"{DATA}/{path}")
    if len(path) + len(DATA) + 1 > manifest.MAX_KEPT:
        raise FormatError(f"stored path is longer than {manifest.MAX_KEPT} bytes: {path}")


def _folded(name: str) -> int:
    return hash(name.casefold())


def _numbered(name: str) -> Iterator[str]:
    """Yield the name, then with `.2`, `.3`, … before its extension, no component growing too long."""
    yield name
    path = PurePosixPath(name)
    number = 1
    while True:
        number += 1
        ending = f".{number}{path.suffix}"
        stem = path.stem[: manifest.MAX_COMPONENT - len(ending)].rstrip(".")
        yield (path.parent / (stem + ending)).as_posix()


def _walk(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(Path(entry.path))
            else:
                yield Path(entry.path)
