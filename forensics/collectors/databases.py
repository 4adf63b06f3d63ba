"""Databases of RDS and Aurora: what there is, its snapshots and with whom they are shared, and its events."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_rds = partial(Call, service="rds")

COLLECTOR = Collector(
    name="databases",
    about="databases of RDS, their snapshots, sharing, exports and events",
    phase=Phase.EVENTS,
    calls=(
        _rds(
            operation="DescribeDBInstances",
            about="databases, and whether each can be reached from the internet",
            lists=(
                Thing(
                    kind="rds:db",
                    select="DBInstances[].{id: DBInstanceIdentifier, arn: DBInstanceArn}",
                ),
            ),
        ),
        _rds(
            operation="DescribeDBClusters",
            about="clusters of databases",
            lists=(
                Thing(
                    kind="rds:cluster",
                    select="DBClusters[].{id: DBClusterIdentifier, arn: DBClusterArn}",
                ),
            ),
        ),
        _rds(
            operation="DescribeEvents",
            about="what happened to databases: AWS keeps it for two weeks",
            # Without a span it speaks of the last hour alone; this is two weeks, in minutes.
            params=({"Duration": 20_160},),
        ),
        _rds(
            operation="DescribeDBSnapshots",
            about="snapshots of databases, those that AWS makes by itself too",
            lists=(
                Thing(
                    kind="rds:snapshot",
                    select="DBSnapshots[].{id: DBSnapshotIdentifier, arn: DBSnapshotArn}",
                ),
            ),
        ),
        _rds(
            operation="DescribeDBSnapshotAttributes",
            about="who may restore each snapshot that was made by hand: others cannot be shared",
            each=Each(
                row="rds.DescribeDBSnapshots",
                select="DBSnapshots[?SnapshotType=='manual'].{DBSnapshotIdentifier: DBSnapshotIdentifier}",
            ),
        ),
        _rds(
            operation="DescribeDBClusterSnapshots",
            about="snapshots of clusters",
            lists=(
                Thing(
                    kind="rds:cluster-snapshot",
                    select="DBClusterSnapshots[].{id: DBClusterSnapshotIdentifier, "
                    "arn: DBClusterSnapshotArn}",
                ),
            ),
        ),
        _rds(
            operation="DescribeDBClusterSnapshotAttributes",
            about="who may restore each of these",
            each=Each(
                row="rds.DescribeDBClusterSnapshots",
                select="DBClusterSnapshots[?SnapshotType=='manual']."
                "{DBClusterSnapshotIdentifier: DBClusterSnapshotIdentifier}",
            ),
        ),
        _rds(operation="DescribeExportTasks", about="databases that were sent out to S3"),
        _rds(
            operation="DescribeDBProxies",
            about="ways to databases through proxies",
            lists=(Thing(kind="rds:db-proxy", select="DBProxies[].{id: DBProxyName, arn: DBProxyArn}"),),
        ),
    ),
)
