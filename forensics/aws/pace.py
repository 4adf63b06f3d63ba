"""Keep below AWS's published request rates, so that collecting takes nothing from the account's own work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket's size: `refill` requests a second, and `burst` at once after a rest."""

    refill: float
    burst: float

    def __post_init__(self) -> None:
        """Refuse a bucket that never fills."""
        if self.refill <= 0 or self.burst < 1:
            raise ValueError(f"no such rate: {self.refill} a second, {self.burst} at once")


EC2_READ = Rate(20, 100)
"""Non-mutating actions. EC2 has one bucket for each API of an account in a region:
https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html"""
EC2_WRITE = Rate(5, 50)
"""Mutating actions, same page."""

RATES = {
    # The page's «uncategorized actions» have buckets of their own.
    "ec2.CreateSnapshot": Rate(5, 100),
    "ec2.CreateSnapshots": Rate(5, 100),
    "ec2.DescribeAggregateIdFormat": Rate(10, 10),
    "ec2.DescribeDeclarativePoliciesReports": Rate(5, 5),
    "ec2.DescribeHostReservations": Rate(2, 5),
    "ec2.DescribeIdFormat": Rate(10, 10),
    "ec2.DescribeInstanceTopology": Rate(1, 1),
    "ec2.DescribeMovingAddresses": Rate(1, 1),
    "ec2.DescribePrincipalIdFormat": Rate(10, 10),
    "ec2.DescribeSpotDatafeedSubscription": Rate(13, 100),
    "ec2.DescribeSpotFleetRequests": Rate(3, 50),
    "ec2.DescribeStoreImageTasks": Rate(0.5, 50),
    "ec2.DescribeVerifiedAccessInstanceLoggingConfigurations": Rate(2, 10),
    "ec2.ModifySnapshotAttribute": Rate(5, 100),
    # https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html: «two per second,
    # per account, per Region», and so says ListInsightsData's.
    # No burst: what AWS takes at once after a rest is its tolerance for requests that come bunched.
    "cloudtrail.LookupEvents": Rate(2, 1),
    "cloudtrail.ListInsightsData": Rate(2, 1),
    # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 100 and 15, not to be raised.
    "lambda.GetFunction": Rate(50, 50),
    "lambda.GetPolicy": Rate(10, 10),
    # https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub_limits.html: 10 and 30 for others.
    "securityhub.GetFindings": Rate(3, 6),
    # https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
    "athena.ListQueryExecutions": Rate(5, 10),
    # https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
    "acm.ListCertificates": Rate(8, 8),
    "acm.DescribeCertificate": Rate(10, 10),
    # https://docs.aws.amazon.com/waf/latest/developerguide/limits.html
    "wafv2.GetWebACLForResource": Rate(1, 1),
    "wafv2.ListResourcesForWebACL": Rate(1, 1),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
    "cloudwatch.DescribeAlarms": Rate(9, 9),
    # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html: twice that.
    "organizations.ListAccounts": Rate(4, 6),
    "organizations.ListOrganizationalUnitsForParent": Rate(2.5, 4),
    "organizations.ListPolicies": Rate(2.5, 4),
    "organizations.ListTargetsForPolicy": Rate(2.5, 4),
    # https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: 5 in some regions, 2 in most.
    "stepfunctions.ListExecutions": Rate(2, 50),
    # https://docs.aws.amazon.com/general/latest/gr/servicequotas.html: from memory.
    "service-quotas.ListRequestedServiceQuotaChangeHistory": Rate(5, 5),
    # For each prefix of a bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
    "s3.GetObject": Rate(5_500, 5_500),
    "s3.ListObjectVersions": Rate(500, 500),
    "s3.ListObjectsV2": Rate(500, 500),
}
"""Limits published for one API."""

FIXED = frozenset({"cloudtrail.LookupEvents"})
"""Limits that AWS raises for nobody: a `scale` above 1 does not pass them."""

LATE = 0.25
"""Seconds by which a thread may wake late before the requests after it are put off."""

SERVICES = {
    # 10 for Get, Describe and List: whether each or all, AWS does not say, so all.
    # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
    "cloudtrail": Rate(10, 10),
    # No figure published; IAM throttles the account as a whole, consoles and deployments included.
    "iam": Rate(15, 30),
    # Same page as above: 1 to 20 by API.
    "organizations": Rate(1, 2),
    # https://docs.aws.amazon.com/accounts/latest/reference/quotas.html: 1 or more by API, from memory.
    "account": Rate(1, 2),
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html: 10, and 40 at once, for all.
    "apigateway": Rate(5, 20),
    "apigatewayv2": Rate(5, 20),
    # No figure published; DescribeStacks is known to throttle deployments that wait for their own.
    "cloudformation": Rate(5, 10),
    # https://docs.aws.amazon.com/firehose/latest/dev/limits.html: 5 for each API.
    "firehose": Rate(5, 5),
    # The rest of Lambda's control plane, see above: 15 for all together.
    "lambda": Rate(10, 15),
    # https://docs.aws.amazon.com/resource-explorer/latest/userguide/quotas.html: from memory.
    "resource-explorer-2": Rate(5, 5),
    # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html: 5 for the account, and of
    # Resolver's for the account in a region.
    "route53": Rate(5, 5),
    "route53resolver": Rate(5, 5),
    # https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html: 20 for all APIs together.
    "sso-admin": Rate(10, 10),
    # Same page as above: 5 to 20 by API and region; 1 for the tags of a thing.
    "stepfunctions": Rate(5, 50),
    # https://docs.aws.amazon.com/waf/latest/developerguide/limits.html: «any individual Get or List action».
    "wafv2": Rate(5, 5),
}
"""Limits for every API of a service that `RATES` does not name."""

SHARED = frozenset({"apigateway", "cloudtrail", "iam", "lambda", "route53", "route53resolver", "sso-admin"})
"""Services whose APIs draw on one bucket, but for those that `RATES` names."""

OTHER = Rate(10, 20)
"""Where AWS publishes nothing: what a person at the console might do."""

_READS = ("Describe", "Get", "List", "Search")


def rate(service: str, operation: str) -> Rate:
    """Return the rate at which one API may be asked, in one region of one account."""
    name = f"{service}.{operation}"
    if name in RATES:
        return RATES[name]
    if service == "ec2":
        return EC2_READ if operation.startswith(_READS) else EC2_WRITE
    return SERVICES.get(service, OTHER)


@dataclass
class Bucket:
    """
    Hand out turns at a rate, first come first served, to any number of threads.

    A turn is reserved under the lock and waited for outside it: no thread overtakes another, and
    none holds the lock while it sleeps. A caller who is interrupted in its sleep has lost its turn.
    """

    rate: Rate
    clock: Callable[[], float]
    _tokens: float = field(init=False)
    _at: float = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        """Start full."""
        self._tokens, self._at = self.rate.burst, self.clock()

    def reserve(self) -> float:
        """Take a turn and return the seconds to wait for it, 0 if it is now."""
        with self._lock:
            self._refill()
            self._tokens -= 1
            return max(0.0, -self._tokens / self.rate.refill)

    def drain(self) -> None:
        """Take out what is left: AWS says that others have used the account's own bucket up."""
        with self._lock:
            self._refill()
            self._tokens = min(self._tokens, 0.0)

    @property
    def full(self) -> bool:
        """Say whether it is as a new one would be."""
        with self._lock:
            self._refill()
            return self._tokens >= self.rate.burst

    def overslept(self) -> None:
        """Take notice that a turn was used late: the next ones must not come close upon it."""
        with self._lock:
            self._refill()
            self._tokens = min(self._tokens, -1.0)

    def _refill(self) -> None:
        now = self.clock()
        grown = self._tokens + max(0.0, now - self._at) * self.rate.refill
        self._tokens, self._at = min(self.rate.burst, grown), now


ENOUGH = 256
"""Buckets of one account that are kept although they may be full."""


@dataclass
class Pace:
    """The buckets of one account: one for each (region, API), made on first use, dropped once it is full."""

    clock: Callable[[], float] = time.monotonic
    """Monotonic seconds."""
    scale: float = 1.0
    """Multiplies every rate: for accounts with raised limits, and for emulators."""
    _buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict, init=False)
    _enough: int = field(default=ENOUGH, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def wait(self, region: str, service: str, operation: str, sleep: Callable[[float], None]) -> None:
        """Sleep until it is this request's turn."""
        with self._lock:
            delay = self._bucket(region, service, operation).reserve()
        if delay > 0:
            due = self.clock() + delay
            sleep(delay)
            if f"{service}.{operation}" in FIXED and self.clock() - due > LATE:
                with self._lock:
                    self._bucket(region, service, operation).overslept()

    def throttled(self, region: str, service: str, operation: str) -> None:
        """Take notice that AWS throttled this API: the next requests wait for fresh tokens."""
        with self._lock:
            self._bucket(region, service, operation).drain()

    def _bucket(self, region: str, service: str, operation: str) -> Bucket:
        name = f"{service}.{operation}"
        key = (region, service if service in SHARED and name not in RATES else name)
        if key not in self._buckets:
            self._drop()
            found = rate(service, operation)
            fixed = name in FIXED
            scale = min(self.scale, 1.0) if fixed else self.scale
            scaled = Rate(found.refill * scale, max(1.0, found.burst * scale))
            self._buckets[key] = Bucket(scaled, self.clock)
        return self._buckets[key]

    def _drop(self) -> None:
        """Forget the buckets that are full again, where there are many: an account has ten thousand APIs."""
        if len(self._buckets) >= self._enough:
            self._buckets = {key: one for key, one in self._buckets.items() if not one.full}
            self._enough = ENOUGH + 2 * len(self._buckets)
