"""`forensics policy`: the IAM policies that a run needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

import forensics
from forensics.cli import options
from forensics.cli.terminal import answer, say

_PARTS = ("read", "logs", "snapshots", "evidence", "hold", "deny")
_BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"


@click.command("policy", short_help="Print the least IAM policies that preserve needs.")
@click.option(
    "--part",
    "parts",
    multiple=True,
    type=click.Choice(_PARTS),
    help="What they are for: to read; objects of log buckets; snapshots; the evidence account; what --hold "
    "changes; and what is denied outright. Repeatable. Default: all.",
)
@click.option(
    "--case",
    type=click.Path(path_type=Path),
    metavar="CASE",
    help="Bind them to this case: its name, and the buckets that its runs read logs from, or were refused.",
)
@click.option(
    "--plan",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Only what this plan needs, of `forensics plan -o`.",
)
@click.option(
    "--log-bucket",
    "log_buckets",
    multiple=True,
    callback=options.names(_BUCKET, "bucket"),
    metavar="NAME",
    help="A bucket whose objects may be read. Repeatable.",
)
@click.option(
    "--evidence-bucket",
    "evidence_bucket",
    default="",
    callback=options.names(_BUCKET, "bucket"),
    metavar="NAME",
    help="The bucket, in the evidence account, that checkpoints are locked away in.",
)
@click.option(
    "--evidence-account",
    default="",
    callback=options.names(r"\d{12}", "account"),
    metavar="ID",
    help="The account that snapshots are shared with: allow to share them too, as preserve --copy-to does.",
)
@click.option("--lock", is_flag=True, help="Allow to lock the snapshots made too, as preserve --lock does.")
@click.option(
    "--partition",
    type=click.Choice(("aws", "aws-cn", "aws-us-gov")),
    default="aws",
    show_default=True,
    help="Where the accounts are.",
)
@click.option(
    "--without",
    multiple=True,
    metavar="COLLECTOR",
    help="Leave out what this collector needs: docs/collectors.md has them. Repeatable.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write each document to a file in there, and over none.",
)
@options.json_option
def command(
    *, parts: tuple[str, ...], case: Path | None, output: Path | None, as_json: bool, **given: Any
) -> int:
    """
    Print the IAM policies of least privilege for what `preserve` does, made from its own rows.

    A part takes several documents where IAM's 6,144 characters are not enough: attach all of them. A
    wildcard stands only for actions that read. Names that are not given stand as NAME-OF-… and allow nothing.
    `logs:Unmask`, in `read`, has log events kept as they were logged where a data protection policy masks
    them: without it they are kept masked, which is a gap (EventsMasked).

    \b
        forensics policy --part read --part deny -o policies
        aws iam create-policy --policy-name forensics-deny \
            --policy-document file://policies/forensics-deny.json
    """  # noqa: D301 - click wants the character
    without, asked = _scope(given)
    found = forensics.policies(_names(case, **given), parts or _PARTS, without=without, options=asked)
    if output is not None:
        _write(found, output)
    elif as_json:
        answer(json.dumps([one.document() for one in found], indent=1))
    else:
        for one in found:
            say(f"{one.name}: {one.size} characters")
            answer(json.dumps(one.policy, indent=2))
    return 0


def _scope(given: dict[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the collectors to leave out, and what is asked for beside keeping: as told, or as planned."""
    without, plan = frozenset(given.pop("without")), given.pop("plan")
    options = {"lock": given.pop("lock"), "copy": given["evidence_account"]}
    if plan is not None:
        planned = forensics.load_plan(plan).body["scope"]
        without |= frozenset(planned["without"])
        options = {name: told or planned["protect"].get(name) for name, told in options.items()}
    return without, frozenset(name for name, wanted in options.items() if wanted)


def _names(case: Path | None, *, log_buckets: tuple[str, ...], **given: str) -> forensics.PolicyNames:
    name = ""
    if case is not None:
        name = forensics.coverage(case).opening.case
        log_buckets = (*log_buckets, *forensics.log_buckets(case))
    return forensics.PolicyNames(case=name, log_buckets=tuple(dict.fromkeys(log_buckets)), **given)


def _write(found: tuple[forensics.PolicyDocument, ...], folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in found:
            path = folder / f"{one.name}.json"
            with path.open("x", encoding="utf-8") as file:
                file.write(json.dumps(one.policy, indent=2) + "\n")
            answer(str(path))
    except FileExistsError as error:
        raise forensics.UsageError(
            f"{error.filename} is there already", hint="name another folder"
        ) from error
    except OSError as error:
        raise forensics.ForensicsError(f"{error.filename} cannot be written: {error.strerror}") from error
