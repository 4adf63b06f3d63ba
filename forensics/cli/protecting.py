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


_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_KEY = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]+:([0-9]{12}):(?:key|alias)/[\w/:-]+|alias/[\w/:-]+", re.ASCII)
_ROLE = re.compile(r"arn:[a-z-]+:iam::([0-9]{12}):role/[\w+=,.@/-]+", re.ASCII)
_AWS_OWN = "alias/aws/"


def protect_options(function: Function) -> Function:
    """Add the options that lock what was made, copy it out, and hold what could be destroyed."""
    for option in (*_copy_options(), *_lock_options()):
        function = option(function)
    return function


def _copy_options() -> tuple[Callable[[Function], Function], ...]:
    return (
        click.option(
            "--source-key",
            "source_keys",
            multiple=True,
            metavar="KEY",
            help="With --copy-to: KMS key of the breached account, to re-encrypt what AWS's own key "
            "encrypts, which cannot be shared. An ARN for each region, or an alias. Repeatable.",
        ),
        click.option(
            "--copy-key",
            "copy_keys",
            multiple=True,
            metavar="KEY",
            help="With --copy-to: KMS key of that account that encrypts the copies. An ARN for each region, "
            "or an alias. Repeatable.",
        ),
        click.option("--copy-profile", metavar="NAME", help="With --copy-to: named profile to reach it by."),
        click.option(
            "--copy-role",
            metavar="ARN",
            help="With --copy-to: role there, assumed from --copy-profile, or else as --role-arn is.",
        ),
        click.option(
            "--copy-to",
            metavar="ACCOUNT",
            help="Copy every snapshot made for the case into another account, under its own key, lock it "
            "there as --lock says, and share nothing any more once that is done.",
        ),
    )


def _lock_options() -> tuple[Callable[[Function], Function], ...]:
    return (
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
    )


def protect(given: Mapping[str, Any]) -> forensics.Protect:
    """Read what is to be done. Raises `UsageError` for options that mean nothing without others."""
    holds = frozenset(map(forensics.Hold, given["holds"]))
    return forensics.Protect(lock=_lock(given), copy=_copy(given), holds=holds)


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


def _copy(given: Mapping[str, Any]) -> forensics.CopyTo | None:
    account, role, profile = given["copy_to"], given["copy_role"], given["copy_profile"]
    if account is None:
        if role or profile or given["copy_keys"] or given["source_keys"]:
            raise forensics.UsageError("--copy-role, --copy-profile, --copy-key, --source-key need --copy-to")
        return None
    if _ACCOUNT.fullmatch(account) is None:
        raise forensics.UsageError(f"no such account: {account[:40]!a}; write its twelve digits")
    if not (role or profile) or not given["copy_keys"]:
        raise forensics.UsageError(
            "--copy-to needs --copy-role or --copy-profile, and a --copy-key of that account",
            hint="a key that the intruder's account has no part in is what makes the copy safe",
        )
    if role and (_ROLE.fullmatch(role) is None or role.split(":")[4] != account):
        raise forensics.UsageError(f"--copy-role is no role of account {account}: {role[:100]!a}")
    for key in given["copy_keys"]:
        _check_key("--copy-key", key, account)
    for key in given["source_keys"]:
        _check_key("--source-key", key)
    return forensics.CopyTo(
        account=account,
        keys=given["copy_keys"],
        role_arn=role,
        profile=profile,
        source_keys=given["source_keys"],
    )


def _check_key(option: str, key: str, account: str = "") -> None:
    found = _KEY.fullmatch(key)
    if found is None or (found[1] and account and found[1] != account):
        of = f" of account {account}" if account else ""
        raise forensics.UsageError(f"{option} is no KMS key{of}: {key[:100]!a}; write its ARN, or alias/NAME")
    if _AWS_OWN in key:
        raise forensics.UsageError(
            f"{option} is AWS's own key: {key[:100]!a}", hint="name one that you manage"
        )
