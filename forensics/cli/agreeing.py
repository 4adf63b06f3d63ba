"""What a run keeps to: a plan, or the word of whoever sits before the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

import forensics
from forensics.cli import options
from forensics.cli.terminal import Bar, say

Function = TypeVar("Function", bound=Callable[..., Any])

_MILLION = 1_000_000
_NAMED = 10
"""Things that a plan leaves out which are named on the terminal; the ledger has all."""


def agreement_options(function: Function) -> Function:
    """Add the options that say what was agreed to."""
    for option in (
        click.option("-y", "--yes", is_flag=True, help="Do not ask before snapshots are made."),
        click.option(
            "--plan",
            "plan",
            metavar="FILE",
            type=click.Path(path_type=Path),
            help="Do exactly what this plan says (forensics plan -o FILE), or nothing: what is not as it has "
            "it is told, and refused. What it says of regions, times and collectors need not be said again; "
            "what it alone leaves out is told, and on record.",
        ),
        click.option(
            "--plan-hash",
            "plan_hash",
            default="",
            callback=options.names(r"[0-9A-Fa-f]{64}", "hash"),
            metavar="HEX",
            help="Refuse the plan unless this is its hash, as `forensics plan` printed it: files get edited.",
        ),
    ):
        function = option(function)
    return function


def planned(scope: forensics.Scope, plan: forensics.Plan | None) -> forensics.Scope:
    """Take from the plan what the command line does not say. Where both do, the run holds them together."""
    if plan is None:
        return scope
    said, until = plan.scope, click.get_current_context().get_parameter_source("max_log_group")
    given = until is not None and until is not click.core.ParameterSource.DEFAULT
    return replace(
        scope,
        regions=scope.regions or said.regions,
        since=scope.since or said.since,
        until=scope.until or said.until,
        without=scope.without or said.without,
        max_log_group=scope.max_log_group if given else said.max_log_group,
        suspect_keys=scope.suspect_keys | said.suspect_keys,
    )


def narrows(scope: forensics.Scope, plan: forensics.Plan | None) -> tuple[str, ...]:
    """Say what the plan leaves out that the command line, whose scope is given, does not."""
    return () if plan is None else forensics.narrowing(plan, scope)


def loaded(given: Mapping[str, Any]) -> forensics.Plan | None:
    """Read the plan that was named, if any was, and hold it against the hash that was."""
    if given["plan"] is None:
        if given["plan_hash"]:
            raise forensics.UsageError("a hash of no plan", hint="name its file: --plan FILE")
        return None
    plan = forensics.load_plan(given["plan"])
    forensics.check_plan_hash(plan, given["plan_hash"])
    return plan


def agreement(
    given: Mapping[str, Any], plan: forensics.Plan | None, narrows: Sequence[str], bar: Bar
) -> forensics.Agreement:
    """Say what the run keeps to. Nobody is asked who is not there to answer."""
    if narrows:
        bar.rest()
        more = f" and {len(narrows) - _NAMED} more" if len(narrows) > _NAMED else ""
        named = forensics.clean(", ".join(narrows[:_NAMED]), 1_000)
        say(f"the plan alone leaves out, and this line does not: {named}{more}")
    there = sys.stdin.isatty() and sys.stderr.isatty()

    def consent(summaries: Sequence[forensics.Summary]) -> bool:
        bar.rest()
        for summary in summaries:
            for line in _lines(summary):
                say(line)
        return click.confirm("go on", default=False, err=True)

    asks = plan is None and there and not given["yes"]
    return forensics.Agreement(plan=plan, narrows=narrows, consent=consent if asks else None)


def _lines(summary: forensics.Summary) -> list[str]:
    clean = forensics.clean
    month = dollars(summary.cost["snapshots"])
    more = f", and what was asked for: {', '.join(sorted(summary.protect))}" if summary.protect else ""
    made = f"{summary.snapshots} snapshots of {summary.gib} GiB of disks, of {summary.instances} instances"
    return [
        f"account     {clean(summary.account)}, as {clean(summary.principal)}",
        f"regions     {len(summary.regions)}: {clean(', '.join(summary.regions), 1_000)}",
        f"makes       {made}{clean(more)}",
        f"asks        at least {summary.calls} requests, {duration(summary.seconds)} or more",
        f"costs       about {month} a month at most, while the snapshots are kept",
        "            (forensics plan looks closer, and changes nothing)",
    ]


@contextmanager
def drift_told() -> Iterator[None]:
    """Print each difference from a plan on a line of its own, once no bar is drawn any more."""
    try:
        yield
    except forensics.DriftError as error:
        for line in error.lines:
            say(f"  {forensics.clean(line, 500)}")
        raise


def duration(seconds: int) -> str:
    """Write a time that something takes."""
    if seconds < 120:
        return f"{seconds} seconds"
    return f"{seconds // 60} minutes" if seconds < 7_200 else f"{seconds / 3_600:.1f} hours"


def dollars(millionths: int) -> str:
    """Write an amount."""
    return f"${millionths / _MILLION:,.2f}"
