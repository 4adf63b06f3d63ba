"""A plan: it changes nothing, it is near the truth, and what is done is what it says or nothing."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from forensics.drill.seed.authority import ROLE
from forensics.planning.document import Plan, load_plan
from tests.collectors.kept import root
from tests.collectors.play import as_root
from tests.e2e.run import QUICK, WHOLE, Aws, Ran, intact

REGIONS = ("eu-west-1", "us-east-1")


def _plan(aws: Aws, path: Path, *options: str, how: Sequence[str] = QUICK) -> Ran:
    return aws.run("plan", "-o", path, *how, *options)


def _entries(case: Path, kind: str) -> list[dict[str, Any]]:
    entries = [json.loads(line) for line in (case / "ledger.jsonl").read_bytes().splitlines()]
    return [item["body"] for item in entries if item["type"] == kind]


def _near(estimated: int, made: int) -> bool:
    return abs(estimated - made) <= 0.2 * made


def test_plan_and_what_it_comes_to(aws: Aws, tmp_path: Path) -> None:
    """Nothing is changed for it; its estimate holds; a run that keeps to it makes just what it says."""
    aws.drill.regions(REGIONS)
    path, case = tmp_path / "plan.json", tmp_path / "case"
    ran = _plan(aws, path, how=WHOLE)
    assert ran.code == 0, ran
    asked = aws.drill.calls()
    assert not [call for call in asked if call["mutating"]]
    assert {call["operation"] for call in asked if call["dry"]} == {"CreateSnapshot", "CreateSnapshots"}
    assert {call["code"] for call in asked if call["dry"]} == {"DryRunOperation"}
    plan = load_plan(path)
    ((_, account),) = plan.accounts.items()
    assert account["regions"] == list(REGIONS)
    assert (account["lacking"], account["gaps"], account["simulated"]["unknown"]) == ([], [], "")
    assert plan.sha256 in ran.out
    assert "a log group that forgets after 7 days" in ran.out
    aws.drill.clear_calls()
    hashed = ("--plan-hash", plan.sha256)
    done = aws.run("preserve", case, "--plan", path, *hashed, "--json", "-q", "--pace", "100")
    assert done.code == 0, done
    assert "the plan alone leaves out, and this line does not: without " in done.err
    assert _near(account["estimate"]["calls"], len(aws.drill.calls()))
    (entry,) = _entries(case, "plan")
    assert (entry["sha256"], entry["drift"]) == (plan.sha256, [])
    assert entry["narrows"] == [f"without {name}" for name in sorted(plan.scope.without)] != []
    made = [call for call in aws.drill.calls() if call["mutating"]]
    assert len(made) == len(account["mutations"])
    volumes = [volume for one in _entries(case, "op.start") for volume in one["detail"]["volumes"]]
    assert sorted(volumes) == sorted(volume for one in account["mutations"] for volume in one["volumes"])
    assert intact(case)
    again = aws.run("preserve", case, "--plan", path, "--json", "-q", "--pace", "100")
    assert again.code == 0, "what was made already is no drift"


@pytest.mark.torture
def test_crowd(aws: Aws, tmp_path: Path) -> None:
    """The estimate holds for an account of a thousand instances, and takes no call for each of them."""
    aws.drill.populate(instances=1_000, reservations=100, users=300)
    path = tmp_path / "plan.json"
    assert _plan(aws, path).code == 0
    assert len(aws.drill.calls()) < 400
    aws.drill.clear_calls()
    assert aws.run("preserve", tmp_path / "case", "--plan", path, "-q", "--pace", "1000").code == 0
    (account,) = load_plan(path).accounts.values()
    assert _near(account["estimate"]["calls"], len(aws.drill.calls()))


def test_drift_is_refused(aws: Aws, tmp_path: Path) -> None:
    """A disk, a region or an option that the plan has not: a line each, exit 1, and nothing is made."""
    path = tmp_path / "plan.json"
    assert _plan(aws, path).code == 0
    options = ("--plan", str(path), "-q", "--pace", "100")
    volume = as_root(aws.drill).create_volume(AvailabilityZone="eu-west-1a", Size=1)["VolumeId"]
    aws.drill.clear_calls()
    ran = aws.run("preserve", tmp_path / "disk", *options)
    assert (ran.code, ran.out) == (1, "")
    lines = [line for line in ran.err.splitlines() if "identity" not in line and "alone" not in line]
    assert lines[0] == f"  + volume {volume} in eu-west-1, attached to nothing"
    assert lines[1].startswith("forensics: not as planned, in 1 respects")
    assert "forensics plan -o FILE" in lines[2]
    assert aws.mutations() == set()
    (entry,) = _entries(tmp_path / "disk", "plan")
    assert entry["drift"] == [lines[0].strip()]
    assert intact(tmp_path / "disk")
    aws.drill.regions(REGIONS)
    ran = aws.run("preserve", tmp_path / "region", *options, "--without", "iam")
    assert ran.code == 1
    assert "  + region us-east-1" in ran.err.splitlines()
    assert "  + without iam" in ran.err.splitlines()
    assert aws.mutations() == set()
    assert (tmp_path / "region" / "ledger.jsonl").read_bytes().count(b"\n") == 1, "no run was begun"


def test_bad_plans(aws: Aws, tmp_path: Path) -> None:
    """What is no plan is one line and a hint, exit 2, and no case is made."""
    good = tmp_path / "plan.json"
    assert _plan(aws, good).code == 0
    (tmp_path / "edited").write_bytes(good.read_bytes().replace(b"CreateSnapshots", b"CreateSnapshotz"))
    (tmp_path / "long").touch()
    os.truncate(tmp_path / "long", 200 * 2**20)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "text").write_text("plan")
    for name in ("edited", "long", "pipe", "text", "missing"):
        ran = aws.run("preserve", tmp_path / "case", "--plan", tmp_path / name)
        assert (ran.code, ran.out) == (2, ""), name
        assert len(ran.err.splitlines()) == 2, ran.err
    body = {**load_plan(good).body}
    body["scope"] = {**body["scope"], "without": []}
    (tmp_path / "whole").write_bytes(Plan(body).encode())
    noted = ("--plan-hash", load_plan(good).sha256)
    for options in (("--plan", tmp_path / "whole", *noted), noted, ("--plan", good, "--plan-hash", "abc")):
        ran = aws.run("preserve", tmp_path / "case", *options)
        assert (ran.code, ran.out) == (2, ""), ran
    assert not (tmp_path / "case").exists()
    assert "exists already" in _plan(aws, good).err
    body = {**load_plan(good).body}
    body["accounts"] = [{**body["accounts"][0], "account": "999999999999"}]
    (tmp_path / "other").write_bytes(Plan(body).encode())
    ran = aws.run("preserve", tmp_path / "case", "--plan", tmp_path / "other")
    assert ran.code == 1
    assert "  - account 999999999999" in ran.err.splitlines()
    assert aws.mutations() == set()


def test_what_is_denied_is_told(aws: Aws, tmp_path: Path) -> None:
    """Permissions that are missing are named, by simulation and by dry run, and the exit code says it."""
    aws.drill.deny("ec2:CreateSnapshots")
    aws.drill.deny("iam:ListAccessKeys")
    less = {"Effect": "Deny", "Action": "iam:GetLoginProfile", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [less]})
    root(aws.drill, "iam").put_role_policy(RoleName=ROLE, PolicyName="less", PolicyDocument=policy)
    ran = _plan(aws, tmp_path / "plan.json")
    assert ran.code == 3
    (account,) = load_plan(tmp_path / "plan.json").accounts.values()
    lacking = {one["action"]: one for one in account["lacking"]}
    assert lacking.keys() == {"ec2:CreateSnapshots", "iam:GetLoginProfile", "iam:ListAccessKeys"}
    assert lacking["iam:GetLoginProfile"]["said"] == "explicitDeny"
    assert "iam.GetLoginProfile" in lacking["iam:GetLoginProfile"]["rows"]
    assert "denied" in {one["outcome"] for one in account["dry_runs"]}
    assert ("iam.ListAccessKeys", "denied") in {(one["row"], one["outcome"]) for one in account["gaps"]}
    aws.drill.deny("iam:SimulatePrincipalPolicy")
    assert "what is allowed: iam:SimulatePrincipalPolicy: AccessDenied" in aws.run("plan", *QUICK).out


def _asked(aws: Aws, said: bytes, *arguments: object) -> tuple[int, str]:
    """Run on a terminal, and answer the question."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "forensics", *map(str, arguments)],
        env={**aws.environment(), "TERM": "xterm"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    shown, answered = bytearray(), False
    with suppress(OSError):
        while piece := os.read(master, 65_536):
            shown += piece
            if not answered and b"go on [y/N]" in shown:
                assert aws.mutations() == set()
                answered = os.write(master, said) > 0
    os.close(master)
    return process.wait(timeout=60), shown.decode()


def test_asked_once_on_a_terminal(aws: Aws, tmp_path: Path) -> None:
    """It shows what it is about to do, and asks; a no changes nothing; a yes is not asked for again."""
    case = tmp_path / "case"
    words = ("--examiner", "a", "--reference", "b", "--authority", "c")
    code, shown = _asked(aws, b"n\n", "preserve", case, *words, *QUICK, "-q")
    assert code == 1
    assert "account     222222222222, as arn:aws:sts::222222222222:assumed-role" in shown
    told = re.search(r"makes       (\d+) snapshots of (\d+) GiB of disks, of (\d+) instances", shown)
    assert told, shown
    assert "not confirmed: nothing was changed in AWS" in shown
    assert aws.mutations() == set()
    assert [one["outcome"] for one in _entries(case, "run.end")] == ["interrupted"]
    code, shown = _asked(aws, b"y\n", "preserve", case, *QUICK, "-q")
    assert code == 0, shown
    assert "go on" in shown
    made = _entries(case, "op.start")
    assert int(told[1]) == sum(len(one["detail"]["volumes"]) for one in made)
    assert int(told[3]) == sum(one["operation"] == "CreateSnapshots" for one in made)
    code, shown = _asked(aws, b"", "preserve", case, *QUICK, "-q")
    assert (code, "go on" in shown) == (0, False), "an earlier run was told to"
