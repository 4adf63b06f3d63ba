"""The matrix of a case: a source a line, and in how many regions it was kept, or why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from forensics.model import EVERYTHING, GLOBAL, Outcome, Source

if TYPE_CHECKING:
    from forensics.reports.coverage import Cell

_NAMED = 3
"""Places named in a line of the table; the others are counted."""

_COLUMNS = ("source", "kept", "empty", "absent", "missing")


def table(cells: Iterable[Cell], *, several: bool) -> Iterator[str]:
    """Yield it as text; `several` where the places are of more than one account."""
    by_source: dict[str, list[Cell]] = {}
    for cell in cells:
        by_source.setdefault(_named(cell.source), []).append(cell)
    lines = [(name, *_counts(alike), _where(alike, several=several)) for name, alike in by_source.items()]
    width = max((len(name) for name, *_ in lines), default=0)
    width = min(max(width, len(_COLUMNS[0])), 60)
    yield f"{_COLUMNS[0]:<{width}}" + "".join(f"  {column:>7}" for column in _COLUMNS[1:])
    for name, kept, empty, absent, missing, where in lines:
        counts = "".join(f"  {count or '-':>7}" for count in (kept, empty, absent, missing))
        yield f"{name:<{width}}{counts}  {where}".rstrip()


def _named(source: Source) -> str:
    if source.operation != EVERYTHING:
        return source.name
    if source.service != EVERYTHING:
        return f"(all of {source.service})"
    return "(whole account)" if source.region == GLOBAL else "(whole region)"


def _counts(cells: Iterable[Cell]) -> tuple[int, int, int, int]:
    """Count regions; one where something is missing counts there alone."""
    counts = Counter("missing" if cell.missing else str(cell.outcome) for cell in cells)
    return counts[Outcome.COLLECTED], counts[Outcome.EMPTY], counts[Outcome.ABSENT], counts["missing"]


def _where(cells: Iterable[Cell], *, several: bool) -> str:
    """Say why something is not there, left out by wish or missing, and where."""
    regions: dict[str, list[str]] = {}
    for cell in cells:
        reasons = {gap.outcome for gap in cell.gaps} | {cell.outcome}
        for reason in sorted(reason for reason in reasons if reason.is_gap):
            regions.setdefault(reason, []).append(_place(cell.source, several=several))
    return "; ".join(f"{reason} in {_places(names)}" for reason, names in sorted(regions.items()))


def _place(source: Source, *, several: bool) -> str:
    if not several:
        return source.region
    whole = source.region == GLOBAL and source.service == EVERYTHING
    return source.account if whole else f"{source.account}/{source.region}"


def _places(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"
