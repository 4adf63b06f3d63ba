"""Options that say what of an account is kept, which `preserve` and `plan` share, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

import forensics
from forensics.cli import protecting

Function = TypeVar("Function", bound=Callable[..., Any])


def scope_options(function: Function) -> Function:
    """Add the options that narrow what is asked."""
    for option in (
        click.option(
            "--without",
            multiple=True,
            metavar="COLLECTOR",
            help="Leave out what a collector keeps, on record as out of scope: docs/collectors.md has them. "
            "Repeatable. A later run without it keeps that too.",
        ),
        click.option(
            "--suspect-key",
            "suspects",
            multiple=True,
            metavar="ID",
            help="Access key id or ARN that leaked: refuse to run as it. Repeatable.",
        ),
        click.option(
            "--region",
            "regions",
            multiple=True,
            metavar="NAME",
            help="Region to keep. Repeatable. Default: all enabled.",
        ),
    ):
        function = option(function)
    return function


def scope_of(given: Mapping[str, Any]) -> forensics.Scope:
    """Read what is to be kept."""
    since, until = given["since"], given["until"]
    if since and since >= (until or datetime.now(UTC)):
        end = "--until" if until else "now"
        raise forensics.UsageError(f"--since {since.isoformat()} is not before {end}", hint="check both")
    names = ("regions", "since", "until", "max_log_group")
    return forensics.Scope(
        **{name: given[name] for name in names},
        wait=given.get("wait"),
        again=frozenset(given.get("again", ())),
        suspect_keys=frozenset(given["suspects"]),
        without=frozenset(given["without"]),
        protect=protecting.protect(given),
    )
