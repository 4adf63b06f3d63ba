"""A set of hashes, at some 16 bytes each: Python's own takes five times that, and sources are many."""

from __future__ import annotations

from array import array

_LEAST = 1 << 10
"""Places of an empty set. Always a power of two."""
_FREE, _GONE = 0, -1
"""What a place says that holds no hash; `_GONE` where there was one. Python gives no text the hash -1."""


class Marks:
    """Hashes of 64 bits: a table, at most two thirds full, looked through from a hash's own place."""

    def __init__(self) -> None:
        self._table = array("q", bytes(8 * _LEAST))
        self._taken = 0
        """Places that are not free."""

    def __contains__(self, mark: int) -> bool:
        return self._find(mark) >= 0

    def add(self, mark: int) -> None:
        """Take one in."""
        place = self._find(mark)
        if place >= 0:
            return
        if 3 * self._taken >= 2 * len(self._table):
            self._grow()
            place = self._find(mark)
        self._taken += 1
        self._table[~place] = mark or 1

    def discard(self, mark: int) -> None:
        """Take one out, if it is there."""
        place = self._find(mark)
        if place >= 0:
            self._table[place] = _GONE

    def _find(self, mark: int) -> int:
        """Return the place of a hash; `~place` of the first free one where it is not there."""
        # 0 and 1 are one hash, as any two names may have one.
        mark, table = mark or 1, self._table
        last = len(table) - 1
        place = mark & last
        while (found := table[place]) != _FREE:
            if found == mark:
                return place
            place = place + 1 & last
        return ~place

    def _grow(self) -> None:
        """Make room: twice as much, or only that of those that were taken out, where these are many."""
        old, self._taken = self._table, 0
        left = len(old) - old.count(_FREE) - old.count(_GONE)
        self._table = array("q", bytes(8 * len(old) * (2 if 3 * left >= len(old) else 1)))
        for mark in old:
            if mark not in {_FREE, _GONE}:
                self._table[~self._find(mark)] = mark
                self._taken += 1
