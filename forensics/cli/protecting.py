"""Options of `preserve` that do more than keep: each writes to AWS, and none is done unasked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

import forensics

Function = TypeVar("Function", bound=Callable[..., Any])

_DURATION = re.compile(r"(\d{1,5})([dwy])", re.ASCII)
_DAYS = {"d": 1, "w": 7, "y": 365}
MOST_DAYS, MOST_HOURS = 36_500, 72
"""What AWS takes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LockSnapshot.html"""


def _days(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    """Read a duration in whole days."""
    if value is None:
        return None
    found = _DURATION.fullmatch(value)
    days = int(found[1]) * _DAYS[found[2]] if found else 0
    if not 1 <= days <= MOST_DAYS:
        raise click.BadParameter(f"no such duration: {value[:40]!a}; write 30d, 12w or 1y, at most 100 years")
    return days


def protect_options(function: Function) -> Function:
    """Add the options that lock what was made, and hold what could be destroyed."""
    for option in (
        click.option(
            "--hold",
            "holds",
            multiple=True,
            type=click.Choice([hold.value for hold in forensics.Hold]),
            metavar="WHAT",
            help="Keep from being destroyed meanwhile, by a change to the account: termination (of "
            "instances), delete-on-termination (of disks), scaling (groups that end instances), "
            "log-retention. Repeatable. The value before is on record; `status --undo` says how to go back "
            "to it.",
        ),
        click.option(
            "--lock-cool-off",
            type=click.IntRange(1, MOST_HOURS),
            metavar="HOURS",
            help="With --lock-mode compliance: how long the lock can still be undone, 1 to 72.",
        ),
        click.option(
            "--lock-mode",
            type=click.Choice([mode.value for mode in forensics.LockMode]),
            metavar="MODE",
            help="governance (the default): whoever has ec2:UnlockSnapshot can undo it. "
            "compliance: nobody can, nor stop paying for the snapshot, until it expires.",
        ),
        click.option(
            "--lock",
            callback=_days,
            metavar="DURATION",
            help="Lock every snapshot made for the case against deletion, for 30d, 12w or 1y from now. "
            "A lock that is there already is extended, and never shortened.",
        ),
    ):
        function = option(function)
    return function


def protect(given: Mapping[str, Any]) -> forensics.Protect:
    """Read what is to be done. Raises `UsageError` for options that mean nothing without others."""
    holds = frozenset(map(forensics.Hold, given["holds"]))
    return forensics.Protect(lock=_lock(given), holds=holds)


def _lock(given: Mapping[str, Any]) -> forensics.Lock | None:
    days, mode, cool_off = given["lock"], given["lock_mode"], given["lock_cool_off"]
    if days is None:
        if mode or cool_off:
            raise forensics.UsageError("--lock-mode and --lock-cool-off say how to lock, and not what")
        return None
    chosen = forensics.LockMode(mode or forensics.LockMode.GOVERNANCE)
    if cool_off and chosen is not forensics.LockMode.COMPLIANCE:
        raise forensics.UsageError("--lock-cool-off is of --lock-mode compliance only")
    return forensics.Lock(days=days, mode=chosen, cool_off=cool_off)
