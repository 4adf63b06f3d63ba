"""
Access logs of VPC Lattice: who called which service through which network.

Networks, services and resources each have subscriptions, and those name a bucket, a stream or a log group.
https://docs.aws.amazon.com/vpc-lattice/latest/ug/monitoring-access-logs.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forensics.collectors import named_groups, service_logs, streams
from forensics.collectors.deliveries import READING, Delivery
from forensics.collectors.service_logs import Logged
from forensics.collectors.spec import Call, Collector, Context, Each, Lane, Phase, Records, Step, Thing

_ASKED = "ListAccessLogSubscriptions"
_LISTS = {
    "ServiceNetworks": ("networks that services are joined to", "servicenetwork"),
    "Services": ("services of these", "service"),
    "ResourceConfigurations": ("databases and addresses that are shared by it", "resourceconfiguration"),
}

LOGGED = Logged(
    service="vpc-lattice",
    operation="AccessLogs",
    about="who called which service of VPC Lattice",
    of=tuple(Each(row=f"vpc-lattice.List{name}", select="items[].{id: id}") for name in _LISTS),
    starts=service_logs.behind("VpcLattice/"),
    sure=False,
)


def _copy(context: Context) -> Records:
    """Ask each network, service and resource where it logs to, and copy that."""
    delivery, found = Delivery(context), list[Mapping[str, Any]]()
    for name in (said["id"] for each in LOGGED.of for said in context.names.get(each.row, ())):
        request = {"resourceIdentifier": str(name)}
        refusal = yield from delivery.tally.counted(
            context.asker.pages(
                request,
                lambda answer: found.extend(
                    {"at": one.get("destinationArn")} for one in answer.values.get("items", ())
                ),
                operation=_ASKED,
                whole=True,
                bound=True,
            )
        )
        if refusal is not None:
            delivery.tally.refuse(refusal, request)
    yield from service_logs.follow(delivery, LOGGED, list(map(service_logs.end, found)))
    yield delivery.coverage()
    return {}


COLLECTOR = Collector(
    name="lattice_logs",
    about="VPC Lattice: networks, services, what is shared by it, and who called what",
    phase=Phase.LOGS,
    calls=tuple(
        Call(
            service="vpc-lattice",
            operation=f"List{name}",
            about=about,
            lists=(Thing(kind=f"vpc-lattice:{kind}", select="items[].{id: id, arn: arn, name: name}"),),
        )
        for name, (about, kind) in _LISTS.items()
    ),
    steps=(
        Step(
            service=LOGGED.service,
            operation=LOGGED.operation,
            about=LOGGED.about,
            run=_copy,
            parents={each.row: each for each in LOGGED.of},
            actions=(*READING, streams.ACTION, named_groups.ACTION, f"vpc-lattice:{_ASKED}"),
            lane=Lane.BULK,
        ),
    ),
)
