"""Cognito: pools of users and identities, and which roles they hand out to whoever comes."""

from __future__ import annotations

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_POOLS = Each(
    row="cognito-identity.ListIdentityPools", select="IdentityPools[].{IdentityPoolId: IdentityPoolId}"
)

COLLECTOR = Collector(
    name="cognito",
    about="Cognito's pools, and the roles that they hand out",
    phase=Phase.IDENTITY,
    calls=(
        Call(
            service="cognito-idp",
            operation="ListUserPools",
            about="pools of users",
            params=({"MaxResults": 60},),
            lists=(Thing(kind="cognito-idp:userpool", select="UserPools[].{id: Id, name: Name}"),),
        ),
        Call(
            service="cognito-idp",
            operation="DescribeUserPool",
            about="rules of each pool, and functions that it calls at sign-in",
            each=Each(row="cognito-idp.ListUserPools", select="UserPools[].{UserPoolId: Id}"),
        ),
        Call(
            service="cognito-identity",
            operation="ListIdentityPools",
            about="pools of identities",
            params=({"MaxResults": 60},),
            lists=(
                Thing(
                    kind="cognito-identity:identitypool",
                    select="IdentityPools[].{id: IdentityPoolId, name: IdentityPoolName}",
                ),
            ),
        ),
        Call(
            service="cognito-identity",
            operation="DescribeIdentityPool",
            about="whether each gives an identity to anybody who comes",
            each=_POOLS,
        ),
        Call(
            service="cognito-identity",
            operation="GetIdentityPoolRoles",
            about="and which roles go with it",
            each=_POOLS,
        ),
    ),
)
