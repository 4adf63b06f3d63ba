"""The policies that we print are enough for a whole run, and hold nothing that it does not need."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import forensics
from forensics.collectors import catalogue, permissions
from forensics.drill.conditions import matches
from forensics.drill.policy import actions_of
from forensics.planning.permissions import Permissions, simulate
from tests.collectors.kept import VICTIM, root
from tests.collectors.play import session_on
from tests.e2e.run import Aws, Ran

ROLE = "ForensicsCollector"
NO_SWEEP = ("--without", "sweep")
"""Asked by name, and for minutes on a drill: `tests/collectors` has the permissions of what it asks."""
PACE = ("--pace", "100")
LOGS = (
    "aws-waf-logs-harbour",
    "harbour-access-logs",
    "harbour-cloudtrail",
    "harbour-firehose",
    "harbour-flow-logs",
)
LOG_BUCKETS = tuple(word for name in LOGS for word in ("--log-bucket", name))


@dataclass(frozen=True)
class Bound:
    """A run under nothing but the policies that were printed."""

    ran: Ran
    case: Path
    allowed: tuple[str, ...]
    """All that they allow, as it stands in them."""
    taken: frozenset[str]
    """IAM actions of all calls of the run."""


@pytest.fixture(scope="module")
def bound(drill: Any, tmp_path_factory: pytest.TempPathFactory) -> Bound:
    """Print the policies, give the responder's role these alone, and preserve."""
    aws = Aws(drill)
    aws.drill.reset()
    aws.drill.regions(["eu-west-1"])
    aws.drill.waiting(seconds=0, polls=1)
    # What is masked takes a permission of its own.
    root(drill, "logs", account=VICTIM).put_data_protection_policy(
        logGroupIdentifier="/harbour/vpc-flow", policyDocument="{}"
    )
    printed = aws.run("policy", "--json", "--part", "read", "--part", "logs", "--part", "snapshots",
                      "--part", "deny", *NO_SWEEP, *LOG_BUCKETS)  # fmt: skip
    documents = [one["policy"] for one in printed.json]
    iam = root(drill, "iam", account=VICTIM)
    iam.delete_role_policy(RoleName=ROLE, PolicyName="collect")
    for number, policy in enumerate(documents):
        iam.put_role_policy(RoleName=ROLE, PolicyName=f"ours-{number}", PolicyDocument=json.dumps(policy))
    aws.drill.clear_calls()
    case = tmp_path_factory.mktemp("bound") / "case"
    ran = aws.preserve(case, how=(*PACE, *NO_SWEEP))
    taken = _taken(drill)
    allowed = [
        action
        for policy in documents
        for statement in policy["Statement"]
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    ]
    return Bound(ran, case, tuple(allowed), taken)


def _taken(drill: Any) -> frozenset[str]:
    """Name the IAM actions of all calls of the responder's."""
    return frozenset(
        action
        for call in drill.calls()
        if f"role/{ROLE}/" in call["principal"]
        for action in actions_of(call["service"], call["operation"], call["parameters"])
    )


def test_it_is_enough(bound: Bound) -> None:
    """No gap: each row was asked and answered."""
    gaps = [gap for gap in bound.ran.gaps if gap["outcome"] != "out-of-scope"]
    assert gaps == []
    assert bound.ran.code == 0, bound.ran.err


def test_nothing_in_it_is_unused(bound: Bound) -> None:
    """Each permission was taken, or nothing was there that the rows which need it could have asked about."""
    asked = {cell.source.name for cell in forensics.coverage(bound.case).cells if cell.requests}
    sources = [source for collector, source in catalogue.sources().values() if collector.name != "sweep"]
    idle = {
        action
        for action, rows in permissions.needed(sources).items()
        if not asked.intersection(rows) and action not in bound.taken
    }
    keys = {action for action in bound.allowed if action.startswith("kms:")}
    used = {*bound.taken, *idle, *keys, *permissions.PLANNING}
    assert [entry for entry in bound.allowed if not any(matches(entry, action) for action in used)] == []


def test_most_of_it_was_taken(bound: Bound) -> None:
    """What is allowed was taken, for the most part, and is not excused."""
    taken = [entry for entry in bound.allowed if any(matches(entry, action) for action in bound.taken)]
    assert len(taken) > 30


def test_a_case_names_its_log_buckets(bound: Bound, drill: Any) -> None:
    """Printed for the case, the policies are bound to its name and to the buckets that logs came from."""
    parts = ("--part", "logs", "--part", "snapshots")
    printed = Aws(drill).run("policy", "--json", *parts, "--case", bound.case).json
    logs, snapshots = (one["policy"]["Statement"] for one in printed)
    assert sorted(logs[0]["Resource"]) == [f"arn:aws:s3:::{name}/*" for name in LOGS]
    assert '"aws:RequestTag/forensics:case": "case"' in json.dumps(snapshots)


def test_nothing_was_taken_that_is_denied(bound: Bound) -> None:
    """The run asked nothing that its own policy denies: every call was allowed at the first attempt."""
    cells = forensics.coverage(bound.case).cells
    assert [cell.source.name for cell in cells if any("denied" in gap.outcome for gap in cell.gaps)] == []


def test_what_is_bound_is_not_called_lacking(bound: Bound, drill: Any) -> None:
    """A simulation cannot tell what some things allow, and a plan says so; a deny it believes."""
    assert bound.case.is_dir()
    found = Permissions()
    actions = [
        "ec2:CreateSnapshots",
        "ec2:CreateTags",
        "ec2:DescribeVpcs",
        "ec2:RunInstances",
        "s3:GetObject",
    ]
    simulate(session_on(drill), [*actions, "ec2:StopInstances"], found)
    assert found.asked == 6
    assert found.denied == {"ec2:RunInstances": "implicitDeny", "ec2:StopInstances": "explicitDeny"}
    assert found.open == ["ec2:CreateSnapshots", "ec2:CreateTags", "s3:GetObject"]
    found.tried = [{"operation": "CreateSnapshots", "outcome": "allowed"}]
    assert found.remark == "allowed for some things alone, if at all: s3:GetObject"
    found.tried = [{"operation": "CreateSnapshots", "outcome": "denied"}]
    assert found.remark.endswith(": ec2:CreateTags, s3:GetObject")


@pytest.mark.torture
def test_it_is_enough_for_the_other_commands(bound: Bound, drill: Any) -> None:
    """Whoever may preserve may plan it, ask the gate, and ask what was seen: no call is of another action."""
    aws = Aws(drill)
    drill.clear_calls()
    assert aws.run("plan", *NO_SWEEP, *PACE).code == 0
    assert aws.run("seal", bound.case).code == 0
    ready = aws.run("ready", bound.case, "-q", "--json", *PACE)
    assert aws.run("visibility", "-q", *PACE).code == aws.run("footprint", bound.case).code + 3 == 3
    taken = _taken(drill)
    assert {action for action in taken if not any(matches(one, action) for one in bound.allowed)} == set()
    assert {"ec2:DescribeVolumes", "guardduty:ListDetectors", *permissions.PLANNING} <= taken
    unlisted = {one["ref"] for one in ready.json["things"] if one["kind"] in {"account", "listing"}}
    assert unlisted == {"listing/sweep"}
