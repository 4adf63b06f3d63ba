"""
What the runs of one `preserve` have still to do in a pass: by numbers, and never all of it at once.

Fifty accounts have six hundred thousand sources. A source that is to be asked is a bit more than a byte here;
its task is made when its turn comes.
"""

from __future__ import annotations

import heapq
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from forensics.collectors import catalogue, spec
from forensics.model import Source


class Agenda:
    """The tasks of one account that are to be run, each once."""

    def __init__(
        self,
        tasks: catalogue.Tasks,
        chosen: bytearray,
        urgent: Callable[[str], int],
        do: Callable[[catalogue.Task], None],
    ) -> None:
        """Do those that are `chosen`, a byte by the task's number; `urgent` says by how much a region is."""
        self._tasks, self._chosen, self._urgent, self._do = tasks, chosen, urgent, do
        ranked = sorted((self.rank(tasks[number]), number) for number in numbers(chosen))
        self._lanes: dict[str, array[int]] = {}
        for _, number in ranked:
            self._lanes.setdefault(lane_of(tasks[number]), array("I")).append(number)

    def __len__(self) -> int:
        """Count the tasks."""
        return sum(map(len, self._lanes.values()))

    def lanes(self) -> Mapping[str, int]:
        """Count the tasks of each lane."""
        return {lane: len(found) for lane, found in self._lanes.items()}

    def rank(self, task: catalogue.Task) -> int:
        """Say when it is a task's turn."""
        # What a notice names goes first, and no phase before another for it.
        return task.phase - self._urgent(task.source.region)

    def ready(self, lane: str) -> Iterator[tuple[int, int]]:
        """Yield rank and number of the tasks that wait for none of the others, in their order."""
        for number in self._lanes.get(lane, ()):
            if not self.waits(number):
                yield self.rank(self._tasks[number]), number

    def waits(self, number: int) -> int:
        """Count the tasks that one waits for."""
        return sum(self._has(source) for source in self._tasks[number].after)

    def _has(self, source: Source) -> bool:
        number = self._tasks.number(source)
        return number >= 0 and bool(self._chosen[number])

    def waiting(self, number: int) -> Iterator[int]:
        """Yield the tasks that wait for one."""
        return (other for other in self._tasks.waiting(self._tasks[number].source) if self._chosen[other])

    def place(self, number: int) -> tuple[str, int]:
        """Return lane and rank of a task."""
        task = self._tasks[number]
        return lane_of(task), self.rank(task)

    def do(self, number: int) -> None:
        """Do it."""
        self._do(self._tasks[number])


Turn = tuple[int, int]
"""Number of an agenda, and of a task in it."""


class Turns:
    """The agendas of several accounts: a turn of one, then the next one's, since all of them lose alike."""

    def __init__(self, agendas: Sequence[Agenda]) -> None:
        """Take them together."""
        self._agendas = agendas

    def __len__(self) -> int:
        """Count the tasks."""
        return sum(map(len, self._agendas))

    def lanes(self) -> Mapping[str, int]:
        """Count the tasks of each lane."""
        count = Counter[str]()
        for agenda in self._agendas:
            count.update(agenda.lanes())
        return count

    def ready(self, lane: str) -> Iterator[tuple[int, Turn]]:
        """Yield rank and turn of the tasks that wait for none of the others, in their order."""
        merged = heapq.merge(*(self._ready(which, lane) for which in range(len(self._agendas))))
        return ((rank, (which, number)) for rank, number, which in merged)

    def _ready(self, which: int, lane: str) -> Iterator[tuple[int, int, int]]:
        return ((rank, number, which) for rank, number in self._agendas[which].ready(lane))

    def waits(self, turn: Turn) -> int:
        """Count the tasks that one waits for."""
        return self._agendas[turn[0]].waits(turn[1])

    def waiting(self, turn: Turn) -> Iterable[Turn]:
        """Return the tasks that wait for one."""
        return [(turn[0], other) for other in self._agendas[turn[0]].waiting(turn[1])]

    def place(self, turn: Turn) -> tuple[str, int]:
        """Return lane and rank of a task."""
        return self._agendas[turn[0]].place(turn[1])

    def do(self, turn: Turn) -> None:
        """Do it."""
        self._agendas[turn[0]].do(turn[1])


def choose(
    tasks: catalogue.Tasks, wanted: Callable[[catalogue.Task], bool], among: Callable[[catalogue.Task], bool]
) -> bytearray:
    """Choose what is wanted among some, what makes it ready, and all that asks about names found anew."""
    able = bytearray(map(among, tasks))
    chosen = bytearray(bool(able[number]) and wanted(task) for number, task in enumerate(tasks))
    for number in list(numbers(chosen)):
        for other in map(tasks.number, tasks[number].again):
            if other >= 0:
                chosen[other] = able[other]
    for number, task in enumerate(tasks):
        # Parents come before their children, so one walk finds grandchildren too.
        if able[number] and any(other >= 0 and chosen[other] for other in map(tasks.number, task.parents)):
            chosen[number] = 1
    return chosen


def numbers(chosen: bytearray) -> Iterator[int]:
    """Yield the numbers whose byte is set."""
    return (number for number, byte in enumerate(chosen) if byte)


def lane_of(task: catalogue.Task) -> str:
    """Return the lane that a task runs in."""
    lane: spec.Lane = getattr(task.of, "lane", spec.Lane.USUAL)
    return lane.value
