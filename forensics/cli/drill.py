"""`forensics drill`: the demonstration, and the rehearsal before the bad day."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import click

import forensics
from forensics.cli.terminal import answer, say

NO_SWEEP = ("--without", "sweep")
STEPS = (
    (
        "keep all but the long tail, which takes minutes here; the same line resumes",
        "preserve",
        NO_SWEEP,
    ),
    ("what was kept, and what was not", "status", ()),
    ("close it: what leaves the house is the bundle", "seal", ()),
)
QUICK = ("eu-west-1", "us-east-1")
"""Where the breached account has its machines, and what AWS has in one region for all."""
REHEARSAL = (*QUICK, "ap-southeast-1", "us-west-2")
"""Those, one where the intruder was too, and one where nobody ever was: all 17 take more than a minute."""
EXAMINER = (
    "--examiner",
    "Drill Examiner <examiner@example.org>",
    "--reference",
    "DRILL-1",
    "--authority",
    "rehearsal",
    "-y",
)


@click.command("drill", short_help="Rehearse all of it on an embedded AWS with a breached account.")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--serve",
    is_flag=True,
    help="Only start the AWS, print the environment that points commands at it, and leave it running.",
)
@click.option(
    "--quick", "regions", flag_value="quick", help="Enable two regions only, whatever else: it takes seconds."
)
@click.option(
    "--all-regions",
    "regions",
    flag_value="all",
    help="Enable all 17 regions that an account has by itself, as --serve does: it takes minutes.",
)
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=0, help="Port of the AWS. Default: a free one."
)
def command(*, directory: Path, serve: bool, regions: str | None, port: int) -> int:
    """
    Run the real commands on an embedded AWS whose account has been breached.

    Starts the AWS on a loopback port, seeds the breach, then preserves, shows, seals and verifies
    into the new folder DIR, printing each command before its output. Asks nothing of the real AWS.
    The account has four regions enabled, so that it takes less than a minute.
    """
    if os.path.lexists(directory):
        raise forensics.UsageError(
            f"{directory} exists already", hint="name a new folder, or remove the last drill's"
        )
    with forensics.Drill.start(port=port) as aws:
        if names := _enabled(regions, serve=serve):
            aws.regions(names)
        if serve:
            return _serve(directory, aws)
        return _rehearse(directory, _environment(aws))


def _enabled(regions: str | None, *, serve: bool) -> Sequence[str]:
    """Say which regions to enable; none stands for all that there are."""
    if regions == "quick":
        return QUICK
    return () if serve or regions == "all" else REHEARSAL


def _environment(aws: forensics.Drill) -> Mapping[str, str]:
    """Leave no way from the user's own settings to the real AWS: endpoints, profiles, proxies."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    files = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    return {**own, **aws.environment, **files, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def _serve(directory: Path, aws: forensics.Drill) -> int:
    for name, value in sorted(aws.environment.items()):
        answer(f"export {name}={shlex.quote(value)}")
    sys.stdout.flush()
    with suppress(forensics.Interrupted):  # the way to end it, from the moment that it is said
        say(f"an AWS with a breached account listens on {aws.url}; Ctrl-C ends it")
        case = shlex.quote(str(directory))
        # Without the sweep of the long tail, which takes minutes here.
        say(f"in another terminal, after the lines above: forensics preserve {case} --without sweep")
        aws.wait()
        raise forensics.ForensicsError("the AWS has ended by itself")
    return 0


def _rehearse(directory: Path, environment: Mapping[str, str]) -> int:
    """Run each step as a user would; stop at the first that fails."""
    for why, name, options in STEPS:
        arguments = [name, str(directory), *options, *(EXAMINER if name == "preserve" else ())]
        code = _show(why, arguments, environment)
        if code:
            return code
    bundle = next((directory / "bundles").iterdir())
    key = directory / "private" / "identity.pub"
    code = _show(
        "check it, as anyone can, with the key that you were given", _verify(bundle, key), environment
    )
    if code == 0:
        _farewell(bundle)
    return code


def _verify(bundle: Path, key: Path) -> Sequence[str]:
    return ("verify", str(bundle), "--identity", str(key))


def _show(why: str, arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    answer(f"\n# {why}\n$ {shlex.join(['forensics', *arguments])}")
    sys.stdout.flush()
    # The same interpreter and package as ours, as a process of its own: what is shown is what runs.
    done = subprocess.run([sys.executable, "-m", "forensics", *arguments], env=environment, check=False)
    return done.returncode


def _farewell(bundle: Path) -> None:
    who = (bundle / "keys" / "allowed_signers").read_text(encoding="utf-8").split()[0]
    answer(
        f"""
# the bundle is at {bundle}
# check it by hand, without this program (README-VERIFY.txt in it says all of it):
$ cd {shlex.quote(str(bundle))}
$ sha256sum --strict --quiet -c manifest-sha256.txt tagmanifest-sha256.txt
$ ssh-keygen -Y verify -f keys/allowed_signers -I {shlex.quote(who)} -n forensics-bundle-v1 \\
    -s tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt"""
    )
