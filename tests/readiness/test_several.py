"""The gate on a case of several accounts: each is looked at, or in the way by its name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import forensics
from forensics.custody.seal import seal
from forensics.drill.server import Drill
from forensics.errors import CredentialsError, UsageError
from forensics.readiness import gate
from forensics.readiness.judging import State
from forensics.scope import Accounts
from tests.collectors.play import REGION, as_root
from tests.e2e.run import Aws
from tests.nursery import Nursery
from tests.readiness.conftest import FAST, condition

MANAGEMENT, VICTIM, EVIDENCE, CLOSED = (digit * 12 for digit in "1234")
UNKNOWN = "999999999999"
GROUP = "/both"
REF = f"logs:log-group/{GROUP}@{REGION}"
WHY = "of no use to anyone"
THREE = Accounts(named=(MANAGEMENT, VICTIM, EVIDENCE))


@pytest.fixture(scope="module")
def org(nursery: Nursery) -> Iterator[Drill]:
    """Give an AWS with an organization, of which two accounts have a log group of one name."""
    with nursery.drill() as drill:
        drill.regions([REGION])
        drill.organization([VICTIM, EVIDENCE, CLOSED], suspended=[CLOSED])
        for account in (VICTIM, EVIDENCE):
            as_root(drill, account, "logs").create_log_group(logGroupName=GROUP)
        yield drill


@pytest.fixture(autouse=True)
def _responder(org: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    for name, value in org.person("organization").items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """Give a sealed case of three accounts, whose runs came to their end."""
    path = tmp_path / "case"
    with forensics.open_case(path) as opened:
        for account in THREE.named:
            start = {"account": account, "principal": "", "regions": [REGION], "run": f"r{account}"}
            opened.writer.record("run.start", start)
            end = {"gaps": 0, "items": 0, "outcome": "complete", "run": f"r{account}"}
            opened.writer.record("run.end", end)
        seal(opened, derive=lambda _: iter([]))
    return path


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """Give a Terraform plan that destroys the log group, and does not say whose."""
    change = {"actions": ["delete"], "before": {"name": GROUP, "region": REGION}}
    group = {"address": "g", "mode": "managed", "type": "aws_cloudwatch_log_group", "change": change}
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"format_version": "1.2", "resource_changes": [group]}))
    return path


def ready(case: Path, accounts: Accounts = THREE, **asked: Any) -> forensics.Readiness:
    """Ask the gate."""
    return forensics.ready(case, FAST, forensics.Asked(**asked), accounts=accounts)


def lost(found: forensics.Readiness) -> dict[str, str]:
    """Say why each thing in the way is."""
    return {one.full: one.why for one in found.lost}


def test_an_account_that_was_not_looked_at(
    org: Drill, case: Path, plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the credentials of one of three, the other two are in the way, until each is let go by name."""
    for name, value in org.root(VICTIM).items():
        monkeypatch.setenv(name, value)
    now = forensics.ready(case, FAST, forensics.Asked(plan=plan))
    others = {f"{one}/account/{one}" for one in (MANAGEMENT, EVIDENCE)}
    assert lost(now).keys() == {f"{VICTIM}/{REF}", *others}
    assert {why for name, why in lost(now).items() if name in others} == {
        "it is of this case, and was not looked at: name it too (--role-arn, --accounts-from)"
    }
    assert (now.exit_code, now.account, now.several) == (3, VICTIM, True)
    waived = forensics.Asked(plan=plan, waive=(REF, f"account/{MANAGEMENT}"), because=WHY)
    assert lost(forensics.ready(case, FAST, waived)).keys() == {f"{EVIDENCE}/account/{EVIDENCE}"}
    waived = forensics.Asked(plan=plan, waive=(EVIDENCE,), because=WHY)
    assert forensics.ready(case, FAST, waived).exit_code == 0
    assert forensics.verify(case).exit_code != 4
    # What is named such that it can be of no other account says nothing of the others.
    arn = f"arn:aws:logs:{REGION}:{VICTIM}:log-group:{GROUP}"
    alone = forensics.ready(case, FAST, forensics.Asked(resources=(arn,)))
    assert (alone.exit_code, [one.full for one in alone.things]) == (0, [f"{VICTIM}/{REF}"])
    assert {one.account: one.looked for one in alone.accounts} == {
        account: account == VICTIM for account in THREE.named
    }


def test_each_is_looked_at(case: Path, plan: Path) -> None:
    """One table and one document with the account in it; a name that two have is no name of a waiver."""
    now = ready(case, plan=plan)
    assert lost(now) == dict.fromkeys(
        (f"{VICTIM}/{REF}", f"{EVIDENCE}/{REF}"), "the case has not asked for it here"
    )
    assert [(one.account, one.looked) for one in now.accounts] == [(one, True) for one in THREE.named]
    lines = list(now.lines())
    assert lines[0].startswith(f"account          {MANAGEMENT}, as arn:aws:iam::{MANAGEMENT}:user/responder")
    assert any(line.split()[:2] == ["not-kept", f"{EVIDENCE}/{REF}"] for line in lines)
    assert [line.split()[2:4] for line in lines if line.split()[1] == "run"] == [
        ["of", one] for one in THREE.named
    ]
    document = now.document()
    assert {one["account"] for one in document["things"]} == {VICTIM, EVIDENCE}
    assert {one["account"] for one in document["conditions"]} == {"", *THREE.named}
    assert [one["principal"].split(":")[4] for one in document["accounts"]] == [*THREE.named]
    with pytest.raises(UsageError, match="is the name of 2 things") as refused:
        ready(case, plan=plan, waive=(GROUP,), because=WHY)
    assert refused.value.hint == f"name one: {VICTIM}/{REF}, {EVIDENCE}/{REF}"
    one = ready(case, plan=plan, waive=(f"{VICTIM}/{REF}",), because=WHY)
    assert (list(lost(one)), one.exit_code) == ([f"{EVIDENCE}/{REF}"], 3)
    both = ready(case, plan=plan, waive=(f"{EVIDENCE}/{REF}",), because=WHY)
    assert (both.exit_code, both.sentence[:6]) == (0, "ready:")
    bodies = [one.waived for one in both.things if one.waived]
    assert [(body["account"], body["resource"]) for body in bodies] == [(VICTIM, REF), (EVIDENCE, REF)]
    assert {body["by"] for body in bodies} == {both.principal}


@pytest.mark.torture
def test_a_few_at_once(case: Path, plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many accounts, a few are asked at a time, and how far it is goes up to all."""
    monkeypatch.setattr(gate, "AT_ONCE", 1)
    seen: list[tuple[int, int]] = []
    now = forensics.ready(
        case,
        FAST,
        forensics.Asked(plan=plan),
        accounts=THREE,
        on_progress=lambda one: seen.append((one.done, one.total)),
    )
    assert lost(now).keys() == {f"{VICTIM}/{REF}", f"{EVIDENCE}/{REF}"}
    done, total = zip(*seen, strict=True)
    assert list(done) == list(range(1, len(seen) + 1))
    assert set(total) == {len(seen)}, "the accounts are asked the same"


def test_a_broken_account(org: Drill, case: Path, plan: Path) -> None:
    """A role that is refused is in the way, in AWS's own words, and stops none of the others."""
    org.clear_calls()
    now = ready(case, Accounts(named=(VICTIM, UNKNOWN, EVIDENCE), organization=True), plan=plan)
    (refused,) = [call for call in org.calls() if call["status"] == 403]
    why = lost(now)
    assert why[f"{UNKNOWN}/account/{UNKNOWN}"].startswith("could not be looked at: denied: AccessDenied: ")
    assert f"(request {refused['request_id']})" in why[f"{UNKNOWN}/account/{UNKNOWN}"]
    assert "out-of-scope: SUSPENDED" in why[f"{CLOSED}/account/{CLOSED}"]
    assert {f"{VICTIM}/{REF}", f"{EVIDENCE}/{REF}"} < why.keys()
    assert {one.account for one in now.accounts if not one.looked} == {UNKNOWN, CLOSED}
    assert any("which was NOT looked at" in line for line in now.lines())
    assert now.exit_code == 3


def test_an_account_whose_credentials_end(org: Drill, case: Path, plan: Path) -> None:
    """What was to be listed there is not known; the others are judged. Where all end, that is exit 5."""
    org.fault(kind="expired", service="logs", times=1)
    try:
        now = ready(case, plan=plan)
    finally:
        org.clear_faults()
    (ended,) = [one for one in now.things if one.kind == "account"]
    assert ended.state is State.UNKNOWN
    assert ended.why.startswith("could not be looked at: expired: Expired")
    assert {one.account for one in now.accounts if one.looked} == {*THREE.named} - {ended.account}
    assert ended.account not in {one.account for one in now.conditions}
    org.fault(kind="expired", service="logs")
    try:
        with pytest.raises(CredentialsError):
            ready(case, plan=plan)
    finally:
        org.clear_faults()


def test_none_can_be_had(org: Drill, case: Path) -> None:
    """Then nobody can say anything."""
    org.deny("sts:AssumeRole")
    try:
        with pytest.raises(CredentialsError, match="none of 2 accounts can be had"):
            ready(case, Accounts(named=(VICTIM, EVIDENCE)))
    finally:
        org.allow()


def test_an_account_that_the_case_is_not_of(tmp_path: Path, plan: Path) -> None:
    """Beside those that it is of, nothing was asked of it; alone, these are the wrong credentials."""
    other = tmp_path / "other"
    with forensics.open_case(other) as opened:
        start = {"account": VICTIM, "principal": "", "regions": [REGION], "run": "r1"}
        opened.writer.record("run.start", start)
    both = ready(other, Accounts(named=(VICTIM, EVIDENCE)), plan=plan)
    runs = {one.account: one.detail for one in both.conditions if one.name == "run"}
    assert runs[EVIDENCE] == "nothing was asked of this account yet: run preserve"
    assert not condition(both, "sealed").met
    with pytest.raises(UsageError, match=f"this case is of account {VICTIM}, these credentials are of"):
        ready(other, Accounts(named=(EVIDENCE,)), plan=plan)


def test_a_region_that_is_not_enabled(case: Path, plan: Path) -> None:
    """Where an account is named with it, that is refused; else what is named is in none of them."""
    with pytest.raises(UsageError, match=f"the region eu-north-1 is not enabled in account {VICTIM}"):
        ready(case, resources=(f"arn:aws:logs:eu-north-1:{VICTIM}:log-group:{GROUP}",))
    plan.write_text(plan.read_text().replace(REGION, "eu-north-1"))
    now = ready(case, plan=plan)
    assert [(one.full, one.state) for one in now.things] == [("unknown/g", State.UNKNOWN)]


def test_names_of_several(case: Path) -> None:
    """An ARN is of one account, which is among them; what is in an account that is broken is not known."""
    elsewhere = f"arn:aws:logs:{REGION}:{CLOSED}:log-group:{GROUP}"
    with pytest.raises(UsageError, match=f"is of account {CLOSED}, these credentials are of {MANAGEMENT}, "):
        ready(case, resources=(elsewhere,))
    there = [f"arn:aws:logs:{REGION}:{account}:log-group:{GROUP}" for account in (VICTIM, UNKNOWN)]
    now = ready(case, Accounts(named=(VICTIM, UNKNOWN)), resources=tuple(there))
    assert {(one.full, one.state) for one in now.lost} == {
        (f"{VICTIM}/{REF}", State.NOT_KEPT),
        (f"{UNKNOWN}/unknown/{there[1]}", State.UNKNOWN),
        (f"{UNKNOWN}/account/{UNKNOWN}", State.UNKNOWN),
    }


@pytest.mark.torture
def test_the_command(org: Drill, case: Path, plan: Path, tmp_path: Path) -> None:
    """The options are those of `preserve`, and as checked."""
    aws, listed = Aws(org), tmp_path / "accounts"
    listed.write_text("\n".join(THREE.named))
    extra = {"AWS_SESSION_TOKEN": "", **org.person("organization")}
    asked = ("ready", case, "-q", "--plan", plan, "--pace", "1000")
    ran = aws.run(*asked, "--accounts-from", listed, "--json", extra=extra)
    assert ran.code == 3, ran.err
    assert {one["account"] for one in ran.json["accounts"]} == {*THREE.named}
    listed.write_text("nonsense")
    ran = aws.run(*asked, "--accounts-from", listed, extra=extra)
    assert (ran.code, ran.out) == (2, "")
    assert "line 1: neither an account's id" in ran.err
