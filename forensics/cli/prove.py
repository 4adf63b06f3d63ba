"""`forensics prove`: that one checkpoint grew into another."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import forensics
from forensics.cli.terminal import answer, say

INTACT, UNSIGNED = 0, 3


@click.command("prove", short_help="Prove that one checkpoint grew into another, or check such a proof.")
@click.argument("case", metavar="[CASE]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--from", "old", required=True, metavar="NOTE", type=click.Path(path_type=Path), help="The older one."
)
@click.option(
    "--to", "new", required=True, metavar="NOTE", type=click.Path(path_type=Path), help="The newer one."
)
@click.option("--check", metavar="PROOF", type=click.Path(path_type=Path), help="Check this proof instead.")
@click.option(
    "--log",
    "logs",
    multiple=True,
    metavar="VKEY",
    help="With --check: the log's verifier key (log.vkey), had by another road, that must have signed. "
    "Repeatable: a log that was rotated has several.",
)
def command(*, case: Path | None, old: Path, new: Path, check: Path | None, logs: tuple[str, ...]) -> int:
    """
    Print the proof that the log of CASE, a case or a bundle, grew from one checkpoint into another.

    Whoever has the two notes can check it without the case: --check. The proof is in the form in which
    C2SP has a log send it to a witness. Checking exits 0 if nothing before the older checkpoint was
    changed, 3 if so but no --log was named to hold the signatures against, 4 if not.
    """
    older, newer = forensics.load_head(old), forensics.load_head(new)
    if (case is None) == (check is None):
        raise forensics.UsageError(
            "either prove (CASE --from NOTE --to NOTE) or check (--check PROOF --from NOTE --to NOTE)"
        )
    if case is not None:
        sys.stdout.buffer.write(forensics.prove(case, older, newer).encode())
        return INTACT
    vkeys = tuple(map(forensics.load_log, logs))
    first, second = forensics.check_proof(forensics.load_proof(check or Path()), older, newer, *vkeys)
    answer(
        f"consistent: {forensics.clean(second.origin)} grew from {first.size} to {second.size} entries, and "
        f"the first {first.size} are what they were"
    )
    if not vkeys:
        say("unpinned: no log key was named to hold the signatures against (--log)")
    return INTACT if vkeys else UNSIGNED
