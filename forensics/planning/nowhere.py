"""A draft that keeps nothing: what a rehearsed step writes is counted, and gone."""

from __future__ import annotations

import hashlib


class Nowhere:
    """A file in flight that never lands."""

    def __init__(self) -> None:
        self.size = 0
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Hash of what was written, in hex."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        """Count bytes."""
        self.size += len(data)
        self._hash.update(data)

    def end(self) -> None:
        """End it."""

    def sync(self) -> None:
        """End it."""

    def discard(self) -> None:
        """Remove nothing."""
