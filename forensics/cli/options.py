"""Options that several commands share, by the names that the AWS CLI gave them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])

case_argument = click.argument("case", metavar="CASE", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress; errors and the answer only.")
identity_option = click.option(
    "--identity",
    metavar="KEY",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Your SSH key that signs: a private key file, or a .pub whose key is in the agent. "
    "Without it, a key is made for the case, which is then only as trustworthy as its folder.",
)


def access_options(function: Function) -> Function:
    """Add the options that say how to reach AWS."""
    for option in (
        click.option(
            "--pace",
            type=click.FloatRange(min=0.01, max=1_000),
            default=1.0,
            metavar="FACTOR",
            help="Times the usual request rates, which stay below AWS's limits. "
            "Below 1 leaves room for the account's own work.",
        ),
        click.option(
            "--endpoint-url", metavar="URL", help="Ask this address instead of AWS (drills, tests)."
        ),
        click.option("--external-id", metavar="ID", help="External id for --role-arn."),
        click.option("--role-arn", metavar="ARN", help="Assume this role first."),
        click.option("--profile", metavar="NAME", help="Named profile, as in the AWS CLI."),
    ):
        function = option(function)
    return function
