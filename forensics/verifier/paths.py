"""The grammar of stored paths, for very many of them."""

from __future__ import annotations

from collections.abc import Collection

from forensics.formats import manifest


class Paths:
    """Checks paths as `manifest.check_path` does; a folder that passed is not checked again."""

    def __init__(self) -> None:
        self._folders: set[str] = set()

    def check(self, path: str) -> None:
        """Raise `FormatError` for a path outside the grammar."""
        folder, _, name = path.rpartition("/")
        known = folder in self._folders and len(path) <= manifest.MAX_PATH
        if not known or not manifest.is_component(name):
            manifest.check_path(path)
            self._folders.add(folder)

    def check_all(self, paths: Collection[str]) -> None:
        """Raise `FormatError` if a path among very many is outside the grammar."""
        first = {folder: path for path in paths if (folder := path.rpartition("/")[0]) not in self._folders}
        for path in first.values():
            self.check(path)
        names = [path.rpartition("/")[2] for path in paths]
        good = manifest.are_components(names) and max(map(len, paths), default=0) <= manifest.MAX_PATH
        for path in () if good else paths:
            self.check(path)
