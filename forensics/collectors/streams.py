"""Where a Firehose stream puts what it is given: the bucket at its end."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from forensics.aws.ask import Refusal
from forensics.collectors.deliveries import ANY, DAY, Delivery, Place, of_arn
from forensics.model import Exchange

ACTION = "firehose:DescribeDeliveryStream"


def places(delivery: Delivery, arn: str) -> Generator[Exchange, None, list[Place]]:
    """
    Ask a stream, by its ARN, where it leads to; a refusal is a gap.

    The prefix may hold expressions, `!{timestamp:yyyy}`, so what lies under it is told by when it was
    written. https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
    """
    region, name = arn.split(":")[3], arn.rpartition("/")[2]
    asker = replace(delivery.context.asker, other="firehose", place=region)
    request = {"DeliveryStreamName": name}
    asking = asker.ask(request, operation="DescribeDeliveryStream", whole=True, bound=True)
    answer = yield from delivery.tally.counted(asking)
    if isinstance(answer, Refusal):
        delivery.tally.refuse(answer, request)
        return []
    found = []
    for end in answer.values.get("DeliveryStreamDescription", {}).get("Destinations", ()):
        said = end.get("ExtendedS3DestinationDescription") or end.get("S3DestinationDescription") or {}
        if bucket := of_arn(said.get("BucketARN", ""))[0]:
            prefix = str(said.get("Prefix") or "").partition("!{")[0]
            found.append(Place(bucket, prefix, ANY, late=DAY))
    return found
