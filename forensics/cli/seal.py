"""`forensics seal`: close the evidence."""

from __future__ import annotations

import json
from pathlib import Path

import click

import forensics
from forensics.cli import options
from forensics.cli.identity import load_identity
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
@click.option(
    "--recipient",
    "recipients",
    multiple=True,
    metavar="KEY",
    help="Encrypt the bundle, as parts beside it, to this key: age1… or a line `ssh-ed25519 …`. Repeatable.",
)
@click.option(
    "--recipients-file",
    "files",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Encrypt to every key in this file, one a line. Repeatable.",
)
@options.identity_option
@options.tsa_option
@options.json_option
def command(
    *,
    case: Path,
    output: Path | None,
    recipients: tuple[str, ...],
    files: tuple[Path, ...],
    identity: Path | None,
    tsas: tuple[str, ...],
    as_json: bool,
) -> int:
    """
    Close the evidence in CASE under a manifest signed by its identity.

    Writes a bundle, a BagIt folder that anyone can check with sha256sum, openssl and ssh-keygen alone,
    and prints where it is and its digest. Put the digest on paper: it names every byte. Nothing can be
    added to the evidence of a sealed case.

    With recipients, also of a case that is sealed already, it writes the bundle's parts: tar files of at most
    4 GiB, encrypted with age, with a signed SHA256SUMS that a courier checks without a key. The bundle itself
    stays as it is, in the clear. What was interrupted goes on where it was.
    """
    forensics.check_tsas(tsas)
    given = forensics.load_recipients(recipients, files) if recipients or files else None
    key = load_identity(identity)
    with forensics.open_case(case, identity=key, create=False) as opened:
        sealed = forensics.seal(opened, output, derive=forensics.derive, tsas=tsas)
        parts = forensics.export(opened, sealed, given, tsas=sealed.tsas) if given else None
    if as_json:
        document = {
            "bundle": str(sealed.path),
            "bytes": sealed.bytes,
            "digest": sealed.digest,
            "items": sealed.items,
            "parts": _document(parts) if parts else None,
            "refusals": dict(sealed.refusals),
            "tsas": list(sealed.tsas),
        }
        answer(json.dumps(document, sort_keys=True, indent=1))
        return 0
    answer(f"bundle      {forensics.clean(sealed.path, 1_000)}")
    answer(f"holds       {sealed.items} items, {sealed.bytes} bytes")
    answer(f"digest      {sealed.digest}")
    _tell_time(case, sealed)
    if parts:
        _tell_parts(parts)
    say(f"next: forensics verify {forensics.clean(sealed.path, 1_000)} --identity KEY.pub")
    return 0


def _tell_time(case: Path, sealed: forensics.Sealed) -> None:
    clean = forensics.clean
    for tsa in sealed.tsas:
        why = sealed.refusals.get(tsa)
        answer(f"dated by    {clean(tsa)}" if why is None else f"not dated   by {clean(tsa)}: {clean(why)}")
    if sealed.refusals:
        say(f"a time stamp is owed; to get it later: forensics stamp {clean(case, 1_000)}")


def _tell_parts(parts: forensics.Exported) -> None:
    clean = forensics.clean
    answer(f"parts       {clean(parts.path, 1_000)}")
    answer(f"            {len(parts.parts)} of {parts.bytes} bytes, for {len(parts.recipients)} recipients")
    answer(f"sums        {parts.sums_sha256}")
    for tsa, why in parts.refusals.items():
        say(f"the parts are not dated by {clean(tsa)}: {clean(why)}; seal again to ask again")


def _document(parts: forensics.Exported) -> dict[str, object]:
    return {
        "bytes": parts.bytes,
        "folder": str(parts.path),
        "parts": [part._asdict() for part in parts.parts],
        "recipients": list(parts.recipients),
        "refusals": dict(parts.refusals),
        "sums_sha256": parts.sums_sha256,
    }
