"""
How each source was closed last, in some ten bytes each: fifty accounts have six hundred thousand of them.

Fifty accounts are asked much the same, so a row in a region has one number in all of them, and an account is
some arrays by that number. What is long (gaps, odd paths) is kept where there is any, and once.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forensics import record
from forensics.model import Outcome, Source
from forensics.scope import Window

_OUTCOMES = tuple(Outcome)
_ODD = 0xFFFF
"""Number of a transcript whose path is none that we would have given it."""

Place = tuple[str, str, str]
"""Region, service and operation."""


@dataclass(slots=True)
class _Account:
    """One account: by the number of a place."""

    outcomes: bytearray = field(default_factory=bytearray)
    """Numbers of outcomes, from 1 on; 0: never closed."""
    turns: array[int] = field(default_factory=lambda: array("I"))
    transcripts: array[int] = field(default_factory=lambda: array("H"))
    """Numbers of the last transcripts, from 1 on; 0: none is kept."""
    gaps: array[int] = field(default_factory=lambda: array("I"))
    windows: array[int] = field(default_factory=lambda: array("I"))
    odd: dict[int, str] = field(default_factory=dict)
    """Paths of the transcripts that have others than we would have given them."""

    def grow(self, size: int) -> None:
        """Make room for so many places; the outcomes last, by which others see that there is room."""
        more = bytes(size - len(self.outcomes))
        for numbers in (self.turns, self.transcripts, self.gaps, self.windows):
            numbers.frombytes(more * numbers.itemsize)
        self.outcomes.extend(more)


@dataclass(frozen=True, slots=True)
class Closing:
    """How one source was closed last: what its latest `coverage` entry says, as far as a run asks."""

    source: Source
    _of: Closings
    _account: _Account
    _place: int

    @property
    def outcome(self) -> Outcome:
        """What it came to."""
        return _OUTCOMES[self._account.outcomes[self._place] - 1]

    @property
    def whole(self) -> bool:
        """Say whether nothing of it is missing."""
        return not self._account.gaps[self._place]

    @property
    def gaps(self) -> tuple[Mapping[str, Any], ...]:
        """Its gaps, as the entry has them."""
        return () if self.whole else self._of.said(self._account.gaps[self._place])

    @property
    def transcript(self) -> str:
        """Path of the last file that it was closed with; empty where none was kept."""
        number = self._account.transcripts[self._place]
        if number == _ODD:
            return self._account.odd[self._place]
        return _path(self.source, number) if number else ""

    @property
    def turn(self) -> int:
        """Which of all that were closed it was."""
        return self._account.turns[self._place]

    @property
    def window(self) -> Window | None:
        """What the run that closed it was to keep logs of."""
        return self._of.windows[self._account.windows[self._place]]


class Closings(Mapping[Source, Closing]):
    """The last closing of every source. One thread at a time closes; others may look meanwhile."""

    def __init__(self) -> None:
        """Begin with none."""
        self.windows: list[Window | None] = [None]
        self._accounts: dict[str, _Account] = {}
        self._places: dict[Place, int] = {}
        self._gaps: list[str] = [""]
        self._known: dict[str, int] = {"": 0}
        self._size = 0
        self.turn = 0
        """How many sources were closed, each as often as it was."""

    def close(self, source: Source, body: Mapping[str, Any], window: Window | None) -> None:
        """Take in a `coverage` entry. Raises `ValueError`, `KeyError` for a body that is not ours."""
        outcome, gaps = _OUTCOMES.index(Outcome(body["outcome"])) + 1, self._number(body["gaps"])
        place = self._places.setdefault((source.region, source.service, source.operation), len(self._places))
        account = self._accounts.setdefault(source.account, _Account())
        if len(account.outcomes) <= place:
            account.grow(len(self._places))
        if window != self.windows[-1]:
            self.windows.append(window)
        self.turn += 1
        account.turns[place] = self.turn
        account.gaps[place] = gaps
        account.transcripts[place] = self._transcript(source, body.get("items", ()), account, place)
        account.windows[place] = len(self.windows) - 1
        self._size += not account.outcomes[place]
        account.outcomes[place] = outcome

    def _number(self, gaps: Any) -> int:
        text = json.dumps(gaps) if gaps else ""
        number = self._known.setdefault(text, len(self._gaps))
        if number == len(self._gaps):
            self._gaps.append(text)
        return number

    def _transcript(self, source: Source, items: Any, account: _Account, place: int) -> int:
        path = str(items[-1]) if items else ""
        account.odd.pop(place, None)
        if not path:
            return 0
        middle = path.removeprefix(_path(source, 1).removesuffix("jsonl")).removesuffix("jsonl")
        number = int(middle[:-1]) if middle[:-1].isdecimal() and len(middle) < len("65535.") else 1
        if 0 < number < _ODD and _path(source, number) == path:
            return number
        account.odd[place] = path
        return _ODD

    def said(self, number: int) -> tuple[Mapping[str, Any], ...]:
        """Return gaps by their number."""
        return tuple(json.loads(self._gaps[number]))

    def forget(self, source: Source) -> None:
        """Take it that a source was never asked."""
        account, place = self._find(source)
        account.outcomes[place] = 0
        self._size -= 1

    def of(self, account: str) -> Iterator[Source]:
        """Yield the sources of one account."""
        found = self._accounts.get(account)
        places = () if found is None else zip(self._places.copy(), bytes(found.outcomes), strict=False)
        return (Source(account, *place) for place, outcome in places if outcome)

    def __getitem__(self, source: Source) -> Closing:
        """Return the last closing of a source."""
        return Closing(source, self, *self._find(source))

    def _find(self, source: Source) -> tuple[_Account, int]:
        account = self._accounts.get(source.account)
        place = self._places.get((source.region, source.service, source.operation), -1)
        if account is None or not 0 <= place < len(account.outcomes) or not account.outcomes[place]:
            raise KeyError(source)
        return account, place

    def __iter__(self) -> Iterator[Source]:
        """Yield all sources, account by account."""
        for account in list(self._accounts):
            yield from self.of(account)

    def __len__(self) -> int:
        """Count them."""
        return self._size


def _path(source: Source, number: int) -> str:
    stem = f"data/{record.path_of(source).removesuffix('.jsonl')}"
    return f"{stem}.jsonl" if number == 1 else f"{stem}.{number}.jsonl"
