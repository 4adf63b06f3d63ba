"""
The folder to be checked: what lies in it, and its files' bytes, read once each.

A walk opens nothing, but for the small files that helpers look into. A file's bytes are read through one
descriptor, and their hash is kept with them: what was parsed is what was hashed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import BufferedReader
from pathlib import Path, PurePosixPath

from forensics.errors import FormatError, IntegrityError, UsageError
from forensics.verifier import file as single
from forensics.verifier.ahead import Ahead
from forensics.verifier.crew import Crew
from forensics.verifier.file import File, Unreadable
from forensics.verifier.paths import Paths

MAX_FILES = 5_000_000
"""Names looked at. 90 days of CloudTrail in every region are half a million log files."""


@dataclass
class Listing:
    """What a walk saw."""

    files: dict[str, File] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    linked: dict[str, int] = field(default_factory=dict)
    """How many names a file has that has a second one somewhere (hard links); they are among `files` too."""
    gone: list[str] = field(default_factory=list)
    """What was listed, and not there to be looked at."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    """(path, what is wrong) of what is neither a plain file nor a plain folder, and of bad names."""

    def within(self, folder: str) -> Iterator[File]:
        """Yield the files in a folder and below, unsorted."""
        prefix = f"{folder}/"
        paths = self.files if prefix.startswith("data/") else self.beside
        return (self.files[path] for path in paths if path.startswith(prefix))

    @cached_property
    def beside(self) -> list[str]:
        """Return what is not in `data/`, which is little beside it; asked once all is listed."""
        return [path for path in self.files if not path.startswith("data/")]


class Folder:
    """A folder, and what was read of it."""

    def __init__(self, path: Path) -> None:
        """Take a folder that exists; raises `UsageError` for everything else."""
        self.path = path
        self.root = _check_root(path)
        self.digests: dict[str, str] = {}
        """SHA-256 of each file that was read whole."""
        self._contents: dict[str, bytes] = {}

    def walk(self, *, passing: frozenset[str] = frozenset(), crew: Crew | None = None) -> Listing:
        """
        Look at every name in the folder and below, following nothing.

        What `passing` names, at the top, is passed over. A folder whose name is wrong is not entered.
        A `crew`, where it is given, looks into the files, and hashes the small ones.
        """
        ahead = Ahead(self.root, passing, crew, MAX_FILES) if crew else None
        listing, paths = Listing(), Paths()
        pending, seen = [""], 0
        while pending:
            folder = pending.pop()
            names = self._names(folder, listing, ahead)
            # At the top there are names to pass over.
            if folder and isinstance(names, list) and _add(names, MAX_FILES - seen, paths, listing):
                seen += len(names)
                continue
            twins: set[str] = set()
            for name, file in names:
                path = f"{folder}/{name}" if folder else name
                if path in passing:
                    continue
                seen += 1
                if seen > MAX_FILES:
                    problem = f"is one of more than {MAX_FILES} names; the rest was not looked at"
                    listing.problems.append((path, problem))
                    return listing
                folded = name.casefold()
                if folded in twins:
                    listing.problems.append((path, "has a twin whose name differs in case only"))
                twins.add(folded)
                if file is not None:
                    _check(path, paths, listing)
                    listing.files[path] = file
                elif self._take(path, paths, listing):
                    pending.append(path)
        return listing

    def _names(self, folder: str, listing: Listing, ahead: Ahead | None) -> Iterable[tuple[str, File | None]]:
        """Return the names in a folder: a list of all where each may be a file that is known."""
        known = ahead.names(folder) if ahead else None
        return self._listed(folder, listing) if known is None else list(known)

    def _listed(self, folder: str, listing: Listing) -> Iterator[tuple[str, None]]:
        try:
            with os.scandir(f"{self.root}/{folder}") as names:
                for entry in names:
                    yield entry.name, None
        except OSError as error:
            listing.problems.append((folder, f"cannot be listed: {single.why(error)}"))

    def _take(self, path: str, paths: Paths, listing: Listing) -> bool:
        """Add a name to the listing, and say whether it is a folder to enter."""
        try:
            # Not DirEntry.stat(): on Windows it knows neither the identity nor the links of a file.
            state = os.lstat(f"{self.root}/{path}")
        except FileNotFoundError:
            listing.gone.append(path)
            return False
        except OSError as error:
            listing.problems.append((path, f"cannot be looked at: {single.why(error)}"))
            return False
        if odd := single.what(state):
            listing.problems.append((path, f"is {odd}, not a file or folder"))
            return False
        good = _check(path, paths, listing)
        if stat.S_ISDIR(state.st_mode):
            listing.folders.add(path)
            return good
        listing.files[path] = File(path, state.st_size, state.st_dev, state.st_ino)
        if state.st_nlink != 1:
            listing.linked[path] = state.st_nlink
        return False

    def read(self, path: str, limit: int) -> bytes:
        """
        Return a file's bytes, the same ones each time; `IntegrityError` where that cannot be.

        They are kept, so this is for small files, of which there are few. `limit` is in bytes.
        """
        self._contents[path] = self.read_once(path, limit)
        return self._contents[path]

    def read_once(self, path: str, limit: int) -> bytes:
        """Return a file's bytes without keeping them, unless they are kept already."""
        if path in self._contents:
            return self._contents[path]
        file = self.look(path)
        if file.size > limit:
            raise IntegrityError(f"is {file.size} bytes long, and at most {limit} are read")
        with self.open(file) as stream:
            data = _all(stream, file.size)
        self.digests[path] = hashlib.sha256(data).hexdigest()
        return data

    def look(self, path: str) -> File:
        """Look at one file; `IntegrityError` if it is missing or no plain file."""
        try:
            for parent in reversed(PurePosixPath(path).parents[:-1]):
                single.look(
                    self.root, str(parent), folder=True
                )  # else a link in the middle would be followed
            return single.look(self.root, path)
        except Unreadable as error:
            raise IntegrityError(str(error)) from error

    def open(self, file: File, *, growing: bool = False) -> BufferedReader:
        """Open a file for reading; `IntegrityError` unless it is still the one looked at, or has grown."""
        try:
            return single.stream(self.root, file, growing=growing)
        except Unreadable as error:
            raise IntegrityError(str(error)) from error

    def is_gone(self, path: str) -> bool:
        """Say whether a name is no longer listed; one that cannot be looked at may be."""
        folder, _, name = path.rpartition("/")
        try:
            with os.scandir(f"{self.root}/{folder}") as names:
                return all(entry.name != name for entry in names)
        except OSError:
            return False

    def is_alone(self, file: File) -> bool:
        """Say whether a file has, by now, no name but the one where it was looked at."""
        try:
            state = os.lstat(f"{self.root}/{file.path}")
        except OSError:
            return False
        return (state.st_dev, state.st_ino, state.st_nlink) == (file.device, file.inode, 1)


def _add(names: Sequence[tuple[str, File | None]], most: int, paths: Paths, listing: Listing) -> bool:
    """Add all names in a folder, `most` of them, if each is a file that nothing is to be said of; or none."""
    files = [file for _, file in names if file is not None]
    if not len(files) == len(names) <= most or len({name.casefold() for name, _ in names}) < len(names):
        return False
    try:
        paths.check_all([file.path for file in files])
    except FormatError:
        return False
    listing.files.update((file.path, file) for file in files)
    return True


def _check(path: str, paths: Paths, listing: Listing) -> bool:
    try:
        paths.check(path)
    except FormatError:
        listing.problems.append((path, "has a name that is outside our grammar, or too long"))
        return False
    return True


def _check_root(path: Path) -> str:
    try:
        state = path.lstat()
    except (OSError, ValueError) as error:
        reason = single.why(error) if isinstance(error, OSError) else "no such path can be"
        raise UsageError(f"cannot look at {path}: {reason}", hint="name a case folder or a bundle") from error
    if single.what(state):
        raise UsageError(f"{path} is {single.what(state)}", hint="name the folder itself")
    if not stat.S_ISDIR(state.st_mode):
        raise UsageError(f"{path} is not a folder", hint="name a case folder or a bundle")
    return str(path)


def _all(stream: BufferedReader, size: int) -> bytes:
    try:
        data = stream.read(size + 1)
    except OSError as error:
        raise IntegrityError(f"cannot be read: {single.why(error)}") from error
    if len(data) != size:
        raise IntegrityError("changed its size while it was being checked")
    return data
