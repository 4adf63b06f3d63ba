"""`forensics head`: the checkpoint to read out, print or mail."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

import forensics
from forensics.cli import options
from forensics.cli.terminal import answer, say


@click.command("head", short_help="Show the newest checkpoint, to read out, print or mail.")
@options.case_argument
@click.option(
    "--at", "size", type=click.IntRange(min=1), metavar="N", help="The checkpoint over N entries instead."
)
@click.option("--raw", is_flag=True, help="Print the note itself, byte for byte, for a file or a mail.")
@options.json_option
def command(*, case: Path, size: int | None, raw: bool, as_json: bool) -> int:
    """
    Show the newest checkpoint of CASE, a case or a bundle, also while `preserve` runs.

    Whoever has it, on paper or in a mail, can tell later whether the case was cut back or rewritten
    since (`forensics verify CASE --expect-head NOTE`). Read it out, print it, send it, often.
    A bundle ends at its seal: for one, the head is that of the bundle.
    """
    found = forensics.head(case, size=size)
    if raw:
        sys.stdout.buffer.write(found.note)
        return 0
    if as_json:
        answer(json.dumps(found.document(), sort_keys=True, indent=1))
        return 0
    digits = found.root.split()
    answer(f"log         {forensics.clean(found.checkpoint.origin)}")
    answer(f"entries     {found.checkpoint.size}")
    answer(f"root        {' '.join(digits[:8])}")
    answer(f"            {' '.join(digits[8:])}")
    digest = forensics.grouped(found.sha256).split()
    answer(f"SHA-256     {' '.join(digest[:8])}")
    answer(f"of the note {' '.join(digest[8:])}")
    if found.lines_after:
        say(f"{found.lines_after} lines after it are not in it")
    say(f"next: forensics head {forensics.clean(case, 1_000)} --raw > head.note, and send it to a witness")
    return 0
