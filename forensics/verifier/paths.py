"""The grammar of stored paths, for very many of them."""

from __future__ import annotations

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
