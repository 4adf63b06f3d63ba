"""Stores of data beside buckets and RDS: tables, warehouses, search domains, the data catalogue."""

from __future__ import annotations

from functools import partial

from forensics.aws.names import Batch
from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_table = partial(Call, service="dynamodb")
_warehouse = partial(Call, service="redshift")
_search = partial(Call, service="opensearch")
_glue = partial(Call, service="glue")

COLLECTOR = Collector(
    name="warehouses",
    about="DynamoDB, Redshift, OpenSearch and Glue: what there is, exports, shares and policies",
    phase=Phase.CONFIGURATION,
    calls=(
        _table(
            operation="ListTables",
            about="tables",
            lists=(Thing(kind="dynamodb:table", select="TableNames[].{id: @}"),),
        ),
        _table(
            operation="DescribeTable",
            about="size, key and streams of each table",
            each=Each(row="dynamodb.ListTables", select="TableNames[].{TableName: @}"),
        ),
        _table(operation="ListExports", about="tables that were sent out to S3"),
        _table(
            operation="ListBackups",
            about="backups of tables",
            params=({"BackupType": "ALL"},),
            lists=(
                Thing(
                    kind="dynamodb:backup",
                    select="BackupSummaries[].{id: BackupArn, arn: BackupArn, name: BackupName}",
                ),
            ),
        ),
        _warehouse(
            operation="DescribeClusters",
            about="warehouses, and whether each can be reached from the internet",
            lists=(
                Thing(
                    kind="redshift:cluster",
                    select="Clusters[].{id: ClusterIdentifier, arn: ClusterNamespaceArn}",
                ),
            ),
        ),
        _warehouse(
            operation="DescribeLoggingStatus",
            about="where each warehouse logs to",
            each=Each(
                row="redshift.DescribeClusters",
                select="Clusters[].{ClusterIdentifier: ClusterIdentifier}",
            ),
        ),
        _warehouse(
            operation="DescribeClusterSnapshots",
            about="snapshots of warehouses, and who may restore them",
            lists=(
                Thing(
                    kind="redshift:snapshot",
                    select="Snapshots[].{id: SnapshotIdentifier, arn: SnapshotArn}",
                ),
            ),
        ),
        _warehouse(operation="DescribeDataShares", about="data that other accounts read where it is"),
        _search(
            operation="ListDomainNames",
            about="search domains",
            lists=(Thing(kind="es:domain", select="DomainNames[].{id: DomainName}"),),
        ),
        _search(
            operation="DescribeDomains",
            about="policy, network and encryption of each domain",
            each=Each(row="opensearch.ListDomainNames", select="DomainNames[].{DomainNames: DomainName}"),
            batch=Batch("DomainNames", 5),
        ),
        _glue(operation="GetResourcePolicies", about="who may use the data catalogue"),
        _glue(
            operation="GetDevEndpoints",
            about="machines to develop on, with keys to log in",
            lists=(Thing(kind="glue:devendpoint", select="DevEndpoints[].{id: EndpointName}"),),
        ),
        _glue(
            operation="GetConnections",
            about="databases that jobs connect to, without their passwords",
            lists=(Thing(kind="glue:connection", select="ConnectionList[].{id: Name}"),),
            params=({"HidePassword": True},),
            sensitive=True,
        ),
    ),
)
