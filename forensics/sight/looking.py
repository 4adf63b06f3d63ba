"""visibility(): which sources of evidence an account has, by a case or asked now; changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from forensics.aws.reach import reach
from forensics.scope import Access, Progress
from forensics.sight import places, trails
from forensics.sight.answers import Answers, Watching, of_case, of_now
from forensics.sight.report import Sight, Visibility


def visibility(
    path: Path | None,
    access: Access,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Visibility:
    """
    Look at a case or bundle, offline; without one, ask the account now.

    Raises `UsageError` for what is no case, `CredentialsError`.
    """
    return judged(list(of_case(path)) if path is not None else [_now(access, on_progress)])


def _now(access: Access, on_progress: Callable[[Progress], None]) -> Answers:
    session = reach(access)
    session.identify()
    return of_now(Watching(session, on_progress))


def judged(accounts: Sequence[Answers]) -> Visibility:
    """Say what the answers come to, of each account."""
    sights = [replace(sight, account=one.account) for one in accounts for sight in _sights(one)]
    regions = sorted({region for one in accounts for region in one.regions})
    when = max((one.when for one in accounts), default="")
    return Visibility(tuple(one.account for one in accounts), tuple(regions), when, tuple(sights))


def _sights(answers: Answers) -> Iterator[Sight]:
    yield from trails.look(answers)
    for region in answers.regions:
        yield from places.look(answers, region)
    yield from places.buckets(answers)
