"""`forensics keys`: who speaks for a case."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

import forensics
from forensics.cli import options
from forensics.cli.identity import load_identity
from forensics.cli.terminal import answer, say


@click.group("keys", short_help="Show, add, retire or rotate the keys that speak for a case.")
def command() -> None:
    """
    Show or change the keys that speak for a case.

    The log key signs the checkpoints, by itself, while a run goes on. An identity is a person's key: it
    signs the bundle, and for each key that is added. Every change is an entry of the ledger. What a key
    signed before it was retired stands; what it signs after is refused.
    """


@command.command("list", short_help="Show the keys, and since when they speak for the case.")
@options.case_argument
@options.json_option
def list_keys(*, case: Path, as_json: bool) -> int:
    """Show every key that spoke for CASE, in the order in which the ledger names them."""
    with forensics.open_case(case, create=False) as opened:
        rows, unbound = opened.roster.document(), forensics.unbound(opened)
    if as_json:
        answer(json.dumps({"keys": rows, "unsigned": unbound}, sort_keys=True, indent=1))
        return 0
    for row in rows:
        until = f", retired in line {row['retired']} as of {row['since']}" if row["retired"] else ""
        whose = f"{forensics.clean(row['name'])} " if row["name"] else ""
        answer(f"{row['role']:<11} {whose}{forensics.clean(row['key'])}, from line {row['line']}{until}")
    for one in unbound:
        say(f"not signed for yet by {forensics.clean(one)}: open the case with that key (forensics keys)")
    return 0


@command.command("rotate", short_help="Give the case a new log key.")
@options.case_argument
@options.identity_option
@click.option("--reason", default="rotated", show_default=True, metavar="TEXT", help="Why, for the record.")
def rotate(*, case: Path, identity: Path | None, reason: str) -> int:
    """
    Give CASE a new log key, and retire the one that it has.

    The new key lies in CASE/private before the ledger names it; the former is kept there under another
    name. An identity of the case signs the first checkpoint of the new key. Rotate when somebody else may
    have had the folder: what the former key signs from now on is refused.
    """
    with forensics.open_case(case, identity=load_identity(identity), create=False) as opened:
        former = opened.roster.term.vkey
        vkey = forensics.rotate(opened, reason)
    answer(f"log key     {forensics.clean(vkey)}")
    answer(f"retired     {forensics.clean(former)}")
    return 0


@command.command("add", short_help="Let another person's key speak for the case.")
@options.case_argument
@click.argument("public", metavar="PUB", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--name", required=True, metavar="NAME", help="Whose key it is: it is part of files' names.")
@options.identity_option
def add(*, case: Path, public: Path, name: str, identity: Path | None) -> int:
    """
    Let the person whose public key is in PUB speak for CASE from now on.

    An identity that the case has vouches for it: it signs the next checkpoint. Whoever was added can seal
    the case, add others, and retire keys.
    """
    added = forensics.load_public(public)
    with forensics.open_case(case, identity=load_identity(identity), create=False) as opened:
        forensics.add_identity(opened, added, name)
    answer(f"identity    {forensics.clean(name)} {added.fingerprint}")
    return 0


@command.command("retire", short_help="Let a person's key speak for the case no more.")
@options.case_argument
@click.argument("key", metavar="KEY")
@click.option("--reason", required=True, metavar="TEXT", help="Why, for the record.")
@click.option(
    "--since",
    callback=options.moment,
    metavar="TIME",
    help="From when on it is not to be trusted: a date, or a date and time, UTC. Default: now.",
)
@options.identity_option
def retire(*, case: Path, key: str, reason: str, since: datetime | None, identity: Path | None) -> int:
    """
    Let the identity KEY of CASE, its fingerprint or its name, speak for the case no more.

    What it signed before stands, what it signs from now on is refused, and so is what it signed after
    --since, where time stamps show that. The last identity cannot be retired: add another first. The log
    key is retired by `forensics keys rotate`.
    """
    with forensics.open_case(case, identity=load_identity(identity), create=False) as opened:
        fingerprint = forensics.retire_identity(opened, key, reason, since)
    answer(f"retired     {fingerprint}")
    return 0
