"""
The coverage of a case: every source that was asked, in every region, with what came of it.

Strings from the ledger (names, messages, AWS's ids) are given as they stand there, which may be as an
attacker wrote them: whoever prints them has `clean` stand before the terminal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forensics import record
from forensics.errors import IntegrityError
from forensics.formats.entry import Entry
from forensics.model import EVERYTHING, Effect, Gap, Intent, Outcome, Source
from forensics.reports.dating import Dating
from forensics.reports.meanwhile import Meanwhile, meanwhile
from forensics.reports.noticed import Noticed
from forensics.reports.texts import check_texts
from forensics.standing import Standing
from forensics.verifier.cloudtrail import Trails, examine
from forensics.verifier.file import File
from forensics.verifier.folder import Folder
from forensics.verifier.opening import Opening
from forensics.verifier.reader import ledger_of, open_record

_NAMED = 3
"""Regions named in a line of the table; the others are counted."""

_COLUMNS = ("source", "kept", "empty", "absent", "missing")


@dataclass(frozen=True, slots=True)
class Cell:
    """One source in one region, as it was last asked."""

    source: Source
    outcome: Outcome
    requests: int
    pages: int
    absent: int
    """Requests that AWS answered with "not configured"."""
    items: tuple[str, ...]
    """Paths of the files kept."""
    gaps: tuple[Gap, ...]
    note: str = ""
    """What a reader has to know beside it."""

    @property
    def missing(self) -> bool:
        """Say whether something that was in scope is not there."""
        return any(gap.outcome is not Outcome.OUT_OF_SCOPE for gap in self.gaps) or (
            self.outcome.is_gap and self.outcome is not Outcome.OUT_OF_SCOPE
        )

    def document(self) -> dict[str, Any]:
        """Return the cell as JSON-able values."""
        return {
            **record.source_body(self.source),
            "absent": self.absent,
            "gaps": [_gap_document(gap) for gap in self.gaps],
            "items": list(self.items),
            "missing": self.missing,
            "note": self.note,
            "outcome": str(self.outcome),
            "pages": self.pages,
            "requests": self.requests,
        }


@dataclass(slots=True)
class Run:
    """One run of `preserve`."""

    id: str
    started: str
    principal: str
    regions: tuple[str, ...]
    ended: str = ""
    """Empty while it runs; and for ever if it was killed."""
    outcome: str = ""

    def document(self) -> dict[str, Any]:
        """Return the run as JSON-able values."""
        return {
            "ended": self.ended,
            "outcome": self.outcome,
            "principal": self.principal,
            "regions": list(self.regions),
            "run": self.id,
            "started": self.started,
        }


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """What a case holds and what it does not, by its ledger. Nothing is verified but the chain."""

    path: Path
    kind: str
    """`case` or `bundle`."""
    opening: Opening
    account: str
    entries: int
    items: int
    bytes: int
    sealed: bool
    runs: tuple[Run, ...]
    cells: tuple[Cell, ...]
    """By source, then region."""
    effects: tuple[Effect, ...]
    """What was made in AWS for the case, each in its latest state."""
    unsettled: tuple[Intent, ...]
    """Mutations begun whose answer nobody has: the next run finds out."""
    dating: Dating
    """What is dated, by whom, and what is not."""
    meanwhile: Meanwhile
    """What changed between the first reading and the last."""
    trails: Trails
    """What AWS's signatures say of the digests that are kept; the logs are for `verify` to read."""
    notices: tuple[Noticed, ...] = ()

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """List all that is missing, `out-of-scope` included."""
        return tuple(gap for cell in self.cells for gap in cell.gaps)

    @property
    def running(self) -> bool:
        """Say whether the last run has no end in the ledger: it runs still, or was killed."""
        return bool(self.runs) and not self.runs[-1].ended

    @property
    def complete(self) -> bool:
        """Say whether nothing that was in scope is missing, and the last run came to its end."""
        ended = bool(self.runs) and not self.running and self.runs[-1].outcome in {"complete", "gaps"}
        return ended and not self.unsettled and not any(cell.missing for cell in self.cells)

    def table(self) -> Iterator[str]:
        """
        Yield the matrix as text, a source a line: in how many regions it was kept, empty, absent or missing.

        Where something is missing the line says why and where. Not clean: see the top of this file.
        """
        by_source: dict[str, list[Cell]] = {}
        for cell in self.cells:
            by_source.setdefault(_named(cell.source), []).append(cell)
        lines = [(name, *_counts(cells), _where(cells)) for name, cells in by_source.items()]
        width = max((len(name) for name, *_ in lines), default=0)
        width = min(max(width, len(_COLUMNS[0])), 60)
        yield f"{_COLUMNS[0]:<{width}}" + "".join(f"  {column:>7}" for column in _COLUMNS[1:])
        for name, kept, empty, absent, missing, where in lines:
            counts = "".join(f"  {count or '-':>7}" for count in (kept, empty, absent, missing))
            yield f"{name:<{width}}{counts}  {where}".rstrip()

    def document(self) -> dict[str, Any]:
        """Return the report as JSON-able values."""
        return {
            "account": self.account,
            "authority": self.opening.authority,
            "bytes": self.bytes,
            "case": self.opening.case,
            "cells": [cell.document() for cell in self.cells],
            "cloudtrail": self.trails.document(),
            "complete": self.complete,
            "effects": [record.effect_body(effect) for effect in self.effects],
            "entries": self.entries,
            "examiner": self.opening.examiner,
            "format": "forensics-coverage/1",
            "items": self.items,
            "kind": self.kind,
            "meanwhile": self.meanwhile.document(),
            "missing": sum(cell.missing for cell in self.cells),
            "notices": [one.document() for one in self.notices],
            "origin": self.opening.origin,
            "path": str(self.path),
            "reference": self.opening.reference,
            "running": self.running,
            "runs": [run.document() for run in self.runs],
            "sealed": self.sealed,
            "time": self.dating.document(),
            "unsettled": [record.intent_body(intent) for intent in self.unsettled],
        }


def coverage(path: Path) -> CoverageReport:
    """
    Report on a case or a bundle; also on a case that is being written.

    Raises `UsageError` where there is none, `IntegrityError`, naming the line, where its ledger is not
    as we write it.
    """
    opened = open_record(path)
    tally = _Tally()
    for entry in opened.entries():
        try:
            tally.take(entry)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise IntegrityError(
                f"ledger: line {entry.seq + 1}: {entry.type} with a body that is not ours"
            ) from error
    standing = tally.standing
    return CoverageReport(
        path=path,
        kind=opened.kind,
        opening=opened.opening,
        account=standing.account,
        entries=tally.entries,
        items=tally.items,
        bytes=tally.bytes,
        sealed=tally.sealed,
        runs=tuple(tally.runs.values()),
        cells=tuple(cell for _, cell in sorted(tally.standing_cells(), key=_order)),
        effects=tuple(standing.effects.values()),
        unsettled=tuple(standing.open_intents.values()),
        dating=tally.dating,
        meanwhile=meanwhile(path, standing),
        trails=_trails(opened.folder, ledger_of(opened.kind)),
        notices=tuple(tally.notices),
    )


def _trails(folder: Folder, ledger: str) -> Trails:
    def find(path: str) -> File | None:
        try:
            return folder.look(path)
        except IntegrityError:
            return None

    return examine(folder, ledger, find=find, hashed=False)


@dataclass(slots=True)
class _Tally:
    """What the entries come to, one after the other."""

    standing: Standing = field(default_factory=Standing)
    cells: dict[Source, Cell] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    entries: int = 0
    items: int = 0
    bytes: int = 0
    sealed: bool = False
    dating: Dating = field(default_factory=Dating)
    notices: list[Noticed] = field(default_factory=list)

    def standing_cells(self) -> Iterable[tuple[Source, Cell]]:
        """Give the cells that later entries have not made void."""
        return ((source, cell) for source, cell in self.cells.items() if source in self.standing.coverage)

    def take(self, entry: Entry) -> None:
        """Take one entry into account."""
        self.entries += 1
        body = entry.body
        check_texts(entry.type, body)
        self.standing.take(entry.type, body)
        self.dating.take(entry)
        match entry.type:
            case "item.add":
                self.items += 1
                self.bytes += int(body["size"])
            case "intake":
                self.notices.append(Noticed.of(body))
            case "bundle.seal":
                self.sealed = True
            case "run.start":
                regions = tuple(map(str, body.get("regions", ())))
                run = Run(str(body["run"]), entry.time, str(body.get("principal", "")), regions)
                self.runs[run.id] = run
            case "run.end":
                run = self.runs[body["run"]]
                run.ended, run.outcome = entry.time, str(body["outcome"])
            case "coverage":
                cell = _cell(body)
                self.cells[cell.source] = cell


def _cell(body: Mapping[str, Any]) -> Cell:
    return Cell(
        record.source_of(body),
        Outcome(body["outcome"]),
        int(body["requests"]),
        int(body["pages"]),
        int(body["absent"]),
        tuple(map(str, body["items"])),
        record.gaps_of(body),
        str(body.get("note", "")),
    )


def _order(pair: tuple[Source, Cell]) -> tuple[str, str, str, str]:
    source, _ = pair
    return source.account, source.service, source.operation, source.region


def _named(source: Source) -> str:
    if source.operation != EVERYTHING:
        return source.name
    return "(whole region)" if source.service == EVERYTHING else f"(all of {source.service})"


def _counts(cells: Iterable[Cell]) -> tuple[int, int, int, int]:
    """Count regions; one where something is missing counts there alone."""
    counts = Counter("missing" if cell.missing else str(cell.outcome) for cell in cells)
    return counts[Outcome.COLLECTED], counts[Outcome.EMPTY], counts[Outcome.ABSENT], counts["missing"]


def _where(cells: Iterable[Cell]) -> str:
    """Say why something is not there, left out by wish or missing, and in which regions."""
    regions: dict[str, list[str]] = {}
    for cell in cells:
        reasons = {gap.outcome for gap in cell.gaps} | {cell.outcome}
        for reason in sorted(reason for reason in reasons if reason.is_gap):
            regions.setdefault(reason, []).append(cell.source.region)
    return "; ".join(f"{reason} in {_places(names)}" for reason, names in sorted(regions.items()))


def _places(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"


def _gap_document(gap: Gap) -> dict[str, Any]:
    return {
        "also": list(gap.also),
        "code": gap.code,
        "count": gap.count,
        "examples": list(gap.examples),
        "message": gap.message,
        "outcome": str(gap.outcome),
        "request_id": gap.request_id,
    }
