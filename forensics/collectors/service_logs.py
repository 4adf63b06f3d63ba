"""
Logs that services of other collectors put into buckets: of network firewalls, and of calls of models.

https://docs.aws.amazon.com/network-firewall/latest/developerguide/logging-s3.html
https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from forensics.collectors import named_groups, streams
from forensics.collectors.deliveries import ANY, HOUR, READING, Delivery, Place, folder
from forensics.collectors.spec import Collector, Context, Each, Lane, Phase, Records, Step
from forensics.model import Source

Said = Mapping[str, Any]
Layout = Callable[[Said, Source], str]
"""What keys have behind the prefix that was chosen."""

_FIREWALLS = Each(
    row="network-firewall.DescribeLoggingConfiguration",
    select="LoggingConfiguration.LogDestinationConfigs[].{kind: LogType, bucket: LogDestination.bucketName, "
    "prefix: LogDestination.prefix, group: LogDestination.logGroup, stream: LogDestination.deliveryStream}",
    carry=("FirewallArn",),
)
_MODELS = Each(
    row="bedrock.GetModelInvocationLoggingConfiguration",
    select="[loggingConfig.{bucket: s3Config.bucketName, prefix: s3Config.keyPrefix, "
    "group: cloudWatchConfig.logGroupName}, loggingConfig.cloudWatchConfig.largeDataDeliveryS3Config."
    "{bucket: bucketName, prefix: keyPrefix, group: null}][?@]",
)


def _of_firewall(said: Said, source: Source) -> str:
    name = str(said["FirewallArn"]).rpartition("/")[2]
    return f"network-firewall/{str(said['kind'] or '').lower()}/{source.region}/{name}/"


def _of_models(_: Said, source: Source) -> str:
    return f"BedrockModelInvocationLogs/{source.region}/"


def _copy(context: Context, of: Each, layout: Layout) -> Records:
    """Copy what lies in buckets, and say what goes to log groups."""
    delivery, found = Delivery(context), context.names.get(of.row, ())
    for place in dict.fromkeys(_places(found, context.source, layout)):
        yield from delivery.copy(place, limited=True)
    for stream in dict.fromkeys(str(said["stream"]) for said in found if said.get("stream")):
        for place in (yield from streams.places(delivery, _arn(stream, context.source))):
            yield from delivery.copy(place, limited=True)
    groups = [str(said["group"]) for said in found if said.get("group")]
    yield from named_groups.look(delivery, groups, "logs")
    yield delivery.coverage()
    return {}


def _places(found: Iterable[Said], source: Source, layout: Layout) -> Iterator[Place]:
    for said in found:
        if said.get("bucket"):
            start = f"{folder(str(said['prefix'] or ''))}AWSLogs/{source.account}/{layout(said, source)}"
            yield Place(str(said["bucket"]), start, ANY, early=HOUR)


def _arn(stream: str, source: Source) -> str:
    return f"arn:aws:firehose:{source.region}:{source.account}:deliverystream/{stream}"


def _step(service: str, operation: str, about: str, of: Each, layout: Layout) -> Step:
    return Step(
        service=service,
        operation=operation,
        about=about,
        run=partial(_copy, of=of, layout=layout),
        parents={of.row: of},
        actions=(*READING, streams.ACTION, named_groups.ACTION),
        lane=Lane.BULK,
    )


COLLECTOR = Collector(
    name="service_logs",
    about="logs of network firewalls, and of calls of models",
    phase=Phase.LOGS,
    steps=(
        _step("network-firewall", "FirewallLogs", "logs of network firewalls", _FIREWALLS, _of_firewall),
        _step("bedrock", "InvocationLogs", "who called models, and with what", _MODELS, _of_models),
    ),
)
