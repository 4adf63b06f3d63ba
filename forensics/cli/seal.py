"""`forensics seal`: close the evidence."""

from __future__ import annotations

import json
from pathlib import Path

import click

import forensics
from forensics.cli import options
from forensics.cli.identity import passphrase
from forensics.cli.terminal import answer, say


@click.command("seal", short_help="Close the evidence under a signed manifest, as a bundle.")
@options.case_argument
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the bundle goes. Default: a folder in CASE/bundles.",
)
@options.identity_option
@options.tsa_option
@options.json_option
def command(
    *, case: Path, output: Path | None, identity: Path | None, tsas: tuple[str, ...], as_json: bool
) -> int:
    """
    Close the evidence in CASE under a manifest signed by its identity.

    Writes a bundle, a BagIt folder that anyone can check with sha256sum, openssl and ssh-keygen alone,
    and prints where it is and its digest. Put the digest on paper: it names every byte. Nothing can be
    added to the evidence of a sealed case.
    """
    forensics.check_tsas(tsas)
    key = forensics.load_identity(identity, name="", passphrase=passphrase) if identity else None
    with forensics.open_case(case, identity=key, create=False) as opened:
        sealed = forensics.seal(opened, output, derive=forensics.derive, tsas=tsas)
    if as_json:
        document = {
            "bundle": str(sealed.path),
            "bytes": sealed.bytes,
            "digest": sealed.digest,
            "items": sealed.items,
            "refusals": dict(sealed.refusals),
            "tsas": list(sealed.tsas),
        }
        answer(json.dumps(document, sort_keys=True, indent=1))
        return 0
    answer(f"bundle      {forensics.clean(sealed.path, 1_000)}")
    answer(f"holds       {sealed.items} items, {sealed.bytes} bytes")
    answer(f"digest      {sealed.digest}")
    _tell_time(case, sealed)
    say(f"next: forensics verify {forensics.clean(sealed.path, 1_000)} --identity KEY.pub")
    return 0


def _tell_time(case: Path, sealed: forensics.Sealed) -> None:
    clean = forensics.clean
    for tsa in sealed.tsas:
        why = sealed.refusals.get(tsa)
        answer(f"dated by    {clean(tsa)}" if why is None else f"not dated   by {clean(tsa)}: {clean(why)}")
    if sealed.refusals:
        say(f"a time stamp is owed; to get it later: forensics stamp {clean(case, 1_000)}")
