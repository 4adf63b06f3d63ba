"""`forensics plan`: what a preservation would do, and what it lacks."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

import forensics
from forensics.cli import options, protecting
from forensics.cli.accounts import accounts_options, reached
from forensics.cli.agreeing import dollars, duration
from forensics.cli.arenas import share_arenas
from forensics.cli.scoping import scope_of, scope_options
from forensics.cli.terminal import answer, say

READY, LACKING = 0, 3
_SHOWN = 20


@click.command("plan", short_help="Show what a preservation would ask, make, take and cost.")
@click.argument("case", metavar="[CASE]", required=False, type=click.Path(path_type=Path))
@accounts_options
@scope_options
@options.window_options
@protecting.protect_options
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the plan to a new file, for preserve --plan FILE.",
)
@options.json_option
def command(*, case: Path | None, output: Path | None, as_json: bool, **given: Any) -> int:
    """
    Show what `preserve` with the same options would ask of AWS accounts, make in them, take and cost.

    It reads lists and a few names of each, has IAM simulate what is allowed, and EC2 say by dry runs
    whether it would make snapshots. It changes nothing, and keeps nothing but the FILE. All figures
    are estimates. CASE names the case as AWS's own logs will have it.

    Exits 3 if permissions are missing, or something or an account could not be looked at, else 0.
    """
    if output is not None:
        forensics.check_new(output)
    access, accounts = reached(given)
    name = case.absolute().name if case else ""
    share_arenas()
    plan = forensics.plan(scope_of(given), access, accounts=accounts, case=name)
    if output is not None:
        forensics.write_plan(plan, output)
        say(f"next: forensics preserve CASE --plan {shlex.quote(forensics.clean(str(output)))}")
    if as_json:
        answer(json.dumps({**plan.body, "sha256": plan.sha256}, sort_keys=True, ensure_ascii=True, indent=1))
    else:
        for line in _lines(plan):
            answer(forensics.clean(line, 2_000))
    return LACKING if list(_lacking(plan)) else READY


def _lacking(plan: forensics.Plan) -> Iterator[Mapping[str, Any]]:
    """Yield what keeps the plan from being whole: nobody can be asked of an account that is closed."""
    for one in plan.accounts.values():
        yield from (*one["lacking"], *one["gaps"])
    yield from (one for one in plan.lost.values() if one["outcome"] != forensics.Outcome.OUT_OF_SCOPE)


def _lines(plan: forensics.Plan) -> Iterator[str]:
    for one in plan.body["accounts"]:
        yield f"account     {one['account']}, as {one['principal']}"
        yield f"regions     {len(one['regions'])}: {', '.join(one['regions'])}"
        yield from _order(one)
        yield from _made(one)
        yield from _figures(one, plan.body["prices"])
        yield from _credentials(one)
        yield from _missing(one)
        yield from _first(one)
    for lost in plan.lost.values():
        why = f"{lost['outcome']}: {lost['code']}: {' '.join(lost['message'].split())}"
        request = lost["request_id"] or "-"
        yield f"account     {lost['account']}, which was NOT looked at: {why} (request {request})"
    if len(plan.accounts) > 1:
        yield from _all(plan)
    for name, said in plan.body["scope"]["protect"].items():
        yield f"and         {name}: {said}"
    yield f"plan        {plan.sha256}"


def _all(plan: forensics.Plan) -> Iterator[str]:
    """Say what all accounts come to together."""
    made = sum(len(one["mutations"]) for one in plan.accounts.values())
    yield f"together    {len(plan.accounts)} accounts, {made} calls that make something"
    regions = sorted({region for one in plan.accounts.values() for region in one["regions"]})
    whole = {"cut": [], "estimate": plan.body["estimate"], "regions": regions}
    yield from _figures(whole, plan.body["prices"])


def _order(one: Mapping[str, Any]) -> Iterator[str]:
    phases: dict[int, list[Mapping[str, Any]]] = {}
    for row in one["sources"]:
        phases.setdefault(row["phase"], []).append(row)
    for number, rows in phases.items():
        most = sorted(rows, key=lambda row: -row["calls"])[:3]
        names = ", ".join(f"{row['row']} {row['calls']}" for row in most if row["calls"])
        total = sum(row["calls"] for row in rows)
        yield f"asks        {forensics.PHASES.get(number, str(number))}: {total} requests ({names})"


def _made(one: Mapping[str, Any]) -> Iterator[str]:
    for made in one["mutations"][:_SHOWN]:
        of = f"{made['instance']}: " if made["instance"] else ""
        volumes = ", ".join(made["volumes"])
        call = f"{made['operation']} in {made['region']}, tagged"
        yield f"makes       {call}: {of}{volumes} ({made['gib']} GiB)"
    if len(one["mutations"]) > _SHOWN:
        yield f"makes       {len(one['mutations']) - _SHOWN} more: --json or -o FILE has all"
    if not one["mutations"]:
        yield "makes       nothing"


def _figures(one: Mapping[str, Any], prices: str) -> Iterator[str]:
    total, cost = one["estimate"], one["estimate"]["cost"]
    cut = f", at least: of {', '.join(one['cut'])} only the beginning was counted" if one["cut"] else ""
    yield f"requests    about {total['calls']} of {total['sources']} sources, {total['bytes']} bytes{cut}"
    yield f"time        about {duration(total['seconds'])}, and until AWS has completed the snapshots"
    yield f"cost        {dollars(cost['snapshots'])} a month at most for snapshots of {total['gib']} GiB"
    once = cost["requests"] + cost["egress"] + cost["kms"]
    yield f"            {dollars(once)} once for requests, transfer and KMS"
    yield f"            {dollars(cost['image'])} at most if their blocks are read out of AWS later"
    yield f"            an estimate, at list prices of {prices}"
    for said in forensics.unconfirmed_prices(one["regions"]):
        yield f"            from memory, and confirmed by no list of AWS's: {said}"


def _credentials(one: Mapping[str, Any]) -> Iterator[str]:
    expires, remark = one["credentials"]["expires"], one["credentials"]["remark"]
    yield f"credentials {f'until {expires}: {remark}' if expires else remark}"


def _missing(one: Mapping[str, Any]) -> Iterator[str]:
    for lacking in one["lacking"]:
        rows = lacking["rows"]
        yield f"lacks       {lacking['action']} ({lacking['said']}): {', '.join(rows[:3]) or 'snapshots'}"
    simulated = one["simulated"]
    if simulated["unknown"]:
        yield f"unknown     what is allowed: {simulated['unknown']}"
    elif not one["lacking"]:
        tried = len(one["dry_runs"])
        yield f"allowed     {simulated['actions']} actions by simulation, {tried} calls by dry run"
    for gap in one["gaps"]:
        yield f"gap         {gap['row']} in {gap['region']}: {gap['outcome']} {gap['code']}"


def _first(one: Mapping[str, Any]) -> Iterator[str]:
    for lost in one["perishing"][:_SHOWN]:
        yield f"first       {lost['what']} in {lost['region']}: {lost['why']}"
    if len(one["perishing"]) > _SHOWN:
        yield f"first       {len(one['perishing']) - _SHOWN} more: --json has all"
