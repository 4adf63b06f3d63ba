"""`forensics anchor`: a checkpoint into a locked object of another account."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

import forensics
from forensics.cli import options
from forensics.cli.terminal import answer, say


@click.command("anchor", short_help="Lock the newest checkpoint away, in a bucket of another account.")
@options.case_argument
@click.option("--bucket", required=True, metavar="NAME", help="A bucket with Object Lock, somebody else's.")
@click.option(
    "--retain",
    "days",
    required=True,
    type=click.IntRange(1, 36_500),
    metavar="DAYS",
    help="How long nobody may delete it. S3 takes no mode back that was compliance.",
)
@click.option(
    "--mode",
    type=click.Choice(["compliance", "governance"]),
    default="compliance",
    show_default=True,
    help="Governance can be lifted by whom the bucket's account lets.",
)
@click.option("--region", metavar="NAME", help="Region of the bucket. Default: the one that is configured.")
@click.option("--owner", default="", metavar="ACCOUNT", help="Account id that the bucket must belong to.")
@options.access_options
@options.json_option
def command(
    *,
    case: Path,
    bucket: str,
    days: int,
    mode: str,
    region: str | None,
    owner: str,
    profile: str | None,
    role_arn: str | None,
    external_id: str | None,
    endpoint_url: str | None,
    pace: float,
    as_json: bool,
) -> int:
    """
    Put the newest checkpoint of CASE into a bucket with Object Lock, where nobody can take it back.

    The first writer of a checkpoint wins: a second branch of the log meets the first one there, which
    exits 4. Best into an account that neither the intruder nor you can delete. What is asked of AWS is on
    the disk before it is asked; the same line again tells what became of it.
    """
    access = forensics.Access(
        profile=profile, role_arn=role_arn, external_id=external_id, endpoint_url=endpoint_url, pace=pace
    )
    with forensics.open_case(case, create=False) as opened:
        done = forensics.anchor(opened, access, bucket, days=days, mode=mode, region=region, owner=owner)
    if as_json:
        answer(json.dumps(asdict(done), sort_keys=True, indent=1))
        return 0
    clean = forensics.clean
    answer(f"anchored    the first {done.checkpoint} entries{_before(done)}")
    answer(f"object      s3://{clean(done.bucket)}/{clean(done.key)}")
    answer(f"version     {clean(done.version_id) or '-'}, in {clean(done.region)}")
    if done.retain_until:
        answer(f"locked      {clean(done.mode).lower()}, until {done.retain_until}")
    else:
        say("S3 does not let us read back how it is locked: s3:GetObject and s3:GetObjectRetention would")
    return 0


def _before(done: forensics.Anchored) -> str:
    return ", which were there already" if done.outcome == "present" else ""
