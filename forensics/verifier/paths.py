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
        parts = [path.rpartition("/") for path in paths]
        folders = {folder for folder, _, _ in parts}.difference(self._folders)
        inner = {name for folder in folders for name in folder.split("/")}
        deep = max((folder.count("/") for folder in folders), default=0) + 2 > manifest.MAX_COMPONENTS
        long = max(map(len, paths), default=0) > manifest.MAX_PATH
        if not deep and not long and manifest.are_components([*inner, *(name for _, _, name in parts)]):
            self._folders |= folders
            return
        for path in paths:
            self.check(path)
