"""`forensics verify`: check the evidence."""

from __future__ import annotations

import json
from pathlib import Path

import click

import forensics
from forensics.cli import options
from forensics.cli.identity import passphrase
from forensics.cli.terminal import ByteBar, answer


@click.command(
    "verify", short_help="Check a case, a bundle or its parts: nothing changed, added or left out."
)
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@options.signers_option
@click.option(
    "--expect-head",
    "heads",
    multiple=True,
    metavar="NOTE",
    type=click.Path(path_type=Path),
    help="A checkpoint that you had by another road (`forensics head`): refuses what is older, or a fork. "
    "Repeatable.",
)
@click.option(
    "--witness",
    "witnesses",
    multiple=True,
    metavar="KEY",
    help="Who must have countersigned: a C2SP verifier key, a .pub file, an allowed_signers file or a "
    "SHA256:… fingerprint. Repeatable: each must.",
)
@options.roots_option(", which you did not take from the bundle: it must be dated by one of them")
@click.option(
    "--policy",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="What must be met, as a C2SP policy: which witnesses, how many time stamps, whose signature.",
)
@options.key_option
@options.json_option
@click.option("-q", "--quiet", is_flag=True, help="Print the verdict alone.")
def command(
    *,
    path: Path,
    identities: tuple[str, ...],
    heads: tuple[Path, ...],
    witnesses: tuple[str, ...],
    tsa_roots: tuple[Path, ...],
    policy: Path | None,
    keys: tuple[Path, ...],
    as_json: bool,
    quiet: bool,
) -> int:
    """
    Check that nothing in PATH, a case, a bundle or its parts, was changed, added or left out.

    Needs no AWS and no network, writes nothing. Exits 0 if it is intact and the signer is one that you
    named; 3 if it is intact and you named none: anyone can sign with a key of their own; 4 if not.
    Also 3 where a witness, a time stamp or a line of the policy that you asked for is not met.
    Also 3 for a case that is not sealed: nothing in it can say that it was not cut back or forked.

    Of parts it checks what a courier can, that they are all there and as they were signed; with a key of
    one that they are for (-i), also all that is in them, as of a bundle.

    Records of custody that lie beside it are told of; they change nothing of the verdict.
    """
    pins = [pin for text in identities for pin in forensics.load_signers(text)]
    demands = forensics.Demands(
        heads=tuple(map(forensics.load_head, heads)),
        witnesses=tuple(one for text in witnesses for one in forensics.load_witness(text)),
        tsa_roots=tuple(map(forensics.load_tsa_root, tsa_roots)),
        policy=forensics.load_policy(policy) if policy else None,
    )
    unlock = forensics.load_age_keys(keys, passphrase) if keys else None
    with ByteBar(quiet=quiet) as bar:
        verdict = forensics.verify(path, identities=pins, demands=demands, unlock=unlock, progress=bar)
    custody = forensics.custody_beside(path)
    if as_json:
        told = {"custody": custody.document()} if custody else {}
        answer(json.dumps({**verdict.document(), **told}, sort_keys=True, indent=1))
    elif quiet:
        answer(forensics.clean(verdict.sentence, 1_000))
    else:
        for line in verdict.lines():
            answer(line)
        if custody:
            answer(f"beside it, {forensics.clean(custody.sentence, 1_000)} (forensics custody show)")
    return verdict.exit_code
