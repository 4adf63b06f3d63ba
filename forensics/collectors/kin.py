"""Which tasks live from which: who asks about a task's names, and what is lost where it is not answered."""

from __future__ import annotations

import heapq
from collections.abc import Mapping

from forensics.collectors.catalogue import Task, Tasks
from forensics.model import Source


class Kin:
    """The kinship of one account's tasks."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks

    def children(self, task: Task) -> Mapping[str, Task]:
        """Return those that ask about the names that it finds, by the name of their row."""
        followers = (self._tasks[number] for number in self._tasks.followers(task.source))
        return {child.source.name: child for child in followers if task.source in child.parents}

    def below(self, task: Task) -> tuple[str, ...]:
        """
        Name every row that cannot be asked if this one is not answered, grandchildren too, or not about all.

        A row that has another parent to live from is not lost, but where each names what the other does not.
        """
        lost, less = {task.source: task.source.name}, dict[Source, str]()
        numbers = self._tasks.followers(task.source)
        while numbers:
            # The first of them goes first: all that it could live from went before it.
            other = self._tasks[heapq.heappop(numbers)]
            orphan = bool(other.parents) and set(other.parents) <= lost.keys()
            if other.source not in lost and (orphan or set(other.needs) & lost.keys()):
                lost[other.source] = other.source.name
                for number in self._tasks.followers(other.source):
                    heapq.heappush(numbers, number)
            elif other.of.adds and set(other.parents) & lost.keys():
                less[other.source] = other.source.name
        return tuple(name for source, name in {**lost, **less}.items() if source != task.source)
