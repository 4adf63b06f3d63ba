"""
The row engine: one operation, to its last page, for each of its parameters and each name it asks about.

A row never raises for what AWS answers. Its end is one `Coverage`: what came, and each way in which
something did not, with AWS's own code.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import jmespath
from botocore.model import Shape

from forensics.aws import codes
from forensics.aws.ask import Answer, Asker, Refusal, truncated
from forensics.aws.names import Batch, Names, Select, key_of, unique
from forensics.aws.paging import MAX_PAGES
from forensics.aws.tally import Tally
from forensics.model import Coverage, Exchange, Outcome

DENIALS = 20
"""Requests of one row that are refused, with none answered, after which the row is given up."""

FAILURES = 3
"""Requests of one row that fail one after the other, each after all its attempts (half a minute),
after which the row is given up: over three thousand names it would be a day. A second pass tries again."""

_HOPELESS = frozenset({Outcome.DENIED, Outcome.DENIED_BY_SCP})
_HOPELESS_AT_ONCE = frozenset({Outcome.NOT_ENABLED, Outcome.REGION_DISABLED})


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
    said: Mapping[str, str] = field(default_factory=dict)
    """Codes that mean `absent` only with this message, to the letter: AWS has them for a denial too."""
    batch: Batch | None = None
    deeper: str = ""
    """JMESPath on one answer of its own, giving parameters of more requests: the branches of a tree."""
    failed: str = ""
    """JMESPath on one answer, giving `code`, perhaps `message`, of each thing that it could not tell of."""
    operation: str = ""
    """What is called, where it is not the source's own."""
    place: str = ""
    """Which of a name's values is no parameter, but the region to ask in."""

    def __post_init__(self) -> None:
        """Count from nothing."""
        source, session = self.asker.source, self.asker.session
        self._tally = Tally(source)
        self._said_something = False
        self._found: dict[str, dict[str, dict[str, Any]]] = {select.row: {} for select in self.selects}
        self._shape = session.output_shape(source.service, self.operation or source.operation)
        self._closed = session.closed
        self._asked: set[str] = set()
        self._waiting: deque[Mapping[str, Any]] = deque()
        self._over = False

    def records(self) -> Generator[Exchange | Coverage, None, Names]:
        """Ask, yielding every exchange and then the coverage; return the names that other rows want."""
        lacking = self.asker.session.places.lacks(self.asker.service, self.asker.region)
        if lacking:
            yield Coverage(self.asker.source, Outcome.ABSENT, note=f"{codes.NOT_OFFERED}: {lacking}")
            return {row: [] for row in self._found}
        for request in self._requests():
            if not self._given_up(request):
                yield from self._list(request)
        yield self._tally.coverage(self._outcome())
        return {row: list(found.values()) for row, found in self._found.items()}

    def _requests(self) -> Iterator[Mapping[str, Any]]:
        """Yield the parameters of each request; answers may add to them."""
        names: Iterable[Mapping[str, Any]] = ({},) if self.names is None else unique(self.names)
        if self.batch is not None:
            names = self.batch.together(names)
        asked = list(names)
        for variant in self.variants:
            for name in asked:
                yield {**variant, **name}
                while self._waiting:
                    yield self._waiting.popleft()
                if self._over:
                    return

    def _given_up(self, parameters: Mapping[str, Any]) -> bool:
        """Say whether there is no use in asking, and note down what is not asked."""
        closed, (asker, parameters) = self._closed, self._placed(parameters)
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

    def _placed(self, parameters: Mapping[str, Any]) -> tuple[Asker, Mapping[str, Any]]:
        """Say where to ask: where a name says so, if there is such a region, and else as ever."""
        if not self.place:
            return self.asker, parameters
        region = str(parameters.get(self.place, ""))
        asker = replace(self.asker, place=region) if self.asker.session.places.knows(region) else self.asker
        return asker, {name: value for name, value in parameters.items() if name != self.place}

    def _list(self, parameters: Mapping[str, Any]) -> Iterator[Exchange]:
        self._asked.add(key_of(parameters))
        asker, request = self._placed(parameters)
        asking = asker.pages(
            request,
            lambda answer: self._take(answer, request),
            operation=self.operation,
            whole=bool(self.selects or self.deeper or self.failed),
            bound=self.names is not None,
        )
        refusal = yield from self._tally.counted(asking)
        source = self.asker.source
        absent = refusal is not None and self._absent(refusal)
        if refusal is None or absent or refusal.outcome is Outcome.TRUNCATED:
            self._closed.answered(source.region)
        else:
            self._closed.refused(source.region, source.name, refusal)
        if absent and refusal is not None:
            self._tally.absent += 1
            # An account that is in no organization, or has no support plan, need not be asked once more.
            self._over |= refusal.code in codes.NOT_ENABLED or refusal.code in self.said
        elif refusal is not None and not self._halved(refusal, parameters):
            self._tally.refuse(refusal, request)

    def _absent(self, refusal: Refusal) -> bool:
        """Say whether AWS says that there is none: by its code, or by its code and the whole message."""
        return refusal.code in self.absent or self.said.get(refusal.code) == refusal.message

    def _halved(self, refusal: Refusal, parameters: Mapping[str, Any]) -> bool:
        """Ask anew in halves, where one name of many is gone: the others are not lost with it."""
        if self.batch is None or refusal.outcome is not Outcome.VANISHED:
            return False
        halves = self.batch.halves(parameters)
        self._waiting.extendleft(reversed(halves))
        return bool(halves)

    def _take(self, answer: Answer, parameters: Mapping[str, Any]) -> None:
        self._tally.pages += 1
        self._said_something |= not answer.whole or not empty(answer.values, self._shape)
        for select in self.selects:
            for found in select.found(answer.values, parameters):
                self._found[select.row].setdefault(key_of(found), found)
        for found in jmespath.search(self.failed, answer.values) or () if self.failed else ():
            self._miss(answer, found)
        for found in jmespath.search(self.deeper, answer.values) or () if self.deeper else ():
            self._go_deeper(answer, {**parameters, **found})

    def _miss(self, answer: Answer, found: Mapping[str, Any]) -> None:
        """Take in that an answer, though one of success, could not tell of something."""
        about = {key: value for key, value in found.items() if key not in {"code", "message"} and value}
        code, message = str(found.get("code") or ""), str(found.get("message") or "")
        outcome = codes.outcome(code, message, 200, bound=True)
        self._tally.miss(Refusal(outcome, code, message, answer.request_id, sure=True), about, 1)

    def _go_deeper(self, answer: Answer, parameters: Mapping[str, Any]) -> None:
        """Ask the same about what was found, once: whoever answers may lead us round in circles."""
        if (key := key_of(parameters)) in self._asked:
            return
        if len(self._asked) >= MAX_PAGES:
            self._tally.miss(truncated(codes.PAGE_LIMIT, answer), parameters, 0)
            return
        self._asked.add(key)
        self._waiting.append(parameters)

    def _outcome(self) -> Outcome | None:
        if self._said_something:
            return Outcome.COLLECTED
        return Outcome.EMPTY if self._tally.pages else None


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
