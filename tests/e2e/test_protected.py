"""Protection from end to end: what was asked for is done and on record, and what was not is not done."""

from __future__ import annotations

import gzip
import html
import json
import shlex
from pathlib import Path
from typing import Any

import boto3
import pytest

import forensics
from tests.e2e.run import Aws, intact

VICTIM, EVIDENCE, REGION = "222222222222", "333333333333", "eu-west-1"
ROLE = f"arn:aws:iam::{EVIDENCE}:role/ForensicsEvidence"
HOLDS = ("termination", "delete-on-termination", "scaling", "log-retention")
COPY = ("--copy-to", EVIDENCE, "--copy-role", ROLE, "--copy-key", "alias/evidence")


def client(aws: Aws, service: str, account: str = VICTIM) -> Any:
    """Give a client of an account's root."""
    known = aws.drill.root(account)
    new: Any = boto3.client
    return new(
        service,
        region_name=REGION,
        endpoint_url=aws.drill.url,
        aws_access_key_id=known["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=known["AWS_SECRET_ACCESS_KEY"],
    )


def key(aws: Aws) -> None:
    """Make the key that copies are encrypted with."""
    kms = client(aws, "kms", EVIDENCE)
    made = kms.create_key(Description="evidence")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/evidence", TargetKeyId=made)


def entries(case: Path, kind: str) -> list[dict[str, Any]]:
    """Read the bodies of a type of entry."""
    lines = (case / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    return [entry["body"] for line in lines if (entry := json.loads(line))["type"] == kind]


def test_all_of_it(aws: Aws, tmp_path: Path) -> None:
    """Locked, copied, locked there and held: nothing missing; the same line again changes nothing."""
    key(aws)
    case = tmp_path / "case"
    asked = ("--lock", "30d", *COPY, *(word for hold in HOLDS for word in ("--hold", hold)))
    ran = aws.preserve(case, *asked)
    assert (ran.code, ran.json["complete"]) == (0, True)
    effects = ran.json["effects"]
    snapshots = {one["id"] for one in effects if one["kind"] == "snapshot"}
    copies = {one["id"] for one in effects if one["kind"] == "copy"}
    assert {one["id"] for one in effects if one["kind"] == "lock"} == snapshots | copies
    assert len(copies) == len(snapshots) > 3
    assert {one["state"] for one in effects if one["kind"] in {"snapshot", "copy"}} == {"completed"}
    there = client(aws, "ec2", EVIDENCE)
    assert there.describe_snapshots(OwnerIds=[VICTIM])["Snapshots"] == []
    assert {one["SnapshotId"] for one in there.describe_locked_snapshots()["Snapshots"]} == copies
    # Each change is in the ledger before its call is made.
    calls = [
        one for one in aws.drill.calls() if one["mutating"] and one["operation"].startswith(("Mod", "Lock"))
    ]
    assert len(calls) == len(
        [one for one in entries(case, "op.start") if one["operation"][:3] in {"Mod", "Loc"}]
    )
    begun = entries(case, "run.start")[0]["protect"]
    assert begun["lock"] == {"cool_off_hours": None, "days": 30, "mode": "governance"}
    assert begun["copy"]["account"] == EVIDENCE
    assert begun["holds"] == sorted(HOLDS)
    _footprint(aws, case)
    _again(aws, case, asked)
    _told(aws, case)
    assert intact(case)


def _footprint(aws: Aws, case: Path) -> None:
    """All that was asked in the other account is there by its id, and how its role was assumed."""
    there = [one for one in aws.drill.calls() if f"/{ROLE.partition('/')[2]}/" in one["principal"]]
    assumed = [one for one in aws.drill.calls() if one["operation"] == "AssumeRole"]
    assert {"CopySnapshot", "LockSnapshot", "GetCallerIdentity"} < {one["operation"] for one in there}
    calls = {one["request_id"] for one in forensics.footprint(case).calls.values()}
    assert assumed
    assert {one["request_id"] for one in (*there, *assumed)} <= calls
    (item,) = case.glob(f"data/{VICTIM}/global/forensics/footprint.jsonl.gz")
    lines = [json.loads(line) for line in gzip.decompress(item.read_bytes()).splitlines()]
    assert {one["request_id"] for one in lines} >= {one["request_id"] for one in (*there, *assumed)}


def _again(aws: Aws, case: Path, asked: tuple[str, ...]) -> None:
    aws.drill.clear_calls()
    ran = aws.preserve(case, *asked)
    assert (ran.code, ran.json["complete"]) == (0, True)
    assert aws.mutations() == set()


def _told(aws: Aws, case: Path) -> None:
    """Status says what there is and how to undo it; the papers name the value before."""
    said = aws.run("status", case)
    assert said.code == 0
    held = len(list(forensics.undo(forensics.coverage(case).effects)))
    assert f"held        {held} changes" in said.out
    undo = aws.run("status", case, "--undo").out.splitlines()
    assert len(undo) == held > 5
    assert {tuple(shlex.split(line)[:2]) for line in undo} == {("aws", "ec2"), ("aws", "logs")}
    paper = html.unescape(forensics.certify(case).papers["acquisition-report.html"])
    assert "value before" in paper
    assert f'["{EVIDENCE}"]' in paper, "of what was shared, when that was withdrawn"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            ("--copy-to", VICTIM, "--copy-role", f"arn:aws:iam::{VICTIM}:role/x", *COPY[4:]),
            "the evidence is in",
        ),
        ((*COPY[:3], f"arn:aws:iam::{EVIDENCE}:role/Nobody", *COPY[4:]), "evidence account"),
        (("--lock", "30"), "no such duration"),
        (("--copy-to", EVIDENCE), "needs --copy-role"),
        (("--try-again", "snap-0123456789abcdef0"), "there is no case yet, and nothing of it to try again"),
        (("--try-again", "*"), "no volume or snapshot is called '*'"),
    ],
)
def test_refused_before_anything_is_asked(
    aws: Aws, tmp_path: Path, asked: tuple[str, ...], said: str
) -> None:
    """One line, and nothing was done: neither in AWS nor in the case."""
    ran = aws.preserve(tmp_path / "case", *asked)
    assert ran.code in {2, 5}
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert aws.mutations() == set()
    assert {one["operation"] for one in aws.drill.calls()} <= {"GetCallerIdentity", "AssumeRole"}


def test_credentials_of_another_account(aws: Aws, tmp_path: Path) -> None:
    """The account that was named is not the one that the profile is of."""
    known = aws.drill.root("111111111111")
    config = tmp_path / "config"
    config.write_text(
        f"[profile other]\naws_access_key_id = {known['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {known['AWS_SECRET_ACCESS_KEY']}\nregion = {REGION}\n"
    )
    asked = ("--copy-to", EVIDENCE, "--copy-profile", "other", "--copy-key", "alias/evidence")
    ran = aws.run("preserve", tmp_path / "case", "-q", *asked, extra={"AWS_CONFIG_FILE": str(config)})
    assert ran.code == 2
    assert "are of 111111111111" in ran.err
    assert aws.mutations() == set()
