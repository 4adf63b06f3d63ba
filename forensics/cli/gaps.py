"""Gaps, in words: one line for what is missing in the same way, in however many regions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import forensics

_NAMED = 3
"""Regions named; of more it is said how many."""


def missing(gaps: Iterable[forensics.Gap]) -> list[forensics.Gap]:
    """Return the gaps of what was in scope."""
    return [gap for gap in gaps if gap.outcome is not forensics.Outcome.OUT_OF_SCOPE]


def describe(gaps: Iterable[forensics.Gap]) -> Iterator[str]:
    """Say in clean lines what is missing, where and why."""
    alike: dict[tuple[str, str, str], list[forensics.Gap]] = {}
    for gap in gaps:
        alike.setdefault((gap.source.name, gap.outcome, gap.code), []).append(gap)
    for same in alike.values():
        yield _line(same)


def _line(gaps: list[forensics.Gap]) -> str:
    clean, first = forensics.clean, gaps[0]
    what = clean(_what(first.source))
    text = f"{what} in {places([gap.source.region for gap in gaps])}: {first.outcome}"
    if first.code:
        text += f", {clean(first.code)}"
    count = sum(gap.count for gap in gaps)
    if count > len(gaps):
        text += f", {count} times"
    if first.also:
        text += f" (so {len(first.also)} more were not asked: {clean(', '.join(first.also))})"
    return text


def _what(source: forensics.Source) -> str:
    if source.operation != "*":
        return source.name
    return "everything" if source.service == "*" else f"all of {source.service}"


def places(regions: list[str]) -> str:
    """Name the regions, or say how many."""
    if len(regions) > _NAMED:
        return f"{len(regions)} regions"
    return ", ".join(map(forensics.clean, regions))
