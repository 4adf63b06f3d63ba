"""A bad network and a busy AWS: the case is as complete as on a good day."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.run import Aws, coverage, intact

KINDS = ("error", "throttle", "reset", "torn")


def _outcomes(case: Path) -> dict[str, str]:
    return {name: outcome for name, (outcome, _) in coverage(case).items()}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("each", [0.02, pytest.param(0.085, marks=pytest.mark.torture)])
def test_faulty(aws: Aws, tmp_path: Path, each: float) -> None:
    """Of all answers 8 or 30 % faulty, of every kind: nothing missing, no snapshot twice."""
    assert aws.preserve(tmp_path / "good").code == 0
    made = aws.snapshots()
    aws.drill.reset()
    aws.drill.regions(["eu-west-1"])
    for kind in KINDS:
        # Each of four kinds at 8.5 %: 30 % of answers. Most of that is waiting, so `make test` has less.
        aws.drill.fault(service="*", operation="*", kind=kind, probability=each)
    ran = aws.preserve(tmp_path / "bad")
    assert (ran.code, ran.json["gaps"]) == (0, []), ran.err
    assert _outcomes(tmp_path / "bad") == _outcomes(tmp_path / "good")
    aws.drill.clear_faults()
    assert sum(made.values()) == len(made)
    assert len(aws.drill.calls()) > 0
    assert intact(tmp_path / "bad")


@pytest.mark.timeout(600)
@pytest.mark.torture
@pytest.mark.parametrize("kind", KINDS)
def test_never_better(aws: Aws, tmp_path: Path, kind: str) -> None:
    """What fails for good is a gap with its code, never empty, and stops nothing but itself."""
    aws.drill.fault(service="ec2", operation="DescribeVpcs", kind=kind)
    case = tmp_path / "case"
    ran = aws.preserve(case)
    assert ran.code == 3, ran.err
    assert [gap["operation"] for gap in ran.json["gaps"]] == ["DescribeVpcs"]
    assert ran.json["gaps"][0]["outcome"] == ("throttled" if kind == "throttle" else "failed")
    assert ran.json["gaps"][0]["code"]
    assert coverage(case)["ec2.DescribeSubnets"][0] == "collected"
