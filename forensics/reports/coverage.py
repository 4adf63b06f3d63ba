"""
The coverage of a case: every source that was asked, in every region, with what came of it.

Strings from the ledger (names, messages, AWS's ids) are given as they stand there, which may be as an
attacker wrote them: whoever prints them has `clean` stand before the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forensics import record
from forensics.errors import IntegrityError
from forensics.formats.entry import Entry
from forensics.model import Effect, Gap, Intent, Outcome, Source
from forensics.reports import matrix
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

    @property
    def unasked(self) -> bool:
        """Say whether nobody was asked, since its region does not have the service."""
        return bool(self.note) and not self.requests and self.outcome is Outcome.ABSENT

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
    account: str
    started: str
    principal: str
    regions: tuple[str, ...]
    ended: str = ""
    """Empty while it runs; and for ever if it was killed."""
    outcome: str = ""

    def document(self) -> dict[str, Any]:
        """Return the run as JSON-able values."""
        return {
            "account": self.account,
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
    accounts: tuple[str, ...]
    """Those that were asked, or were to be."""
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
    narrows: tuple[str, ...] = ()
    """What the file of a plan alone left out of a run, and no command line did."""

    @property
    def account(self) -> str:
        """Name the accounts in a line."""
        return ", ".join(self.accounts)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """List all that is missing, `out-of-scope` included."""
        return tuple(gap for cell in self.cells for gap in cell.gaps)

    @property
    def running(self) -> bool:
        """Say whether an account's last run has no end in the ledger: it runs still, or was killed."""
        return any(not run.ended for run in self.last_runs)

    @property
    def last_runs(self) -> tuple[Run, ...]:
        """Give the last run of each account."""
        return tuple({run.account: run for run in self.runs}.values())

    @property
    def complete(self) -> bool:
        """Say whether nothing that was in scope is missing, and each account's last run came to its end."""
        last = self.last_runs
        ended = bool(last) and all(run.ended and run.outcome in {"complete", "gaps"} for run in last)
        return ended and not self.unsettled and not any(cell.missing for cell in self.cells)

    def table(self) -> Iterator[str]:
        """
        Yield the matrix as text, a source a line: in how many regions it was kept, empty, absent or missing.

        Where something is missing the line says why and where. Not clean: see the top of this file.
        """
        return matrix.table(self.cells, several=len(self.accounts) > 1)

    def document(self) -> dict[str, Any]:
        """Return the report as JSON-able values."""
        return {
            "account": self.account,
            "accounts": list(self.accounts),
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
            "narrows": list(self.narrows),
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
        accounts=tuple(sorted(standing.accounts)),
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
        narrows=tuple(standing.narrows),
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
                name, account = str(body["run"]), str(body["account"])
                run = Run(name, account, entry.time, str(body.get("principal", "")), regions)
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
