"""Token buckets, on a clock that the test moves."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest

from forensics.aws.pace import ENOUGH, OTHER, Bucket, Pace, Rate, rate


@dataclass
class Clock:
    """Seconds that pass when the test says so."""

    now: float = 1_000.0

    def __call__(self) -> float:
        """Tell the seconds."""
        return self.now


def test_a_burst_is_free_and_then_the_rate_holds() -> None:
    """As many as the bucket holds at once, then one for each token that flows in."""
    bucket = Bucket(Rate(2, 3), Clock())
    assert [bucket.reserve() for _ in range(6)] == [0, 0, 0, 0.5, 1.0, 1.5]


def test_turns_are_first_come_first_served() -> None:
    """Whoever comes later waits longer: nobody overtakes, nobody starves."""
    bucket = Bucket(Rate(10, 1), Clock())
    delays = [bucket.reserve() for _ in range(50)]
    assert delays == sorted(delays)
    assert len(set(delays)) == 50


def test_it_fills_while_nobody_asks() -> None:
    """A second's rest gives a second's tokens, never more than the bucket holds."""
    clock = Clock()
    bucket = Bucket(Rate(2, 4), clock)
    assert [bucket.reserve() for _ in range(5)][-1] == 0.5
    clock.now += 1_000_000
    assert [bucket.reserve() for _ in range(5)] == [0, 0, 0, 0, 0.5]


def test_a_clock_that_goes_back_gives_no_tokens() -> None:
    """Nothing is owed for time that did not pass."""
    clock = Clock()
    bucket = Bucket(Rate(1, 1), clock)
    bucket.reserve()
    clock.now -= 100
    assert bucket.reserve() == 1.0


def test_a_throttled_bucket_waits_for_fresh_tokens() -> None:
    """AWS says that others use the same bucket: what we thought was left is not there."""
    bucket = Bucket(Rate(5, 100), Clock())
    bucket.drain()
    assert bucket.reserve() == 0.2
    bucket.drain()
    assert bucket.reserve() == 0.4


def test_many_threads_get_each_turn_once() -> None:
    """The sum of all turns is the rate, whoever takes them."""
    bucket = Bucket(Rate(100, 10), Clock())
    delays: list[float] = []

    def take() -> None:
        delays.extend(bucket.reserve() for _ in range(100))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(delays) == pytest.approx((800 - 10) / 100)
    assert sum(1 for delay in delays if delay == 0) == 10


@pytest.mark.parametrize(("refill", "burst"), [(0, 1), (-1, 1), (1, 0), (1, 0.5), (0, 0)])
def test_a_bucket_that_never_fills_is_refused(refill: float, burst: float) -> None:
    """A rate of nothing would wait for ever."""
    with pytest.raises(ValueError, match="no such rate"):
        Rate(refill, burst)


@pytest.mark.parametrize(
    ("service", "operation", "refill"),
    [
        ("ec2", "DescribeInstances", 20),
        ("ec2", "GetConsoleOutput", 20),
        ("ec2", "ListSnapshotsInRecycleBin", 20),
        ("ec2", "CreateTags", 5),
        ("ec2", "CreateSnapshots", 5),
        ("cloudtrail", "LookupEvents", 2),
        ("cloudtrail", "DescribeTrails", 10),
        ("iam", "ListUsers", 15),
        ("nosuch", "Anything", OTHER.refill),
    ],
)
def test_published_limits(service: str, operation: str, refill: float) -> None:
    """The rates are those of AWS's pages."""
    assert rate(service, operation).refill == refill


def _waits(pace: Pace, row: str, region: str, times: int) -> float:
    slept: list[float] = []
    for _ in range(times):
        service, _, operation = row.partition(".")
        pace.wait(region, service, operation, slept.append)
    return max(slept, default=0.0)


def test_each_region_and_each_api_has_its_own_bucket() -> None:
    """EC2 counts each API of a region apart."""
    pace = Pace(Clock())
    assert _waits(pace, "ec2.DescribeVpcs", "eu-west-1", 101) > 0
    assert _waits(pace, "ec2.DescribeVpcs", "us-east-1", 100) == 0
    assert _waits(pace, "ec2.DescribeSubnets", "eu-west-1", 100) == 0


def test_iam_has_one_bucket_for_all() -> None:
    """IAM throttles the account, whichever API is asked."""
    pace = Pace(Clock())
    assert _waits(pace, "iam.ListUsers", "global", 30) == 0
    assert _waits(pace, "iam.ListAccessKeys", "global", 1) > 0


def test_a_bucket_that_is_full_again_is_dropped() -> None:
    """Of ten thousand APIs few are held on to; none that has given anything is filled up by that."""
    clock = Clock()
    pace = Pace(clock)
    buckets = vars(pace)
    most = 0
    for number in range(10_000):
        assert _waits(pace, f"nosuch.List{number}", "eu-west-1", 20) == 0
        assert number % 100 or _waits(pace, f"nosuch.List{number}", "eu-west-1", 1) == pytest.approx(0.1)
        clock.now += 0.01
        most = max(most, len(buckets["_buckets"]))
    assert most < 3 * ENOUGH
    assert _waits(pace, "nosuch.List9999", "eu-west-1", 1) > 0
    assert _waits(pace, "nosuch.List0", "eu-west-1", 20) == 0


def test_scale_raises_every_rate() -> None:
    """An account with raised limits, or an emulator, may be asked faster."""
    pace = Pace(Clock(), scale=10)
    assert _waits(pace, "ec2.DescribeVpcs", "eu-west-1", 1_000) == 0
    assert _waits(pace, "ec2.DescribeVpcs", "eu-west-1", 1) == pytest.approx(1 / 200)


def test_an_interrupted_wait_ends_the_request() -> None:
    """What the sleep raises goes through."""
    pace = Pace(Clock())

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    _waits(pace, "ec2.DescribeVpcs", "eu-west-1", 100)
    with pytest.raises(KeyboardInterrupt):
        pace.wait("eu-west-1", "ec2", "DescribeVpcs", interrupted)


def test_throttled_drains_the_right_bucket() -> None:
    """One API's throttling slows that API alone."""
    pace = Pace(Clock())
    pace.throttled("eu-west-1", "ec2", "DescribeVpcs")
    assert _waits(pace, "ec2.DescribeVpcs", "eu-west-1", 1) > 0
    assert _waits(pace, "ec2.DescribeSubnets", "eu-west-1", 1) == 0


PUBLISHED = {
    "acm.DescribeCertificate": (10, 10),
    "acm.ListCertificates": (8, 8),
    "apigateway.GetRestApis": (10, 40),
    "athena.ListQueryExecutions": (5, 10),
    "cloudtrail.GetTrailStatus": (10, 10),
    "cloudtrail.ListInsightsData": (2, 2),
    "cloudtrail.LookupEvents": (2, 2),
    "cloudwatch.DescribeAlarms": (9, 9),
    "cloudwatch.GetMetricData": (50, 50),
    "cloudwatch.ListMetrics": (25, 25),
    "ec2.CopySnapshot": (5, 50),
    "ec2.CreateSnapshots": (5, 100),
    "ec2.DescribeInstanceTopology": (1, 1),
    "ec2.DescribeInstances": (20, 100),
    "ec2.DescribeMovingAddresses": (1, 1),
    "ec2.DescribeStoreImageTasks": (0.5, 50),
    "ec2.ModifyInstanceAttribute": (5, 50),
    "ec2.ModifySnapshotAttribute": (5, 100),
    "firehose.DescribeDeliveryStream": (5, 5),
    "lambda.GetFunction": (100, 100),
    "lambda.GetPolicy": (15, 15),
    "lambda.ListFunctions": (15, 15),
    "organizations.DescribeOrganization": (1, 2),
    "organizations.DescribePolicy": (2, 2),
    "organizations.ListAccounts": (8, 12),
    "organizations.ListAWSServiceAccessForOrganization": (1, 3),
    "organizations.ListPolicies": (5, 8),
    "organizations.ListRoots": (1, 2),
    "route53.ListHostedZones": (5, 5),
    "route53resolver.ListResolverQueryLogConfigs": (5, 5),
    "securityhub.DescribeHub": (10, 30),
    "securityhub.GetFindings": (3, 6),
    "sso-admin.ListPermissionSets": (20, 20),
    "stepfunctions.ListExecutions": (2, 100),
    "stepfunctions.ListStateMachines": (5, 100),
    "wafv2.GetWebACL": (5, 5),
    "wafv2.ListResourcesForWebACL": (1, 1),
}
"""What AWS's pages say, read in 2026-11 in copies of 2023-06 and later: requests a second, and at once."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_no_faster_than_published(name: str) -> None:
    """An account's own work needs the quota too: a run never takes more than all of it."""
    service, _, operation = name.partition(".")
    ours = rate(service, operation)
    assert (ours.refill <= PUBLISHED[name][0], ours.burst <= PUBLISHED[name][1]) == (True, True)
