"""What is more than its description, and is not in the case: tables that `judging` goes by."""

from __future__ import annotations

BESIDE = frozenset({"ec2:instance-type", "ec2:locked-snapshot", "kms:aws-key"})
"""Kinds that are listed to judge others by."""

ASKED = {"iam:policy": ("iam.ListPolicies",), "iam:user": ("iam.ListUsers",)}
"""Rows beside those that list a kind from which others ask about it: what these miss, the thing misses."""

UNLOCKED = frozenset({"", "expired", "unlocked"})
"""States of a lock in which anybody may delete the snapshot."""

LOST = frozenset({"error", "vanished"})
"""States of a snapshot that is none."""

ANCHOR = "without them nothing there says that they existed"
MEMORY = "memory is kept by no snapshot: take it with a tool in the instance, or let it go"
OURS = "it is what the case has of that disk, and there is no copy of it in another account"
RECORDED = "as the case has it on record, not seen now: account {} was not looked at"
STACK = "what is in it ends with it: name those things too"
STACKED = "end with it, and are not among what is listed here"
STORE = "the disks of its host are in no snapshot: copy them from within, or let them go"

_CONTENT = "its description is kept, what is in it is not"

UNKEPT = {
    **dict.fromkeys(
        (
            *("aoss:collection", "backup:recovery-point", "cassandra:keyspace", "cloud9:environment"),
            *("clouddirectory:directory", "cloudhsm:backup", "cloudhsm:cluster", "codeartifact:repository"),
            *("codecommit:repository", "connect:instance", "docdb-elastic:cluster"),
            *("docdb-elastic:cluster-snapshot", "ds:directory", "ds:snapshot", "dsql:cluster"),
            *("dynamodb:backup", "dynamodb:table", "ecr-public:repository", "ecr:repository"),
            *("elasticache:cluster", "elasticache:replicationgroup", "elasticache:serverlesscache"),
            *("elasticache:serverlesscachesnapshot", "elasticache:snapshot"),
            *("elasticfilesystem:file-system", "elasticmapreduce:cluster", "es:domain"),
            *("firehose:deliverystream", "fsx:backup", "fsx:file-system", "fsx:snapshot", "fsx:volume"),
            *("healthlake:datastore", "kafka:cluster", "kinesis:stream", "kinesisvideo:stream"),
            *("lightsail:bucket", "lightsail:disk", "lightsail:disk-snapshot", "lightsail:instance"),
            *("lightsail:instance-snapshot", "lightsail:relational-database"),
            *("lightsail:relational-database-snapshot", "mediastore:container", "memorydb:cluster"),
            *("memorydb:snapshot", "mq:broker", "neptune-graph:graph", "neptune-graph:graph-snapshot"),
            *("omics:annotationstore", "omics:referencestore", "omics:sequencestore", "omics:variantstore"),
            *("rds:auto-backup", "rds:cluster", "rds:cluster-auto-backup", "rds:cluster-snapshot"),
            *("rds:db", "rds:snapshot", "redshift-serverless:namespace", "redshift-serverless:snapshot"),
            *("redshift:cluster", "redshift:snapshot", "s3:bucket", "s3tables:bucket", "s3vectors:bucket"),
            *("sagemaker:notebook-instance", "sdb:domain", "secretsmanager:secret", "sqs:queue"),
            *("storagegateway:tape", "storagegateway:volume", "timestream-influxdb:db-cluster"),
            *("timestream-influxdb:db-instance", "timestream:table", "workmail:organization"),
            *("workspaces:workspace", "workspaces:workspaceimage"),
        ),
        _CONTENT,
    ),
    "ec2:snapshot": "its description is kept, its blocks are in this account alone",
    "acm-pca:certificate-authority": "its private key never leaves AWS",
    "payment-cryptography:key": "its material never leaves AWS",
    "kms:key": "its material never leaves AWS, and nothing that it encrypts can be read without it",
    "ssm:parameter": "its description is kept, its value is a secret and is not",
}
"""Kinds of which a case has the description alone, and what of them it has not."""
