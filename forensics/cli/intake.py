"""What somebody told us of the breach: the option for it, and what is said of what it names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

import forensics
from forensics.cli.terminal import say

notice_option = click.option(
    "--notice",
    "notices",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="An abuse e-mail, Health event, GuardDuty finding or text that tells of the breach: kept first, and "
    "what it names is asked first; access keys in it are suspects. Repeatable.",
)

_SHOWN = 5


def take(case: forensics.Case, notices: Sequence[Path], *, quiet: bool) -> None:
    """Take notices into the case, and say what each names."""
    for path in notices:
        taken = forensics.take_notice(case, path)
        if quiet:
            continue
        name = forensics.clean(taken.name)
        if taken.again:
            say(f"notice {name}: the case holds it already")
            continue
        found = [f"{kind} {_few(names)}" for kind, names in taken.found.items() if names]
        say(f"notice {name}: names {'; '.join(found) or 'nothing that AWS knows by an id'}")
        for key in taken.found["keys"][:_SHOWN]:
            say(f"  {forensics.clean(key)} is a suspect from now on: this case is not preserved with it")


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return forensics.clean(", ".join(names[:_SHOWN]), 1_000) + more
