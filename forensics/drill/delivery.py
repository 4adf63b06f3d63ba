"""
What a trail has delivered to its bucket, and what the intruder did to it there.

The objects are made when somebody first asks for the bucket. `digests` makes them as CloudTrail would have,
every hour in every region; then they are tampered with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from moto.cloudtrail.models import cloudtrail_backends
from moto.s3.models import s3_backends

from forensics.drill import buckets, digests
from forensics.drill.digests import HOUR, Trail
from forensics.drill.principals import PARTITION
from forensics.drill.seed import story
from forensics.drill.tampering import TAMPERINGS, Shelf
from forensics.drill.world import VICTIM, World

LATE = timedelta(minutes=4)
"""How long after its hour a digest comes."""
ARCHIVE = "harbour-log-archive"
"""The bucket of a trail whose logs are not kept in its own account and region."""
LENGTH = 30
"""Hours that a healthy trail has logged for."""

_STAMP = re.compile(r"_(\d{8}T\d{4})(\d\d)?Z[_.]")


@dataclass(frozen=True)
class Plan:
    """How a trail has fared."""

    name: str
    home: str
    bucket: str
    prefix: str = ""
    healthy: bool = False
    """Never stopped."""
    tampering: tuple[str, ...] = ()
    """Names of `tampering.TAMPERINGS`, in the order in which they are done."""

    def periods(self, world: World) -> list[tuple[datetime, datetime]]:
        """Give from when to when it logged."""
        now = datetime.fromtimestamp(int(world.born), UTC)
        if self.healthy:
            start = now - LENGTH * HOUR - timedelta(minutes=20)
            return [(start, start + LENGTH * HOUR)]
        began, stopped = now - story.BEGAN * HOUR, now - story.STOPPED * HOUR
        return [(began, stopped), (now - story.RESTARTED * HOUR, now - story.STOPPED_AGAIN * HOUR)]


SEEDED = ("log_edited", "log_deleted", "digest_deleted")
"""What the intruder did to the seed's trail, beside stopping it."""


def arrange(world: World, plan: Plan) -> None:
    """Set moto's trail to a plan, and have its bucket filled when somebody asks for it."""
    trail: Any = cloudtrail_backends[VICTIM][plan.home].trails[plan.name]
    trail.bucket_name, trail.s3_key_prefix = plan.bucket, plan.prefix or None
    periods = plan.periods(world)
    trail.status.is_logging = plan.healthy
    trail.status.started = periods[-1][0]
    trail.status.stopped = None if plan.healthy else periods[-1][1]
    world.shelf[f"trail {plan.name}", VICTIM, plan.home] = plan
    buckets.later(world, plan.bucket, partial(_fill, world, plan))


def archive(owner: str, region: str, *, readable: bool) -> str:
    """Make a bucket for logs in any account and region; give its name."""
    backend: Any = s3_backends[owner][PARTITION]
    backend.buckets.pop(ARCHIVE, None)
    s3_backends.bucket_accounts.pop(ARCHIVE, None)
    made = backend.create_bucket(ARCHIVE, region)
    made.versioning_status = "Enabled"
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{PARTITION}:iam::{VICTIM}:root"},
        "Action": ["s3:Get*", "s3:List*"],
        "Resource": [f"arn:aws:s3:::{ARCHIVE}", f"arn:aws:s3:::{ARCHIVE}/*"],
    }
    if readable:
        made.policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]}).encode()
    return ARCHIVE


def status(world: World, plan: Plan) -> Mapping[str, Any]:
    """Say when a trail last delivered logs and a digest, as GetTrailStatus does."""
    start, end = plan.periods(world)[-1]
    said = story.records(world).values()
    times = [moment for told in said for moment, *_ in told if start.timestamp() <= moment <= end.timestamp()]
    newest = datetime.fromtimestamp(max(times, default=start.timestamp()), UTC)
    late = newest.replace(minute=newest.minute - newest.minute % 5, second=0) + digests.CUT
    return {"LatestDeliveryTime": min(late, end), "LatestDigestDeliveryTime": end + LATE}


def _fill(world: World, plan: Plan, kept: Any) -> None:
    shelf = Shelf(kept, world.born)
    told, key, periods = story.records(world), digests.digest_key(), plan.periods(world)
    for region in world.regions:
        trail = Trail(VICTIM, region, plan.name, plan.home, plan.bucket, plan.prefix)
        happened = _logged(plan, (record for _, record, _ in told.get(region, ())))
        for one in digests.deliver(trail, key, happened, periods):
            shelf.put(one, delivered(one.key))
    home = Trail(VICTIM, plan.home, plan.name, plan.home, plan.bucket, plan.prefix)
    for name in plan.tampering:
        TAMPERINGS[name](shelf, home)


def _logged(plan: Plan, records: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    # a trail that was never stopped has nobody's StopLogging in it
    left_out = {"StartLogging", "StopLogging"} if plan.healthy else set()
    return (record for record in records if record["eventName"] not in left_out)


def delivered(key: str) -> datetime:
    """Tell from its name when an object was delivered."""
    found = _STAMP.search(key)
    assert found is not None  # noqa: S101 - all that CloudTrail delivers has a time in its name
    moment = datetime.strptime(found[1] + (found[2] or "00"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return moment + LATE if found[2] else moment
