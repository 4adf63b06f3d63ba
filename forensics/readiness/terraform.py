"""What a Terraform plan destroys: `terraform show -json`, read within bounds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from forensics.errors import UsageError
from forensics.readiness.naming import MOST_CHARACTERS, Named, check_owner, of_arn
from forensics.readiness.terraform_types import ELSEWHERE, TYPES

MAX_BYTES = 48 << 20
"""A plan is read whole, and takes ten times its size in memory."""
MAX_CHANGES = 100_000

_FIELDS = "address,mode,type,change:{actions:.change.actions,before:.change.before}"
_CHANGES = f"resource_changes:[.resource_changes[]|{{{_FIELDS}}}]"
_CUT = f"jq '{{format_version,errored,deferred_changes:(.deferred_changes//[]),{_CHANGES}}}' cuts it down"
_ACTIONS = ("create", "delete", "forget", "no-op", "open", "read", "update")
_OF_PLANS = frozenset({"planned_values", "resource_changes"})
"""Members of which each plan has one at least: https://developer.hashicorp.com/terraform/internals/json-format"""
_FOREIGN = {
    **dict.fromkeys(
        ("AWSTemplateFormatVersion", "ChangeSetName", "Changes", "Resources", "artifacts", "tree"),
        "CloudFormation's or the CDK's",
    ),
    **dict.fromkeys(("changeSummary", "steps"), "Pulumi's"),
}
"""Members of what other tools write, and whose they are."""
_NAME = "name what ends by its id or ARN: a stack by its ARN, and what is in it is looked at"
_ZIP = b"PK\x03\x04"
_SHOW = "make it with `terraform plan -out FILE` and `terraform show -json FILE`"


def destroyed(path: Path, accounts: Sequence[str], changes: Sequence[Any] | None = None) -> list[Named]:
    """
    Return what a plan destroys or replaces; `changes` are its own, where they were read already.

    Raises `UsageError`, in one line, for a file that is no plan, too large a one, or one of another account.
    """
    every = load(path) if changes is None else changes
    return [one for change in every for one in _named(path, change, accounts)]


def load(path: Path) -> list[Any]:
    """Read the changes of a plan; raises `UsageError` for a file that is no plan, or too large a one."""
    changes = _changes(path, _read(path))
    if len(changes) > MAX_CHANGES:
        raise UsageError(f"{path} has {len(changes)} changes, and at most {MAX_CHANGES} are read")
    return changes


def _changes(path: Path, plan: Mapping[str, Any]) -> list[Any]:
    """Return the changes of a plan, those that it puts off included."""
    changes, later = plan.get("resource_changes", []), plan.get("deferred_changes", [])
    lists = isinstance(changes, list) and isinstance(later, list)
    whose = next((_FOREIGN[name] for name in sorted(plan) if name in _FOREIGN), "")
    if whose and "format_version" not in plan:
        raise UsageError(f"{path} is {whose}, and no Terraform plan", hint=_NAME)
    if not isinstance(plan.get("format_version"), str) or not lists:
        raise UsageError(f"{path} is no Terraform plan", hint=_SHOW)
    # What Terraform prints of a state has none of a plan's members, and no changes: it would destroy nothing.
    if not plan.keys() & _OF_PLANS:
        raise UsageError(f"{path} is no Terraform plan, but perhaps a state: it has no changes", hint=_SHOW)
    if plan.get("errored"):
        raise UsageError(f"{path} is a plan that failed, and may lack changes", hint=_SHOW)
    return [*changes, *(one.get("resource_change") if isinstance(one, dict) else one for one in later)]


def _read(path: Path) -> dict[str, Any]:
    try:
        size = path.stat().st_size
        if not path.is_file() or size > MAX_BYTES:
            problem = (
                f"has {size} bytes, and at most {MAX_BYTES} are read" if size > MAX_BYTES else "is no file"
            )
            raise UsageError(f"{path} {problem}", hint=_CUT if size > MAX_BYTES else _SHOW)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if data.startswith(_ZIP):
            raise UsageError(f"{path} is a plan as Terraform keeps it, not as JSON", hint=_SHOW)
        plan = json.loads(data)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot read {path}: {reason}", hint=_SHOW) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no JSON: {type(error).__name__}", hint=_SHOW) from error
    if not isinstance(plan, dict):
        raise UsageError(f"{path} is no Terraform plan", hint=_SHOW)
    return plan


def _named(path: Path, change: Any, accounts: Sequence[str]) -> Iterator[Named]:
    """Yield what one change destroys: nothing, or one thing."""
    try:
        actions, kind = change["change"]["actions"], change["type"]
        address, before = str(change["address"])[:MOST_CHARACTERS], change["change"].get("before") or {}
        managed = change.get("mode", "managed") != "data"
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} is no Terraform plan: a change without {error}", hint=_SHOW) from error
    known = isinstance(actions, list) and all(one in _ACTIONS for one in actions)
    if not known or not isinstance(kind, str) or not isinstance(before, Mapping):
        raise UsageError(f"{path} is no Terraform plan: {address[:80]!a}", hint=_SHOW)
    if managed and "delete" in actions and kind not in ELSEWHERE:
        yield _one(path, address, kind, before, accounts)


def _one(path: Path, address: str, kind: str, before: Mapping[str, Any], accounts: Sequence[str]) -> Named:
    owner = str(before.get("owner_id") or "")
    if owner and not before.get("arn"):
        check_owner(str(path), ascii(owner[:20]).strip("'"), accounts)
    ours = TYPES.get(kind)
    if ours is None:
        return Named(address, address, unknown=f"{kind[:80]}: a type that is not known to us")
    thing, attribute = ours
    identifier = before.get(attribute)
    if not isinstance(identifier, str) or not identifier:
        return Named(address, address, unknown=f"{kind}: the plan does not say its {attribute}")
    arn = before.get("arn")
    if isinstance(arn, str) and arn.startswith("arn:") and attribute in {"id", "name", "arn"}:
        found = of_arn(arn, accounts, address, thing, identifier)
        return Named(address, identifier, thing, region=found.region, arn=arn, account=found.account)
    return Named(address, identifier, thing, region=_region(before), account=owner)


def _region(before: Mapping[str, Any]) -> str:
    """Say where a resource is, as far as the plan does."""
    zone, region = before.get("availability_zone"), before.get("region")
    if isinstance(region, str) and region:
        return region
    return zone[:-1] if isinstance(zone, str) and zone[-1:].isalpha() and zone[-2:-1].isdigit() else ""
