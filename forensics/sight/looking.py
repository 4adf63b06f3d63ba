"""visibility(): which sources of evidence an account has, by a case or asked now; changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from forensics.aws.reach import reach
from forensics.scope import Access, Progress
from forensics.sight.answers import Answers, Watching, of_case, of_now
from forensics.sight.report import Visibility
from forensics.sight import places, trails


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
    return judged(of_case(path) if path is not None else _now(access, on_progress))


def _now(access: Access, on_progress: Callable[[Progress], None]) -> Answers:
    session = reach(access)
    session.identify()
    return of_now(Watching(session, on_progress))


def judged(answers: Answers) -> Visibility:
    """Say what the answers come to."""
    sights = list(trails.look(answers))
    for region in answers.regions:
        sights += places.look(answers, region)
    sights += places.buckets(answers)
    return Visibility(answers.account, answers.regions, answers.when, tuple(sights))
