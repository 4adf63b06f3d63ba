"""Ways to move data out in bulk: DataSync, database migration, Transfer Family and Firehose."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_sync = partial(Call, service="datasync")
_migration = partial(Call, service="dms")
_server = partial(Call, service="transfer")
_stream = partial(Call, service="firehose")

COLLECTOR = Collector(
    name="transfer",
    about="ways to move data in bulk: DataSync, DMS, Transfer Family and Firehose",
    phase=Phase.CONFIGURATION,
    calls=(
        _sync(
            operation="ListTasks",
            about="copies of files and objects to elsewhere",
            lists=(Thing(kind="datasync:task", select="Tasks[].{id: TaskArn, arn: TaskArn, name: Name}"),),
        ),
        _sync(
            operation="ListLocations",
            about="from where to where",
            lists=(
                Thing(kind="datasync:location", select="Locations[].{id: LocationArn, arn: LocationArn}"),
            ),
        ),
        _migration(
            operation="DescribeReplicationTasks",
            about="copies of databases to elsewhere",
            lists=(
                Thing(
                    kind="dms:task",
                    select="ReplicationTasks[].{id: ReplicationTaskIdentifier, arn: ReplicationTaskArn}",
                ),
            ),
        ),
        _migration(
            operation="DescribeEndpoints",
            about="the databases at both ends, other people's too",
            lists=(
                Thing(kind="dms:endpoint", select="Endpoints[].{id: EndpointIdentifier, arn: EndpointArn}"),
            ),
            sensitive=True,
        ),
        _server(
            operation="ListServers",
            about="servers for SFTP and FTP in front of buckets",
            lists=(Thing(kind="transfer:server", select="Servers[].{id: ServerId, arn: Arn}"),),
        ),
        _server(
            operation="ListUsers",
            about="who may log in to each",
            each=Each(row="transfer.ListServers", select="Servers[].{ServerId: ServerId}"),
        ),
        _stream(
            operation="ListDeliveryStreams",
            about="streams of records to buckets and elsewhere",
            lists=(Thing(kind="firehose:deliverystream", select="DeliveryStreamNames[].{id: @}"),),
        ),
        _stream(
            operation="DescribeDeliveryStream",
            about="where each stream ends",
            each=Each(
                row="firehose.ListDeliveryStreams",
                select="DeliveryStreamNames[].{DeliveryStreamName: @}",
            ),
        ),
    ),
)
