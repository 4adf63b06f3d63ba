"""
What a trail has delivered to its bucket, and what the intruder did to it there.

The objects are made when somebody first asks for the bucket. `digests` makes them as CloudTrail would have,
every hour in every region; then they are tampered with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from moto.cloudtrail.models import cloudtrail_backends
from moto.s3.models import s3_backends

from forensics.drill import buckets, digests, events
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
    until: float | None = None
    """Of a healthy trail: when its newest digest ends, which has the calls in it that were made here."""

    def periods(self, world: World) -> list[tuple[datetime, datetime]]:
        """Give from when to when it logged."""
        now = datetime.fromtimestamp(int(world.born), UTC)
        if self.healthy and self.until is not None:
            end = datetime.fromtimestamp(int(self.until), UTC)
            return [(end - LENGTH * HOUR, end)]
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
    told = (str(record["eventTime"]) for records in _records(world, plan).values() for record in records)
    times = [moment for moment in map(_moment, told) if start <= moment <= end]
    newest = max(times, default=start)
    late = newest.replace(minute=newest.minute - newest.minute % 5, second=0) + digests.CUT
    return {"LatestDeliveryTime": min(late, end), "LatestDigestDeliveryTime": _by(plan, end + LATE)}


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _by(plan: Plan, moment: datetime) -> datetime:
    # nothing is delivered in the future
    return moment if plan.until is None else min(moment, datetime.fromtimestamp(int(plan.until), UTC))


def _records(world: World, plan: Plan) -> Mapping[str, list[Mapping[str, Any]]]:
    """Give what the trail logged, by region, oldest first."""
    found: dict[str, list[Mapping[str, Any]]] = {
        region: [record for _, record, _ in told if _logs(plan, record)]
        for region, told in story.records(world).items()
    }
    for seen in world.calls.seen(0) if plan.until is not None else ():
        if seen.principal.account == VICTIM and seen.moment <= (plan.until or 0):
            record = events.of(seen)
            found.setdefault(str(record["awsRegion"]), []).append(record)
    return found


def _logs(plan: Plan, record: Mapping[str, Any]) -> bool:
    if plan.healthy:
        # a trail that was never stopped has nobody's StopLogging in it
        return str(record["eventName"]) not in {"StartLogging", "StopLogging"}
    return str(record["eventSource"]) != "kms.amazonaws.com"  # its selectors leave that out


def _fill(world: World, plan: Plan, kept: Any) -> None:
    shelf = Shelf(kept, world.born)
    told, key, periods = _records(world, plan), digests.digest_key(), plan.periods(world)
    for region in world.regions:
        trail = Trail(VICTIM, region, plan.name, plan.home, plan.bucket, plan.prefix)
        for one in digests.deliver(trail, key, told.get(region, ()), periods):
            shelf.put(one, _by(plan, delivered(one.key)))
    home = Trail(VICTIM, plan.home, plan.name, plan.home, plan.bucket, plan.prefix)
    for name in plan.tampering:
        TAMPERINGS[name](shelf, home)


def delivered(key: str) -> datetime:
    """Tell from its name when an object was delivered."""
    found = _STAMP.search(key)
    assert found is not None  # noqa: S101 - all that CloudTrail delivers has a time in its name
    moment = datetime.strptime(found[1] + (found[2] or "00"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return moment + LATE if found[2] else moment
