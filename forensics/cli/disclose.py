"""`forensics disclose`: one file, and the proof that it is as it was kept."""

from __future__ import annotations

from pathlib import Path

import click

import forensics
from forensics.cli.terminal import answer, say


@click.command("disclose", short_help="Give one file away, with the proof that it is as it was kept.")
@click.argument("path", metavar="CASE", type=click.Path(path_type=Path))
@click.argument("item", metavar="ITEM")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--to", default="", metavar="WHOM", help="For whom it is: goes on record in the case.")
def command(*, path: Path, item: str, out: Path, to: str) -> int:
    """
    Write ITEM, a file in data/ of CASE (a case or a bundle), and its proof, as the new folder OUT.

    Whoever gets it can check that the file is as it was kept and when, and learns nothing of the rest
    of the case: with `forensics verify OUT`, or by the page of shell in its README.txt. A case
    records what was disclosed; a bundle is closed, and cannot.
    """
    done = forensics.disclose(path, item, out, to=to)
    answer(f"disclosed   {forensics.clean(done.item)}, entry {done.seq}")
    answer(f"under       the checkpoint over {done.checkpoint} entries")
    for name in done.anchors:
        answer(f"with        {forensics.clean(name)}")
    answer(f"folder      {forensics.clean(done.path, 1_000)}")
    if not done.recorded:
        say("no ledger tells of this disclosure: only a case that can be written to does")
    say(f"next: forensics verify {forensics.clean(out, 1_000)} --identity KEY.pub")
    return 0
