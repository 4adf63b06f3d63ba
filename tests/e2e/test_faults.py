"""A bad network and a busy AWS: the case is as complete as on a good day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.run import WHOLE, Aws, coverage, intact
from tests.e2e.truth import added, copied, events, logged, looked_up, objects

KINDS = ("error", "throttle", "reset", "torn")
FEW = 0.01


def _outcomes(case: Path) -> dict[str, str]:
    return {name: outcome for name, (outcome, _) in coverage(case).items()}


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("each", [FEW, pytest.param(0.085, marks=pytest.mark.torture)])
def test_faulty(aws: Aws, tmp_path: Path, each: float) -> None:
    """Of all answers 4 or 30 % faulty, of every kind, with all logs: nothing missing, no snapshot twice."""
    until, days = datetime.now(UTC), 80 if each > FEW else 20
    how = (*WHOLE, "--since", (until - timedelta(days=days)).isoformat(), "--until", until.isoformat())
    good, bad = tmp_path / "good", tmp_path / "bad"
    assert aws.preserve(good, how=how).code == 0
    aws.drill.clear_calls()
    for kind in KINDS:
        # Each of four kinds at 8.5 %: 30 % of answers. Most of that is waiting, so `make test` has less.
        aws.drill.fault(service="*", operation="*", kind=kind, probability=each)
    ran = aws.preserve(bad, how=how)
    assert (ran.code, ran.gaps) == (0, []), ran.out
    aws.drill.clear_faults()
    calls = aws.drill.calls()
    faulty = sum(bool(call["fault"]) for call in calls)
    print(f"\n{faulty} of {len(calls)} answers were faulty")
    assert faulty > 2 * each * len(calls)
    assert _outcomes(bad) == _outcomes(good)
    assert set(aws.snapshots().values()) == {1}
    assert _files(bad) == _files(good)
    assert copied(bad) == copied(good) == objects(aws)
    assert logged(bad) == logged(good) == events(aws)
    assert looked_up(bad) == looked_up(good)
    assert max(looked_up(bad).values()) == 1
    assert intact(bad)


def _files(case: Path) -> dict[str, str]:
    """Read name and SHA-256 of what is the same in each run: where the history is cut is a matter of pace."""
    return {
        body["name"]: body["sha256"]
        for body in added(case)
        if body["kind"] not in {"footprint", "transcript"}
        and not body["source"]["operation"].endswith("Events")
    }


@pytest.mark.timeout(600)
@pytest.mark.torture
@pytest.mark.parametrize("kind", KINDS)
def test_never_better(aws: Aws, tmp_path: Path, kind: str) -> None:
    """What fails for good is a gap with its code, never empty, and stops nothing but itself."""
    aws.drill.fault(service="ec2", operation="DescribeVpcs", kind=kind)
    case = tmp_path / "case"
    ran = aws.preserve(case)
    assert ran.code == 3, ran.err
    assert [gap["operation"] for gap in ran.gaps] == ["DescribeVpcs"]
    assert ran.gaps[0]["outcome"] == ("throttled" if kind == "throttle" else "failed")
    assert ran.gaps[0]["code"]
    assert coverage(case)["ec2.DescribeSubnets"][0] == "collected"
