"""Which accounts a command is about: options, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

import forensics
from forensics.cli import options


def accounts_options(function: options.Function) -> options.Function:
    """Add the options that say how to reach AWS, and which accounts there."""
    for option in (
        click.option(
            "--role-name",
            metavar="NAME",
            help="Role to assume in accounts that are named by their ids, or by their organization. "
            f"Default: {forensics.MEMBER_ROLE}.",
        ),
        click.option(
            "--organization",
            is_flag=True,
            help="Every active account of the organization, asked from its management account or from one "
            "that may list it: the role of --role-name is assumed in each.",
        ),
        click.option(
            "--accounts-from",
            metavar="FILE",
            type=click.Path(path_type=Path),
            help="The accounts of this list: an id or the ARN of a role a line, # begins a comment.",
        ),
    ):
        function = option(function)
    return options.access_options(function, several=True)


def reached(given: Mapping[str, Any]) -> tuple[forensics.Access, forensics.Accounts]:
    """
    Return how to reach AWS, and which accounts beside or in place of the credentials' own.

    One role alone is that of the one account which the case is of.
    """
    roles, listed, organization = given["roles"], given["accounts_from"], given["organization"]
    names = ("profile", "external_id", "endpoint_url", "pace")
    access = {name: given[name] for name in names}
    if listed is None and not organization and len(roles) < 2:
        if given["role_name"] is not None:
            raise forensics.UsageError("--role-name is for --accounts-from and --organization")
        return forensics.Access(role_arn=next(iter(roles), None), **access), forensics.Accounts()
    named = (*roles, *(forensics.load_accounts(listed) if listed is not None else ()))
    role_name = forensics.MEMBER_ROLE if given["role_name"] is None else given["role_name"]
    wanted = forensics.Accounts(named=named, organization=organization, role_name=role_name)
    forensics.check_accounts(wanted)
    return forensics.Access(**access), wanted


def told(members: Iterable[forensics.Member]) -> Iterator[str]:
    """Say of each account as whom it was asked, and of one that broke, how it ended."""
    clean = forensics.clean
    for member in members:
        name = f" ({clean(member.name)})" if member.name else ""
        who = f"as {clean(member.principal)}" if member.principal else "not asked"
        broke = f": {clean(member.ending)}" if member.ending in {"expired", "failed"} else ""
        yield f"account     {clean(member.account)}{name}, {who}{broke}"
