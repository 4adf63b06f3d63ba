"""`forensics preserve`: keep the evidence."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

import forensics
from forensics.cli import agreeing, intake, options, protecting
from forensics.cli.accounts import accounts_options, reached, told
from forensics.cli.arenas import share_arenas
from forensics.cli.gaps import describe, missing
from forensics.cli.identity import load_identity
from forensics.cli.scoping import scope_of, scope_options
from forensics.cli.terminal import Bar, answer, say

COMPLETE, WITH_GAPS = 0, 3
_MADE = "no --identity given: a key was made for the case, which is only as trustworthy as its folder"
_WORDS = {
    "examiner": "examiner (who does this)",
    "reference": "reference (ticket)",
    "authority": "authority (who ordered it)",
}
"""What a case says of itself, and how it is asked for."""


@click.command("preserve", short_help="Keep the evidence of an account, before teardown.")
@options.case_argument
@accounts_options
@scope_options
@click.option("--examiner", metavar="NAME", help="Who does this, for the record.")
@click.option("--reference", metavar="TEXT", help="Ticket, claim or court number, for the record.")
@click.option("--authority", metavar="TEXT", help="Who ordered it, and on what grounds, for the record.")
@intake.notice_option
@options.identity_option
@click.option(
    "--wait",
    type=options.NumberRange(min=0),
    metavar="SECONDS",
    help="Wait no longer for snapshots to complete; what is pending then is a gap. Default: until they are.",
)
@click.option(
    "--try-again",
    "again",
    multiple=True,
    callback=options.names(r"(?:snap|vol)-[0-9a-f]{8,17}", "volume or snapshot"),
    metavar="ID",
    help="Make another snapshot of this volume, or copy of this snapshot, though so many have failed that "
    "no more are made. Repeatable.",
)
@options.window_options
@protecting.protect_options
@agreeing.agreement_options
@options.tsa_option
@options.json_option
@options.quiet_option
def command(*, case: Path, as_json: bool, quiet: bool, **given: Any) -> int:
    """
    Keep the evidence of an AWS account in the folder CASE.

    CASE is made on first use. The same line again resumes: what is kept is not asked again. Reads
    everything it can; writes to AWS only to snapshot disks and to tag those snapshots. Never
    deletes, stops or detaches anything.

    Exits 0 only if nothing in scope is missing, so that it can stand before a teardown:

    \b
        forensics preserve CASE --profile breached && forensics seal CASE
    """  # noqa: D301 - click wants the character
    plan, asked = agreeing.loaded(given), scope_of(given)
    scope, reach = agreeing.planned(asked, plan), reached(given)
    forensics.check_scope(scope, *reach)
    forensics.check_tsas(given["tsas"])
    forensics.check_notices(given["notices"])
    if scope.again and not os.path.lexists(case):
        raise forensics.UsageError("there is no case yet, and nothing of it to try again", hint="check CASE")
    share_arenas()
    preserved = _run(case, scope, reach, plan, given, agreeing.narrows(asked, plan), quiet=quiet)
    if as_json:
        answer(json.dumps(_document(case, preserved), sort_keys=True, ensure_ascii=True, indent=1))
    else:
        _tell(case, preserved)
    return COMPLETE if preserved.complete else WITH_GAPS


def _run(
    case: Path,
    scope: forensics.Scope,
    reach: tuple[forensics.Access, forensics.Accounts],
    plan: forensics.Plan | None,
    given: Mapping[str, Any],
    narrows: Sequence[str],
    *,
    quiet: bool,
) -> forensics.Preserved:
    """Make the case, once AWS has said who we are, or open it; and keep the evidence in it."""
    access, accounts = reach
    met: list[forensics.Introduced] = []
    ask = partial(forensics.introduce, case.absolute().name, scope, access, accounts=accounts)
    with (
        agreeing.drift_told(),
        _open(case, given, lambda: met.append(ask(agreement=forensics.Agreement(plan=plan)))) as opened,
    ):
        intake.take(opened, given["notices"], quiet=quiet)
        with Bar(quiet=quiet) as bar:
            agreed = agreeing.agreement(given, plan, narrows, bar)
            if opened.identity_made:
                say(_MADE)
            return forensics.preserve(
                opened,
                scope,
                access,
                accounts=accounts,
                tsas=given["tsas"],
                agreement=agreed,
                introduced=met[0] if met else None,
                on_progress=bar,
            )


def _open(case: Path, given: Mapping[str, Any], first: Callable[[], None]) -> forensics.Case:
    key = load_identity(given["identity"], name=given["examiner"] or "")
    words = {name: given[name] or "" for name in _WORDS}
    if sys.stdin.isatty() and sys.stderr.isatty() and not os.path.lexists(case):
        words = {name: word or _asked(_WORDS[name]) for name, word in words.items()}
    return forensics.open_case(
        case,
        examiner=words["examiner"],
        reference=words["reference"],
        authority=words["authority"],
        identity=key,
        first=first,
    )


def _asked(question: str) -> str:
    said: str = click.prompt(question, default="", show_default=False, err=True)
    return said


def _tell(case: Path, preserved: forensics.Preserved) -> None:
    clean = forensics.clean
    snapshots = Counter(effect.state for effect in preserved.effects if effect.kind == "snapshot")
    for line in told(preserved.members):
        answer(line)
    answer(f"kept        {preserved.items} files in this run, {preserved.sources} sources in all")
    answer(
        f"snapshots   {', '.join(f'{n} {clean(state)}' for state, n in sorted(snapshots.items())) or 'none'}"
    )
    several = len({gap.source.account for gap in preserved.gaps}) > 1 or len(preserved.members) > 1
    for line in describe(preserved.gaps, several=several):
        answer(f"gap         {line}")
    for line in forensics.dating(case).lines():
        answer(line)
    lacking = len(missing(preserved.gaps))
    answer(f"missing     {f'{lacking} gaps' if lacking else 'nothing that was in scope'}")
    say(f"next: forensics {'status' if lacking else 'seal'} {shlex.quote(clean(case))}")


def _document(case: Path, preserved: forensics.Preserved) -> dict[str, object]:
    return {
        "account": preserved.account,
        "accounts": [
            {
                "account": member.account,
                "name": member.name,
                "outcome": member.ending,
                "principal": member.principal,
            }
            for member in preserved.members
        ],
        "case": str(case),
        "complete": preserved.complete,
        "effects": [
            {"id": effect.id, "kind": effect.kind, "region": effect.source.region, "state": effect.state}
            for effect in preserved.effects
        ],
        "gaps": [
            {
                "account": gap.source.account,
                "also": list(gap.also),
                "code": gap.code,
                "count": gap.count,
                "message": gap.message,
                "operation": gap.source.operation,
                "outcome": gap.outcome.value,
                "region": gap.source.region,
                "request_id": gap.request_id,
                "service": gap.source.service,
            }
            for gap in preserved.gaps
        ],
        "items": preserved.items,
        "principal": preserved.principal,
        "sources": preserved.sources,
        "time": forensics.dating(case).document(),
    }
