"""`forensics witness`: countersign a checkpoint, or take others' countersignatures into a case."""

from __future__ import annotations

import os
from pathlib import Path

import click

import forensics
from forensics.cli.identity import load_key
from forensics.cli.terminal import answer, say


@click.command("witness", short_help="Countersign a checkpoint; or take countersignatures into a case.")
@click.argument("path", metavar="NOTE|CASE", type=click.Path(path_type=Path))
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--key",
    metavar="KEY",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Countersign NOTE with this SSH key: a private key file, or a .pub whose key is in the agent.",
)
@click.option("--add", is_flag=True, help="Take the countersignatures in each FILE into CASE.")
@click.option("--name", default="", metavar="WHO", help="Who the witness is: it is part of the file's name.")
@click.option(
    "--trust",
    "trusted",
    multiple=True,
    metavar="VKEY",
    help="With --add: the verifier key of a C2SP witness, without which nobody can check what it signed.",
)
def command(
    *, path: Path, files: tuple[Path, ...], key: Path | None, add: bool, name: str, trusted: tuple[str, ...]
) -> int:
    """
    Countersign a checkpoint, as somebody who has seen it; or take such signatures into the case.

    \b
        forensics witness NOTE --key KEY         the witness: writes NOTE.<who>.witness beside NOTE
        forensics witness CASE --add FILE...     the responder: puts them beside their checkpoints

    A witness needs neither the case nor this program: `ssh-keygen -Y sign -n forensics-witness-v1 -f KEY
    NOTE` makes the same signature. Lines of C2SP witnesses (cosignature/v1) are taken in as well. What is
    taken in was checked: it must be over a checkpoint that CASE has, by a key that is not its own.
    """  # noqa: D301 - click wants the character
    if add == (key is not None) or bool(files) != add:
        raise forensics.UsageError(
            "either countersign (NOTE --key KEY) or take in (CASE --add FILE...)",
            hint="see `forensics witness --help`",
        )
    if key is not None:
        return _sign(path, key, name)
    cosigners = [one for text in trusted for one in forensics.load_witness(text)]
    with forensics.open_case(path, create=False) as case:
        for taken in forensics.take_countersignatures(case, files, who=name, cosigners=cosigners):
            again = "" if taken.new else ", which was there already"
            who = f"{forensics.clean(taken.who)}, {forensics.clean(taken.key)}"
            answer(f"witness     {who}: the first {taken.checkpoint} entries{again}")
            answer(f"kept        {forensics.clean(taken.path)}")
    return 0


def _sign(path: Path, key: Path, name: str) -> int:
    identity = load_key(key, name=name)
    signed = forensics.countersign(forensics.load_head(path), identity)
    target = path.with_name(f"{path.name}.{forensics.component(name or signed.fingerprint)}.witness")
    _write(target, signed.armored)
    answer(f"log         {forensics.clean(signed.checkpoint.origin)}")
    answer(f"entries     {signed.checkpoint.size}")
    answer(f"root        {forensics.grouped(signed.checkpoint.root.hex())}")
    answer(f"SHA-256     {forensics.grouped(signed.sha256)}")
    answer(f"signed by   {forensics.clean(signed.fingerprint)}")
    answer(f"signature   {forensics.clean(target, 1_000)}")
    say("you have said that you saw this state of the log now, and nothing of what is in it")
    say(f"next: send {forensics.clean(target.name, 1_000)} back; forensics witness CASE --add takes it in")
    return 0


def _write(target: Path, data: bytes) -> None:
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except FileExistsError as error:
        raise forensics.UsageError(
            f"{target} is there already", hint="send that one, or move it away"
        ) from error
    except OSError as error:
        reason = (error.strerror or "no file").lower()
        raise forensics.ForensicsError(f"cannot write {target}: {reason}") from error
