"""What a row asks about: names that other rows found, each once, many in one request where AWS takes many."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jmespath

Names = dict[str, list[dict[str, Any]]]
"""For each row that asks about names found by another: parameters for its requests, none twice."""


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


@dataclass(frozen=True, slots=True)
class Batch:
    """How many names go into one request: those that differ in one parameter alone."""

    parameter: str
    """The parameter that takes a list. A select gives it one name: `taskArns[].{tasks: @}`."""
    most: int
    """Names in one request, as AWS's reference has it."""

    def together(self, names: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield the parameters of each request, in the order of their first names."""
        groups: dict[str, tuple[dict[str, Any], list[Any]]] = {}
        for name in names:
            rest = {key: value for key, value in name.items() if key != self.parameter}
            groups.setdefault(key_of(rest), (rest, []))[1].append(name[self.parameter])
        for rest, values in groups.values():
            for start in range(0, len(values), self.most):
                yield {**rest, self.parameter: values[start : start + self.most]}

    def halves(self, request: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
        """Cut a request in two; nothing, where it asks about one name."""
        values = request[self.parameter]
        middle = len(values) // 2
        return [{**request, self.parameter: part} for part in (values[:middle], values[middle:]) if middle]


def unique(names: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """
    Yield each once, in order: two pages, or two variants of a parent, may name the same thing.

    Without those that lack a value, which cannot be asked about.
    """
    seen: set[str] = set()
    for name in names:
        if (key := key_of(name)) not in seen and None not in name.values():
            seen.add(key)
            yield name


def key_of(name: Mapping[str, Any]) -> str:
    """Write parameters as a text that is the same for the same ones."""
    return json.dumps(name, sort_keys=True, default=str)
