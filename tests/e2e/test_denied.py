"""Each operation denied in turn: exactly that gap, and all else as without."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from forensics.collectors.spec import sources
from tests.e2e.run import Aws, coverage, intact

OPENING = ("ec2.DescribeRegions",)
WRITES = ("ec2.CreateSnapshots", "ec2.CreateSnapshot")
READS = sorted(name for name in sources() if name not in WRITES and name != "ec2.SnapshotProgress")
EVERY = [*OPENING, *WRITES, *READS]
SOME = [*OPENING, *WRITES, "ec2.DescribeInstances", "iam.ListUsers", *READS[::48]]


@pytest.fixture(scope="module")
def without(drill: object, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    """Preserve once with nothing denied."""
    aws = Aws(drill)  # type: ignore[arg-type]
    aws.drill.reset()
    aws.drill.regions(["eu-west-1"])
    aws.drill.waiting(seconds=0, polls=1)
    case = tmp_path_factory.mktemp("without") / "case"
    ran = aws.preserve(case)
    assert (ran.code, ran.json["gaps"]) == (0, [])
    return coverage(case)


@pytest.mark.parametrize(
    "name", [name if name in SOME else pytest.param(name, marks=pytest.mark.torture) for name in EVERY]
)
def test_denied(aws: Aws, tmp_path: Path, without: Mapping[str, object], name: str) -> None:
    """The run goes on, ends with 3, and the coverage has that one gap with AWS's own code and request id."""
    service, operation = name.split(".")
    aws.drill.deny(f"{service}:{operation}")
    case = tmp_path / "case"
    ran = aws.preserve(case, "--region", "eu-west-1")
    gaps = ran.json["gaps"]
    assert ran.code == 3, ran.err
    assert {f"{gap['service']}.{gap['operation']}" for gap in gaps} == {name}
    assert {gap["outcome"] for gap in gaps} == {"denied"}
    assert all(
        gap["code"] in {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"} for gap in gaps
    )
    assert all(gap["request_id"] for gap in gaps)
    lost = {name, *(also for gap in gaps for also in gap["also"])}
    assert set(without) - set(coverage(case)) == lost - {name}
    others = {key: value for key, value in coverage(case).items() if key not in lost}
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
    assert {gap["outcome"] for gap in ran.json["gaps"]} == {"denied-by-scp"}
    assert ran.code == 3


def test_everything_denied(aws: Aws, tmp_path: Path) -> None:
    """With no permission at all the run still ends by itself, with 3, and nothing looks empty."""
    aws.drill.deny("*")
    case = tmp_path / "case"
    ran = aws.preserve(case, "--region", "eu-west-1")
    assert ran.code == 3, ran.err
    outcomes = {
        name: outcome for name, (outcome, _) in coverage(case).items() if name != "sts.GetCallerIdentity"
    }
    assert set(outcomes.values()) == {"denied"}
