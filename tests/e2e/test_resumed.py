"""Resumed runs: what an earlier run left half known is asked to its end, however it was ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.liar import Liar, Lie
from tests.e2e.run import Aws, coverage


def _asked(aws: Aws, operation: str) -> int:
    return sum(call["operation"] == operation for call in aws.drill.calls())


def test_names_found_late(aws: Aws, tmp_path: Path) -> None:
    """A parent half answered, then answered by a run that ends before its children: they are asked anew."""
    case = tmp_path / "case"
    aws.drill.fault(kind="error", service="iam", operation="ListAccessKeys", skip=1, code="Weird", status=400)
    assert aws.preserve(case).code == 3
    few = _asked(aws, "GetAccessKeyLastUsed")
    aws.drill.clear_faults()
    aws.drill.fault(kind="expired", service="iam", operation="GetAccessKeyLastUsed")
    assert aws.preserve(case).code == 5
    aws.drill.clear_faults()
    aws.drill.clear_calls()
    assert aws.preserve(case).code == 0
    assert _asked(aws, "ListAccessKeys") == 0
    assert _asked(aws, "GetAccessKeyLastUsed") > few
    aws.drill.clear_calls()
    assert aws.preserve(case).code == 0
    assert _asked(aws, "GetAccessKeyLastUsed") == 0


def test_a_report_that_expired_overnight(aws: Aws, tmp_path: Path) -> None:
    """IAM keeps a credential report for four hours: it is made anew, and not taken for absent."""
    case = tmp_path / "case"
    aws.drill.fault(kind="expired", service="iam", operation="GetCredentialReport")
    assert aws.preserve(case).code == 5
    aws.drill.clear_faults()
    aws.drill.clear_calls()
    expired = {"code": "ReportExpired", "status": 410, "times": 1}
    aws.drill.fault(kind="error", service="iam", operation="GetCredentialReport", **expired)
    assert aws.preserve(case).code == 0
    assert _asked(aws, "GenerateCredentialReport") >= 1
    assert coverage(case)["iam.GetCredentialReport"] == ("collected", ())


@pytest.mark.torture
def test_a_region_disabled_since(aws: Aws, tmp_path: Path) -> None:
    """What was begun in a region that is closed since is a gap, with AWS's own reason."""
    case = tmp_path / "case"
    aws.drill.regions(["eu-west-1", "eu-west-2"])
    aws.drill.fault(kind="expired", service="ec2", operation="DescribeSubnets", region="eu-west-2")
    assert aws.preserve(case).code == 5
    aws.drill.clear_faults()
    aws.drill.regions(["eu-west-1"])
    ran = aws.preserve(case)
    assert ran.code == 3
    assert {gap["region"] for gap in ran.gaps} == {"eu-west-2"}
    assert all(gap["code"] for gap in ran.gaps)
    aws.drill.regions(["eu-west-1", "eu-west-2"])
    assert aws.preserve(case).code == 0
    aws.drill.regions(["eu-west-1"])
    assert aws.preserve(case).code == 0


@pytest.mark.parametrize("inner", ["", "<regionInfo/>"])
def test_no_regions(aws: Aws, tmp_path: Path, inner: str) -> None:
    """An answer that names no region is no reason to take everything for kept."""
    said = f"<DescribeRegionsResponse><requestId>x</requestId>{inner}</DescribeRegionsResponse>".encode()
    with Liar(lambda body: Lie(said) if b"DescribeRegions" in body else None, aws.drill.url) as liar:
        ran = aws.preserve(tmp_path / "case", "--endpoint-url", liar.url)
    assert (ran.code, ran.out) == (1, "")
    assert "no regions" in ran.err
    assert "Traceback" not in ran.err
