"""`forensics stamp`: have dated what is not."""

from __future__ import annotations

import json
from pathlib import Path

import click

import forensics
from forensics.cli import options
from forensics.cli.terminal import answer, say

DONE, OWED = 0, 3


@click.command("stamp", short_help="Have dated what no time-stamp authority has stamped yet.")
@options.case_argument
@options.tsa_option
@options.json_option
def command(*, case: Path, tsas: tuple[str, ...], as_json: bool) -> int:
    """
    Have CASE stamped by time-stamp authorities (RFC 3161), up to now, and the bundles that were made of it.

    Pays what `preserve` and `seal` owe, because an authority did not answer or none was named: the newest
    checkpoint, which covers all before it, and the signature of each bundle that still lies where it was
    written. An authority learns a hash and nothing else. Exits 0 if nothing is owed any more, else 3.
    """
    forensics.check_tsas(tsas)
    with forensics.open_case(case, create=False) as opened:
        stamped = forensics.stamp(opened, tsas)
    if as_json:
        document = {
            "owed": stamped.owed,
            "refusals": stamped.refusals,
            "stamps": stamped.stamps,
            "tsas": list(stamped.tsas),
        }
        answer(json.dumps(document, sort_keys=True, indent=1))
    else:
        _tell(case, stamped)
    return OWED if stamped.owed else DONE


def _tell(case: Path, stamped: forensics.Stamped) -> None:
    clean = forensics.clean
    answer(f"stamped     {stamped.stamps} files")
    for line in forensics.dating(case).lines():
        answer(line)
    for tsa, why in stamped.refusals.items():
        say(f"{clean(tsa)}: {clean(why)}")
