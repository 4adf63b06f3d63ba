"""
Access logs: who asked buckets, balancers, distributions, firewalls and resolvers for what.

Each is found through its service's own configuration, and copied from where that says. Keys, by service:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/AccessLogs.html
https://docs.aws.amazon.com/waf/latest/developerguide/logging-s3.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-choosing-target-resource.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from forensics.aws.ask import Answer
from forensics.collectors import streams
from forensics.collectors.deliveries import (
    ANY,
    DASHED,
    DAY,
    HOUR,
    READING,
    Copying,
    Delivery,
    Place,
    folder,
    of_arn,
)
from forensics.collectors.spec import (
    Call,
    Collector,
    Context,
    Each,
    Lane,
    Phase,
    Reach,
    Records,
    Step,
    Thing,
)
from forensics.model import GLOBAL, Source

Found = Sequence[Mapping[str, Any]]
Places = Callable[[Found, Source], Iterator[Place]]

BUCKETS = Each(
    row="s3.ListBuckets",
    # A store that does not say where its buckets are redirects whoever asks elsewhere.
    select="Buckets[].{Bucket: Name, BucketRegion: BucketRegion || ''}",
    place="BucketRegion",
)
_BUCKETS = Each(
    row="s3.GetBucketLogging",
    select="[LoggingEnabled.{bucket: TargetBucket, prefix: TargetPrefix, "
    "format: TargetObjectKeyFormat.PartitionedPrefix}][?@]",
    carry=("Bucket",),
)
_BALANCER_LOGS = ("access_logs", "connection_logs", "health_check_logs")
"""What a load balancer may log, as the names of its attributes begin."""
_BALANCERS = Each(
    row="elbv2.DescribeLoadBalancerAttributes",
    select="[{}]".format(
        ", ".join(
            f"{{on: Attributes[?Key=='{logs}.s3.enabled'].Value | [0], "
            f"bucket: Attributes[?Key=='{logs}.s3.bucket'].Value | [0], "
            f"prefix: Attributes[?Key=='{logs}.s3.prefix'].Value | [0]}}"
            for logs in _BALANCER_LOGS
        )
    ),
)
_CLASSIC = Each(
    row="elb.DescribeLoadBalancerAttributes",
    select="[LoadBalancerAttributes.AccessLog.{on: Enabled, bucket: S3BucketName, "
    "prefix: S3BucketPrefix}][?@]",
)
_DISTRIBUTIONS = Each(
    row="cloudfront.GetDistributionConfig",
    select="[DistributionConfig.Logging.{on: Enabled, bucket: Bucket, prefix: Prefix}][?@]",
    carry=("Id",),
)
_FIREWALLS = Each(
    row="wafv2.ListLoggingConfigurations",
    select="LoggingConfigurations[].{acl: ResourceArn, destinations: LogDestinationConfigs}",
)
_RESOLVERS = Each(
    row="route53resolver.ListResolverQueryLogConfigs",
    select="ResolverQueryLogConfigs[].{destinations: [DestinationArn]}",
)


_ADDRESS = re.compile(r"\.s3([.-][a-z0-9-]+)?\.amazonaws\.com(\.cn)?\Z")
"""What CloudFront has behind the name of a bucket."""


def _of_buckets(found: Found, _: Source) -> Iterator[Place]:
    for said in found:
        prefix = str(said.get("prefix") or "")
        if bucket := said.get("bucket"):
            # Best effort: a log may come hours late, and one that is named by day has the hour 00.
            days = ANY if said.get("format") is not None else DASHED
            yield Place(str(bucket), prefix, days, early=DAY, late=DAY)


def _of_balancers(found: Found, source: Source) -> Iterator[Place]:
    for said in found:
        if said.get("on") in {True, "true"} and (bucket := said.get("bucket")):
            parts = f"AWSLogs/{source.account}/elasticloadbalancing/{source.region}/"
            yield Place(str(bucket), f"{folder(str(said.get('prefix') or ''))}{parts}")


def _of_distributions(found: Found, _: Source) -> Iterator[Place]:
    for said in found:
        if said.get("on") and (bucket := said.get("bucket")):
            name, prefix = _ADDRESS.sub("", str(bucket)), str(said.get("prefix") or "")
            # CloudFront adds a slash to a prefix that has none.
            for start in dict.fromkeys((prefix, f"{folder(prefix)}")):
                yield Place(name, f"{start}{said['Id']}.", DASHED, early=HOUR, late=DAY)


def _of_resolvers(found: Found, source: Source) -> Iterator[Place]:
    for said in found:
        for arn in said.get("destinations") or ():
            bucket, prefix = of_arn(str(arn))
            if bucket:
                # A folder for each VPC, also those that the configuration was taken off since.
                yield Place(bucket, f"{folder(prefix)}AWSLogs/{source.account}/vpcdnsquerylogs/", ANY)


def _of_firewalls(found: Found, source: Source) -> Iterator[Place]:
    region = "cloudfront" if source.region == GLOBAL else source.region
    for said in found:
        name = str(said.get("acl") or "").split("/")[-2:][0]
        for arn in said.get("destinations") or ():
            bucket, prefix = of_arn(str(arn))
            if bucket:
                parts = f"AWSLogs/{source.account}/WAFLogs/{region}/{name}/"
                yield Place(bucket, f"{folder(prefix)}{parts}")


def _copy(context: Context, of: Each, places: Places) -> Records:
    """Copy the logs of one service."""
    delivery = Delivery(context)
    yield from _all(delivery, context.names.get(of.row, ()), places)
    yield delivery.coverage()
    return {}


def _all(delivery: Delivery, found: Found, places: Places) -> Copying:
    """Copy what goes to buckets, and to streams from the bucket at their end; say what goes to log groups."""
    yield from _copied(delivery, places(found, delivery.context.source))
    for arn in dict.fromkeys(arn for said in found for arn in said.get("destinations") or ()):
        service = str(arn).split(":")[2:3]
        if service == ["firehose"]:
            yield from _copied(delivery, (yield from streams.places(delivery, str(arn))))
        elif service == ["logs"]:
            delivery.notes.append("logs in log groups are kept as their events")


def _copied(delivery: Delivery, places: Iterable[Place]) -> Copying:
    for place in dict.fromkeys(places):
        yield from delivery.copy(place, limited=True)


def _global_firewalls(context: Context) -> Records:
    """Copy the logs of CloudFront's firewalls, which are asked about in one region alone."""
    delivery, found = Delivery(context), list[Mapping[str, Any]]()

    def take(answer: Answer) -> None:
        found.extend(
            {"acl": said.get("ResourceArn"), "destinations": said.get("LogDestinationConfigs")}
            for said in answer.values.get("LoggingConfigurations", ())
        )

    asker = replace(context.asker, place="us-east-1")
    for operation in ("ListWebACLs", "ListLoggingConfigurations"):
        heard = take if operation == "ListLoggingConfigurations" else _nothing
        refusal = yield from delivery.tally.counted(
            asker.pages({"Scope": "CLOUDFRONT"}, heard, operation=operation, whole=True)
        )
        if refusal is not None:
            delivery.tally.refuse(refusal, {"Scope": "CLOUDFRONT"})
    yield from _all(delivery, found, _of_firewalls)
    yield delivery.coverage()
    return {}


def _nothing(_: Answer) -> None:
    return None


def _step(service: str, operation: str, about: str, of: Each, places: Places, **more: Any) -> Step:
    return Step(
        service=service,
        operation=operation,
        about=about,
        run=partial(_copy, of=of, places=places),
        parents={of.row: of},
        # Those that can go to streams say so by their destinations.
        actions=(*READING, streams.ACTION) if "destinations" in of.select else READING,
        lane=Lane.BULK,
        **more,
    )


_balancer = partial(Call, service="elbv2")
_classic = partial(Call, service="elb")

COLLECTOR = Collector(
    name="access_logs",
    about="access logs of buckets, balancers, distributions, firewalls and resolvers",
    phase=Phase.LOGS,
    calls=(
        Call(
            service="s3",
            operation="ListBuckets",
            about="the account's buckets",
            # Without a size, S3 does not say where each of them is.
            params=({"MaxBuckets": 1_000},),
            reach=Reach.GLOBAL,
            lists=(Thing(kind="s3:bucket", select="Buckets[].{id: Name}"),),
        ),
        Call(
            service="s3",
            operation="GetBucketLogging",
            about="where each bucket's access is logged to",
            each=BUCKETS,
            reach=Reach.GLOBAL,
        ),
        _balancer(
            operation="DescribeLoadBalancers",
            about="load balancers",
            lists=(
                Thing(
                    kind="elasticloadbalancing:loadbalancer",
                    select="LoadBalancers[].{id: LoadBalancerArn, arn: LoadBalancerArn,"
                    " name: LoadBalancerName}",
                ),
            ),
        ),
        _balancer(
            operation="DescribeLoadBalancerAttributes",
            about="where each load balancer's access, connections and health checks are logged to",
            each=Each(
                row="elbv2.DescribeLoadBalancers",
                select="LoadBalancers[].{LoadBalancerArn: LoadBalancerArn}",
            ),
        ),
        _classic(
            operation="DescribeLoadBalancers",
            about="load balancers of the first generation",
            lists=(
                Thing(
                    kind="elasticloadbalancing:loadbalancer",
                    select="LoadBalancerDescriptions[].{id: LoadBalancerName, name: LoadBalancerName}",
                ),
            ),
        ),
        _classic(
            operation="DescribeLoadBalancerAttributes",
            about="where the access of each of these is logged to",
            each=Each(
                row="elb.DescribeLoadBalancers",
                select="LoadBalancerDescriptions[].{LoadBalancerName: LoadBalancerName}",
            ),
        ),
        Call(
            service="cloudfront",
            operation="ListDistributions",
            about="distributions of CloudFront",
            reach=Reach.GLOBAL,
            lists=(
                Thing(
                    kind="cloudfront:distribution",
                    select="DistributionList.Items[].{id: Id, arn: ARN, name: DomainName}",
                ),
            ),
        ),
        Call(
            service="cloudfront",
            operation="GetDistributionConfig",
            about="where each distribution's access is logged to",
            each=Each(row="cloudfront.ListDistributions", select="DistributionList.Items[].{Id: Id}"),
            reach=Reach.GLOBAL,
        ),
        Call(
            service="wafv2",
            operation="ListWebACLs",
            about="firewalls for web applications",
            params=({"Scope": "REGIONAL"},),
            lists=(Thing(kind="wafv2:webacl", select="WebACLs[].{id: Id, arn: ARN, name: Name}"),),
        ),
        Call(
            service="wafv2",
            operation="ListLoggingConfigurations",
            about="where each firewall logs to",
            params=({"Scope": "REGIONAL"},),
        ),
        Call(
            service="route53resolver",
            operation="ListResolverQueryLogConfigs",
            about="where queries for names are logged to",
            lists=(
                Thing(
                    kind="route53resolver:resolver-query-log-config",
                    select="ResolverQueryLogConfigs[].{id: Id, arn: Arn, name: Name}",
                ),
            ),
        ),
        Call(
            service="route53resolver",
            operation="ListResolverQueryLogConfigAssociations",
            about="of which networks queries for names are logged",
        ),
    ),
    steps=(
        _step("s3", "ServerAccessLogs", "access logs of buckets", _BUCKETS, _of_buckets, reach=Reach.GLOBAL),
        _step("elbv2", "AccessLogs", "access logs of load balancers", _BALANCERS, _of_balancers),
        _step("elb", "AccessLogs", "access logs of classic load balancers", _CLASSIC, _of_balancers),
        _step(
            "cloudfront",
            "AccessLogs",
            "access logs of distributions",
            _DISTRIBUTIONS,
            _of_distributions,
            reach=Reach.GLOBAL,
        ),
        _step("route53resolver", "QueryLogs", "logs of queries for names", _RESOLVERS, _of_resolvers),
        _step("wafv2", "WebACLLogs", "logs of the region's firewalls", _FIREWALLS, _of_firewalls),
        Step(
            service="wafv2",
            operation="GlobalWebACLLogs",
            about="logs of the firewalls of CloudFront",
            run=_global_firewalls,
            reach=Reach.GLOBAL,
            actions=(*READING, streams.ACTION, "wafv2:ListLoggingConfigurations", "wafv2:ListWebACLs"),
            lane=Lane.BULK,
        ),
    ),
)
