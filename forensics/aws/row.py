"""
The row engine: one operation, to its last page, for each of its parameters and each name it asks about.

A row never raises for what AWS answers. Its end is one `Coverage`: what came, and each way in which
something did not, with AWS's own code.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jmespath
from botocore.model import Shape

from forensics.aws.ask import Answer, Asker, Refusal
from forensics.model import Coverage, Exchange, Gap, Outcome, Source

EXAMPLES = 5
"""Parameters kept in a gap of the requests that ended in it."""

DENIALS = 20
"""Requests of one row that are refused, with none answered, after which the row is given up."""

Names = dict[str, list[dict[str, Any]]]
"""For each row that asks about names found by another: parameters for its requests, none twice."""

_HOPELESS = frozenset({Outcome.DENIED, Outcome.DENIED_BY_SCP})
_HOPELESS_AT_ONCE = frozenset({Outcome.NOT_ENABLED, Outcome.REGION_DISABLED})


@dataclass(frozen=True, slots=True)
class Select:
    """What another row wants to know of this one's answers."""

    row: str
    """The other row: `iam.ListAccessKeys`."""
    select: str
    """JMESPath on one answer, giving objects of parameters."""
    carry: tuple[str, ...] = ()
    """Parameters of this row's request that go along."""

    def found(self, answer: Mapping[str, Any], request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the parameters that one answer gives."""
        carried = {name: request[name] for name in self.carry}
        for found in jmespath.search(self.select, answer) or ():
            if None not in found.values():
                yield {**carried, **found}


@dataclass
class _Gaps:
    """The ways in which requests of a row ended without an answer, one gap for each (outcome, code)."""

    source: Source
    _gaps: dict[tuple[Outcome, str], Gap] = field(default_factory=dict)
    _count: dict[tuple[Outcome, str], int] = field(default_factory=dict)
    _examples: dict[tuple[Outcome, str], list[Mapping[str, Any]]] = field(default_factory=dict)

    def add(self, refusal: Refusal, parameters: Mapping[str, Any], count: int = 1) -> None:
        key = (refusal.outcome, refusal.code)
        first = Gap(self.source, *key, refusal.message, refusal.request_id)
        self._gaps.setdefault(key, first)
        self._count[key] = self._count.get(key, 0) + count
        examples = self._examples.setdefault(key, [])
        if parameters and len(examples) < EXAMPLES:
            examples.append(parameters)

    def all(self) -> tuple[Gap, ...]:
        return tuple(
            Gap(
                gap.source,
                gap.outcome,
                gap.code,
                gap.message,
                gap.request_id,
                self._count[key],
                tuple(self._examples[key]),
            )
            for key, gap in self._gaps.items()
        )


@dataclass
class Row:
    """
    One row in one region. `records()` is the whole of it.

    `names` are parameters for each thing to ask about, None for a row that asks about nothing named.
    """

    asker: Asker
    variants: Sequence[Mapping[str, Any]] = ({},)
    names: Sequence[Mapping[str, Any]] | None = None
    absent: frozenset[str] = frozenset()
    selects: Sequence[Select] = ()

    def __post_init__(self) -> None:
        """Count from nothing."""
        self._gaps = _Gaps(self.asker.source)
        self._requests = self._pages = self._answers = self._absent = self._refused = 0
        self._said_something = False
        self._found: dict[str, dict[str, dict[str, Any]]] = {select.row: {} for select in self.selects}
        source = self.asker.source
        self._shape = self.asker.session.output_shape(source.service, source.operation)

    def records(self) -> Generator[Exchange | Coverage, None, Names]:
        """Ask, yielding every exchange and then the coverage; return the names that other rows want."""
        for variant in self.variants:
            for name in unique(self.names) if self.names is not None else ({},):
                if not self._given_up({**variant, **name}):
                    yield from self._list({**variant, **name})
        yield self._coverage()
        return {row: list(found.values()) for row, found in self._found.items()}

    def _given_up(self, parameters: Mapping[str, Any]) -> bool:
        """Say whether there is no use in asking, and count what is not asked."""
        closed = self.asker.session.closed.refusal(self.asker.source.region)
        refusal = closed or self._hopeless()
        if refusal is not None:
            self._gaps.add(refusal, parameters, 0 if closed else 1)
        return refusal is not None

    def _hopeless(self) -> Refusal | None:
        if self._answers or self._absent or self._last is None:
            return None
        limit = DENIALS if self._last.outcome in _HOPELESS else 1
        stop = self._last.outcome in _HOPELESS | _HOPELESS_AT_ONCE and self._refused >= limit
        return self._last if stop else None

    _last: Refusal | None = None

    def _list(self, parameters: Mapping[str, Any]) -> Iterator[Exchange]:
        bound = self.names is not None
        asking = self.asker.pages(
            parameters, lambda answer: self._take(answer, parameters), whole=bool(self.selects), bound=bound
        )
        refusal = yield from self._counted(asking)
        source, closed = self.asker.source, self.asker.session.closed
        if refusal is None or refusal.outcome is Outcome.TRUNCATED:
            closed.answered(source.region)
        if refusal is None:
            return
        if refusal.code in self.absent:
            self._absent += 1
            closed.answered(source.region)
            return
        closed.refused(source.region, source.name, refusal)
        self._refused, self._last = self._refused + 1, refusal
        self._gaps.add(refusal, parameters)

    def _counted(
        self, asking: Generator[Exchange, None, Refusal | None]
    ) -> Generator[Exchange, None, Refusal | None]:
        while True:
            try:
                exchange = next(asking)
            except StopIteration as end:
                value: Refusal | None = end.value
                return value
            self._requests += 1
            yield exchange

    def _take(self, answer: Answer, parameters: Mapping[str, Any]) -> None:
        self._pages += 1
        self._answers += 1
        self._said_something |= not answer.whole or not empty(answer.values, self._shape)
        for select in self.selects:
            for found in select.found(answer.values, parameters):
                self._found[select.row].setdefault(_key(found), found)

    def _coverage(self) -> Coverage:
        gaps = self._gaps.all()
        return Coverage(
            self.asker.source, self._outcome(gaps), self._requests, self._pages, self._absent, gaps
        )

    def _outcome(self, gaps: Sequence[Gap]) -> Outcome:
        if self._said_something:
            return Outcome.COLLECTED
        if self._answers or not (gaps or self._absent):
            return Outcome.EMPTY
        return Outcome.ABSENT if self._absent else gaps[0].outcome


def unique(names: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield each once, in order: two pages, or two variants of a parent, may name the same thing."""
    seen: set[str] = set()
    for name in names:
        if (key := _key(name)) not in seen:
            seen.add(key)
            yield name


def _key(name: Mapping[str, Any]) -> str:
    return json.dumps(name, sort_keys=True, default=str)


def empty(values: Mapping[str, Any], shape: Shape | None) -> bool:
    """
    Say whether a list's answer says "nothing there": all its lists are empty, and it tells nothing else.

    Texts and numbers beside the lists (tokens, flags, the name that was asked about) are no evidence.
    An answer that is no list by its model always says something.
    """
    members = getattr(shape, "members", {})
    kinds = {name: member.type_name for name, member in members.items()}
    if not {"list", "map"} & set(kinds.values()):
        return False
    telling = ("list", "map", "structure")
    return not any(values.get(name) for name, kind in kinds.items() if kind in telling)
