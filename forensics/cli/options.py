"""Options that several commands share, by the names that the AWS CLI gave them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from math import isnan
from pathlib import Path
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])


class NumberRange(click.FloatRange):
    """A number between bounds. click's own takes `nan`, which is neither above nor below any."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Take a number, and nothing that is none."""
        number = super().convert(value, param, ctx)
        return self.fail(f"{value!r} is not a number", param, ctx) if isnan(number) else number


class CasePath(click.Path):
    """A folder that has a name: `""`, which a variable that is not set leaves, would be the one we are in."""

    def __init__(self) -> None:
        """Give a `Path`, of a case or none."""
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Take any path but the empty one."""
        return super().convert(value, param, ctx) if value != "" else self.fail("it is empty", param, ctx)


case_argument = click.argument("case", metavar="CASE", type=CasePath())
signers_option = click.option(
    "--identity",
    "identities",
    multiple=True,
    metavar="KEY",
    help="Whose signature counts: a .pub file, an allowed_signers file or a SHA256:… fingerprint, "
    "which you did not take from the bundle. Repeatable.",
)


def roots_option(says: str) -> Callable[[Function], Function]:
    """Return `--tsa-root`; the help `says` what it is for here."""
    return click.option(
        "--tsa-root",
        "tsa_roots",
        multiple=True,
        metavar="PEM",
        type=click.Path(path_type=Path),
        help=f"Root certificate of a time-stamp authority{says}. Repeatable.",
    )


json_option = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress; errors and the answer only.")
PROFILE = "forensics.identity-profile"
"""Where the context of a command has the profile of the key that signs."""


def _keep_profile(context: click.Context, _: click.Parameter, value: str | None) -> None:
    context.meta[PROFILE] = value


_profile_option = click.option(
    "--identity-profile",
    metavar="NAME",
    expose_value=False,
    callback=_keep_profile,
    help="Named profile that a kms: identity is asked with. Default: as the rest of AWS is asked.",
)


def signing_options(*, required: bool = False, default: str = "") -> Callable[[Function], Function]:
    """Make the options that say who signs; `default` tells what is done without."""
    identity = click.option(
        "--identity",
        metavar="KEY",
        required=required,
        type=click.Path(path_type=Path, dir_okay=False),
        help="Your key that signs: an SSH private key file, a .pub whose key is in the agent, or kms: and "
        f"the ARN or alias of a KMS key.{default}",
    )
    return lambda function: identity(_profile_option(function))


identity_option = signing_options(default=" Default: the key that was made for the case, if one was.")


key_option = click.option(
    "-i",
    "--key",
    "keys",
    multiple=True,
    metavar="KEY",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Key file that opens parts: age identities (age-keygen) or an ssh-ed25519 private key. Repeatable.",
)
tsa_option = click.option(
    "--tsa",
    "tsas",
    multiple=True,
    metavar="URL",
    help="Time-stamp authority (RFC 3161, http or https) that dates it. Repeatable. "
    "Default: those that the case was dated by so far.",
)


_SIZE = re.compile(r"(\d{1,18}(?:\.\d{1,6})?)\s*([KMGT]i?B?|B)?", re.IGNORECASE | re.ASCII)
_POWERS = {"": 0, "B": 0, "K": 1, "M": 2, "G": 3, "T": 4}


def moment(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    """Read a date, or a date and time, as ISO 8601 has them; UTC where it does not say."""
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        said = f"no such time: {value!a}; write 2026-11-23 or 2026-11-23T08:30:00Z"
        raise click.BadParameter(said) from error


def size(_: click.Context, __: click.Parameter, value: str) -> int:
    """Read a number of bytes, with or without a unit that is a power of 1,024."""
    found = _SIZE.fullmatch(value.strip())
    if found is None:
        raise click.BadParameter(f"no such size: {value!a}; write bytes, or 500MiB, or 2GiB")
    return int(float(found[1]) * 1024 ** _POWERS[(found[2] or "")[:1].upper()])


def names(pattern: str, what: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Make a check of names that AWS gives: one, or several."""

    def check(_: click.Context, __: click.Parameter, value: Any) -> Any:
        for name in value if isinstance(value, tuple) else [value]:
            if name and not re.fullmatch(pattern, name, re.ASCII):
                raise click.BadParameter(f"no {what} is called {name[:80]!a}")
        return value

    return check


def window_options(function: Function) -> Function:
    """Add the options that say which logs to keep."""
    for option in (
        click.option(
            "--max-log-group",
            callback=size,
            default="2GiB",
            show_default=True,
            metavar="SIZE",
            help="Stored size of a log group, or of a bucket's access logs, past which it is a gap.",
        ),
        click.option(
            "--until",
            callback=moment,
            metavar="TIME",
            help="Keep logs up to then. Default: until the case's first run began. A later run can widen it.",
        ),
        click.option(
            "--since",
            callback=moment,
            metavar="TIME",
            help="Keep logs from then on: a date, or a date and time, UTC. Default: 90 days before. "
            "A later run can widen it, not make less of what an earlier one was to keep.",
        ),
    ):
        function = option(function)
    return function


def role_option(*, several: bool = False) -> Callable[[Function], Function]:
    """Make the option that says which role to assume; `several` where each is an account."""
    if several:
        about = "Assume this role first. Repeatable: each is of an account of the same case."
        return click.option("--role-arn", "roles", multiple=True, metavar="ARN", help=about)
    return click.option("--role-arn", metavar="ARN", help="Assume this role first.")


def access_options(function: Function, *, several: bool = False) -> Function:
    """Add the options that say how to reach AWS; `several` where they may lead to more than one account."""
    for option in (
        click.option(
            "--pace",
            type=NumberRange(min=0.01, max=1_000),
            default=1.0,
            metavar="FACTOR",
            help="Times the usual request rates, which stay below AWS's limits. "
            "Below 1 leaves room for the account's own work.",
        ),
        click.option(
            "--endpoint-url", metavar="URL", help="Ask this address instead of AWS (drills, tests)."
        ),
        click.option("--external-id", metavar="ID", help="External id for --role-arn."),
        role_option(several=several),
        click.option("--profile", metavar="NAME", help="Named profile, as in the AWS CLI."),
    ):
        function = option(function)
    return function
