"""
Small files looked into by helpers before the walk comes to them.

To open a file, look at it, read it and hash it in one go costs little more than to look at it, and may be
done by many at once. What the helpers say of a file is what a walk would have seen of it, and its SHA-256.
They say it of nothing that is out of the ordinary: that the walk looks at itself.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from itertools import islice
from typing import Any

from forensics.verifier import file as single
from forensics.verifier.crew import Crew
from forensics.verifier.file import File

BATCH = 2_048
"""Files in one request to a helper."""
_FILE: Callable[[Iterable[Any]], File] = partial(tuple.__new__, File)
"""As `File._make`, in a third of its time; what it is given has five columns."""
AHEAD = 32_768
"""Files from which the helpers wait for the walk: what they said of them is in memory."""


class _Batch:
    """Paths that a helper is to look into, once it is `asked`."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.asked: Future[bytes | None] | None = None


class Ahead:
    """
    Lists a folder in the walk's own order, some way before it, and has the plain files looked into.

    Args:
        root: the folder that all paths are relative to.
        passing: names at the top that are passed over.
        crew: who looks.
        limit: names that are listed at most.

    """

    def __init__(self, root: str, passing: frozenset[str], crew: Crew, limit: int) -> None:
        self._root = root
        self._passing = passing
        self._crew = crew
        self._room = limit
        self._pending = [""]
        self._listed: dict[str, list[tuple[str, bool]]] = {}
        """Name, and whether it was asked for, of what lies in a folder."""
        self._batches: dict[str, deque[_Batch]] = {}
        self._open = _Batch()
        self._waiting = 0
        self._files: dict[str, File] = {}

    def names(self, folder: str) -> Iterator[tuple[str, File | None]] | None:
        """Yield the names in a folder, with what is known of each; nothing where it is not known itself."""
        while self._pending and (folder not in self._batches or self._waiting < AHEAD):
            self._list(self._pending.pop())
        batches = self._batches.pop(folder, None)
        names = self._listed.pop(folder, None)
        return None if batches is None or names is None else self._known(folder, names, batches)

    def _known(
        self, folder: str, names: list[tuple[str, bool]], batches: deque[_Batch]
    ) -> Iterator[tuple[str, File | None]]:
        start = _join(folder, "")
        for name, asked in names:
            path = start + name
            while asked and batches and path not in self._files:
                self._hear(batches.popleft())
            file = self._files.pop(path, None)
            yield name, file if file and file.size >= 0 else None

    def _list(self, folder: str) -> None:
        """List a folder, and have its files looked into. Its folders are listed later."""
        batches = self._batches[folder] = deque()
        passing = self._passing if not folder else ()
        try:
            with os.scandir(f"{self._root}/{folder}") as found:
                entries = list(islice(found, self._room))
                wanted = [entry for entry in entries if entry.name not in passing]
                files = {entry.name for entry in wanted if entry.is_file(follow_symlinks=False)}
                inner = [entry.name for entry in wanted if entry.is_dir(follow_symlinks=False)]
        except OSError:
            return  # the walk will say why
        self._room -= len(entries)
        if not self._room:
            self._pending.clear()  # too much to have in memory at once: the walk lists what is left
            return
        names = self._listed[folder] = [(entry.name, entry.name in files) for entry in entries]
        self._pending += [_join(folder, name) for name in inner]
        start = _join(folder, "")
        self._look([start + name for name, asked in names if asked], batches)

    def _look(self, paths: Sequence[str], batches: deque[_Batch]) -> None:
        start = 0
        while start < len(paths):
            batch = self._open
            end = start + BATCH - len(batch.paths)
            batch.paths += paths[start:end]
            batches.append(batch)
            if len(batch.paths) == BATCH:
                self._ask(batch)
            start = end

    def _ask(self, batch: _Batch) -> None:
        request = json.dumps([self._root, batch.paths]).encode()
        batch.asked = self._crew.ask(single.__name__, request)
        self._waiting += len(batch.paths)
        self._open = _Batch()

    def _hear(self, batch: _Batch) -> None:
        """Take what a helper said of a batch, once."""
        if batch.asked is None and batch.paths:
            self._ask(batch)
        if batch.asked is not None:
            self._waiting -= len(batch.paths)
            if reply := batch.asked.result():
                files = map(_FILE, zip(batch.paths, *json.loads(reply), strict=True))
                self._files.update(zip(batch.paths, files, strict=True))
        batch.asked, batch.paths = None, []


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
