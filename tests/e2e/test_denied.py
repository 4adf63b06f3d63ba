"""Each operation denied in turn: exactly that gap, and all else as without."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from forensics.collectors.catalogue import sources
from forensics.collectors.spec import Call
from tests.e2e.run import OLD, Aws, coverage, intact

OPENING = ("ec2.DescribeRegions",)
WRITES = ("ec2.CreateSnapshots", "ec2.CreateSnapshot")
ALIKE = ("cloudtrail.LookupEvents", "logs.FilterLogEvents")
"""Sources of code that are called as what they ask."""
ROWS = {name for name, (one, source) in sources().items() if isinstance(source, Call) and one.name in OLD}
"""The other rows are `test_denied_rows.py`'s."""
READS = sorted(ROWS | set(ALIKE))
EVERY = [*OPENING, *WRITES, *READS]
CODES = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
SOME = [*OPENING, "ec2.CreateSnapshots", "iam.ListUsers"]


@pytest.fixture(scope="module")
def without(drill: object, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    """Preserve once with nothing denied."""
    aws = Aws(drill)  # type: ignore[arg-type]
    aws.drill.reset()
    aws.drill.regions(["eu-west-1"])
    aws.drill.waiting(seconds=0, polls=1)
    case = tmp_path_factory.mktemp("without") / "case"
    ran = aws.preserve(case)
    assert (ran.code, ran.gaps) == (0, [])
    return coverage(case)


def _action(name: str) -> str:
    """Name the IAM action that a row takes: not always called as the operation, and perhaps another's too."""
    found = sources().get(name)
    return found[1].actions[0] if found and isinstance(found[1], Call) else name.replace(".", ":")


@pytest.mark.parametrize(
    "name", [name if name in SOME else pytest.param(name, marks=pytest.mark.torture) for name in EVERY]
)
def test_denied(aws: Aws, tmp_path: Path, without: Mapping[str, object], name: str) -> None:
    """The run goes on, ends with 3, and the coverage has that one gap with AWS's own code and request id."""
    action = _action(name)
    aws.drill.deny(action)
    case = tmp_path / "case"
    ran = aws.preserve(case, "--region", "eu-west-1")
    calls = aws.drill.calls()
    if not any(call["code"] in CODES for call in calls):
        # The account has nothing to ask it about.
        assert (ran.code, set(coverage(case))) == (0, set(without))
        return
    gaps = ran.gaps
    assert ran.code == 3, ran.err
    denied = {f"{gap['service']}.{gap['operation']}" for gap in gaps}
    assert name in denied or name not in {f"{call['service']}.{call['operation']}" for call in calls}
    assert denied <= {row for row, (_, source) in sources().items() if action in source.actions} | {name}
    assert {gap["outcome"] for gap in gaps} == {"denied"}
    assert {gap["code"] for gap in gaps} <= CODES
    assert all(gap["request_id"] for gap in gaps)
    lost = {also for gap in gaps for also in gap["also"]}
    # What was asked about the names of another row alone is there, and says so in its note.
    less = {one for one in lost - denied if sources()[one][1].adds}
    assert lost - denied - less <= set(without) - set(coverage(case)) <= lost - denied
    others = {key: value for key, value in coverage(case).items() if key not in lost | denied}
    assert {key: value[1] for key, value in others.items()} == dict.fromkeys(others, ())
    assert intact(case)


def test_denied_then_allowed(aws: Aws, tmp_path: Path, without: Mapping[str, object]) -> None:
    """Once the permission is there, the same command completes the case, asking only for what is missing."""
    case = tmp_path / "case"
    aws.drill.deny("ec2:DescribeInstances")
    assert aws.preserve(case).code == 3
    made = aws.snapshots()
    aws.drill.allow()
    aws.drill.clear_calls()
    assert aws.preserve(case).code == 0
    asked = {call["operation"] for call in aws.drill.calls()}
    assert "DescribeInstances" in asked
    assert "DescribeVpcs" not in asked
    assert coverage(case).keys() == without.keys()
    assert set((made + aws.snapshots()).values()) == {1}


def test_denied_by_scp(aws: Aws, tmp_path: Path) -> None:
    """A service control policy's denial is told apart from the account's own."""
    aws.drill.deny("iam:ListUsers", scp=True)
    ran = aws.preserve(tmp_path / "case")
    assert {gap["outcome"] for gap in ran.gaps} == {"denied-by-scp"}
    assert ran.code == 3


def test_everything_denied(aws: Aws, tmp_path: Path) -> None:
    """With no permission at all the run still ends by itself, with 3, and nothing looks empty."""
    aws.drill.deny("*")
    case = tmp_path / "case"
    ran = aws.preserve(case, "--region", "eu-west-1")
    assert ran.code == 3, ran.err
    # Who we are is in the denial's own words; whether the region is closed, the probe leaves undecided.
    told = {"ec2.RegionProbe": "absent", "sts.GetCallerIdentity": "collected"}
    outcomes = {name: outcome for name, (outcome, _) in coverage(case).items() if name not in told}
    assert set(outcomes.values()) == {"denied"}


def test_a_region_closed_by_policy_is_hardly_asked(aws: Aws, tmp_path: Path) -> None:
    """With all workers at once: a handful of refused requests, each an event in the trail."""
    aws.drill.regions(["eu-central-1", "eu-west-1"])
    aws.drill.deny("*", region="eu-central-1", scp=True)
    case = tmp_path / "case"
    ran = aws.preserve(case)
    calls = [call for call in aws.drill.calls() if call["region"] == "eu-central-1"]
    refused = [call for call in calls if call["code"] in CODES]
    assert 1 <= len(refused) <= 5
    assert ran.code == 3
    closed = [gap for gap in ran.gaps if gap["region"] == "eu-central-1"]
    assert {gap["outcome"] for gap in closed} == {"denied-by-scp"}
    assert len(closed) > 50
    assert [gap for gap in ran.gaps if gap["region"] != "eu-central-1"] == []
    assert intact(case)
