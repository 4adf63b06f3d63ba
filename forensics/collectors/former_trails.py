"""
Where trails delivered before they were changed or deleted, by what the event history says of that.

Nothing that is there now tells of it, but digests, and those only where they were made. So the events that
made, changed and deleted trails are asked for: three requests, a second and a half of the history's own.
Before the first of them, a trail's bucket is known by who looked at it: CloudTrail asks for a bucket's access
list whenever it delivers there. That is a request to S3, and S3 records it where the bucket is (`Host` in
such an event is the bucket's name at the endpoint of that region), whatever region the trail is of, or
delivers from. So it is looked for in every region; where the bucket is another account's, in none of ours.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from typing import Any

from forensics.aws.ask import Answer, Refusal
from forensics.collectors.cloudtrail_logs import DIGESTS, LOGS, NEEDED, organization, places_in, starts
from forensics.collectors.deliveries import Copying, Delivery, stamp
from forensics.collectors.digests import FOLDERS
from forensics.collectors.spec import Collector, Context, Each, Lane, Phase, Records, Step
from forensics.model import Evidence, Exchange, Outcome, Source

MADE, CHANGED, DELETED = "CreateTrail", "UpdateTrail", "DeleteTrail"
UNKNOWN = "FormerBucketUnknown"
"""Our own code: a trail delivered somewhere before, and nothing says where."""
NOTHING_FOUND = "FormerBucketEmpty"
"""Our own code: CloudTrail looked at a bucket, and no log of the window lies where they are known to."""
UNSURE = "FormerFolderUnknown"
"""Our own code: before a trail was changed, CloudTrail looked at buckets alone that are known for more."""
TOO_MANY = "TooManyFormer"
"""Our own code: there are more former folders than are looked at."""

RECENT = timedelta(hours=3)
"""How long before a change a trail's last digest may be from: it makes one each hour, perhaps late."""
PAGES = 3
"""Pages of fifty events, newest first, in which CloudTrail itself is looked for: others ask for lists too."""
LONGEST = 256 * 1024
"""Characters of an event that are read: no event of AWS's is longer."""

OPERATION = "LookupEvents"
ASKED = "GetBucketAcl"
_DELIVERS = "cloudtrail.amazonaws.com"
_REGION = re.compile(r"/CloudTrail[^/]*/([a-z0-9-]+)/")

_TRAILS = Each(
    row="cloudtrail.DescribeTrails",
    select="[{others: `{others}`, trails: trailList[].{bucket: S3BucketName, prefix: S3KeyPrefix}}]",
)


@dataclass(frozen=True, slots=True)
class Change:
    """An event that made, changed or deleted a trail."""

    at: datetime
    kind: str
    trail: str
    where: tuple[str, str]
    """Bucket and prefix after it; empty where it does not say."""
    moved: bool
    """Whether it may have been another place before."""
    everywhere: bool
    """Whether the trail records all regions, as far as it says."""
    shared: bool
    """Whether it is the organization's."""

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Change | None:
        """Read it from an event of CloudTrail; None for what changed nothing, or is none."""
        asked, told = _object(event, "requestParameters"), _object(event, "responseElements")
        at, name = _time(event.get("eventTime")), _text(asked, "name") or _text(told, "name")
        kind = _text(event, "eventName")
        if event.get("errorCode") or at is None or not name or kind not in {MADE, CHANGED, DELETED}:
            return None
        said = {**asked, **{key: value for key, value in told.items() if value is not None}}
        where = (_text(said, "s3BucketName"), _text(said, "s3KeyPrefix"))
        moved = kind != MADE and (kind == DELETED or bool({"s3BucketName", "s3KeyPrefix"} & asked.keys()))
        return cls(
            at,
            kind,
            name.rpartition("/")[2],
            where if where[0] else ("", ""),
            moved,
            everywhere=said.get("isMultiRegionTrail") is not False,
            shared=said.get("isOrganizationTrail") is True,
        )


def _object(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = values.get(key)
    return found if isinstance(found, dict) else {}


def _text(values: Mapping[str, Any], key: str) -> str:
    found = values.get(key)
    return found if isinstance(found, str) else ""


def _time(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None


def _events(answer: Answer) -> Iterator[Mapping[str, Any]]:
    """Read the events of an answer: what is none of AWS's is passed over, and lies in the transcript."""
    for one in answer.values.get("Events", ()):
        text = str(one.get("CloudTrailEvent") or "")
        try:
            event = json.loads(text) if len(text) <= LONGEST else None
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict):
            yield event


@dataclass
class Former:
    """The search for the former places of one region's trails, and their copying."""

    delivery: Delivery
    regions: Sequence[str]
    now: frozenset[tuple[str, str]]
    """Buckets and prefixes of the trails that there are."""
    places: tuple[tuple[str, str], ...] = ()
    """These, and those that the history names."""

    def records(self) -> Copying:
        """Find them, and copy what is there."""
        changes: list[Change] = []
        for name in (MADE, CHANGED, DELETED):
            changes += yield from self._changes(name)
        changes.sort(key=lambda change: change.at)
        told = {change.where: change for change in changes if change.where[0]}
        former = {where: change for where, change in told.items() if where not in self.now}
        self.places = tuple(dict.fromkeys((*told, *sorted(self.now))))
        known = frozenset(bucket for bucket, _ in self.places)
        seen = set(known)
        prefixes = {prefix: None for _, prefix in (("", ""), *told, *self.now)}
        for (bucket, prefix), change in list(former.items())[:FOLDERS]:
            yield from self._copied(bucket, [prefix], change)
        if len(former) > FOLDERS:
            message = f"trails delivered to {len(former)} other folders; {FOLDERS} were looked at"
            self._miss(Outcome.TRUNCATED, TOO_MANY, message)
        for change in {change.trail: change for change in reversed(changes)}.values():
            if change.moved:
                yield from self._before(change, known, seen, list(prefixes)[:FOLDERS])

    def _changes(self, name: str) -> Generator[Exchange, None, list[Change]]:
        found: list[Change] = []
        tally, window = self.delivery.tally, self.delivery.window
        asking = self.delivery.context.asker.pages(
            _request(name, window.since, window.until),
            lambda answer: found.extend(filter(None, map(Change.of, _events(answer)))),
            operation=OPERATION,
            whole=True,
        )
        refusal = yield from tally.counted(asking)
        if refusal is not None:
            tally.refuse(refusal, {"EventName": name})
        return found

    def _before(
        self, change: Change, known: frozenset[str], seen: set[str], prefixes: Sequence[str]
    ) -> Copying:
        """Find the bucket of a trail before its first change, by who asked for whose access list."""
        buckets = yield from self._delivered_to(change.at)
        if buckets is None:
            return
        what = "deleted" if change.kind == DELETED else "changed"
        if not buckets:
            said = f"trail {change.trail} was {what} at {change.at:%Y-%m-%dT%H:%M:%SZ}, and nothing tells "
            self._miss(Outcome.VANISHED, UNKNOWN, f"{said}to which bucket it delivered before", change.trail)
        elif buckets <= known and not (yield from self._was_there(change, buckets)):
            # Other trails have it look there too, and who asks for an access list names no prefix.
            message = (
                f"before trail {change.trail} was {what} at {change.at:%Y-%m-%dT%H:%M:%SZ}, CloudTrail "
                f"looked at {', '.join(sorted(buckets))}, where trails are known to deliver: whether it "
                "delivered below another prefix, or to another bucket, nothing tells"
            )
            self._miss(Outcome.UNSUPPORTED, UNSURE, message, change.trail)
        unseen = sorted(buckets - seen)
        if unseen[FOLDERS:]:
            message = f"CloudTrail looked at {len(unseen)} other buckets; {FOLDERS} were looked at"
            self._miss(Outcome.TRUNCATED, TOO_MANY, message, change.trail)
        for bucket in unseen[:FOLDERS]:
            seen.add(bucket)
            if not (yield from self._copied(bucket, prefixes, change)):
                message = (
                    f"CloudTrail delivered to bucket {bucket} before trail {change.trail} was {what}, and no "
                    "log of the window lies there below a prefix that is known"
                )
                self._miss(Outcome.UNSUPPORTED, NOTHING_FOUND, message, change.trail, bucket)

    def _delivered_to(self, until: datetime) -> Generator[Exchange, None, set[str] | None]:
        """Name the buckets that CloudTrail looked at last before a time; None where nobody tells."""
        found, told = set[str](), False
        for region in self.regions:
            looked = yield from self._looked_at(region, until)
            told = told or looked is not None
            found |= looked or set()
        return found if told else None

    def _looked_at(self, region: str, until: datetime) -> Generator[Exchange, None, set[str] | None]:
        """Name those of one region; None where that is refused."""
        context, tally = self.delivery.context, self.delivery.tally
        asker, found = replace(context.asker, place=region), set[str]()
        paging = context.session.paging("cloudtrail", OPERATION)
        request = dict(paging.first(_request(ASKED, self.delivery.window.since, until)))
        for _ in range(PAGES):
            answer = yield from tally.counted(asker.ask(request, operation=OPERATION, whole=True))
            if isinstance(answer, Refusal):
                tally.refuse(answer, {"EventName": ASKED, "Region": region})
                return None
            found |= set(filter(None, map(_looked_at, _events(answer))))
            following, _ = paging.following(answer.values)
            if found or not following:
                break
            request |= following
        return found

    def _was_there(self, change: Change, buckets: set[str]) -> Generator[Exchange, None, bool]:
        """Say whether a trail delivered to a known place right before a change: its digests have its name."""
        delivery, region = self.delivery, self.delivery.context.source.region
        mark = f"_CloudTrail-Digest_{region}_{change.trail}_{region}_"
        found: list[tuple[str, str]] = []

        def take(bucket: str, key: str) -> None:
            at = stamp(key)
            if mark in key and at is not None and change.at - RECENT <= at <= change.at:
                found.append((bucket, key))

        roots = ["", *((yield from organization(delivery)) if change.shared else ())]
        known = [where for where in self.places if where[0] in buckets]
        for (bucket, prefix), root in product(known[:FOLDERS], roots):
            for start in starts(prefix):
                folder = f"{start}AWSLogs/{root}{delivery.context.source.account}/"
                for place in places_in(bucket, folder, region, DIGESTS):
                    yield from delivery.names(place, take)
        if found:
            delivery.notes.append(
                f"trail {change.trail} delivered to where it or another does, by s3://{'/'.join(found[0])}"
            )
        return bool(found)

    def _copied(
        self, bucket: str, prefixes: Sequence[str], change: Change
    ) -> Generator[Exchange | tuple[Evidence, ...], None, bool]:
        """Copy what lies in a bucket; say whether there was anything, or a gap that says more."""
        delivery, before = self.delivery, (self.delivery.found, self.delivery.tally.refused)
        account = delivery.context.source.account
        roots = ["", *((yield from organization(delivery)) if change.shared else ())]
        regions = self.regions if change.everywhere else [delivery.context.source.region]
        delivery.notes.append(
            f"trail {change.trail} delivered to bucket {bucket} before, which is looked at too"
        )
        for prefix, root, region in product(prefixes, roots, regions):
            for start in starts(prefix):
                for place in places_in(bucket, f"{start}AWSLogs/{root}{account}/", region, (*LOGS, *DIGESTS)):
                    yield from delivery.copy(place, limited=True)
                    if delivery.tally.refused > before[1]:
                        return True
        return delivery.found > before[0]

    def _miss(self, outcome: Outcome, code: str, message: str, trail: str = "", bucket: str = "") -> None:
        about = {"Trail": trail, "Bucket": bucket}
        refusal = Refusal(outcome, code, message, "", sure=True)
        self.delivery.tally.miss(refusal, {key: value for key, value in about.items() if value}, 1)


def _request(name: str, since: datetime, until: datetime) -> dict[str, Any]:
    # Whole seconds, outwards: AWS knows no others.
    return {
        "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": name}],
        "StartTime": since.replace(microsecond=0),
        "EndTime": until.replace(microsecond=0),
    }


def _looked_at(event: Mapping[str, Any]) -> str:
    """Give the bucket that CloudTrail itself asked about in an event; empty for whoever else it was."""
    if _text(_object(event, "userIdentity"), "invokedBy") != _DELIVERS:
        return ""
    return _text(_object(event, "requestParameters"), "bucketName")


def _collect(context: Context) -> Records:
    """Copy what lies in the former places of the region's trails, wherever they recorded."""
    told = context.names.get(_TRAILS.row, ())
    regions = dict.fromkeys([context.source.region, *(name for one in told for name in one["others"])])
    now = {(str(one["bucket"] or ""), str(one["prefix"] or "")) for said in told for one in said["trails"]}
    delivery = Delivery(replace(context, holds=partial(_holds, context)))
    yield from Former(delivery, list(regions), frozenset(now)).records()
    yield delivery.coverage()
    return {}


def _holds(context: Context, name: str) -> bool:
    """Say whether the case has an object already: also, where digests named its bucket, with these."""
    found = _REGION.search(name)
    region = found[1] if found else context.source.region
    source = Source(context.source.account, region, "cloudtrail", "DigestFiles")
    return context.holds(name) or next(context.kept(source, name), None) is not None


COLLECTOR = Collector(
    name="former_trails",
    about="logs of trails in buckets that they delivered to before they were changed or deleted",
    phase=Phase.LOGS,
    steps=(
        Step(
            service="cloudtrail",
            # No operation of AWS: the event history, asked for what was done to trails.
            operation="FormerLogFiles",
            about="logs and digests in the former buckets of trails, by the event history",
            run=_collect,
            parents={_TRAILS.row: _TRAILS},
            actions=(*NEEDED, "cloudtrail:LookupEvents"),
            lane=Lane.BULK,
        ),
    ),
)
