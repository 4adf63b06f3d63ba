"""`forensics custody`: who had the evidence, and both signed for it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

import forensics
from forensics.cli import options
from forensics.cli.identity import load_key
from forensics.cli.options import Function
from forensics.cli.terminal import answer, say

_path = click.argument("path", metavar="BUNDLE", type=click.Path(path_type=Path))
_WORDS = {
    "place": "Where it happens.",
    "method": "By what means: in person, by courier, by SFTP, on an encrypted disk.",
    "purpose": "What for.",
    "condition": "In what state it is: sealed, seal number, damage.",
    "challenge": "Words that the receiver told the releaser by another road.",
}


def _words(function: Function) -> Function:
    for name, text in reversed(_WORDS.items()):
        function = click.option(f"--{name}", default="", metavar="TEXT", help=text)(function)
    return function


def _who(*, required: bool) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        for option in (
            options.tsa_option,
            click.option(
                "--case",
                metavar="CASE",
                type=click.Path(path_type=Path),
                help="Take the records into this case as well, and tell its ledger.",
            ),
            click.option("--org", default="", metavar="TEXT", help="Your organisation."),
            click.option("--name", default="", metavar="NAME", help="Your name. Default: your login's."),
            options.signing_options(required=required),
        ):
            function = option(function)
        return function

    return decorate


@click.group("custody", short_help="Hand evidence over, and both sign for it; show who had it.")
def command() -> None:
    """
    Hand a bundle, or its parts, over so that both sign for it; and show who had it.

    \b
        forensics custody release BUNDLE --to NAME --identity KEY     the responder
        forensics custody receive BUNDLE --identity KEY               the IR firm: verifies it first
        forensics custody add BUNDLE --action open --identity KEY     what is done with it later
        forensics custody show BUNDLE                                 all of it

    The records lie beside the bundle, in BUNDLE.custody. Each names the SHA-256 of the one before, the first
    one the bundle digest, and is signed as `ssh-keygen -Y sign -n forensics-custody-v1` signs.
    """  # noqa: D301 - click wants the character


@command.command("release")
@_path
@click.option("--to", required=True, metavar="NAME", help="Who gets it.")
@click.option("--to-org", default="", metavar="TEXT", help="Their organisation.")
@click.option(
    "--to-key",
    default="",
    metavar="KEY",
    help="Their key: a .pub file, a SHA256:… fingerprint, or an allowed_signers file of one key that counts "
    "now. Without it, any key may sign the receipt.",
)
@_who(required=True)
@_words
@options.json_option
def release(*, path: Path, to: str, to_org: str, to_key: str, as_json: bool, **given: Any) -> int:
    """
    Sign that BUNDLE is given to somebody: the first half of a hand-over.

    Send the folder BUNDLE.custody along with it, and say the bundle digest by another road.
    """
    now = datetime.now(UTC)
    keys = forensics.load_trust(to_key, namespace=CUSTODY, at=now) if to_key else ("",)
    if len(keys) != 1:
        raise forensics.UsageError(f"{to_key} names more than one key")
    taker = forensics.party(to, to_org, keys[0])
    person = _person(given)
    written = forensics.release(path, person, taker, _said(given), tsas=given["tsas"])
    _tell(written, given["case"], as_json=as_json)
    say("next: the receiver runs forensics custody receive, and sends the folder of records back")
    return 0


@command.command("receive")
@_path
@_who(required=True)
@_words
@options.json_option
def receive(*, path: Path, as_json: bool, **given: Any) -> int:
    """
    Verify BUNDLE, countersign its release, and sign the receipt.

    Signs nothing, and exits 4, where the bundle is not intact, is not the one that was released, or the
    --challenge that you gave is not in the release.
    """
    written = forensics.receive(path, _person(given), _said(given), forensics.verify, tsas=given["tsas"])
    _tell(written, given["case"], as_json=as_json)
    say("next: send the folder of records back; forensics custody add BUNDLE --case CASE takes it in")
    return 0


@command.command("add")
@_path
@click.option(
    "--action",
    type=click.Choice(["verify", "open", "copy", "analyse", "store", "return", "destroy"]),
    help="What you did with the evidence.",
)
@click.option("--to", default="", metavar="NAME", help="With --action return: to whom.")
@click.option("--to-org", default="", metavar="TEXT", help="Their organisation.")
@click.option(
    "--signature",
    "signatures",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Put a signature that ssh-keygen made of a record beside that record. Repeatable.",
)
@click.option("--unsigned", is_flag=True, help="Write the record now; its signature is made elsewhere.")
@_who(required=False)
@_words
@options.json_option
def add(
    *,
    path: Path,
    action: str | None,
    to: str,
    to_org: str,
    signatures: tuple[Path, ...],
    unsigned: bool,
    as_json: bool,
    **given: Any,
) -> int:
    """
    Record what you did with the evidence; or add signatures, or take all into the case.

    With --identity and no --action, signs every record that awaits your signature. With --unsigned, the
    record names the key of --identity (a .pub will do), and `ssh-keygen -Y sign -n forensics-custody-v1`
    signs it. With --case alone, takes into CASE what lies in BUNDLE.custody.
    """
    for file in signatures:
        name, key = forensics.lay_signature(path, forensics.load_signature(file), who=given["name"])
        answer(f"signature   {forensics.clean(name)}, by {key}")
    if action is not None:
        person, taker = _person(given, unsigned=unsigned), forensics.party(to, to_org)
        written = forensics.act(path, action, person, _said(given), taker=taker, tsas=given["tsas"])
        _tell(written, given["case"], as_json=as_json)
        return 0
    if given["identity"] is not None:
        for name in forensics.sign_records(path, _person(given), tsas=given["tsas"]):
            answer(f"signature   {forensics.clean(name)}")
    elif not signatures and given["case"] is None:
        raise forensics.UsageError("nothing to add", hint="see `forensics custody add --help`")
    _take_in(given["case"], forensics.custody_folder(path))
    return 0


@command.command("show")
@_path
@options.signers_option
@options.roots_option(": each record must be dated by one of them")
@click.option(
    "--html", metavar="OUT", type=click.Path(path_type=Path), help="Write a form to print, as HTML."
)
@options.json_option
def show(
    *, path: Path, identities: tuple[str, ...], tsa_roots: tuple[Path, ...], html: Path | None, as_json: bool
) -> int:
    """
    Show who had BUNDLE, and check every record and signature.

    Also takes the folder of records itself. Exits 0 if all is signed and in order, 3 where a signature or
    the bundle is missing, 4 where something is wrong. Says nothing of the evidence: verify does.
    """
    chain = forensics.chain_of_custody(
        path,
        identities=[pin for text in identities for pin in forensics.load_signers(text, namespace=CUSTODY)],
        tsa_roots=[forensics.load_tsa_root(root) for root in tsa_roots],
    )
    if html is not None:
        _write(html, forensics.custody_form(chain))
    if as_json:
        answer(json.dumps(chain.document(), sort_keys=True, indent=1))
    else:
        for line in chain.lines():
            answer(line)
    return chain.exit_code


CUSTODY = "forensics-custody-v1"


def _person(given: dict[str, Any], *, unsigned: bool = False) -> forensics.Person:
    if given["identity"] is None:
        raise forensics.UsageError("nobody is named to sign", hint="name your key: --identity KEY")
    name = given["name"] or os.environ.get("LOGNAME") or os.environ.get("USER") or ""
    if not name:
        raise forensics.UsageError("it is not known who you are", hint="say it: --name NAME")
    identity = load_key(given["identity"], name=name)
    return forensics.Person(name, given["org"], identity.public, None if unsigned else identity)


def _said(given: dict[str, Any]) -> forensics.Words:
    return forensics.Words(**{name: given[name] for name in _WORDS})


def _tell(written: forensics.Written, case: Path | None, *, as_json: bool) -> None:
    clean = forensics.clean
    if as_json:
        answer(json.dumps(written.document(), sort_keys=True, indent=1))
    else:
        said = written.statement
        answer(f"record      {clean(written.folder / written.record, 1_000)}")
        answer(f"SHA-256     {written.sha256}")
        answer(f"about       {clean(said.subjects[0].name)}")
        answer(f"digest      {said.subjects[0].sha256}")
        for name in (*written.signatures, *written.stamps):
            answer(f"signature   {clean(name)}" if name.endswith(".sig") else f"dated       {clean(name)}")
    for tsa, why in written.refusals.items():
        say(f"not dated by {clean(tsa)}: {clean(why)}")
    if not written.signatures:
        say(f"to sign it: ssh-keygen -Y sign -n {CUSTODY} -f KEY {clean(written.record)}")
    _take_in(case, written.folder, quiet=as_json)


def _take_in(case: Path | None, folder: Path, *, quiet: bool = False) -> None:
    if case is None:
        return
    with forensics.open_case(case, create=False) as opened:
        for name in forensics.take_custody(opened, folder):
            if not quiet:
                answer(f"in the case {forensics.clean(name)}")


def _write(target: Path, text: str) -> None:
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise forensics.UsageError(f"{target} is there already", hint="name a new file") from error
    except OSError as error:
        reason = (error.strerror or "no file").lower()
        raise forensics.ForensicsError(f"cannot write {target}: {reason}") from error
