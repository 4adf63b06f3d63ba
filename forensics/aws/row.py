"""
The row engine: one operation, to its last page, for each of its parameters and each name it asks about.

A row never raises for what AWS answers. Its end is one `Coverage`: what came, and each way in which
something did not, with AWS's own code.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jmespath
from botocore.model import Shape

from forensics.aws.ask import Answer, Asker, Refusal
from forensics.aws.tally import Tally
from forensics.model import Coverage, Exchange, Outcome

DENIALS = 20
"""Requests of one row that are refused, with none answered, after which the row is given up."""

Names = dict[str, list[dict[str, Any]]]
"""For each row that asks about names found by another: parameters for its requests, none twice."""

FAILURES = 3
"""Requests of one row that fail one after the other, each after all its attempts (half a minute),
after which the row is given up: over three thousand names it would be a day. A second pass tries again."""

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
            yield {**carried, **found}


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
        source, session = self.asker.source, self.asker.session
        self._tally = Tally(source)
        self._said_something = False
        self._found: dict[str, dict[str, dict[str, Any]]] = {select.row: {} for select in self.selects}
        self._shape = session.output_shape(source.service, source.operation)
        self._closed = session.closed

    def records(self) -> Generator[Exchange | Coverage, None, Names]:
        """Ask, yielding every exchange and then the coverage; return the names that other rows want."""
        for variant in self.variants:
            for name in unique(self.names) if self.names is not None else ({},):
                if not self._given_up({**variant, **name}):
                    yield from self._list({**variant, **name})
        yield self._tally.coverage(self._outcome())
        return {row: list(found.values()) for row, found in self._found.items()}

    def _given_up(self, parameters: Mapping[str, Any]) -> bool:
        """Say whether there is no use in asking, and note down what is not asked."""
        closed, asker = self._closed, self.asker
        mute = closed.mute(asker.service, asker.region)
        refusal = closed.refusal(asker.source.region) or mute or self._hopeless()
        if refusal is not None:
            self._tally.miss(refusal, parameters, 0)
        return refusal is not None

    def _hopeless(self) -> Refusal | None:
        last = self._tally.last
        if last is None:
            return None
        if last.again and self._tally.streak >= FAILURES:
            return last
        if self._tally.answered:
            return None
        enough = {**dict.fromkeys(_HOPELESS, DENIALS), **dict.fromkeys(_HOPELESS_AT_ONCE, 1)}
        return last if self._tally.refused >= enough.get(last.outcome, self._tally.refused + 1) else None

    def _list(self, parameters: Mapping[str, Any]) -> Iterator[Exchange]:
        asking = self.asker.pages(
            parameters,
            lambda answer: self._take(answer, parameters),
            whole=bool(self.selects),
            bound=self.names is not None,
        )
        refusal = yield from self._tally.counted(asking)
        source = self.asker.source
        if refusal is None or refusal.outcome is Outcome.TRUNCATED or refusal.code in self.absent:
            self._closed.answered(source.region)
        else:
            self._closed.refused(source.region, source.name, refusal)
        if refusal is None:
            return
        if refusal.code in self.absent:
            self._tally.absent += 1
        else:
            self._tally.refuse(refusal, parameters)

    def _take(self, answer: Answer, parameters: Mapping[str, Any]) -> None:
        self._tally.pages += 1
        self._said_something |= not answer.whole or not empty(answer.values, self._shape)
        for select in self.selects:
            for found in select.found(answer.values, parameters):
                self._found[select.row].setdefault(_key(found), found)

    def _outcome(self) -> Outcome | None:
        if self._said_something:
            return Outcome.COLLECTED
        return Outcome.EMPTY if self._tally.pages else None


def unique(names: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """
    Yield each once, in order: two pages, or two variants of a parent, may name the same thing.

    Without those that lack a value, which cannot be asked about.
    """
    seen: set[str] = set()
    for name in names:
        if (key := _key(name)) not in seen and None not in name.values():
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
