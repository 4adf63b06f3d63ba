"""`forensics certify`: drafts of papers for a court."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

import forensics
from forensics.cli import options
from forensics.cli.terminal import answer, say


@click.command("certify", short_help="Draft certificates and an acquisition report, from the ledger.")
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the drafts go. Default: PATH.papers.",
)
@options.signers_option
@options.roots_option(", as of `forensics verify`")
@options.json_option
def command(
    *,
    path: Path,
    output: Path | None,
    identities: tuple[str, ...],
    tsa_roots: tuple[Path, ...],
    as_json: bool,
) -> int:
    """
    Draft papers about PATH, a case or a bundle: each as text, and as HTML to print.

    A report of the acquisition, and certificates under the Federal Rules of Evidence 902(13) and 902(14).
    All facts come from the ledger; what it does not know is left blank. PATH is verified first; exits 4, and
    writes nothing, if it is not intact. The drafts are no legal advice, and nobody has signed them.
    """
    target = output or path.absolute().with_name(f"{path.absolute().name}.papers")
    pins = [pin for text in identities for pin in forensics.load_signers(text)]
    roots = tuple(map(forensics.load_tsa_root, tsa_roots))
    certified = forensics.certify(path, identities=pins, tsa_roots=roots)
    _write(target, certified.papers)
    if as_json:
        document = {**certified.facts, "files": sorted(certified.papers), "folder": str(target)}
        answer(json.dumps(document, sort_keys=True, indent=1))
        return 0
    for name in certified.papers:
        answer(f"draft       {forensics.clean(target / name, 1_000)}")
    say("these are drafts and no legal advice: have counsel review them, and fill in the blanks by hand")
    return 0


def _write(target: Path, papers: dict[str, str]) -> None:
    try:
        target.mkdir(mode=0o700, parents=True)
        for name, text in papers.items():
            descriptor = os.open(target / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
    except FileExistsError as error:
        raise forensics.UsageError(f"{target} is there already", hint="name a new folder: -o DIR") from error
    except OSError as error:
        reason = (error.strerror or "no file").lower()
        raise forensics.ForensicsError(f"cannot write {target}: {reason}") from error
