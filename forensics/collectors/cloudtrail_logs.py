"""
What trails delivered to their buckets: logs, and the digests by which AWS signed for them.

Every region has a folder of its own in the bucket, whichever region that is in; so each region's source
copies its own, and asks the bucket where that is. Sources:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from itertools import product

from forensics.aws.ask import Refusal
from forensics.aws.tally import EXAMPLES
from forensics.collectors.deliveries import HOUR, READING, Copying, Delivery, Place, folder, stamp
from forensics.collectors.digests import FOLDERS, MOST, Reading
from forensics.collectors.spec import Collector, Context, Each, Lane, Phase, Records, Step
from forensics.model import Exchange, Outcome

LOGS = ("CloudTrail", "CloudTrail-Insight", "CloudTrail-NetworkActivity", "CloudTrail-Aggregated")
DIGESTS = ("CloudTrail-Digest",)
"""Folders of a bucket."""
MISSING = "LogFileMissing"
"""Our own code: a digest lists a log that the bucket does not have."""

TOO_MANY = "TooManyListed"
"""Our own code: digests list more logs than are looked for."""

_TRAILS = Each(
    row="cloudtrail.DescribeTrails",
    select="trailList[].{arn: TrailARN, bucket: S3BucketName, prefix: S3KeyPrefix, home: HomeRegion, "
    "everywhere: IsMultiRegionTrail, shared: IsOrganizationTrail, validated: LogFileValidationEnabled}",
)


@dataclass(frozen=True, slots=True)
class Trail:
    """A trail, as far as it says where its logs are."""

    arn: str
    bucket: str
    prefix: str
    home: str
    everywhere: bool
    shared: bool
    """Of the whole organization."""
    validated: bool
    """Whether digests are made."""


def trails(context: Context) -> list[Trail]:
    """Give the trails that record this region, each once, though shadows of it are listed too."""
    found = {}
    for said in context.names.get(_TRAILS.row, ()):
        trail = Trail(
            str(said["arn"] or ""),
            str(said["bucket"] or ""),
            str(said["prefix"] or ""),
            str(said["home"] or ""),
            everywhere=bool(said["everywhere"]),
            shared=bool(said["shared"]),
            validated=bool(said["validated"]),
        )
        if trail.bucket and (trail.everywhere or trail.home == context.source.region):
            found[trail.arn] = trail
    return list(found.values())


@dataclass
class _Folders:
    """Finds the folders of the account's logs in the buckets of its trails."""

    context: Context
    delivery: Delivery
    _organization: list[str] | None = None

    def places(self, kinds: tuple[str, ...], found: list[Place]) -> Generator[Exchange, None, None]:
        """Add the places of all trails, each once: two trails may share a bucket."""
        account, region = self.context.source.account, self.context.source.region
        for trail in trails(self.context):
            self._note(trail)
            roots = [""]
            if trail.shared:
                roots += yield from self._organizations()
            for start, root in product(starts(trail.prefix), roots):
                inside = places_in(trail.bucket, f"{start}AWSLogs/{root}{account}/", region, kinds)
                found += [place for place in inside if place not in found]

    def _note(self, trail: Trail) -> None:
        name = trail.arn.rpartition("/")[2]
        if trail.shared:
            self.delivery.notes.append(f"{name} is the organization's: only this account's logs are copied")
        if not trail.validated:
            self.delivery.notes.append(f"{name} makes no digests: nothing proves that its logs are whole")

    def _organizations(self) -> Generator[Exchange, None, list[str]]:
        """Name the organization's folder; a trail that became the organization's has logs from before."""
        if self._organization is None:
            self._organization = yield from organization(self.delivery)
        return self._organization


def organization(delivery: Delivery) -> Generator[Exchange, None, list[str]]:
    """Name the folder of the organization; none where there is none, or where that is refused: a gap."""
    asker = replace(delivery.context.asker, other="organizations", place=delivery.context.session.home)
    asking = asker.ask({}, operation="DescribeOrganization", whole=True)
    answer = yield from delivery.tally.counted(asking)
    if isinstance(answer, Refusal):
        delivery.tally.refuse(answer, {})
        return []
    found = str((answer.values.get("Organization") or {}).get("Id") or "")
    return [f"{found}/"] if found else []


def starts(prefix: str) -> list[str]:
    """Say what keys begin with: a prefix with slashes of its own is looked for with them and without."""
    return list(dict.fromkeys((f"{prefix}/" if prefix else "", folder(prefix))))


def _logs(context: Context) -> Records:
    """Copy the logs of one region."""
    delivery, places = Delivery(context), list[Place]()
    yield from _Folders(context, delivery).places(LOGS, places)
    for place in places:
        yield from delivery.copy(place)
    yield delivery.coverage()
    return {}


def _digests(context: Context) -> Records:
    """Copy the digests of one region, and look whether the logs that they list are there."""
    reading = Reading(context)
    delivery, places = Delivery(reading.context), list[Place]()
    folders, logs = _Folders(context, delivery), list[Place]()
    yield from folders.places(DIGESTS, places)
    for place in places:
        yield from _read(delivery, reading, place)
    if reading.listed:
        yield from folders.places(LOGS, logs)
    yield from _followed(delivery, reading, places, logs)
    if reading.listed:
        yield from _missing(delivery, reading, logs)
    if not reading.whole:
        message = f"the digests list more than {MOST} logs; the others were not looked for"
        delivery.tally.miss(Refusal(Outcome.TRUNCATED, TOO_MANY, message, "", sure=True), {}, 1)
    delivery.notes += reading.notes
    yield delivery.coverage()
    return {}


def _read(delivery: Delivery, reading: Reading, place: Place, *, limited: bool = False) -> Copying:
    for record in delivery.copy(place, limited=limited):
        yield record
        for one in record if isinstance(record, tuple) else ():
            reading.read(one.name)


def _followed(delivery: Delivery, reading: Reading, places: list[Place], logs: list[Place]) -> Copying:
    """
    Copy digests and logs from where digests say that a trail delivered before, adding the places.

    The attacker can write a digest too, and name any bucket in it: no more is copied than `--max-log-group`.
    """
    known = {(place.bucket, place.prefix.rpartition("CloudTrail")[0]) for place in (*places, *logs)}
    for _ in range(FOLDERS):
        new = next((folder for folder in reading.folders if folder not in known), None)
        if new is None:
            return
        known.add(new)
        bucket, start = new
        delivery.notes.append(f"digests name s3://{bucket}/{start} too: it was delivered to before")
        *former, digest = places_in(bucket, start, delivery.context.source.region, (*LOGS, *DIGESTS))
        yield from _read(delivery, reading, digest, limited=True)
        for place in former:
            yield from delivery.copy(place, limited=True)
        logs += former
    if reading.folders.keys() - known:
        message = (
            f"digests name more than {FOLDERS} folders beside those of the trails; the others were not read"
        )
        delivery.tally.miss(Refusal(Outcome.TRUNCATED, TOO_MANY, message, "", sure=True), {}, 1)


def places_in(bucket: str, start: str, region: str, kinds: tuple[str, ...]) -> list[Place]:
    """Give the places of a region in the folder of an account."""
    return [
        Place(bucket, f"{start}{kind}/{region}/", early=HOUR * (kind in DIGESTS), late=2 * HOUR)
        for kind in kinds
    ]


def _missing(delivery: Delivery, reading: Reading, places: list[Place]) -> Generator[Exchange, None, None]:
    """Look for the logs that the digests list, and say which are in no bucket: their versions neither."""
    # What could not be listed is a gap by itself, and says nothing of what is in it.
    unlisted = set[str]()
    missing = {name: None for name in reading.listed if _wanted(name[1], places, delivery)}
    for place in places:
        refused = delivery.tally.refused
        yield from delivery.names(place, lambda bucket, key: missing.pop((bucket, key), None))
        unlisted |= {place.bucket} if delivery.tally.refused > refused else set()
    missing = {where: None for where in missing if where[0] not in unlisted}
    if not missing:
        return
    first, key = next(iter(missing))
    message = f"{len(missing)} logs that digests list are not in the bucket, the first s3://{first}/{key}"
    refusal = Refusal(Outcome.VANISHED, MISSING, message, "", sure=True)
    for number, (bucket, key) in enumerate(missing):
        delivery.tally.miss(refusal, {"Bucket": bucket, "Key": key} if number < EXAMPLES else {}, 1)


def _wanted(key: str, places: list[Place], delivery: Delivery) -> bool:
    """Say whether a log that a digest lists is of the window. One in a folder of another trail may be too."""
    moment = stamp(key)
    span = places[0].span(delivery.window)
    return moment is not None and span.since <= moment <= span.until


NEEDED = (*READING, "organizations:DescribeOrganization")

COLLECTOR = Collector(
    name="cloudtrail_logs",
    about="what trails delivered to their buckets: logs, and the digests that AWS signed",
    phase=Phase.LOGS,
    steps=(
        Step(
            service="cloudtrail",
            operation="DigestFiles",
            about="signed digests of the region's logs, and whether the logs that they list are there",
            run=_digests,
            parents={_TRAILS.row: _TRAILS},
            actions=NEEDED,
            lane=Lane.BULK,
        ),
        Step(
            service="cloudtrail",
            operation="LogFiles",
            about="the region's logs in the buckets of its trails, deleted versions too",
            run=_logs,
            parents={_TRAILS.row: _TRAILS},
            actions=NEEDED,
            lane=Lane.BULK,
        ),
    ),
)
