"""Resource Access Manager: what is shared with other accounts, and by them."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Phase, Thing

_ram = partial(Call, service="ram")

_BOTH = ({"resourceOwner": "SELF"}, {"resourceOwner": "OTHER-ACCOUNTS"})

COLLECTOR = Collector(
    name="sharing",
    about="what is shared with other accounts by Resource Access Manager",
    phase=Phase.IDENTITY,
    calls=(
        _ram(
            operation="GetResourceShares",
            about="shares, of this account and with it",
            params=_BOTH,
            lists=(
                Thing(
                    kind="ram:resource-share",
                    select="resourceShares[].{id: resourceShareArn, arn: resourceShareArn, name: name}",
                ),
            ),
        ),
        _ram(
            operation="GetResourceShareAssociations",
            about="who and what is in this account's shares, also what was taken out",
            params=({"associationType": "PRINCIPAL"}, {"associationType": "RESOURCE"}),
        ),
        _ram(operation="ListResources", about="what is shared", params=_BOTH),
        _ram(operation="ListPrincipals", about="with whom", params=_BOTH),
    ),
)
