"""`forensics open`: from parts to a bundle."""

from __future__ import annotations

import json
from pathlib import Path

import click

import forensics
from forensics.cli import options
from forensics.cli.identity import passphrase
from forensics.cli.terminal import ByteBar, answer, say


@click.command("open", short_help="Decrypt the parts of a bundle, and check it before it gets its name.")
@click.argument("parts", metavar="PARTS", type=click.Path(path_type=Path))
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path))
@options.key_option
@options.signers_option
@options.json_option
@click.option("-q", "--quiet", is_flag=True, help="Print the verdict alone.")
def command(
    *,
    parts: Path,
    target: Path,
    keys: tuple[Path, ...],
    identities: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> int:
    """
    Decrypt PARTS, check all of what was in them, and only then call it DIR.

    First the sums and their signature are checked, then everything is decrypted into a folder beside DIR
    that nobody else can read, then the bundle is verified: evidence is hashed as it is written, and read
    again only where it was changed since (`forensics verify DIR` reads all of it back). Where one of these
    fails nothing of it is left. Exits as `forensics verify` does; DIR is there after 0 and after 3: intact,
    but you named nobody who must have signed. Killed without a chance to clean up, the next `forensics open`
    beside it does.
    """
    if not keys:
        raise click.UsageError("missing option '-i' / '--key'")
    pins = [pin for text in identities for pin in forensics.load_signers(text)]
    unlock = forensics.load_age_keys(keys, passphrase)
    with ByteBar(quiet=quiet) as bar:
        verdict = forensics.open_parts(parts, target, unlock, identities=pins, progress=bar)
    if as_json:
        answer(json.dumps(verdict.document(), sort_keys=True, indent=1))
    elif quiet:
        answer(forensics.clean(verdict.sentence, 1_000))
    else:
        for line in verdict.lines():
            answer(line)
    kept = verdict.exit_code != 4
    say(f"opened: {forensics.clean(target, 1_000)}" if kept else "nothing was opened: nothing of it is left")
    return verdict.exit_code
