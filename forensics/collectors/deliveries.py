"""
Logs that AWS delivers to buckets: where they lie, which of them are of the window, and their copying.

What is known of a log before it is fetched is its key and when it was written. Keys of most logs begin
with a date, so a listing can begin and end there: a request for a thousand keys, and none for a day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from forensics.aws import s3
from forensics.aws.ask import Refusal
from forensics.aws.tally import Tally
from forensics.collectors.spans import OLDEST
from forensics.collectors.spec import Context
from forensics.model import Coverage, Evidence, Exchange, Outcome
from forensics.scope import Window

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

DAYS = "%Y/%m/%d"
HIVE = "year=%Y/month=%m/day=%d"
DASHED = "%Y-%m-%d"
ANY = ""
"""How the keys under a prefix begin: with a day, written so, or with anything."""

BATCH = 1_000
"""Objects that are listed before they are fetched."""
AT_ONCE = 20_000
"""Objects that are remembered while they are counted; of more, the list is asked for again."""
TOO_LARGE = "AccessLogsTooLarge"
"""Our own code: there is more than `--max-log-group` allows."""

NO_REGION = "NoSuchRegion"
"""Our own code: logs go to a region that there is not."""

_NEWEST = datetime(9000, 1, 1, tzinfo=UTC)
"""A day more is still a time."""

_STAMPS = (
    re.compile(r"(?<!\d)(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(?:\d\d)?Z"),
    re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)-(\d\d)(?:-(\d\d)-\d\d)?(?!\d)"),
    re.compile(r"_(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)\.gz\Z"),
    re.compile(r"_network-firewall_.+_(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)_[^_]+\Z"),
)
"""Times in the names of logs: of nearly all services; of S3, CloudFront, Firehose; Redshift; firewalls."""

READING = ("s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions")
"""What copying takes, of the bucket's account too; `kms:Decrypt` where the objects are encrypted so."""

Copying = Generator[Exchange | tuple[Evidence, ...], None, None]
Telling = Callable[[str], Mapping[str, Any]]
"""What to say of an object beside what S3 says, by its key."""


@dataclass(frozen=True, slots=True)
class Place:
    """A prefix of a bucket that logs are delivered to."""

    bucket: str
    prefix: str
    days: str = DAYS
    early: timedelta = timedelta(0)
    """How long before its first event a log's name may say that it was made: it names an hour, or a day."""
    late: timedelta = HOUR
    """How long after its last event a log may come."""
    apart: tuple[str, ...] = ()
    """Prefixes within it of what is another source's."""

    def span(self, window: Window) -> Window:
        """Say when logs with events of the window were made."""
        return Window(window.since - self.early, window.until + self.late)

    def bounds(self, window: Window) -> tuple[str, str]:
        """Give keys, such that what lies between them is of the window's days; two empty ones for all."""
        if not self.days:
            return "", ""
        span = self.span(window)
        first, last = span.since.astimezone(UTC), span.until.astimezone(UTC) + DAY
        return f"{self.prefix}{first.strftime(self.days)}", f"{self.prefix}{last.strftime(self.days)}"

    def takes(self, key: str, modified: str, window: Window) -> bool:
        """Say whether an object is of the window: by the time in its name, or by when it was written."""
        if key.startswith(self.apart):
            return False
        span, moment = self.span(window), stamp(key)
        if moment is None and self.days:
            # Nothing that AWS delivers is called so: it is kept by the day that its folder says.
            first, last = self.bounds(window)
            return first <= key < last
        if moment is None and (moment := written(modified)) is None:
            return True
        return span.since <= moment <= span.until


def stamp(key: str) -> datetime | None:
    """Read the time in a log's name, None where there is none."""
    name = key.rpartition("/")[2]
    for pattern in _STAMPS:
        if found := pattern.search(name):
            try:
                year, month, day, hour, minute = (int(number or 0) for number in found.groups())
                return datetime(year, month, day, hour, minute, tzinfo=UTC)
            except ValueError:
                return None
    return None


def written(text: str) -> datetime | None:
    """Read when an object was written, as a listing has it; None for what is no time."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def folder(prefix: str) -> str:
    """Write a prefix as services do that add a slash to it themselves."""
    return f"{prefix.strip('/')}/" if prefix.strip("/") else ""


def of_arn(arn: str) -> tuple[str, str]:
    """Take bucket and prefix from `arn:aws:s3:::bucket/prefix`."""
    bucket, _, prefix = arn.partition(":::")[2].partition("/")
    return bucket, prefix


def no_region(said: str) -> Refusal:
    """Refuse to ask in what is no region: botocore takes that for an error of whoever runs us."""
    message = f"the logs go to {said!a}, and there is no such region"
    return Refusal(Outcome.UNSUPPORTED, NO_REGION, message, "", sure=True)


@dataclass
class _Counted:
    """What is at a place, and the first of it: mostly all, so that no list is asked for twice."""

    size: int = 0
    count: int = 0
    first: list[s3.Version] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Say whether the first are all."""
        return self.count <= AT_ONCE

    def add(self, one: s3.Version) -> None:
        """Take one in."""
        self.size, self.count = self.size + one.size, self.count + 1
        if self.whole:
            self.first.append(one)


@dataclass
class Delivery:
    """The copying of one source: what came, and what did not."""

    context: Context
    tally: Tally = field(init=False)
    kept: bool = field(default=False, init=False)
    """Whether the case has any of it, from this run or an earlier one."""
    notes: list[str] = field(default_factory=list, init=False)
    found: int = field(default=0, init=False)
    """Versions and delete markers of the window that were listed."""
    markers: int = field(default=0, init=False)
    """Delete markers among them."""
    _buckets: dict[str, s3.Bucket | Refusal] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Count from nothing."""
        self.tally = Tally(self.context.source)
        self.asker = replace(self.context.asker, other="s3")

    @property
    def window(self) -> Window:
        """Give the window, as far as there can be logs; all time where there is none."""
        given = self.context.window or Window(OLDEST, self.context.clock())
        return Window(max(given.since, OLDEST), min(given.until, _NEWEST))

    def knows(self, region: str) -> bool:
        """Say whether there is such a region; the one that we are in may be newer than botocore's data."""
        return region == self.context.source.region or self.context.session.places.knows(region)

    def copy(self, place: Place, tell: Telling = lambda _: {}, *, limited: bool = False) -> Copying:
        """Copy what lies at a place and is of the window; `limited`: unless it is more than the limit."""
        bucket = yield from self._bucket(place)
        if bucket is None:
            return
        counted = _Counted()
        if limited and (yield from self._too_large(bucket, place, counted)):
            return
        if limited and counted.whole:
            yield from self._fetched(bucket, counted.first, tell)
            return
        found: list[s3.Version] = []
        for exchange in self.listed(bucket, place, found.append):
            yield exchange
            if len(found) >= BATCH:
                yield from self._fetched(bucket, found, tell)
                found.clear()
        yield from self._fetched(bucket, found, tell)

    def listed(
        self, bucket: s3.Bucket, place: Place, take: Callable[[s3.Version], None]
    ) -> Generator[Exchange, None, None]:
        """Give the versions of the window at a place to `take`; what refuses that is a gap."""
        window, (after, until) = self.window, place.bounds(self.window)

        def sort(one: s3.Version | s3.Marker) -> None:
            if place.takes(one.key, one.last_modified, window):
                self.found += 1
                if isinstance(one, s3.Marker):
                    self.markers += 1
                else:
                    take(one)

        listing = s3.listing(self.asker, bucket, place.prefix, sort, after=after, until=until)
        refusal = yield from self._answered(listing)
        if refusal is not None:
            self.tally.refuse(refusal, {"Bucket": place.bucket, "Prefix": place.prefix})

    def names(self, place: Place, take: Callable[[str, str], None]) -> Generator[Exchange, None, None]:
        """List only: give bucket and key of each version of the window to `take`."""
        bucket = yield from self._bucket(place)
        if bucket is not None:
            yield from self.listed(bucket, place, lambda one: take(place.bucket, one.key))

    def coverage(self) -> Coverage:
        """Close the source."""
        gaps = self.tally.gaps
        outcome = Outcome.COLLECTED if self.kept else gaps[0].outcome if gaps else Outcome.EMPTY
        if self.markers:
            self.notes.append(f"{self.markers} delete markers of the window are in the listings")
        return self.tally.coverage(outcome, "; ".join(dict.fromkeys(self.notes)))

    def _bucket(self, place: Place) -> Generator[Exchange, None, s3.Bucket | None]:
        """Find a bucket, once; what refuses it is a gap for each place in it."""
        if place.bucket not in self._buckets:
            self._buckets[place.bucket] = yield from self._located(place.bucket)
        found = self._buckets[place.bucket]
        if isinstance(found, Refusal):
            self.tally.refuse(found, {"Bucket": place.bucket, "Prefix": place.prefix})
            return None
        return found

    def _located(self, name: str) -> Generator[Exchange, None, s3.Bucket | Refusal]:
        """Ask a bucket that refuses once more, in case it only wants that we pay: it does not say so."""
        refused = yield from self.tally.counted(s3.locate(self.asker, name))
        if not isinstance(refused, Refusal) or refused.outcome is not Outcome.DENIED:
            return refused
        found = yield from self.tally.counted(s3.locate(self.asker, name, requester_pays=True))
        if isinstance(found, Refusal):
            return refused
        self.notes.append(f"whoever reads bucket {name} pays for it: the account of this run does")
        return found

    def _answered(
        self, listing: Generator[Exchange, None, Refusal | None]
    ) -> Generator[Exchange, None, Refusal | None]:
        counted = self.tally.counted(listing)
        while True:
            try:
                exchange = next(counted)
            except StopIteration as end:
                refusal: Refusal | None = end.value
                return refusal
            self.tally.pages += not exchange.code
            yield exchange

    def _too_large(
        self, bucket: s3.Bucket, place: Place, counted: _Counted
    ) -> Generator[Exchange, None, bool]:
        """Count what is at a place; whatever refuses some of the list, the rest may still be copied."""
        markers = self.markers
        yield from self.listed(bucket, place, counted.add)
        if not counted.whole:
            self.markers = markers
        size, limit = counted.size, self.context.max_log_group
        if size <= limit:
            return False
        where = f"s3://{place.bucket}/{place.prefix}"
        message = (
            f"{counted.count} objects of {size} bytes in {where} are more than {limit}: "
            f"--max-log-group {size} includes them"
        )
        refusal = Refusal(Outcome.TRUNCATED, TOO_LARGE, message, "", sure=True)
        self.tally.miss(refusal, {"Bucket": place.bucket, "Prefix": place.prefix, "Size": size}, 1)
        return True

    def _fetched(self, bucket: s3.Bucket, found: Iterable[s3.Version], tell: Telling) -> Copying:
        versions = list(found)
        names = (s3.name(bucket.name, version) for version in versions)
        self.kept = self.kept or any(map(self.context.holds, names))
        for group in self._copier(bucket).copy(versions):
            self.kept = True
            yield tuple(
                replace(one, about={**one.about, **said}) if (said := tell(one.key)) else one for one in group
            )

    def _copier(self, bucket: s3.Bucket) -> s3.Copier:
        context = self.context
        return s3.Copier(
            session=context.session,
            source=context.source,
            clock=context.clock,
            sleep=context.sleep,
            draft=context.draft,
            holds=context.holds,
            account=context.source.account,
            bucket=bucket,
            tally=self.tally,
        )
