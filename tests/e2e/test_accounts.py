"""Several accounts into one case: each with its own run, and none stopped by another."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

import forensics
from forensics.drill.server import Drill
from forensics.planning.document import Plan, load_plan
from tests.collectors.play import as_root
from tests.e2e.run import QUICK, Aws, Ran, intact, items
from tests.nursery import Nursery

MANAGEMENT, VICTIM, EVIDENCE, CLOSED = (digit * 12 for digit in "1234")
UNKNOWN = "999999999999"
ROLE = "OrganizationAccountAccessRole"


@pytest.fixture(scope="module")
def organization(nursery: Nursery) -> Iterator[Drill]:
    """Give an AWS with an organization, for all tests here."""
    with nursery.drill() as drill:
        yield drill


@pytest.fixture
def org(organization: Drill) -> Aws:
    """Give it as freshly breached."""
    organization.reset()
    organization.regions(["eu-west-1"])
    organization.waiting(seconds=0, polls=1)
    organization.organization([VICTIM, EVIDENCE, CLOSED], suspended=[CLOSED])
    return Aws(organization)


def responder(aws: Aws) -> dict[str, str]:
    """Give what the responder of the management account has in the shell."""
    return {"AWS_SESSION_TOKEN": "", **aws.drill.person("organization")}


def preserve(aws: Aws, case: Path, *options: object, extra: Mapping[str, str] | None = None) -> Ran:
    """Run the command as that one."""
    command = ("preserve", case, "--json", "-q", *QUICK, *options)
    return aws.run(*command, extra=extra or responder(aws))


def endings(case: Path) -> dict[str, str]:
    """Say how the last run of each account ended."""
    return {run.account: run.outcome for run in forensics.coverage(case).last_runs}


def whole(case: Path) -> dict[str, tuple[str, str, str]]:
    """Give outcome, code and request id of each account that was given up as a whole."""
    found = {}
    for gap in forensics.coverage(case).gaps:
        if (gap.source.region, gap.source.service) == ("global", "*"):
            found[gap.source.account] = (str(gap.outcome), gap.code, gap.request_id)
    return found


def test_an_organization_with_a_broken_account(org: Aws, tmp_path: Path) -> None:
    """Three are kept, one is suspended, one cannot be had; sealed, it is one bundle that verifies."""
    case, listed = tmp_path / "case", tmp_path / "accounts"
    listed.write_text(f"# whom nobody knows\n{UNKNOWN}\n")
    ran = preserve(org, case, "--organization", "--accounts-from", listed)
    assert ran.code == 3, ran.err
    assert {one["account"]: one["outcome"] for one in ran.json["accounts"]} == {
        **dict.fromkeys((MANAGEMENT, VICTIM, EVIDENCE), "complete"),
        UNKNOWN: "not-begun",
    }
    refused = [
        call for call in org.drill.calls() if call["operation"] == "AssumeRole" and call["status"] == 403
    ]
    assert whole(case) == {
        CLOSED: ("out-of-scope", "SUSPENDED", ""),
        UNKNOWN: ("denied", "AccessDenied", refused[-1]["request_id"]),
    }
    assert {gap["account"] for gap in ran.gaps if gap["service"] == "*"} == {CLOSED, UNKNOWN}
    assert sorted(path.name for path in (case / "data").iterdir()) == [MANAGEMENT, VICTIM, EVIDENCE]
    _principals(case)
    _footprint(org, case)
    _told(org, case)
    _one_bundle(org, case, tmp_path / "out")


def _principals(case: Path) -> None:
    """Each answer is one to whoever was to ask: never to the credentials of another account."""
    for path in (case / "data").glob("*/*/*/*.jsonl"):
        account = path.relative_to(case / "data").parts[0]
        for line in path.read_bytes().splitlines():
            asked = json.loads(line)["request"]
            assert f":{account}:" in asked["principal"], path
            assert (f"assumed-role/{ROLE}/" in asked["principal"]) == (account != MANAGEMENT)


def _footprint(org: Aws, case: Path) -> None:
    """Every request is there by its id, those too by which roles were assumed, or were not."""
    found = forensics.footprint(case)
    asked = {call["request_id"]: call["operation"] for call in org.drill.calls()}
    assert {one["request_id"]: one["operation"] for one in found.calls.values()} == asked
    roles = [one for one in found.calls.values() if one["operation"] == "AssumeRole"]
    assert {(one["account"], one["status"]) for one in roles} == {
        (VICTIM, 200),
        (EVIDENCE, 200),
        (UNKNOWN, 403),
    }
    assert {one["principal"] for one in roles} == {f"arn:aws:iam::{MANAGEMENT}:user/responder"}
    assert not {one["operation"] for one in found.mutations} & {"AssumeRole", "GetCallerIdentity"}


def _told(org: Aws, case: Path) -> None:
    """`status` names the accounts, and where something is missing; the runs are one an account."""
    status = org.run("status", case, "-v")
    assert status.code == 3
    assert f"accounts {MANAGEMENT}, " in status.out
    assert "complete in 3 accounts" in status.out
    assert f"gap         all of account {UNKNOWN}: denied, AccessDenied" in status.out
    assert "(whole account)" in status.out
    report = forensics.coverage(case)
    assert Counter(run.account for run in report.runs) == dict.fromkeys((MANAGEMENT, VICTIM, EVIDENCE), 1)
    again = org.run("preserve", case, *QUICK, extra={"AWS_SESSION_TOKEN": "", **_stranger(org)})
    assert again.code == 2
    assert "this case is of accounts " in again.err


def _stranger(org: Aws) -> dict[str, str]:
    """Give the credentials of an account that is in no organization, which nobody named."""
    org.drill.organization([VICTIM, EVIDENCE, CLOSED, "777777777777"], suspended=[CLOSED])
    return org.drill.root("777777777777")


def _one_bundle(org: Aws, case: Path, out: Path) -> None:
    sealed = org.run("seal", case, "--output", out)
    assert sealed.code == 0, sealed.err
    verified = org.run("verify", out)
    assert verified.code == 3, verified.out
    assert f"harbour-trail in {VICTIM} eu-west-1" in verified.out
    assert {path.parts[-4] for path in (out / "derived").glob("*/*/*/*.json")} >= {MANAGEMENT, VICTIM}
    ran = preserve(org, case, "--organization")
    assert ran.code == 1
    assert "is sealed" in ran.err


@pytest.mark.parametrize(
    ("options", "lines", "code", "said"),
    [
        (("--organization",), None, 1, "cannot be listed: AccessDeniedException (request "),
        ((), f"{VICTIM}\n", 5, "AssumeRole"),
        ((), f"{VICTIM}\n{EVIDENCE}\n", 5, f"none of 2 accounts can be had; of {VICTIM}: no credentials"),
        ((), f"{VICTIM}\narn:aws:iam::{VICTIM}:role/IR\n", 2, "is named twice"),
        ((), f"{VICTIM}\nnonsense\n", 2, "line 2: neither an account's id"),
        ((), "", 2, "names no account"),
        (("--role-name", "IR"), None, 2, "--role-name is for"),
        (("--organization", "--role-name", "a b"), None, 2, "no role has such a name"),
    ],
)
def test_what_cannot_be_gone_on_with(
    organization: Drill, tmp_path: Path, options: tuple[str, ...], lines: str | None, code: int, said: str
) -> None:
    """One line, a documented exit code, and nothing was asked of any account."""
    aws, case = Aws(organization), tmp_path / "case"
    if lines is not None:
        (tmp_path / "accounts").write_text(lines)
        options = (*options, "--accounts-from", str(tmp_path / "accounts"))
    organization.organization([VICTIM])
    organization.deny("organizations:ListAccounts")
    organization.deny("sts:AssumeRole")
    organization.clear_calls()
    try:
        ran = preserve(aws, case, *options)
    finally:
        organization.allow()
    assert ran.code == code, ran.err
    assert said in ran.err
    assert "Traceback" not in ran.err
    asked = {call["operation"] for call in organization.calls()}
    assert asked <= {"GetCallerIdentity", "AssumeRole", "ListAccounts"}
    assert not case.exists() or items(case) == {}


def test_a_suspect_among_them(organization: Drill, tmp_path: Path) -> None:
    """No account is asked if one would be by the suspect, whether that is who asks or a role."""
    aws, case = Aws(organization), tmp_path / "case"
    organization.organization([VICTIM])
    organization.clear_calls()
    for suspect in (f"arn:aws:iam::{VICTIM}:role/{ROLE}", responder(aws)["AWS_ACCESS_KEY_ID"]):
        ran = preserve(aws, case, "--organization", "--suspect-key", suspect)
        assert ran.code == 2
        assert "the credentials of the suspect" in ran.err
    assert "DescribeRegions" not in {call["operation"] for call in organization.calls()}
    assert items(case) == {}


# -- planned


@pytest.mark.torture
def test_a_plan_of_several(org: Aws, tmp_path: Path) -> None:
    """It changes nothing, its estimate holds for all together, and what is done is what it says of each."""
    listed, path, case = tmp_path / "accounts", tmp_path / "plan.json", tmp_path / "case"
    listed.write_text(f"{VICTIM}\n{EVIDENCE}\n{UNKNOWN}\n")
    as_root(org.drill, EVIDENCE).create_volume(AvailabilityZone="eu-west-1a", Size=3)
    org.drill.clear_calls()
    options = ("--accounts-from", listed)
    ran = org.run("plan", "-o", path, *QUICK, *options, extra=responder(org))
    assert ran.code == 3, ran.err
    assert org.mutations() <= {"CreateSnapshot", "CreateSnapshots"}
    assert {call["code"] for call in org.drill.calls() if call["mutating"]} <= {"DryRunOperation"}
    (refused,) = [call for call in org.drill.calls() if call["status"] == 403]
    plan = load_plan(path)
    assert list(plan.accounts) == [VICTIM, EVIDENCE]
    assert {one["principal"].split(":")[4] for one in plan.accounts.values()} == {VICTIM, EVIDENCE}
    assert plan.lost[UNKNOWN]["request_id"] == refused["request_id"]
    assert f"account     {UNKNOWN}, which was NOT looked at: denied: AccessDenied" in ran.out
    total = plan.body["estimate"]
    assert total["calls"] == sum(one["estimate"]["calls"] for one in plan.accounts.values())
    assert f"together    2 accounts, {sum(_mutations(plan).values())} calls" in ran.out
    _drifted(org, path, tmp_path, options)
    org.drill.clear_calls()
    done = org.run(
        "preserve", case, "--plan", path, "-q", "--json", "--pace", "100", *options, extra=responder(org)
    )
    assert done.code == 3, done.err
    assert {one["account"]: one["outcome"] for one in done.json["accounts"]} == {
        VICTIM: "complete", EVIDENCE: "complete", UNKNOWN: "not-begun"
    }  # fmt: skip
    calls = [call for call in org.drill.calls() if call["operation"] != "AssumeRole"]
    assert abs(total["calls"] - len(calls)) <= 0.2 * len(calls), (total["calls"], len(calls))
    made = Counter(call["account"] for call in calls if call["mutating"])
    assert made == _mutations(plan)
    assert intact(case)


def _mutations(plan: Plan) -> Counter[str]:
    return Counter({account: len(one["mutations"]) for account, one in plan.accounts.items()})


def _drifted(org: Aws, path: Path, tmp_path: Path, options: tuple[object, ...]) -> None:
    """Fewer accounts, an option, or a disk in one of them: each line says where, and nothing is made."""
    keep = ("--plan", path, "-q", "--pace", "100")
    ran = org.run(
        "preserve", tmp_path / "one", *keep, extra=org.drill.root(VICTIM) | {"AWS_SESSION_TOKEN": ""}
    )
    assert (ran.code, ran.out) == (1, "")
    assert f"  - account {EVIDENCE}" in ran.err.splitlines()
    ran = org.run("preserve", tmp_path / "two", *keep, *options, "--without", "iam", extra=responder(org))
    assert (ran.code, ran.err.splitlines().count("  + without iam")) == (1, 1)
    assert (tmp_path / "two" / "ledger.jsonl").read_bytes().count(b'"run.start"') == 0
    new = as_root(org.drill, EVIDENCE).create_volume(AvailabilityZone="eu-west-1a", Size=1)["VolumeId"]
    org.drill.clear_calls()
    ran = org.run("preserve", tmp_path / "three", *keep, *options, extra=responder(org))
    assert ran.code == 1
    assert f"  + volume {new} in eu-west-1, attached to nothing (account {EVIDENCE})" in ran.err.splitlines()
    assert org.mutations() == set()
    as_root(org.drill, EVIDENCE).delete_volume(VolumeId=new)


# -- what ends in the middle of it


def _started(org: Aws, case: Path, *options: object, extra: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start a run over the organization, and wait until it is in the midst of its work."""
    org.drill.fault(kind="delay", service="ec2", operation="DescribeVpcs", seconds=6)
    org.drill.clear_calls()
    process = org.start("preserve", case, "-q", *QUICK, *options, extra=extra)
    while {call["account"] for call in org.drill.calls()} < {MANAGEMENT, VICTIM, EVIDENCE}:
        assert process.poll() is None
        time.sleep(0.05)
    while len(org.drill.calls()) < 60:
        assert process.poll() is None
        time.sleep(0.05)
    return process


@pytest.mark.torture
def test_an_account_that_is_closed_meanwhile(org: Aws, tmp_path: Path) -> None:
    """It is a gap with AWS's code and request id; the others come to their end."""
    case = tmp_path / "case"
    with _started(org, case, "--organization", extra=responder(org)) as process:
        org.drill.close(EVIDENCE)
        process.communicate()
    assert process.returncode == 3
    assert endings(case) == {MANAGEMENT: "complete", VICTIM: "complete", EVIDENCE: "expired"}
    outcome, code, request_id = whole(case)[EVIDENCE]
    # EC2 has a word of its own for it, and whose it is depends on who was asked first.
    assert outcome == "expired"
    assert code in {"AuthFailure", "InvalidClientTokenId"}
    assert (request_id, code) in {(call["request_id"], call["code"]) for call in org.drill.calls()}
    assert intact(case)


@pytest.mark.torture
def test_credentials_that_end_meanwhile(org: Aws, tmp_path: Path) -> None:
    """Those of the management account, and with them all: exit 5, and the same line completes the case."""
    case = tmp_path / "case"
    with _started(org, case, "--organization", extra=_session(org)) as process:
        org.drill.expire()
        _, said = process.communicate()
    assert process.returncode == 5
    assert "AWS refused the credentials: " in said
    assert set(endings(case).values()) == {"expired"}
    before = items(case)
    org.drill.clear_faults()
    ran = preserve(org, case, "--organization", extra=_session(org))
    assert ran.code == 0, ran.err
    assert before.items() <= items(case).items()
    assert set(endings(case).values()) == {"complete"}
    assert set(org.snapshots().values()) == {1}


@pytest.mark.torture
def test_killed(org: Aws, tmp_path: Path) -> None:
    """`kill -9` in the midst of three accounts, three times; then the same line completes them all."""
    case = tmp_path / "case"
    before: dict[str, str] = {}
    for _ in range(3):
        with _started(org, case, "--organization", extra=responder(org)) as process:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        assert before.items() <= items(case).items()
        assert intact(case)
        before = items(case)
    assert org.run("status", case).code == 3
    org.drill.clear_faults()
    ran = preserve(org, case, "--organization")
    assert ran.code == 0, ran.err
    assert before.items() <= items(case).items()
    assert set(org.snapshots().values()) == {1}


@pytest.mark.torture
def test_an_account_that_is_mended(org: Aws, tmp_path: Path) -> None:
    """What could not be had is asked the next time, and the gap is gone; nothing is asked twice."""
    case = tmp_path / "case"
    roles = [f"arn:aws:iam::{account}:role/{ROLE}" for account in (VICTIM, EVIDENCE)]
    options = [word for role in roles for word in ("--role-arn", role)]
    org.drill.deny("sts:AssumeRole", scp=True)
    assert preserve(org, case, *options).code == 5
    assert {account: said[0] for account, said in whole(case).items()} == dict.fromkeys(
        (VICTIM, EVIDENCE), "denied-by-scp"
    )
    org.drill.allow()
    ran = preserve(org, case, *options)
    assert ran.code == 0, ran.err
    assert whole(case) == {}
    org.drill.clear_calls()
    assert preserve(org, case, *options).code == 0
    assert "DescribeInstances" not in {call["operation"] for call in org.drill.calls()}


def _session(org: Aws) -> dict[str, str]:
    """Give a session of the responder's: keys that end."""
    person = org.drill.person("organization")
    keys: dict[str, Any] = {
        "aws_access_key_id": person["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": person["AWS_SECRET_ACCESS_KEY"],
    }
    sts = boto3.client("sts", endpoint_url=org.drill.url, region_name="eu-west-1", **keys)
    given = sts.get_session_token()["Credentials"]
    names = {"AccessKeyId": "ACCESS_KEY_ID", "SecretAccessKey": "SECRET_ACCESS_KEY"}
    names["SessionToken"] = "SESSION_TOKEN"
    return {f"AWS_{variable}": str(given[name]) for name, variable in names.items()}
