"""Where a Firehose stream puts what it is given: the bucket at its end."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from typing import Any

from forensics.aws.ask import Refusal
from forensics.collectors.deliveries import ANY, DAY, Delivery, Place, no_region, of_arn
from forensics.model import Exchange, Outcome

ACTION = "firehose:DescribeDeliveryStream"
ELSEWHERE = "NoBucket"
"""Our own code: a stream leads to what is no bucket, so what it was given is not copied."""
STRANGER = "StreamElsewhere"
"""Our own code: a stream is of another account."""

_BUCKETS = ("ExtendedS3DestinationDescription", "S3DestinationDescription")


def places(delivery: Delivery, arn: str) -> Generator[Exchange, None, list[Place]]:
    """
    Ask a stream, by its ARN, where it leads to; a refusal is a gap, and so is what leads to no bucket.

    The prefix may hold expressions, `!{timestamp:yyyy}`, so what lies under it is told by when it was
    written. https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
    """
    region, request = "".join(arn.split(":")[3:4]), {"DeliveryStreamName": arn.rpartition("/")[2]}
    if not delivery.knows(region):
        delivery.tally.miss(no_region(arn), request, 1)
        return []
    if arn.split(":")[4:5] != [delivery.context.source.account]:
        # Asked for by its name alone, ours of the same name would answer.
        message = f"the stream {arn} is of another account, which is not asked"
        delivery.tally.miss(Refusal(Outcome.UNSUPPORTED, STRANGER, message, "", sure=True), request, 1)
        return []
    asker = replace(delivery.context.asker, other="firehose", place=region)
    asking = asker.ask(request, operation="DescribeDeliveryStream", whole=True, bound=True)
    answer = yield from delivery.tally.counted(asking)
    if isinstance(answer, Refusal):
        delivery.tally.refuse(answer, request)
        return []
    ends = answer.values.get("DeliveryStreamDescription", {}).get("Destinations", ())
    if not ends or not all(any(end.get(name) for name in _BUCKETS) for end in ends):
        kinds = sorted(kind for end in ends for kind, said in end.items() if isinstance(said, Mapping))
        message = f"the stream leads to no bucket, but by {', '.join(kinds) or 'nothing'}"
        delivery.tally.miss(Refusal(Outcome.UNSUPPORTED, ELSEWHERE, message, "", sure=True), request, 1)
    return _apart([place for end in ends for said in _buckets(end) for place in _of(said)])


def _buckets(said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Find buckets at any depth: there are those for copies, and for what could not be delivered."""
    for value in said.values():
        if isinstance(value, Mapping):
            if value.get("BucketARN"):
                yield value
            yield from _buckets(value)


def _of(said: Mapping[str, Any]) -> Iterator[Place]:
    bucket = of_arn(said["BucketARN"])[0]
    for prefix in (said.get("Prefix") or "", said.get("ErrorOutputPrefix")):
        if prefix is not None:
            yield Place(bucket, str(prefix).partition("!{")[0], ANY, late=DAY)


def _apart(found: list[Place]) -> list[Place]:
    """Leave out what lies in another."""
    shortest = sorted(dict.fromkeys(found), key=lambda place: len(place.prefix))
    return [
        place
        for number, place in enumerate(shortest)
        if not any(
            place.bucket == one.bucket and place.prefix.startswith(one.prefix) for one in shortest[:number]
        )
    ]
