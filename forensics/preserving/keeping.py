"""
Put on disk what collectors yield, each thing before the collector goes on.

Exchanges go to a draft of their source until its coverage closes it; everything else into the ledger at
once. What a task began and did not hand over in the end is removed.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from forensics import record
from forensics.collectors import catalogue
from forensics.errors import ForensicsError, StoreError
from forensics.formats import manifest
from forensics.model import Coverage, Effect, Evidence, Exchange, Intent, Record, Settled, Source
from forensics.preserving.clocks import Clocks
from forensics.scope import Progress
from forensics.standing import Standing
from forensics.transcript import Transcript

if TYPE_CHECKING:
    from forensics.custody.case import Case
    from forensics.custody.store import Draft, Store


class Stopped(ForensicsError):  # noqa: N818 - says that the run is over, to a thread of it
    """The run has ended; whoever ended it says why."""


class Scratch:
    """Drafts that one task began. Safe for threads: a task may fetch with several."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._drafts: list[Draft] = []
        self._enough = 64

    def draft(self) -> Draft:
        """Begin a file."""
        draft = self._store.draft()
        with self._lock:
            self._drafts.append(draft)
            if len(self._drafts) > self._enough:
                # What was handed over is gone from `tmp/`: a hundred thousand objects leave nothing here.
                self._drafts = [draft for draft in self._drafts if not draft.gone]
                self._enough = 64 + 2 * len(self._drafts)
        return draft

    def sweep(self) -> None:
        """Remove what was not handed over. Where the disk refuses even that, the next opening does."""
        with self._lock, suppress(StoreError):
            for draft in self._drafts:
                draft.discard()


@dataclass
class Keeper:
    """Takes the records of all tasks of a run. Safe for threads, one task each."""

    case: Case
    standing: Standing
    lock: threading.Lock
    """Held around `standing`."""
    stop: threading.Event
    on_progress: Callable[[Progress], None]
    permit: Callable[[Intent], None] = lambda _: None
    """Raises for a change to AWS that is not to be made."""
    items: Counter[str] = field(default_factory=Counter)
    """Files kept so far, by account."""
    clocks: Clocks = field(default_factory=Clocks)
    _done: int = field(default=0, init=False)
    _total: int = field(default=0, init=False)

    def expect(self, total: int) -> None:
        """Begin to count anew: so many sources are to be closed."""
        self._done, self._total = 0, total

    def keep(
        self, records: Iterator[Record], below: tuple[str, ...] | None, without: tuple[str, ...] = ()
    ) -> Any:
        """
        Put on disk what a collector yields, each before it goes on; return what it returns.

        `below` names the rows that cannot be asked, or not about all, if this one fails; `without`, those
        that failed, about whose names it was to ask too. Raises `Stopped` once the run is over.
        """
        drafts: dict[Source, Transcript] = {}
        try:
            while not self.stop.is_set():
                self._take(_without(next(records), without), drafts, below or ())
        except StopIteration as end:
            return end.value
        finally:
            for transcript in drafts.values():
                transcript.draft.discard()
        raise Stopped("the run has ended")

    def write(self, kind: str, body: Mapping[str, Any]) -> None:
        """Put one entry into the ledger, and take it into account."""
        self.case.writer.record(kind, body)
        with self.lock:
            self.standing.take(kind, body)

    def _take(self, item: Record | None, drafts: dict[Source, Transcript], below: tuple[str, ...]) -> None:
        match item:
            case None:
                pass
            case Exchange():
                if item.source not in drafts:
                    drafts[item.source] = Transcript(self.case.store.draft())
                drafts[item.source].add(item)
                if (said := self.clocks.take(item.date, item.received)) is not None:
                    self.write("note", said)
            case tuple():
                self.keep_evidence(item)
            case Intent():
                self.permit(item)
                self.write("op.start", record.intent_body(item))
            case Effect():
                self.write("aws.effect", record.effect_body(item))
            case Settled():
                self.write("op.end", record.settled_body(item))
            case Coverage():
                self._cover(_with_below(item, below), drafts.pop(item.source, None))

    def keep_evidence(self, group: Sequence[Evidence]) -> None:
        """Keep pieces of evidence in one commit."""
        kept = [
            (
                cast("Draft", item.draft),
                manifest.stored(item.folder, item.key),
                record.evidence_body(item),
            )
            for item in group
        ]
        paths = self.case.writer.keep(kept)
        with self.lock:
            for (_, _, body), path in zip(kept, paths, strict=True):
                self.standing.take("item.add", {**body, "path": path})
            self.items.update(item.source.account for item in group)

    def _cover(self, coverage: Coverage, transcript: Transcript | None) -> None:
        """Close a source: its transcript and its outcome go into the ledger together."""
        body, source = record.coverage_body(coverage), coverage.source
        kept = [transcript.item(source, sensitive=catalogue.sensitive(source.name))] if transcript else []
        paths = self.case.writer.keep(kept, then=[("coverage", body)])
        with self.lock:
            self.standing.take("coverage", {**body, "items": paths})
            self.items[source.account] += len(paths)
            self._done += 1
            self.on_progress(Progress(min(self._done, self._total), self._total, coverage))


def _without(item: Record, rows: tuple[str, ...]) -> Record | None:
    """Say what a row was not asked of; one that was asked nothing is not empty, but not asked."""
    if not rows or not isinstance(item, Coverage) or item.outcome.is_gap:
        return item
    if not item.requests:
        return None
    return replace(item, note="; ".join(filter(None, (item.note, f"without the names of {', '.join(rows)}"))))


def _with_below(coverage: Coverage, below: tuple[str, ...]) -> Coverage:
    """Say in the gaps of a row that failed which rows could not be asked for it."""
    if not coverage.outcome.is_gap or not coverage.gaps:
        return coverage
    first, *others = coverage.gaps
    return replace(coverage, gaps=(replace(first, also=below), *others))
