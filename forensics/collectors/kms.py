"""Keys of KMS: who may use them, to whom they were lent, and which are about to take evidence with them."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_kms = partial(Call, service="kms")

_KEYS = Each(row="kms.ListKeys", select="Keys[].{KeyId: KeyId}")

COLLECTOR = Collector(
    name="kms",
    about="KMS: keys, their state, policies and grants",
    phase=Phase.IDENTITY,
    calls=(
        _kms(operation="ListKeys", about="keys"),
        _kms(
            operation="DescribeKey",
            about="whether each is disabled, or about to be deleted with all that it encrypts",
            each=_KEYS,
            lists=(
                # AWS's own keys stay with AWS's services.
                Thing(
                    kind="kms:key",
                    select="[KeyMetadata][?KeyManager=='CUSTOMER'].{id: KeyId, arn: Arn}",
                ),
            ),
        ),
        _kms(
            operation="GetKeyPolicy",
            about="who may use and manage each key",
            # The one name that there is.
            params=({"PolicyName": "default"},),
            each=_KEYS,
        ),
        _kms(operation="ListGrants", about="to whom each key was lent, beside its policy", each=_KEYS),
        _kms(
            operation="ListAliases",
            about="names of keys",
            lists=(Thing(kind="kms:alias", select="Aliases[].{id: AliasName, arn: AliasArn}"),),
        ),
        _kms(
            operation="GetKeyRotationStatus",
            about="whether each key is renewed",
            # Only a symmetric key whose material AWS made can be.
            each=Each(
                row="kms.DescribeKey",
                select="[KeyMetadata][?KeyManager=='CUSTOMER' && KeySpec=='SYMMETRIC_DEFAULT'"
                " && Origin=='AWS_KMS'].{KeyId: KeyId}",
            ),
            absent=frozenset({"UnsupportedOperationException"}),
        ),
    ),
)
