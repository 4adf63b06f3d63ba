"""Mail: who may be written as, how much was sent, and whether AWS still lets it."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Phase, Thing

_ses = partial(Call, service="ses")
_mail = partial(Call, service="sesv2")

COLLECTOR = Collector(
    name="mail",
    about="mail by SES: identities, quota, and what was sent in the last day",
    phase=Phase.CONFIGURATION,
    calls=(
        _ses(operation="ListIdentities", about="addresses and domains that mail may come from"),
        _ses(operation="GetAccountSendingEnabled", about="whether mail may be sent"),
        _ses(operation="GetSendQuota", about="how much may be sent, and was in the last day: spam"),
        _mail(
            operation="GetAccount",
            about="whether the account is out of the sandbox, or under review",
        ),
        _mail(
            operation="ListEmailIdentities",
            about="identities, with those that are not verified",
            lists=(Thing(kind="ses:identity", select="EmailIdentities[].{id: IdentityName}"),),
        ),
    ),
)
