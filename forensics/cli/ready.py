"""`forensics ready`: say whether it may be torn down now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

import forensics
from forensics.cli import options
from forensics.cli.accounts import accounts_options, reached
from forensics.cli.arenas import share_arenas
from forensics.cli.terminal import Bar, answer, say


@click.command("ready", short_help="Say what would be lost if it were torn down now.")
@options.case_argument
@click.argument("resources", metavar="[RESOURCE]...", nargs=-1)
@click.option(
    "--plan",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Look only at what this Terraform plan destroys, as `terraform show -json` prints it.",
)
@click.option(
    "--waive",
    multiple=True,
    metavar="RESOURCE",
    help="Let this go, by its name as `ready` shows it: on record in the case. Repeatable.",
)
@click.option("--because", default="", metavar="TEXT", help="Why it is let go.")
@click.option(
    "--bundle",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the bundle is. Default: where `seal` put it.",
)
@options.signers_option
@accounts_options
@options.json_option
@options.quiet_option
def command(*, case: Path, as_json: bool, quiet: bool, **given: Any) -> int:
    """
    Say what would be lost if the accounts of CASE, or each RESOURCE, were destroyed now.

    Lists what is alive, in every region, and holds it against the case: kept, kept and locked, copied out,
    changed since it was kept, not to be kept by any means (memory, disks of the host, contents of databases
    and buckets), or not kept. RESOURCE is an ARN or an id. Asks AWS for lists alone and changes nothing
    there; writes to the case only what is waived. Several accounts are reached as by `preserve`; one of CASE
    that was not looked at is in the way.

    Exits 0 only if nothing would be lost that was not waived by name, every snapshot is complete, the case
    is sealed and its bundle verifies:

    \b
        forensics ready CASE --profile breached && terraform destroy

    Exits 3 if not, 4 if the evidence was changed.
    """  # noqa: D301 - click wants the character
    asked = forensics.Asked(
        resources=given["resources"],
        plan=given["plan"],
        waive=given["waive"],
        because=given["because"],
        bundle=given["bundle"],
        identities=tuple(pin for text in given["identities"] for pin in forensics.load_signers(text)),
    )
    access, accounts = reached(given)
    share_arenas()
    with Bar(quiet=quiet) as bar:
        readiness = forensics.ready(case, access, asked, accounts=accounts, on_progress=bar)
    if as_json:
        answer(json.dumps(readiness.document(), sort_keys=True, ensure_ascii=True, indent=1))
    else:
        for line in readiness.lines():
            answer(line)
        if readiness.lost:
            say("to let something go, name it: --waive RESOURCE --because TEXT")
    return readiness.exit_code
