"""
The catalogue: every row and step of all collectors, and the tasks that the work of one account is made of.

A task is a row or a step in one region. `tasks()` lists them, and makes each when somebody looks at it: there
are six hundred thousand in fifty accounts.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from typing import overload

from forensics.collectors import every
from forensics.collectors.spec import Call, Collector, Context, Phase, Reach, Records, Step
from forensics.errors import UsageError
from forensics.model import EVERYTHING, GLOBAL, Coverage, Gap, Outcome, Source


@dataclass(frozen=True, slots=True)
class Task:
    """One source in one region of one account, to be run once."""

    source: Source
    phase: Phase
    of: Call | Step
    """The row or step that it runs."""
    regions: tuple[str, ...]
    """Regions that the account is asked in."""

    @property
    def parents(self) -> tuple[Source, ...]:
        """Tasks whose names it asks about. It runs if any of them was answered."""
        return self._there(self.of.parents)

    @property
    def after(self) -> tuple[Source, ...]:
        """Tasks that have to be over before it starts, whatever came of them; all `parents` among them."""
        return self._there(_before(self.of))

    @property
    def again(self) -> tuple[Source, ...]:
        """Tasks to run before it whenever it is run: what they made may not be good any more."""
        # A report that an earlier run had made may have expired.
        expiring = (row for row in getattr(self.of, "after", ()) if row not in self.of.parents)
        return self._there((*expiring, *getattr(self.of, "again", ())))

    @property
    def needs(self) -> tuple[Source, ...]:
        """Parents without which it is not run, whatever came of the others."""
        return self._there(getattr(self.of, "needs", ()))

    @property
    def rereads(self) -> bool:
        """Say whether it reads again what another task has read: that is done when all else is."""
        return bool(getattr(self.of, "asks", ""))

    @property
    def first(self) -> Source:
        """The source that it reads again; its own where it reads none."""
        return replace(self.source, operation=getattr(self.of, "asks", "") or self.source.operation)

    def select(self, parent: str) -> tuple[str, tuple[str, ...]]:
        """Return what it wants of a parent row's answers: JMESPath, and parameters to carry."""
        each = self.of.parents[parent]
        others = [region for region in self.regions if region != self.source.region]
        select = each.select.replace("{others}", json.dumps(others))
        return select.replace("{account}", self.source.account), each.carry

    def start(self, context: Context) -> Records:
        """Begin: the generator does nothing until it is first resumed."""
        return self.of.run(context)

    def _there(self, rows: Iterable[str]) -> tuple[Source, ...]:
        """Give the sources of rows that it has to do with: of its region, or global."""
        return tuple(_placed(row, self.source) for row in rows)


def _placed(row: str, beside: Source) -> Source:
    # A row of one reach may need one of the other only where the other is global.
    other = sources()[row][1]
    region = GLOBAL if other.reach is Reach.GLOBAL else beside.region
    return Source(beside.account, region, other.service, other.operation)


def _before(of: Call | Step) -> tuple[str, ...]:
    """Name the rows that have to be over before one."""
    return tuple(dict.fromkeys((*of.parents, *getattr(of, "after", ()))))


Pair = tuple[Collector, Call | Step]


class Rows:
    """Rows and steps, each after all that it needs, and who among them lives from whom."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        """Give each its number, from 0 on."""
        self.pairs = tuple(pairs)
        self.numbers = {of.name: number for number, (_, of) in enumerate(self.pairs)}
        self.followers: dict[str, list[int]] = {}
        """Numbers of the rows that live from each, by its name."""
        self.waiting: dict[str, list[int]] = {}
        """Numbers of the rows that wait for each."""
        for number, (_, of) in enumerate(self.pairs):
            for row in dict.fromkeys((*of.parents, *getattr(of, "needs", ()))):
                self.followers.setdefault(row, []).append(number)
            for row in _before(of):
                self.waiting.setdefault(row, []).append(number)


class Tasks(Sequence[Task]):
    """
    The work of one account, each task after all those that it needs, else in order of volatility.

    None is made before somebody looks at it, nor kept: fifty accounts have six hundred thousand.
    """

    def __init__(self, account: str, regions: Iterable[str], rows: Rows) -> None:
        """Make none yet."""
        self.account, self.regions, self.rows = account, tuple(regions), rows
        self._places = {Reach.GLOBAL: (GLOBAL,), Reach.REGION: self.regions}
        widths = (len(self._places[of.reach]) for _, of in rows.pairs)
        self._starts = array("I", accumulate(widths, initial=0))
        self._regions = {region: number for number, region in enumerate(self.regions)}

    def only(self, wanted: Callable[[str], bool]) -> Tasks:
        """Return the tasks of some rows, by their names."""
        rows = Rows((collector, of) for collector, of in self.rows.pairs if wanted(of.name))
        return Tasks(self.account, self.regions, rows)

    def number(self, source: Source) -> int:
        """Return the number of the task that a source has; -1 if it has none here."""
        row = self.rows.numbers.get(source.name, -1)
        if row < 0:
            return -1
        if self.rows.pairs[row][1].reach is Reach.GLOBAL:
            return self._starts[row] if source.region == GLOBAL else -1
        region = self._regions.get(source.region, -1)
        return region if region < 0 else self._starts[row] + region

    def followers(self, source: Source) -> list[int]:
        """Return the numbers of the tasks that live from a source, in their order."""
        return self._beside(source, self.rows.followers)

    def waiting(self, source: Source) -> list[int]:
        """Return the numbers of the tasks that wait until a source was asked, in their order."""
        return self._beside(source, self.rows.waiting)

    def _beside(self, source: Source, rows: Mapping[str, Sequence[int]]) -> list[int]:
        found: list[int] = []
        for row in rows.get(source.name, ()):
            start, end = self._starts[row], self._starts[row + 1]
            if self.rows.pairs[row][1].reach is Reach.GLOBAL:
                found += range(start, end) if source.region == GLOBAL else ()
            elif source.region == GLOBAL:
                found += range(start, end)
            elif source.region in self._regions:
                found.append(start + self._regions[source.region])
        return found

    def _made(self, row: int, region: str) -> Task:
        collector, of = self.rows.pairs[row]
        source = Source(self.account, region, of.service, of.operation)
        return Task(source, of.phase or collector.phase, of, self.regions)

    @overload
    def __getitem__(self, number: int) -> Task: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[Task]: ...

    def __getitem__(self, number: int | slice) -> Task | Sequence[Task]:
        """Make a task by its number."""
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        place = number % len(self)
        row = bisect_right(self._starts, place) - 1
        regions = self._places[self.rows.pairs[row][1].reach]
        return self._made(row, regions[place - self._starts[row]])

    def __iter__(self) -> Iterator[Task]:
        """Make one after the other."""
        for row, (_, of) in enumerate(self.rows.pairs):
            for region in self._places[of.reach]:
                yield self._made(row, region)

    def __len__(self) -> int:
        """Count them."""
        return self._starts[-1]


@cache
def sources() -> Mapping[str, tuple[Collector, Call | Step]]:
    """Return every row and step by name, with its collector."""
    return {source.name: (collector, source) for collector in every() for source in collector.sources}


def sensitive(row: str) -> bool:
    """Say whether a row's answers are likely to hold secrets. Unknown rows, such as a session's, do not."""
    found = sources().get(row)
    return found is not None and found[1].sensitive


def tasks(
    account: str,
    regions: Sequence[str],
    without: frozenset[str] = frozenset(),
    *,
    options: frozenset[str] = frozenset(),
    noticed: bool = True,
) -> Tasks:
    """
    Return the work of one account, each task after all those it needs, else in order of volatility.

    Collectors `without` which it is to be done take no part, but for rows that others ask by the names of;
    steps that want one of their `options` take none unless it is there; those that ask about what a notice
    names take none unless any was `noticed`.
    """
    return Tasks(account, regions, _rows(without, options, noticed))


@cache
def _rows(without: frozenset[str], options: frozenset[str], noticed: bool) -> Rows:  # noqa: FBT001 - a cache's key
    wanted = _wanted(without, options)
    return Rows(
        (collector, of)
        for collector, of in _ordered()
        if of.name in wanted and (noticed or not getattr(of, "noticed", False))
    )


def _wanted(without: frozenset[str], options: frozenset[str]) -> set[str]:
    """Name the rows of all collectors but some, and those of these that the others live from."""
    wanted: set[str] = set()
    for collector, source in reversed(list(_ordered())):
        needed = getattr(source, "options", ())
        if needed and options.isdisjoint(needed):
            continue
        if collector.name not in without or source.name in wanted:
            wanted |= {source.name, *source.parents}
    return wanted


def check_names(without: frozenset[str]) -> None:
    """Raise `UsageError` for a collector that there is not."""
    names = {collector.name for collector in every()}
    for name in sorted(without - names):
        raise UsageError(f"no such collector: {name[:80]!a}", hint=f"there are: {', '.join(sorted(names))}")


def left_out(account: str, without: frozenset[str]) -> Iterator[Coverage]:
    """Say of each collector that is left out that it is."""
    for name in sorted(without):
        source = Source(account, GLOBAL, name, EVERYTHING)
        gap = Gap(source, Outcome.OUT_OF_SCOPE, "", "the user left this collector out", count=0)
        yield Coverage(source, Outcome.OUT_OF_SCOPE, gaps=(gap,))


def _ordered() -> Iterator[tuple[Collector, Call | Step]]:
    """Yield every source after those it needs."""
    waiting = sorted(sources().values(), key=lambda pair: pair[1].phase or pair[0].phase)
    done: set[str] = set()
    while waiting:
        ready = [pair for pair in waiting if done.issuperset(_before(pair[1]))]
        if not ready:
            raise AssertionError(f"rows that wait for each other: {[pair[1].name for pair in waiting]}")
        yield from ready
        done.update(pair[1].name for pair in ready)
        waiting = [pair for pair in waiting if pair[1].name not in done]
