"""`forensics visibility`: say what an account records, and what could be done there unseen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

import forensics
from forensics.cli import options
from forensics.cli.accounts import accounts_options, reached
from forensics.cli.terminal import Bar, answer


@click.command("visibility", short_help="Say what could be done in the account unseen.")
@click.argument("case", metavar="[CASE]", required=False, type=click.Path(path_type=Path))
@accounts_options
@options.json_option
@options.quiet_option
def command(*, case: Path | None, as_json: bool, quiet: bool, **given: Any) -> int:
    """
    Say which sources of evidence there are, what could be done unseen, and how each hole would be closed.

    In each region: trails and what they leave out, flow logs, logs of logins and how long they are kept,
    GuardDuty, the configuration recorder, access logs of buckets and balancers, resolver logs.

    With CASE, a case or a bundle, from what it kept, without AWS. Without, asks the account now. Never
    changes anything: the commands are for you to run. Words in capitals in them are yours to fill in.

    Exits 0 if there are no holes, else 3.
    """
    access, accounts = reached(given)
    with Bar(quiet=quiet or case is not None) as bar:
        found = forensics.visibility(case, access, accounts=accounts, on_progress=bar)
    if as_json:
        answer(json.dumps(found.document(), sort_keys=True, ensure_ascii=True, indent=1))
    else:
        for line in found.lines():
            answer(line)
    return found.exit_code
