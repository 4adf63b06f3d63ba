"""`forensics status`: what was kept and what was not."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import click

import forensics
from forensics.cli import options
from forensics.cli.gaps import describe, missing
from forensics.cli.terminal import answer, answer_in_parts

COMPLETE, WITH_GAPS = 0, 3
_LINE = 2_000


@click.command("status", short_help="Show what a case holds and what it does not.")
@options.case_argument
@options.json_option
@click.option(
    "-v", "--verbose", is_flag=True, help="Say of each gap what AWS said, and which services a region lacks."
)
@click.option(
    "--undo",
    is_flag=True,
    help="Print the commands that let go of what `preserve --hold` holds, and no more.",
)
def command(*, case: Path, as_json: bool, verbose: bool, undo: bool) -> int:
    """
    Show what CASE, a case or a bundle, holds: every source, in how many regions, and what is missing.

    Works while `preserve` runs. Reads the ledger only, and verifies nothing but its chain: that is
    what `verify` is for. Exits 0 if nothing that was in scope is missing, else 3.
    """
    report = forensics.coverage(case)
    if as_json:
        answer_in_parts(json.JSONEncoder(sort_keys=True, indent=1).iterencode(report.document()))
    elif undo:
        _tell_undoing(report)
    else:
        _tell(report, verbose=verbose)
    return COMPLETE if report.complete else WITH_GAPS


def _tell(report: forensics.CoverageReport, *, verbose: bool) -> None:
    clean = forensics.clean
    opening = report.opening
    answer(f"case        {clean(opening.case)} ({report.kind}), {_accounts(report)}")
    if opening.examiner or opening.reference:
        answer(f"examiner    {clean(opening.examiner) or '-'}, reference {clean(opening.reference) or '-'}")
    if opening.authority:
        answer(f"authority   {clean(opening.authority)}")
    for notice in report.notices:
        for line in notice.lines():
            answer(clean(line, _LINE))
    answer(f"state       {_state(report)}")
    answer(f"holds       {report.items} items, {report.bytes} bytes, {report.entries} ledger entries")
    _tell_effects(report)
    for line in report.dating.lines():
        answer(line)
    _tell_doubts(report)
    answer("")
    for line in report.table():
        answer(clean(line, _LINE).rstrip())
    for line in report.trails.summary():
        answer(line)
    for line in report.meanwhile.lines():
        answer(line)
    _tell_gaps(report, verbose=verbose)


def _tell_doubts(report: forensics.CoverageReport) -> None:
    clean = forensics.clean
    for line in report.narrows:
        answer(f"plan        the file of a plan, and no command line, left out: {clean(line, _LINE)}")
    for intent in report.unsettled:
        answer(f"unsettled   {clean(intent.about)}: nobody knows yet whether it was made; run preserve again")


def _tell_effects(report: forensics.CoverageReport) -> None:
    for effect, count in sorted(Counter((one.kind, one.state) for one in report.effects).items()):
        answer(f"in AWS      {count} {forensics.clean(effect[0])}, {forensics.clean(effect[1])}")
    if held := list(forensics.undo(report.effects)):
        answer(
            f"held        {len(held)} changes to the account; `forensics status --undo` says how to undo them"
        )


def _place(report: forensics.CoverageReport, source: forensics.Source) -> str:
    clean, several = forensics.clean, len(report.accounts) > 1
    return f"{clean(source.account)}/{clean(source.region)}" if several else clean(source.region)


def _accounts(report: forensics.CoverageReport) -> str:
    known = forensics.clean(report.account, 1_000) or "unknown yet"
    return f"{'accounts' if len(report.accounts) > 1 else 'account'} {known}"


def _tell_gaps(report: forensics.CoverageReport, *, verbose: bool) -> None:
    answer("")
    for line in describe(report.gaps, several=len(report.accounts) > 1):
        answer(f"gap         {line}")
    # Of services that a region does not have there is one row after another.
    lacking = sum(cell.unasked for cell in report.cells)
    if lacking and not verbose:
        answer(f"note        {lacking} sources are of services that their region does not have: see -v")
    for cell in report.cells:
        if cell.note and (verbose or not cell.unasked):
            name, region = forensics.clean(cell.source.name), _place(report, cell.source)
            answer(f"note        {name} in {region}: {forensics.clean(cell.note, 1_000)}")
    for gap in missing(report.gaps) if verbose else ():
        name, region = forensics.clean(gap.source.name), _place(report, gap.source)
        answer(f"said        {name} in {region}, request {forensics.clean(gap.request_id) or '-'}:")
        answer(f"            {forensics.clean(gap.message, 500)}")
    gaps = len(missing(report.gaps))
    answer(f"missing     {f'{gaps} gaps' if gaps else 'nothing that was in scope, so far'}")


def _tell_undoing(report: forensics.CoverageReport) -> None:
    for command in forensics.undo(report.effects):
        answer(forensics.pasted(command))


def _state(report: forensics.CoverageReport) -> str:
    if report.sealed:
        return "sealed"
    if not report.runs:
        return "open, nothing asked yet"
    if report.running:
        return "preserve is running, or was killed: run it again to resume"
    if len(report.last_runs) > 1:
        ends = Counter(forensics.clean(run.outcome) for run in report.last_runs)
        said = ", ".join(f"{ending} in {count} accounts" for ending, count in sorted(ends.items()))
        return f"open, the last runs ended: {said}"
    return f"open, the last run ended: {forensics.clean(report.runs[-1].outcome)}"
