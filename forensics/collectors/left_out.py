"""Operations that are not asked although they could be, each with the reason; docs/collectors.md has them."""

from __future__ import annotations

from collections.abc import Mapping

_BLOCKS = "a terabyte has two million blocks: a disk's bytes are a matter of its snapshot, once that is safe"
_DATABASES = "snapshots of databases are not made by this tool: each costs as much again as its database"

_WITHIN = "no row of its own: the steps that copy logs ask it of the buckets that logs are delivered to"
_HEAD = "the head of GetObject says the same, of each object that is kept"

LEFT_OUT: Mapping[tuple[str, str], str] = {
    ("ebs", "GetSnapshotBlock"): _BLOCKS,
    ("ebs", "ListChangedBlocks"): _BLOCKS,
    ("ebs", "ListSnapshotBlocks"): _BLOCKS,
    ("iam", "SimulatePrincipalPolicy"): "it says what policies allow: they are kept",
    ("logs", "GetLogEvents"): "FilterLogEvents answers the same, of all streams of a group together",
    ("logs", "GetQueryResults"): "it needs a query of our own: see logs.StartQuery",
    ("organizations", "DescribeAccount"): "ListAccounts answers the same of every account at once",
    ("s3", "GetObjectAttributes"): _HEAD,
    ("s3", "GetObjectLegalHold"): _HEAD,
    ("s3", "GetObjectRetention"): _HEAD,
    ("s3", "HeadBucket"): _WITHIN,
    ("s3", "HeadObject"): _HEAD,
    ("s3", "ListObjectVersions"): _WITHIN,
    ("s3", "ListObjectsV2"): _WITHIN,
    ("wafv2", "GetLoggingConfiguration"): "ListLoggingConfigurations answers the same",
}
"""Such as read, by botocore's names of service and operation. What is never asked is in `aws/never.py`."""

_EVENTS = "they go to log groups, and are kept as the events of these"
_JOBS = "each run of a job names a place of its own, and is not asked"

LOGS: Mapping[str, str] = {
    "App Runner, Batch, Client VPN, IoT Core, Lambda, MQ, MWAA": _EVENTS,
    "OpenSearch, Redshift Serverless, SageMaker, Step Functions": _EVENTS,
    "Elastic Beanstalk": f"{_EVENTS}; what it rotates into its own bucket is not copied",
    "ElastiCache, FSx, MSK Connect": f"{_EVENTS}; what they give to streams or buckets is not followed",
    "ECS, EKS": f"{_EVENTS}; what a container's own log driver sends elsewhere is not known to AWS",
    "EMR Serverless, EMR on EKS, Glue": f"{_EVENTS}; of what goes to buckets, {_JOBS}",
    "DocumentDB, Neptune, RDS": f"where exported, {_EVENTS}; files of RDS are kept by database_logs",
    "Route 53": "queries of public zones go to log groups, and are kept as their events",
    "Systems Manager": f"{_EVENTS}; sessions and commands that are written to buckets are not copied",
    "transit gateways": "they are flow logs like those of networks, and kept by flow_logs",
    "WorkSpaces Secure Browser": "logs of sessions that go to buckets are not copied",
    "whatever CloudWatch Logs delivers": "vended_logs follows each delivery, whosever logs it has",
}
"""Services whose logs have no step of their own, and what becomes of them; docs/collectors.md has them."""

NOT_MADE: Mapping[tuple[str, str], str] = {
    ("cloudtrail", "StartQuery"): "it costs by the byte; the event history and the trails' logs are kept",
    ("ec2", "AssociateKmsKeyId"): "a copy in another account is safer than a second key",
    ("ec2", "CreateImage"): "the disks of an instance are snapshotted all at one moment",
    ("ec2", "RestoreSnapshotTier"): "it takes days and costs: an archived snapshot is safe",
    ("logs", "CreateExportTask"): "it writes to a bucket of the breached account; events are read instead",
    ("logs", "StartQuery"): "it costs by the byte, and gives what FilterLogEvents gives for nothing",
    ("rds", "CopyDBSnapshot"): _DATABASES,
    ("rds", "CreateDBClusterSnapshot"): _DATABASES,
    ("rds", "CreateDBSnapshot"): _DATABASES,
    ("rds", "ModifyDBSnapshotAttribute"): _DATABASES,
    ("s3", "CopyObject"): "objects come to the case itself: a copy would lie beside the original",
}
"""Such as make something in AWS, that would be of use, and is not made."""
