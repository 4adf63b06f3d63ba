"""Which tasks live from which: who asks about a task's names, and what is lost where it is not answered."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from forensics.collectors.spec import Task
from forensics.model import Source


class Kin:
    """The kinship of one account's tasks, as `spec.tasks` lists them: each after all that it needs."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = tasks
        # There are thousands of tasks, and each is asked about: a walk over all of them for each takes longer
        # than to ask AWS.
        self._followers: dict[Source, list[int]] = {}
        for place, task in enumerate(tasks):
            for source in {*task.parents, *task.needs}:
                self._followers.setdefault(source, []).append(place)

    def children(self, task: Task) -> Mapping[str, Task]:
        """Return those that ask about the names that it finds, by the name of their row."""
        followers = (self._tasks[place] for place in self._followers.get(task.source, ()))
        return {child.source.name: child for child in followers if task.source in child.parents}

    def below(self, task: Task) -> tuple[str, ...]:
        """
        Name every row that cannot be asked if this one is not answered, grandchildren too.

        A row that has another parent to live from is not lost.
        """
        lost = {task.source: task.source.name}
        places = list(self._followers.get(task.source, ()))
        while places:
            # The first of them goes first: all that it could live from went before it.
            other = self._tasks[heapq.heappop(places)]
            orphan = bool(other.parents) and set(other.parents) <= lost.keys()
            if other.source not in lost and (orphan or set(other.needs) & lost.keys()):
                lost[other.source] = other.source.name
                for place in self._followers.get(other.source, ()):
                    heapq.heappush(places, place)
        return tuple(name for source, name in lost.items() if source != task.source)
