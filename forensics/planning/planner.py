"""
plan(): what a preservation would ask, make, take and cost, and what it lacks. It changes nothing.

Several accounts are looked over side by side, a few at once; what is wrong with one is in the plan as that.

It asks as the preservation would, with the same names of permissions; what it asks for is in no case.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any

from forensics import record, tool
from forensics.aws import suspects
from forensics.aws.accounts import check_accounts
from forensics.aws.reach import reach
from forensics.aws.session import Session
from forensics.collectors import catalogue, spec
from forensics.errors import AwsError, CredentialsError
from forensics.formats import entry, strict
from forensics.model import Coverage, Gap, Outcome, Source
from forensics.plain import plain
from forensics.planning import estimate, perishing, prices
from forensics.planning.document import FORMAT, Plan
from forensics.planning.lifetime import lifetime
from forensics.planning.permissions import Permissions, dry_run, simulate
from forensics.planning.survey import WORKERS, Survey
from forensics.rollcall import AT_ONCE, Roll
from forensics.schedule import Job, Listed, Schedule
from forensics.scope import ALONE, HISTORY, Access, Accounts, Scope, Window

PHASES = {int(phase): phase.name.lower() for phase in spec.Phase}
"""The order of volatility, by the numbers that a plan has for it."""
_THREADS = sum(WORKERS.values()) // 2
MOST_GAPS = 200
"""Gaps of the survey that a plan names."""
_DENIED = frozenset({Outcome.DENIED, Outcome.DENIED_BY_SCP})
_NO_GAPS = frozenset({Outcome.OUT_OF_SCOPE, Outcome.NOT_ENABLED})
"""What a run would find too: no reason to doubt the estimate."""


def plan(
    scope: Scope,
    access: Access,
    *,
    accounts: Accounts = ALONE,
    case: str = "",
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Plan:
    """
    Look over an account, or several, and say what `preserve` with this scope would do.

    Raises `UsageError`, `CredentialsError` and `AwsError` as `preserve` does.
    """
    catalogue.check_names(scope.without)
    suspects.check(scope.suspect_keys)
    check_accounts(accounts)
    base = reach(access, region=scope.regions[0] if scope.regions else None, case_id=case)
    base.identify()
    _refuse(scope, base)
    roll = Roll.call(base, access, accounts)
    for session in roll.sessions.values():
        _refuse(scope, session)
    roll.demand()
    found = _looked_over(roll, scope, clock, alone=not accounts.several)
    facts = tool.facts()
    return Plan(
        {
            "accounts": found,
            "estimate": estimate.together([one["estimate"] for one in found], _THREADS),
            "format": FORMAT,
            "lost": [_lost(one) for one in (*roll.left_out.values(), *roll.broken)],
            "made": entry.timestamp(clock()),
            "prices": prices.DATED,
            "rows": rows_digest(scope),
            "scope": scope_body(scope),
            "tool": {key: str(facts.get(key, "")) for key in ("name", "sha256", "version")},
        }
    )


def _refuse(scope: Scope, session: Session) -> None:
    keys = session.signers.keys | {session.access_key_id}
    suspects.refuse(scope.suspect_keys, keys, session.identity.arn)


def _looked_over(
    roll: Roll, scope: Scope, clock: Callable[[], datetime], *, alone: bool
) -> list[dict[str, Any]]:
    """Look over all accounts that can be had. Raises what is wrong with the first, if it is so with all."""
    found: dict[str, dict[str, Any]] = {}
    at_once = min(AT_ONCE, len(roll.sessions))
    workers = {lane: max(1, count // at_once) for lane, count in WORKERS.items()}

    def look(account: str, session: Session) -> None:
        try:
            found[account] = _account(session, scope, clock, workers)
        except (AwsError, CredentialsError) as error:
            if alone:
                raise
            roll.lost[account] = error

    jobs = [Job(one.account, 0, frozenset[str](), partial(look, one.account, it)) for one, it in roll.present]
    Schedule(Listed(jobs), {"": at_once}, threading.Event()).run()
    if not found:
        raise next(roll.lost[one.account] for one, _ in roll.present)
    return [found[one.account] for one in roll.found if one.account in found]


def _lost(coverage: Coverage) -> dict[str, str]:
    """Say why an account could not be looked over."""
    gap = coverage.gaps[0]
    return {
        "account": coverage.source.account,
        "code": plain(gap.code[:200]),
        "message": plain(gap.message[:1_000]),
        "outcome": str(gap.outcome),
        "request_id": plain(gap.request_id[:200]),
    }


def scope_body(scope: Scope) -> dict[str, Any]:
    """Write what is to be kept, as a plan has it; a time that nobody named is empty."""
    since, until = (entry.timestamp(time) if time else "" for time in (scope.since, scope.until))
    return {
        "max_log_group": scope.max_log_group,
        "protect": record.protect_body(scope.protect),
        "regions": sorted(scope.regions),
        "since": since,
        "suspects": sorted(scope.suspect_keys),
        "until": until,
        "without": sorted(scope.without),
    }


def rows_digest(scope: Scope) -> str:
    """Hash what would be asked: every row that takes part, with its parameters."""
    tasks = catalogue.tasks("", [""], scope.without, options=scope.protect.options)
    said = [
        [task.source.name, int(task.phase), list(task.of.actions), sorted(task.of.parents), _params(task.of)]
        for task in tasks
    ]
    return sha256(strict.encode(plain(said))).hexdigest()


def _params(of: spec.Call | spec.Step) -> str:
    selects = {row: each.select for row, each in sorted(of.parents.items())}
    return repr((sorted(map(repr, getattr(of, "params", ()))), selects))


def _account(
    session: Session, scope: Scope, clock: Callable[[], datetime], workers: Mapping[str, int]
) -> dict[str, Any]:
    regions, opening = session.enabled_regions(scope.regions)
    until = scope.until or clock()
    window = Window(scope.since or until - HISTORY, until)
    keys = tuple(sorted(key for key in scope.suspect_keys if not key.startswith("arn:")))
    options = scope.protect.options
    tasks = catalogue.tasks(session.identity.account, regions, scope.without, options=options, noticed=False)
    survey = Survey(session, window, scope.max_log_group, tasks, keys, looks=perishing.LOOKS, workers=workers)
    survey.run()
    made = estimate.mutations(survey, regions)
    gaps = [gap for item in opening if isinstance(item, Coverage) for gap in item.gaps]
    gaps += [*survey.gaps, *estimate.complete(survey, made)]
    permissions = _permissions(session, survey, made)
    _refused(gaps, survey.tasks, permissions)
    return {
        "account": session.identity.account,
        "credentials": lifetime(session),
        "cut": sorted({source.name for source, measure in survey.measures.items() if measure.cut}),
        "dry_runs": permissions.tried,
        "estimate": estimate.estimate(survey, made, _THREADS),
        "gaps": list(_gaps(gaps)),
        "lacking": list(_lacking(permissions, tasks)),
        "mutations": made,
        "perishing": list(_perishing(survey, regions)),
        "principal": session.identity.arn,
        "regions": list(regions),
        "simulated": {"actions": permissions.asked, "unknown": permissions.remark},
        "sources": estimate.sources(survey),
    }


def _permissions(session: Session, survey: Survey, made: Iterable[Mapping[str, Any]]) -> Permissions:
    actions = {action for task in survey.tasks for action in task.of.actions}
    found, seen = Permissions(), set[tuple[str, str]]()
    simulate(session, sorted(actions), found)
    for one in made:
        kind = (str(one["operation"]), str(one["region"]))
        if (
            kind not in seen
        ):  # One of each kind and region: what is allowed for one is for all but by conditions.
            seen.add(kind)
            dry_run(session, one, found)
    return found


def _refused(gaps: Iterable[Gap], tasks: Iterable[catalogue.Task], into: Permissions) -> None:
    """Take in what was refused when it was asked: an organization's policy is in no simulation."""
    actions = {task.source.name: task.of.actions for task in tasks}
    for gap in gaps:
        named = actions.get(gap.source.name, ())
        if gap.outcome in _DENIED and len(named) == 1:
            into.denied.setdefault(named[0], f"asked: {plain(gap.code[:200])}")


def _lacking(found: Permissions, tasks: Iterable[catalogue.Task]) -> Iterable[dict[str, Any]]:
    rows: dict[str, set[str]] = {action: set() for action in found.denied}
    for task in tasks:
        for action in task.of.actions:
            if action in rows:
                rows[action].add(task.source.name)
    for action, said in sorted(found.denied.items()):
        yield {"action": action, "rows": sorted(rows[action]), "said": said}


def _gaps(gaps: Iterable[Gap]) -> Iterable[dict[str, str]]:
    said = {
        (gap.source.name, gap.source.region, gap.code, str(gap.outcome))
        for gap in gaps
        if gap.outcome not in _NO_GAPS
    }
    for row, region, code, outcome in sorted(said)[:MOST_GAPS]:
        yield {"code": plain(code[:200]), "outcome": outcome, "region": region, "row": row}


def _perishing(survey: Survey, regions: Iterable[str]) -> Iterable[dict[str, str]]:
    account = survey.session.identity.account
    for region in regions:
        there = Source(account, region, "ec2", "DescribeInstances")
        yield from perishing.instances(region, survey.names(there, "instances").names)
        groups = Source(account, region, "logs", "DescribeLogGroups")
        yield from perishing.log_groups(region, survey.names(groups, "retention").names)
        lookups = survey.measures.get(Source(account, region, "cloudtrail", "LookupEvents"))
        if lookups is not None and lookups.calls > 2:
            yield perishing.history(region)
