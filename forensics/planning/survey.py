"""
Ask just enough to know how much there is: the rows that others live from, a few names of each.

Steps that fetch are run as if the case held everything: they list, ask whether each thing is held, and fetch
none. Whatever is cut off at a bound is counted up to there, and named. Steps that write are never run.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from forensics.aws.names import Batch, Names, unique
from forensics.aws.session import Session
from forensics.collectors import catalogue, spec
from forensics.collectors.kin import Kin
from forensics.model import Coverage, Exchange, Gap, Record, Source
from forensics.planning.nowhere import Nowhere
from forensics.schedule import Job, Listed, Schedule
from forensics.scope import Window

SAMPLE = 20
"""Names that a row is asked about which others live from, of however many there are."""
MOST = 40
"""Requests of one step in one region: a survey is quick or it is none. A row's list is read to its end."""
WORKERS = {spec.Lane.USUAL.value: 16, spec.Lane.EVENTS.value: 24, spec.Lane.BULK.value: 8}

_SIZE = re.compile(rb"<Size>([0-9]{1,15})</Size>")


@dataclass(frozen=True, slots=True)
class Found:
    """Names that a row found for another: some of them, and how many there are to one of those."""

    names: tuple[Mapping[str, Any], ...] = ()
    scale: float = 1.0

    @property
    def count(self) -> int:
        """Estimate how many there are in all."""
        return round(len(self.names) * self.scale)


@dataclass(frozen=True, slots=True)
class Measure:
    """What one source in one region would take."""

    calls: int = 0
    bytes: int = 0
    """Of answers, as far as they were seen."""
    fetched: int = 0
    """Objects of buckets among them."""
    cut: bool = False
    """Whether there is more than was looked at."""


@dataclass
class Survey:
    """One account, looked over. `run` fills it in."""

    session: Session
    window: Window
    max_log_group: int
    tasks: catalogue.Tasks
    suspects: tuple[str, ...] = ()
    measures: dict[Source, Measure] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    """What could not even be asked about: the estimate lacks it."""
    found: dict[tuple[Source, str], Found] = field(default_factory=dict)
    looks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What else is to be read of a row's answers: JMESPath, by name, by row."""
    asked: int = 0
    """Requests that the survey itself made."""
    workers: Mapping[str, int] = field(default_factory=lambda: WORKERS)

    def __post_init__(self) -> None:
        """Know who lives from whom."""
        self._kin, self._stop, self._lock = Kin(self.tasks), threading.Event(), threading.Lock()

    def run(self, only: frozenset[str] = frozenset()) -> None:
        """Look over everything, or some rows alone, and estimate the rest."""
        jobs = [
            Job(
                task.source, task.phase, frozenset(task.parents), partial(self._take, task, only), _lane(task)
            )
            for task in self.tasks
        ]
        Schedule(Listed(jobs), self.workers, self._stop).run()

    def names(self, source: Source, child: str) -> Found:
        """Return what a row found for another, or for a look."""
        return self.found.get((source, child), Found())

    def _take(self, task: catalogue.Task, only: frozenset[str]) -> None:
        given = self._given(task)
        children = self._kin.children(task)
        looks = self.looks.get(task.source.name, {})
        wanted = not only or task.source.name in only
        runs = task.of.spans and not _probed(task) if isinstance(task.of, spec.Step) else children or looks
        if wanted and runs and (isinstance(task.of, spec.Step) or not task.parents or given.names):
            measure = self._asked(task, given, children, looks)
        else:
            measure = Measure(calls=_calls(task.of, given))
        with self._lock:
            self.measures[task.source] = measure

    def _given(self, task: catalogue.Task) -> Found:
        """Put together what all parents found for a task."""
        founds = [self.names(parent, task.source.name) for parent in task.parents]
        names = tuple(unique([name for found in founds for name in found.names]))
        count = sum(found.count for found in founds)
        return Found(names, count / len(names) if names else 1.0)

    def _asked(
        self,
        task: catalogue.Task,
        given: Found,
        children: Mapping[str, catalogue.Task],
        looks: Mapping[str, str],
    ) -> Measure:
        """Run a task over some of its names, and keep what it found, and nothing of what it fetched."""
        few = given.names[:SAMPLE]
        scale = given.count / len(few) if few else 1.0
        parents = {parent.name: few for parent in task.parents[:1]}
        if isinstance(
            task.of, spec.Step
        ):  # All of them, also what lacks a value: it knows what to do with it.
            scale = 1.0
            parents = {parent.name: self.names(parent, task.source.name).names for parent in task.parents}
        names: set[str] = set()
        context = self._context(task, parents, names, children, looks)
        records, count, size, cut = task.start(context), 0, 0, False
        found: Names = {}
        try:
            while not (cut := count >= MOST and isinstance(task.of, spec.Step)):
                item = next(records)
                count += isinstance(item, Exchange)
                size += self._weigh(item)
        except StopIteration as end:
            found = end.value or {}
        finally:
            records.close()
        with self._lock:
            self.asked += count
            for name in (*children, *looks):
                self.found[task.source, name] = Found(tuple(found.get(name, ())), scale)
        return Measure(round(count * scale) + len(names), round(size * scale), len(names), cut)

    def _weigh(self, item: Record) -> int:
        match item:
            case Exchange():
                # What a listing says of sizes is what will be fetched.
                return len(item.body) + sum(map(int, _SIZE.findall(item.body)))
            case Coverage():
                with self._lock:
                    self.gaps += item.gaps
        return 0

    def _context(
        self,
        task: catalogue.Task,
        names: Mapping[str, Sequence[Mapping[str, Any]]],
        held: set[str],
        children: Mapping[str, catalogue.Task],
        looks: Mapping[str, str],
    ) -> spec.Context:
        def holds(name: str) -> bool:
            held.add(name)
            return True

        selects = {name: child.select(task.source.name) for name, child in children.items()}
        return spec.Context(
            session=self.session,
            source=task.source,
            names=names,
            selects={**selects, **{name: (select, ()) for name, select in looks.items()}},
            window=self.window,
            max_log_group=self.max_log_group,
            suspects=self.suspects,
            holds=holds,
            draft=Nowhere,
            clock=self.session.clock,
            sleep=self.session.sleep,
        )


def _probed(task: catalogue.Task) -> bool:
    """Say whether a step reads events: `planning.events` looks at those, by the density that they have."""
    return _lane(task) == spec.Lane.EVENTS.value


def _lane(task: catalogue.Task) -> str:
    lane: spec.Lane = getattr(task.of, "lane", spec.Lane.USUAL)
    return lane.value


def _calls(of: spec.Call | spec.Step, given: Found) -> int:
    """Count the requests of a source that was not asked."""
    count = given.count if of.parents else 1
    if isinstance(of, spec.Step):
        return count
    if of.batch is not None:
        count = _batches(of.batch, given)
    return len(of.params) * count


def _batches(batch: Batch, given: Found) -> int:
    together = len(list(batch.together(given.names)))
    return max(together, round(given.count / batch.most)) if given.names else 0
