"""Count what becomes of a source's requests, and close it with one `Coverage`."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from forensics.aws.ask import Refusal
from forensics.model import Coverage, Exchange, Gap, Outcome, Source

EXAMPLES = 5
"""Parameters kept in a gap, of the first requests that ended in it."""

T = TypeVar("T")


@dataclass
class Tally:
    """What became of one source's requests so far."""

    source: Source
    requests: int = 0
    """Every attempt."""
    pages: int = 0
    """Answers with success."""
    absent: int = 0
    """Answers that there is none."""
    refused: int = 0
    last: Refusal | None = None
    """The latest refusal."""
    streak: int = 0
    """Refusals since the latest answer."""
    _answers: int = 0
    _gaps: dict[tuple[Outcome, str], Gap] = field(default_factory=dict)

    @property
    def answered(self) -> bool:
        """Say whether AWS answered anything, if only that there is none."""
        return bool(self.pages or self.absent)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """One gap for each (outcome, code), in the order of their first request."""
        return tuple(self._gaps.values())

    def counted(self, asking: Generator[Exchange, None, T]) -> Generator[Exchange, None, T]:
        """Pass exchanges on and count them."""
        while True:
            try:
                exchange = next(asking)
            except StopIteration as end:
                value: T = end.value
                return value
            self.requests += 1
            yield exchange

    def refuse(self, refusal: Refusal, parameters: Mapping[str, Any]) -> None:
        """Take in a request that ended without an answer."""
        answers = self.pages + self.absent
        self.streak = self.streak + 1 if answers == self._answers else 1
        self.refused, self.last, self._answers = self.refused + 1, refusal, answers
        self.miss(refusal, parameters, 1)

    def miss(self, refusal: Refusal, parameters: Mapping[str, Any], count: int) -> None:
        """Take in what is missing for a reason; `count` 0 for what was not asked because of it."""
        key = (refusal.outcome, refusal.code)
        gap = self._gaps.get(key) or Gap(self.source, *key, refusal.message, refusal.request_id, 0)
        examples = (*gap.examples, parameters) if parameters else gap.examples
        self._gaps[key] = replace(gap, count=gap.count + count, examples=examples[:EXAMPLES])

    def coverage(self, outcome: Outcome | None = None, note: str = "") -> Coverage:
        """
        Close the source, as `outcome` or as what the numbers say.

        An answer makes it `collected`, whatever else went wrong: that is in the gaps.
        """
        if outcome is None:
            outcome = Outcome.ABSENT if self.absent else self._without_absent()
        return Coverage(self.source, outcome, self.requests, self.pages, self.absent, self.gaps, note)

    def _without_absent(self) -> Outcome:
        if self.pages:
            return Outcome.COLLECTED
        return self.gaps[0].outcome if self.gaps else Outcome.EMPTY
