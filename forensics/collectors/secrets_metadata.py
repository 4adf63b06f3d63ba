"""What there is in Secrets Manager, and who may read it. The secrets themselves are never asked for."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_secrets = partial(Call, service="secretsmanager")

COLLECTOR = Collector(
    name="secrets_metadata",
    about="names, last reading and policies of secrets: never their values",
    phase=Phase.IDENTITY,
    calls=(
        _secrets(
            operation="ListSecrets",
            about="secrets, also deleted ones, and on which day each was last read",
            params=({"IncludePlannedDeletion": True},),
            lists=(
                Thing(kind="secretsmanager:secret", select="SecretList[].{id: ARN, arn: ARN, name: Name}"),
            ),
        ),
        _secrets(
            operation="DescribeSecret",
            about="versions and copies of each in other regions",
            each=Each(row="secretsmanager.ListSecrets", select="SecretList[].{SecretId: ARN}"),
        ),
        _secrets(
            operation="GetResourcePolicy",
            about="who may read each, of other accounts too",
            # Of one that is deleted nothing can be asked but what it was.
            each=Each(
                row="secretsmanager.ListSecrets",
                select="SecretList[?DeletedDate==`null`].{SecretId: ARN}",
            ),
        ),
    ),
)
