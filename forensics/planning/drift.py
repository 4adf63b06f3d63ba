"""What an account, or this program, has become since a plan was made: a line for each difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from forensics.planning.document import Plan
from forensics.planning.planner import rows_digest, scope_body
from forensics.scope import Scope

NOTHING: Mapping[str, str] = MappingProxyType({})
SHOWN = 100
"""Differences that are told one by one."""


def of_scope(
    plan: Plan, scope: Scope, account: str, regions: Sequence[str], rows: Iterable[str]
) -> list[str]:
    """Compare what can be, before anything is asked but who we are and which regions there are."""
    planned = plan.accounts[account]
    of_it = [*_lists("region", planned["regions"], regions), *_rows(plan, planned, scope, rows)]
    return [
        *(f"{line}{of_account(plan, account)}" for line in of_it),
        *_options(plan.body["scope"], scope_body(scope)),
    ]


def of_accounts(plan: Plan, accounts: Iterable[str], lost: Mapping[str, str] = NOTHING) -> list[str]:
    """Compare the accounts that can be had with those that were planned; `lost` says why others cannot."""
    planned, now = plan.accounts.keys(), list(accounts)
    gone = [one for one in planned if one not in now]
    return [
        *(f"- account {one}{f': {lost[one]}' if one in lost else ''}" for one in gone),
        *(f"+ account {one}" for one in now if one not in planned),
    ]


def of_account(plan: Plan, account: str) -> str:
    """Name the account, where there are several."""
    return f" (account {account})" if len(plan.accounts) > 1 else ""


def of_volumes(plan: Plan, account: str, region: str, found: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Name the disks of a region that no call of the plan is for. One that is gone is no difference."""
    planned = volumes_of(plan, account, region)
    for one in found:
        if str(one["id"]) not in planned:
            of = ", ".join(map(str, one.get("on") or ())) or "nothing"
            yield f"+ volume {one['id']} in {region}, attached to {of}{of_account(plan, account)}"


def volumes_of(plan: Plan, account: str, region: str) -> frozenset[str]:
    """Return the disks that a plan has snapshots made of."""
    made = plan.accounts.get(account, {}).get("mutations", ())
    return frozenset(volume for one in made if one["region"] == region for volume in one["volumes"])


def _lists(what: str, planned: Iterable[str], now: Iterable[str]) -> Iterator[str]:
    before, after = set(planned), set(now)
    yield from (f"- {what} {name}" for name in sorted(before - after))
    yield from (f"+ {what} {name}" for name in sorted(after - before))


def _rows(plan: Plan, planned: Mapping[str, Any], scope: Scope, rows: Iterable[str]) -> Iterator[str]:
    if plan.body["rows"] == rows_digest(scope):
        return
    yield from _lists("row", (one["row"] for one in planned["sources"]), rows)
    yield f"~ rows as version {plan.body['tool']['version']} has them, and this one otherwise"


def _options(planned: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    # The regions that were named are in those that are asked.
    for name in sorted(planned.keys() - {"regions", "suspects"}):
        if isinstance(planned[name], list):
            yield from _lists(name, planned[name], now[name])
        elif planned[name] != now[name]:
            yield f"~ {name} {_said(planned[name])}, now {_said(now[name])}"


def _said(value: Any) -> str:
    return str(value) if value else "none"
