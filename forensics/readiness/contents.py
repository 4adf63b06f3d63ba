"""What is more than its description, and is not in the case: tables that `judging` goes by."""

from __future__ import annotations

BESIDE = frozenset({"ec2:instance-type", "ec2:locked-snapshot"})
"""Kinds that are listed to judge others by."""

ASKED = {"iam:policy": ("iam.ListPolicies",), "iam:user": ("iam.ListUsers",)}
"""Rows beside those that list a kind from which others ask about it: what these miss, the thing misses."""

UNLOCKED = frozenset({"", "expired", "unlocked"})
"""States of a lock in which anybody may delete the snapshot."""

LOST = frozenset({"error", "vanished"})
"""States of a snapshot that is none."""

LOGS = frozenset(
    {
        *("cloudfront.AccessLogs", "cloudtrail.DigestFiles", "cloudtrail.LogFiles", "ec2.FlowLogFiles"),
        *("elb.AccessLogs", "elbv2.AccessLogs", "route53resolver.QueryLogs", "s3.ServerAccessLogs"),
        *("wafv2.GlobalWebACLLogs", "wafv2.WebACLLogs"),
    }
)
"""Steps that copy objects of buckets."""

MEMORY = "memory is kept by no snapshot: take it with a tool in the instance, or let it go"
STORE = "the disks of its host are in no snapshot: copy them from within, or let them go"

_CONTENT = "its description is kept, what is in it is not"

UNKEPT = {
    **dict.fromkeys(
        (
            *("backup:recovery-point", "codecommit:repository", "dynamodb:backup", "dynamodb:table"),
            *("ecr:repository", "elasticache:cluster", "elasticache:replicationgroup"),
            *("elasticfilesystem:file-system", "es:domain", "firehose:deliverystream", "fsx:file-system"),
            *("fsx:backup", "kafka:cluster", "kinesis:stream", "lightsail:disk"),
            *("lightsail:instance", "lightsail:instance-snapshot", "memorydb:cluster", "rds:cluster"),
            *("rds:cluster-snapshot", "rds:db", "rds:snapshot", "redshift:cluster", "redshift:snapshot"),
            *("s3:bucket", "secretsmanager:secret", "sqs:queue", "elasticache:snapshot"),
        ),
        _CONTENT,
    ),
    "ec2:snapshot": "its description is kept, its blocks are in this account alone",
    "kms:key": "its material never leaves AWS, and nothing that it encrypts can be read without it",
    "ssm:parameter": "its description is kept, its value is a secret and is not",
}
"""Kinds of which a case has the description alone, and what of them it has not."""
