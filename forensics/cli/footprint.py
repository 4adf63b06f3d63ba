"""`forensics footprint`: tell the responder's own requests from the intruder's."""

from __future__ import annotations

import json
from pathlib import Path

import click

import forensics
from forensics.cli import options
from forensics.cli.terminal import answer

COMPLETE, WITH_GAPS = 0, 3


@click.command("footprint", short_help="Tell the responder's own requests from the intruder's.")
@options.case_argument
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write each request of ours, a line of JSON, with the ids of the CloudTrail events that it made. "
    "Must not be there yet.",
)
@options.json_option
def command(*, case: Path, output: Path | None, as_json: bool) -> int:
    """
    List the requests that were made for CASE, a case or a bundle, and those that changed something in AWS.

    Matches them by request id with the CloudTrail events that are kept, in the event history and in trails'
    logs: what is left is not ours. Events that only claim to be, by their user agent, are counted apart. With
    --json, `events` has the ids to subtract. Reads the case alone. Exits 3 if something could not be read.
    """
    found = forensics.footprint(case)
    if output is not None:
        _write(output, found)
    if as_json:
        answer(json.dumps(found.document(), sort_keys=True, ensure_ascii=True, indent=1))
    else:
        for line in found.lines():
            answer(line)
    return WITH_GAPS if found.unread else COMPLETE


def _write(path: Path, found: forensics.Footprint) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            for record in found.records():
                file.write(json.dumps(record, sort_keys=True, ensure_ascii=True) + "\n")
    except OSError as error:
        raise forensics.UsageError(
            f"cannot write {path}: {(error.strerror or str(error)).lower()}"
        ) from error
