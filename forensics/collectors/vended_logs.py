"""
Logs that services hand to CloudWatch Logs to be delivered: CloudFront's standard logging v2, and all others.

A delivery joins a source to a destination: a bucket, a stream or a log group. Columns stand in the order
that `logs.DescribeDeliveries` tells. Keys in a bucket:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jmespath

from forensics.aws.ask import Answer, Refusal
from forensics.collectors import named_groups, streams
from forensics.collectors.deliveries import (
    ANY,
    DAY,
    HOUR,
    READING,
    Copying,
    Delivery,
    Place,
    folder,
    of_arn,
)
from forensics.collectors.spec import Collector, Context, Each, Lane, Phase, Reach, Records, Step
from forensics.model import Exchange, Outcome

UNKNOWN = "UnknownDestination"
"""Our own code: a delivery leads to what we do not know how to look at."""
ELSEWHERE = "DestinationElsewhere"
"""Our own code: it leads to a destination of another account, which does not tell us where that is."""
NOTHING_FOUND = "DeliveredNowhere"
"""Our own code: nothing lies where logs of such a delivery are known to."""

CLOUDFRONT = "cloudfront"
"""Its deliveries are all in one region, wherever anybody is."""
AWS_LOGS = "AWSLogs/"
ACCOUNT = "{account-id}/"

_OTHERS = (
    *("CloudFront", "CloudTrail", "CloudTrail-Aggregated", "CloudTrail-Digest", "CloudTrail-Insight"),
    *("CloudTrail-NetworkActivity", "Config", "WAFLogs", "elasticloadbalancing", "vpcdnsquerylogs"),
    *("BedrockModelInvocationLogs", "KafkaBrokerLogs", "VerifiedAccess", "VpcLattice", "globalaccelerator"),
    *("network-firewall", "redshift", "vpcflowlogs"),
)
"""Folders below the account's that other services fill in other ways."""

_DELIVERIES = Each(
    row="logs.DescribeDeliveries",
    select="deliveries[].{id: id, source: deliverySourceName, target: deliveryDestinationArn, "
    "suffix: s3DeliveryConfiguration.suffixPath}",
)
_SOURCES = Each(row="logs.DescribeDeliverySources", select="deliverySources[].{name: name, service: service}")
_DESTINATIONS = Each(
    row="logs.DescribeDeliveryDestinations",
    select="deliveryDestinations[].{arn: arn, resource: deliveryDestinationConfiguration"
    ".destinationResourceArn}",
)
_LISTS = (_DELIVERIES, _SOURCES, _DESTINATIONS)

Said = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Vended:
    """A delivery: whose logs, and where to."""

    id: str
    source: str
    service: str
    """Empty where its source is not known."""
    target: str
    """ARN of the destination, which may be another account's."""
    resource: str
    """ARN of the bucket, stream or log group; empty where the destination does not tell us."""
    suffix: str
    """What keys have behind the destination's prefix; with variables in it, as `{yyyy}`."""

    @property
    def about(self) -> dict[str, str]:
        """Name it in a gap."""
        return {"deliveryId": self.id, "deliverySourceName": self.source}

    @property
    def known(self) -> bool:
        """Say whether AWS's documents, or the delivery itself, tell where its objects lie."""
        return self.service == CLOUDFRONT or bool(of_arn(self.resource)[1]) or bool(_fixed(self.suffix))

    def places(self, account: str) -> Iterator[Place]:
        """Say where its objects may be, if they go to a bucket: that depends on the service, and on Hive."""
        bucket, prefix = of_arn(self.resource)
        for start, apart in self._starts(folder(prefix), account):
            yield Place(bucket, start, ANY, early=HOUR, late=DAY, apart=apart)

    def _starts(self, prefix: str, account: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        suffix = self.suffix.lstrip("/")
        # A delivery may tell the folder of its account, with or without its number, or not.
        told = suffix.replace(f"{AWS_LOGS}{account}/", f"{AWS_LOGS}{ACCOUNT}", 1)
        inner = told.removeprefix(f"{AWS_LOGS}{ACCOUNT}") if told.startswith(f"{AWS_LOGS}{ACCOUNT}") else None
        roots = (f"{prefix}{AWS_LOGS}{account}/", f"{prefix}{AWS_LOGS}aws-account-id={account}/")
        if inner is not None:
            yield from ((f"{root}{_fixed(inner)}", _apart(root, inner)) for root in roots)
            return
        if prefix or _fixed(suffix):
            yield f"{prefix}{_fixed(suffix)}", ()
        if self.service == CLOUDFRONT:
            yield from ((f"{root}CloudFront/{_fixed(suffix)}", ()) for root in roots if not prefix)
        elif not prefix or _fixed(suffix):
            yield from ((root, _apart(root, "")) for root in roots)


def _fixed(suffix: str) -> str:
    """Take what is before the first variable."""
    return suffix.lstrip("/").partition("{")[0]


def _apart(root: str, inner: str) -> tuple[str, ...]:
    """Name what is others' in a folder of an account, where no folder in there is told."""
    if _fixed(inner):
        return ()
    return tuple(f"{root}{kind}{name}/" for name in _OTHERS for kind in ("", "aws-service="))


def joined(deliveries: Said, sources: Said, destinations: Said) -> list[Vended]:
    """Join deliveries with what they lead from and to."""
    services = {one["name"]: one["service"] for one in sources}
    resources = {one["arn"]: one["resource"] for one in destinations}
    return [
        Vended(
            id=str(one["id"] or ""),
            source=str(one["source"] or ""),
            service=str(services.get(one["source"]) or ""),
            target=str(one["target"] or ""),
            resource=str(resources.get(one["target"]) or ""),
            suffix=str(one["suffix"] or ""),
        )
        for one in deliveries
    ]


def _of_region(context: Context) -> Records:
    """Copy what the deliveries of one region led to buckets; CloudFront's have a source of their own."""
    delivery, lists = Delivery(context), [context.names.get(each.row, ()) for each in _LISTS]
    found = [one for one in joined(*lists) if one.service != CLOUDFRONT]
    yield from _followed(delivery, found)
    yield delivery.coverage()
    return {}


def _of_cloudfront(context: Context) -> Records:
    """Copy the standard logs of distributions, whichever regions are asked."""
    delivery, lists = Delivery(context), list[Said]()
    for each in _LISTS:
        lists.append((yield from _asked(delivery, each)))
    yield from _followed(delivery, [one for one in joined(*lists) if one.service == CLOUDFRONT])
    yield delivery.coverage()
    return {}


def _asked(delivery: Delivery, each: Each) -> Generator[Exchange, None, Said]:
    found: list[Mapping[str, Any]] = []

    def take(answer: Answer) -> None:
        found.extend(jmespath.search(each.select, answer.values) or ())

    asker = replace(delivery.context.asker, other="logs", place="us-east-1")
    operation = each.row.partition(".")[2]
    refusal = yield from delivery.tally.counted(asker.pages({}, take, operation=operation, whole=True))
    if refusal is not None:
        delivery.tally.refuse(refusal, {"list": operation})
    return found


def _followed(delivery: Delivery, found: Iterable[Vended]) -> Copying:
    """Copy what lies in buckets, and say of the rest what becomes of it."""
    copied: dict[Place, bool] = {}
    for one in found:
        service = one.resource.split(":")[2:3]
        if service == ["s3"]:
            yield from _from_bucket(delivery, one, copied)
        elif service == ["firehose"]:
            for place in (yield from streams.places(delivery, one.resource)):
                yield from delivery.copy(place, limited=True)
        elif service == ["logs"] and _own(one.resource, delivery):
            region = one.resource.split(":")[3]
            yield from named_groups.look(delivery, [named_groups.group_of(one.resource)], "logs", region)
        else:
            delivery.tally.miss(_lost(one, delivery), one.about, 1)


def _own(arn: str, delivery: Delivery) -> bool:
    return arn.split(":")[4:5] == [delivery.context.source.account]


def _from_bucket(delivery: Delivery, one: Vended, copied: dict[Place, bool]) -> Copying:
    """Copy what lies where it may; `copied` are places that were looked at, and whether anything was told."""
    places = list(dict.fromkeys(one.places(delivery.context.source.account)))
    for place in (place for place in places if place not in copied):
        before = delivery.found, delivery.tally.refused
        yield from delivery.copy(place, limited=True)
        copied[place] = (delivery.found, delivery.tally.refused) != before
    if not any(copied[place] for place in places):
        _nowhere(delivery, one, places)


def _nowhere(delivery: Delivery, one: Vended, places: Iterable[Place]) -> None:
    """Say that nothing was found, which does not mean that there is nothing where its keys are guessed."""
    where = " and ".join(f"s3://{place.bucket}/{place.prefix}" for place in places)
    said = f"nothing of the window lies in {where}, where delivery {one.id} of {one.service} leads"
    if one.known:
        delivery.notes.append(said)
    else:
        refusal = Refusal(Outcome.UNSUPPORTED, NOTHING_FOUND, f"{said}, as far as is known", "", sure=True)
        delivery.tally.miss(refusal, one.about, 1)


def _lost(one: Vended, delivery: Delivery) -> Refusal:
    if one.resource and _own(one.resource, delivery):
        message = f"it goes to {one.resource}, which is not copied"
        return Refusal(Outcome.UNSUPPORTED, UNKNOWN, message, "", sure=True)
    if not one.resource and _own(one.target, delivery):
        message = f"its destination {one.target} does not say where it is, or could not be listed"
        return Refusal(Outcome.UNSUPPORTED, UNKNOWN, message, "", sure=True)
    message = f"it goes to {one.resource or one.target}, of another account, which is not copied"
    return Refusal(Outcome.UNSUPPORTED, ELSEWHERE, message, "", sure=True)


_ACTIONS = (*READING, streams.ACTION, named_groups.ACTION)

COLLECTOR = Collector(
    name="vended_logs",
    about="logs that services have CloudWatch Logs deliver: CloudFront's standard logging v2, and all others",
    phase=Phase.LOGS,
    steps=(
        Step(
            service="logs",
            operation="VendedLogs",
            about="logs that the region's deliveries put into buckets",
            run=_of_region,
            parents={each.row: each for each in _LISTS},
            needs=(_DELIVERIES.row,),
            actions=_ACTIONS,
            lane=Lane.BULK,
        ),
        Step(
            service="cloudfront",
            operation="StandardLogs",
            about="access logs of distributions that are delivered in the new way (v2)",
            run=_of_cloudfront,
            reach=Reach.GLOBAL,
            actions=(
                *_ACTIONS,
                "logs:DescribeDeliveries",
                "logs:DescribeDeliveryDestinations",
                "logs:DescribeDeliverySources",
            ),
            lane=Lane.BULK,
        ),
    ),
)
