"""Buckets that refuse, are gone, or hold keys that are no paths: each its own gap, and the run goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.run import WHOLE, Aws, coverage, intact
from tests.e2e.truth import added, client, copied, logged, objects

FLOWS = "ec2.FlowLogFiles"


@pytest.mark.parametrize(
    ("oddity", "outcome", "codes"),
    [
        # Its head, which has no body to say more, and its settings, which are asked for too.
        ({"denied": True}, "denied", {"403", "AccessDenied"}),
        ({"gone": True}, "vanished", {"NoSuchBucket"}),
        ({"kms_refused": True}, "denied", {"AccessDenied"}),
        ({"glacier": True}, "unsupported", {"InvalidObjectState"}),
    ],
)
def test_refused(aws: Aws, tmp_path: Path, oddity: dict[str, Any], outcome: str, codes: set[str]) -> None:
    """A bucket of flow logs: AWS's own code, all other buckets whole; once it is mended, it too."""
    case = tmp_path / "case"
    aws.drill.bucket("harbour-flow-logs", **oddity)
    ran = aws.preserve(case, how=WHOLE)
    assert ran.code == 3, ran.err
    gaps = ran.gaps
    assert {gap["outcome"] for gap in gaps} == {outcome}
    assert {gap["code"] for gap in gaps} == codes
    about = {f"{gap['service']}.{gap['operation']}" for gap in gaps}
    assert FLOWS in about
    assert about <= {FLOWS, "s3.GetBucketLogging"}
    aws.drill.bucket("harbour-flow-logs")
    held = objects(aws)
    lost = {key for key in held if key[0] == "harbour-flow-logs"}
    assert copied(case) == {key: digest for key, digest in held.items() if key not in lost}
    assert logged(case)
    assert aws.preserve(case, how=WHOLE).code == 0
    assert copied(case) == held
    assert intact(case)


@pytest.mark.torture
def test_a_trail_in_a_region_that_is_closed(aws: Aws, tmp_path: Path) -> None:
    """A trail and its bucket are at home where we may not ask: its logs of the region that is open come."""
    case = tmp_path / "case"
    aws.drill.trail(healthy=True)
    aws.drill.regions(["eu-west-2"])
    ran = aws.run("preserve", case, "--json", "-q", *WHOLE, extra={"AWS_DEFAULT_REGION": "eu-west-2"})
    assert ran.code == 3, ran.err
    assert (
        coverage(case)["cloudtrail.LogFiles"] == coverage(case)["cloudtrail.DigestFiles"] == ("collected", ())
    )
    found = copied(case)
    assert found.keys() >= {key for key in objects(aws) if "/eu-west-2/" in key[1]}
    assert any("/CloudTrail/eu-west-2/" in key[1] for key in found)
    # Nobody asks at its home: its state is asked from here, and what is not told here is no emptiness.
    assert coverage(case)["cloudtrail.GetTrailStatus"] == ("collected", ())
    assert coverage(case)["cloudtrail.GetEventSelectors"][0] == "vanished"
    assert intact(case)


def test_keys_that_are_no_paths(aws: Aws, tmp_path: Path) -> None:
    """Keys of 1,024 bytes, with `..` and line ends, and twins but for case: kept, within the case."""
    case, s3 = tmp_path / "case", client(aws, "s3")
    head = next(
        one["Key"]
        for one in s3.list_objects_v2(Bucket="harbour-access-logs", Prefix="alb/")["Contents"]
        if one["Key"].endswith(".log.gz")
    )
    folder, _, name = head.rpartition("/")
    for number, twist in enumerate(
        ("/../../up/", "/line\nend/", "/Twin/", "/tWIN/", "/./", "//", "/\u202e\x7f/")
    ):
        s3.put_object(Bucket="harbour-access-logs", Key=f"{folder}{twist}{name}", Body=b"%d" % number)
    room = 1024 - len(f"{folder}//{name}".encode())
    s3.put_object(Bucket="harbour-access-logs", Key=f"{folder}/{'x' * room}/{name}", Body=b"long")
    ran = aws.preserve(case, how=WHOLE)
    assert ran.code == 0, ran.out
    assert copied(case) == objects(aws)
    paths = [body["path"] for body in added(case)]
    assert len({path.casefold() for path in paths}) == len(paths)
    assert all((case / path).resolve().is_relative_to(case.resolve() / "data") for path in paths)
    assert intact(case)
