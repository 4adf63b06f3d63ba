"""Gaps, in words: one line for what is missing in the same way, in however many regions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import forensics

_NAMED = 3
"""Regions named; of more it is said how many."""


def missing(gaps: Iterable[forensics.Gap]) -> list[forensics.Gap]:
    """Return the gaps of what was in scope."""
    return [gap for gap in gaps if gap.outcome is not forensics.Outcome.OUT_OF_SCOPE]


def describe(gaps: Iterable[forensics.Gap], *, several: bool = False) -> Iterator[str]:
    """Say in clean lines what is missing, where and why; `several` where there is more than one account."""
    alike: dict[tuple[str, str, str], list[forensics.Gap]] = {}
    for gap in gaps:
        account = gap.source.account if _whole(gap.source) else ""
        alike.setdefault((account + _what(gap.source), gap.outcome, gap.code), []).append(gap)
    for same in alike.values():
        yield _line(same, several=several)


def _line(gaps: list[forensics.Gap], *, several: bool) -> str:
    clean, first = forensics.clean, gaps[0]
    what = clean(_what(first.source))
    text = f"{what}{_where([gap.source for gap in gaps], several=several)}: {first.outcome}"
    if first.code:
        text += f", {clean(first.code)}"
    count = sum(gap.count for gap in gaps)
    if count > len(gaps):
        text += f", {count} times"
    if first.also:
        more = f"{len(first.also)} more were not asked, or not about all"
        text += f" (so {more}: {clean(', '.join(first.also))})"
    return text


def _what(source: forensics.Source) -> str:
    if source.operation != "*":
        return source.name
    if source.service != "*":
        return f"all of {source.service}"
    return f"all of account {source.account}" if _whole(source) else "everything"


def _whole(source: forensics.Source) -> bool:
    return (source.region, source.service, source.operation) == ("global", "*", "*")


def _where(sources: list[forensics.Source], *, several: bool) -> str:
    if _whole(sources[0]):
        return ""
    regions = list(dict.fromkeys(source.region for source in sources))
    accounts = list(dict.fromkeys(source.account for source in sources))
    text = f" in {places(regions)}"
    if several:
        named = len(accounts) <= _NAMED
        text += f" of {', '.join(map(forensics.clean, accounts)) if named else f'{len(accounts)} accounts'}"
    return text


def places(regions: list[str]) -> str:
    """Name the regions, or say how many."""
    if len(regions) > _NAMED:
        return f"{len(regions)} regions"
    return ", ".join(map(forensics.clean, regions))
