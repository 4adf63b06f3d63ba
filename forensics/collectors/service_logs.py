"""
Logs that services of other collectors put into buckets, give to streams, or write to log groups.

Each says of itself where they go, and AWS's documents how their keys begin behind a prefix:
https://docs.aws.amazon.com/network-firewall/latest/developerguide/logging-s3.html
https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
https://docs.aws.amazon.com/global-accelerator/latest/dg/monitoring-global-accelerator.flow-logs.html
https://docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html
https://docs.aws.amazon.com/msk/latest/developerguide/msk-logging.html
https://docs.aws.amazon.com/codebuild/latest/userguide/create-project.html
https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-manage-view-web-log-files.html
https://docs.aws.amazon.com/verified-access/latest/ug/access-logs.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from forensics.aws.ask import Refusal
from forensics.collectors import named_groups, streams
from forensics.collectors.deliveries import ANY, DAY, HOUR, READING, Copying, Delivery, Place, folder
from forensics.collectors.spec import Collector, Context, Each, Lane, Phase, Reach, Records, Step
from forensics.model import Outcome, Source

Said = Mapping[str, Any]
Starts = Callable[[Said, Source], Iterable[str]]
"""How the keys begin in a bucket, by what was said of it."""

NOTHING_FOUND = "DeliveredNowhere"
"""Our own code: nothing lies where such logs are believed to."""
ELSEWHERE = "GroupElsewhere"
"""Our own code: the logs go to a log group of another account, which is not asked."""


@dataclass(frozen=True, slots=True)
class Logged:
    """What logs, what says where to, and how its keys begin."""

    service: str
    operation: str
    """What the source is called: it is no operation of AWS."""
    about: str
    of: tuple[Each, ...]
    """
    Rows, and what of their answers says where logs go.

    That is `bucket` and `prefix`, `stream`, `group`, or `at` for whichever of these; and what `starts` wants.
    """
    starts: Starts
    late: timedelta = HOUR
    sure: bool = True
    """Whether it is known how keys begin: else it is a gap that nothing is there."""
    reach: Reach = Reach.REGION


def behind(parts: str) -> Starts:
    """Say what keys have behind the account's folder; `{region}` and what was said may be part of it."""

    def starts(said: Said, source: Source) -> Iterator[str]:
        place = parts.format(region=source.region, **said)
        yield f"{folder(str(said['prefix'] or ''))}AWSLogs/{source.account}/{place}"

    return starts


def _of_firewall(said: Said, source: Source) -> Iterable[str]:
    name = str(said["FirewallArn"]).rpartition("/")[2]
    kind = str(said["kind"] or "").lower()
    return behind("network-firewall/{log}/{region}/{name}/")({**said, "log": kind, "name": name}, source)


def _of_accelerator(said: Said, source: Source) -> Iterator[str]:
    # The region is where the traffic came in. A slash for a prefix is a folder without a name.
    prefix = str(said["prefix"] or "")
    start = f"{prefix.removesuffix('/')}/" if prefix else ""
    yield f"{start}AWSLogs/{source.account}/globalaccelerator/"


def _of_builds(said: Said, _: Source) -> Iterator[str]:
    """Look where builds wrote, each a file, and where a project's next ones will."""
    prefix, name = str(said["prefix"] or ""), said.get("build")
    place = prefix.rpartition("/")[0] if name else prefix
    if place or name:
        yield folder(place) or prefix


def _of_cluster(said: Said, _: Source) -> Iterator[str]:
    yield f"{folder(str(said['prefix'] or ''))}{said['id']}/"


_TO_EACH = (
    "S3.{{on: Enabled, bucket: {bucket}, prefix: Prefix}}, CloudWatchLogs.{{on: Enabled, group: LogGroup}}, "
    "{stream}.{{on: Enabled, stream: DeliveryStream}}"
)
"""Where MSK and Verified Access may log to, all at once."""

LOGGED = (
    Logged(
        "network-firewall",
        "FirewallLogs",
        "logs of network firewalls",
        (
            Each(
                row="network-firewall.DescribeLoggingConfiguration",
                select="LoggingConfiguration.LogDestinationConfigs[].{kind: LogType, "
                "bucket: LogDestination.bucketName, prefix: LogDestination.prefix, "
                "group: LogDestination.logGroup, stream: LogDestination.deliveryStream}",
                carry=("FirewallArn",),
            ),
        ),
        _of_firewall,
    ),
    Logged(
        "bedrock",
        "InvocationLogs",
        "who called models, and with what",
        (
            Each(
                row="bedrock.GetModelInvocationLoggingConfiguration",
                select="[loggingConfig.{bucket: s3Config.bucketName, prefix: s3Config.keyPrefix, "
                "group: cloudWatchConfig.logGroupName}, "
                "loggingConfig.cloudWatchConfig.largeDataDeliveryS3Config."
                "{bucket: bucketName, prefix: keyPrefix, group: null}][?@]",
            ),
        ),
        behind("BedrockModelInvocationLogs/{region}/"),
    ),
    Logged(
        "globalaccelerator",
        "FlowLogs",
        "flow logs of accelerators",
        tuple(
            Each(
                row=f"globalaccelerator.Describe{kind}Attributes",
                select="[AcceleratorAttributes.{on: FlowLogsEnabled, bucket: FlowLogsS3Bucket, "
                "prefix: FlowLogsS3Prefix}][?on]",
            )
            for kind in ("Accelerator", "CustomRoutingAccelerator")
        ),
        _of_accelerator,
        reach=Reach.GLOBAL,
    ),
    Logged(
        "redshift",
        "AuditLogs",
        "who logged in to warehouses, and what they asked",
        (
            Each(
                row="redshift.DescribeLoggingStatus",
                select="[{on: LoggingEnabled, bucket: BucketName, prefix: S3KeyPrefix, exports: LogExports}]"
                "[?on]",
                carry=("ClusterIdentifier",),
            ),
        ),
        behind("redshift/{region}/"),
        late=DAY,
    ),
    Logged(
        "kafka",
        "BrokerLogs",
        "logs of brokers",
        (
            Each(
                row="kafka.ListClustersV2",
                select="ClusterInfoList[].Provisioned.LoggingInfo.BrokerLogs.["
                f"{_TO_EACH.format(bucket='Bucket', stream='Firehose')}][] | [?on]",
            ),
        ),
        behind("KafkaBrokerLogs/{region}/"),
    ),
    Logged(
        "ec2",
        "VerifiedAccessLogs",
        "whom Verified Access let in, and whom not",
        (
            Each(
                row="ec2.DescribeVerifiedAccessInstanceLoggingConfigurations",
                select="LoggingConfigurations[].AccessLogs.["
                f"{_TO_EACH.format(bucket='BucketName', stream='KinesisDataFirehose')}][] | [?on]",
            ),
        ),
        behind("VerifiedAccess/"),
        sure=False,
    ),
    Logged(
        "codebuild",
        "BuildLogs",
        "what builds wrote",
        (
            Each(
                row="codebuild.BatchGetProjects",
                select="projects[].logsConfig.s3Logs.{on: status, at: location} | [?on=='ENABLED' && at]",
            ),
            Each(
                row="codebuild.BatchGetBuilds",
                select="builds[].{build: id, at: logs.s3LogsArn} | [?at]",
            ),
        ),
        _of_builds,
        late=DAY,
    ),
    Logged(
        "emr",
        "ClusterLogs",
        "logs of clusters of EMR, their steps and machines",
        (Each(row="emr.DescribeCluster", select="[Cluster.{id: Id, at: LogUri}][?at]"),),
        _of_cluster,
        late=DAY,
    ),
    Logged(
        "apigateway",
        "AccessLogs",
        "who called REST interfaces",
        (Each(row="apigateway.GetStages", select="item[].accessLogSettings.{at: destinationArn} | [?at]"),),
        behind(""),
    ),
    Logged(
        "apigatewayv2",
        "AccessLogs",
        "who called HTTP and WebSocket interfaces",
        (
            Each(
                row="apigatewayv2.GetStages", select="Items[].AccessLogSettings.{at: DestinationArn} | [?at]"
            ),
        ),
        behind(""),
    ),
)
"""What is looked at, and where: what is not is in `left_out.py`, with the reason."""


def _copy(context: Context, what: Logged) -> Records:
    """Copy what lies in buckets, and say what goes to log groups."""
    delivery = Delivery(context)
    found = [end(said) for each in what.of for said in context.names.get(each.row, ())]
    yield from follow(delivery, what, found)
    yield delivery.coverage()
    return {}


def follow(delivery: Delivery, what: Logged, found: Sequence[Said]) -> Copying:
    """Copy, by what was said of where logs go."""
    source = delivery.context.source
    for place in dict.fromkeys(_places(found, what, source)):
        before = delivery.found, delivery.tally.refused
        yield from delivery.copy(place, limited=True)
        if not what.sure and before == (delivery.found, delivery.tally.refused):
            _nowhere(delivery, place)
    for stream in dict.fromkeys(str(said["stream"]) for said in found if said.get("stream")):
        for place in (yield from streams.places(delivery, _arn(stream, source))):
            yield from delivery.copy(place, limited=True)
    yield from named_groups.look(delivery, list(_groups(delivery, found)), "logs")


def end(said: Said) -> Said:
    """Tell bucket, stream and group apart where one text names whichever it is: an ARN, or an address."""
    at = str(said.get("at") or "")
    match at.split(":") if at.startswith("arn:") else []:
        case [_, _, "firehose", *_]:
            return {**said, "stream": at}
        case [_, _, "logs", _, owner, *_]:
            return {**said, "group": named_groups.group_of(at), "owner": owner}
    if not at:
        return said
    bucket, _, prefix = at.rpartition(":::")[2].rpartition("://")[2].partition("/")
    return {**said, "bucket": bucket, "prefix": prefix}


def _places(found: Iterable[Said], what: Logged, source: Source) -> Iterator[Place]:
    for said in found:
        if said.get("bucket"):
            for start in what.starts(said, source):
                yield Place(str(said["bucket"]), start, ANY, early=HOUR, late=what.late)


def _groups(delivery: Delivery, found: Iterable[Said]) -> Iterator[str]:
    """Name the log groups of this account; one of another account's is not asked."""
    for said in found:
        name = str(said.get("group") or "")
        if name and said.get("owner", delivery.context.source.account) != delivery.context.source.account:
            message = f"log group {name} is of account {said['owner']}, which is not asked"
            refusal = Refusal(Outcome.UNSUPPORTED, ELSEWHERE, message, "", sure=True)
            delivery.tally.miss(refusal, {"logGroupName": name}, 1)
        elif name:
            yield name
        for kind in said.get("exports") or ():
            # Each is made with the first of its events.
            group = f"/aws/redshift/cluster/{said['ClusterIdentifier']}/{kind}"
            delivery.notes.append(f"logs in log group {group}, if there are any, are kept as its events")


def _nowhere(delivery: Delivery, place: Place) -> None:
    message = (
        f"nothing of the window lies in s3://{place.bucket}/{place.prefix}, where such logs are believed to"
    )
    refusal = Refusal(Outcome.UNSUPPORTED, NOTHING_FOUND, message, "", sure=True)
    delivery.tally.miss(refusal, {"Bucket": place.bucket, "Prefix": place.prefix}, 1)


def _arn(stream: str, source: Source) -> str:
    if stream.startswith("arn:"):
        return stream
    return f"arn:aws:firehose:{source.region}:{source.account}:deliverystream/{stream}"


def _step(what: Logged) -> Step:
    return Step(
        service=what.service,
        operation=what.operation,
        about=what.about,
        run=partial(_copy, what=what),
        parents={each.row: each for each in what.of},
        reach=what.reach,
        actions=(*READING, streams.ACTION, named_groups.ACTION),
        lane=Lane.BULK,
    )


COLLECTOR = Collector(
    name="service_logs",
    about="logs of firewalls, accelerators, warehouses, brokers, builds, clusters and interfaces, and of "
    "calls of models",
    phase=Phase.LOGS,
    steps=tuple(map(_step, LOGGED)),
)
