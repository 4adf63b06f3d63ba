"""Networks and transit gateways of which flow logs tell nothing, or not all."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any

from forensics.aws.ask import Answer, Refusal
from forensics.collectors.deliveries import Delivery
from forensics.collectors.making import NAMED
from forensics.collectors.progress import TOGETHER
from forensics.model import Exchange, Outcome

NEVER_ENABLED = "NeverEnabled"
PARTLY_ENABLED = "PartlyEnabled"
"""Our own codes, of gaps in what was logged at all."""

ACTIONS = (
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DescribeTransitGatewayAttachments",
    "ec2:DescribeTransitGateways",
    "ec2:DescribeVpcs",
)

_INTERFACES = ("DescribeNetworkInterfaces", "NetworkInterfaces")
_GONE = frozenset({"deleted", "deleting"})

Found = list[Mapping[str, Any]]
Finding = Generator[Exchange, None, Found | None]
"""None where a list is refused, of which nothing is said here: the gap is that list's own row's."""


def look(delivery: Delivery, logged: frozenset[str]) -> Generator[Exchange, None, None]:
    """Say what is not logged, by the resources that flow logs are of."""
    yield from _networks(delivery, logged)
    yield from _gateways(delivery, logged)


def not_enabled(code: str, message: str) -> Refusal:
    """Make a gap of what nobody had logged."""
    return Refusal(Outcome.NOT_ENABLED, code, message, "", sure=True)


def _networks(delivery: Delivery, logged: frozenset[str]) -> Generator[Exchange, None, None]:
    """
    Find the networks that are not logged whole: by a flow log of their own, or of each of their subnets.

    One of an interface tells of that alone: others may have come and gone beside it.
    """
    vpcs = yield from _list(delivery, "DescribeVpcs", "Vpcs", [{}])
    if vpcs is None:
        return
    rest = [vpc for vpc in _values(vpcs, "VpcId") if vpc not in logged]
    missing = yield from _subnets(delivery, rest, logged)
    if missing is None:
        return
    rest = [vpc for vpc in rest if missing.get(vpc) != []]
    # Every region has a default VPC. Where it has no interface, nothing goes in or out.
    cards = yield from _list(delivery, *_INTERFACES, _filters("vpc-id", rest))
    if cards is None:
        return
    busy = set(_values(cards, "VpcId"))
    for vpc in (vpc for vpc in rest if vpc in busy):
        _miss(delivery, vpc, missing.get(vpc))
    if idle := [vpc for vpc in rest if vpc not in busy]:
        delivery.notes.append(
            f"{len(idle)} networks have no flow log of their own and no interface now, so what went in or "
            f"out before, if anything did, is not known: {', '.join(idle[:NAMED])}"
        )


def _miss(delivery: Delivery, vpc: str, subnets: Sequence[str] | None) -> None:
    if subnets is None:
        message = "no flow log was ever made for it, or none is left: what went in and out is not known"
        delivery.tally.miss(not_enabled(NEVER_ENABLED, message), {"VpcId": vpc}, 1)
        return
    named = ", ".join(subnets[:NAMED]) + (f" and {len(subnets) - NAMED} more" if subnets[NAMED:] else "")
    message = f"of network {vpc} a part alone is logged: of {named} no flow log is of the whole subnet"
    about = {"VpcId": vpc, "SubnetIds": list(subnets[:NAMED])}
    delivery.tally.miss(not_enabled(PARTLY_ENABLED, message), about, 1)


def _subnets(
    delivery: Delivery, vpcs: Sequence[str], logged: frozenset[str]
) -> Generator[Exchange, None, dict[str, list[str]] | None]:
    """Name the subnets without a flow log, of each network of which a part is logged: perhaps none."""
    cards = sorted(one for one in logged if one.startswith("eni-"))
    if not cards and not any(one.startswith("subnet-") for one in logged):
        return {}
    single = yield from _list(delivery, *_INTERFACES, _filters("network-interface-id", cards))
    subnets = yield from _list(delivery, "DescribeSubnets", "Subnets", _filters("vpc-id", vpcs))
    if single is None or subnets is None:
        return None
    partly = set(_values(single, "VpcId"))
    partly |= {str(one.get("VpcId")) for one in subnets if one.get("SubnetId") in logged}
    missing: dict[str, list[str]] = {vpc: [] for vpc in vpcs if vpc in partly}
    for one in subnets:
        name, vpc = str(one.get("SubnetId")), str(one.get("VpcId"))
        if vpc in missing and name not in logged:
            missing[vpc].append(name)
    return {vpc: sorted(found) for vpc, found in missing.items()}


def _gateways(delivery: Delivery, logged: frozenset[str]) -> Generator[Exchange, None, None]:
    """Find the account's transit gateways without a flow log of their own, or of each attachment."""
    gateways = yield from _list(delivery, "DescribeTransitGateways", "TransitGateways", [{}])
    own = [one for one in gateways or () if one.get("OwnerId") == delivery.context.source.account]
    there = [one for one in own if one.get("State") not in _GONE]
    rest = [name for name in _values(there, "TransitGatewayId") if name not in logged]
    some = any(one.startswith("tgw-attach-") for one in logged)
    attached = yield from _list(
        delivery,
        "DescribeTransitGatewayAttachments",
        "TransitGatewayAttachments",
        _filters("transit-gateway-id", rest if some else []),
    )
    if attached is None:
        return
    for name in rest:
        ends = {
            str(one.get("TransitGatewayAttachmentId"))
            for one in attached
            if one.get("TransitGatewayId") == name and one.get("State") not in _GONE
        }
        if not ends & logged:
            message = "no flow log was ever made for it, or none is left: what went through is not known"
            delivery.tally.miss(not_enabled(NEVER_ENABLED, message), {"TransitGatewayId": name}, 1)
        elif left := sorted(ends - logged):
            message = f"of transit gateway {name} a part alone is logged: not {', '.join(left[:NAMED])}"
            about = {"TransitGatewayId": name, "TransitGatewayAttachmentIds": left[:NAMED]}
            delivery.tally.miss(not_enabled(PARTLY_ENABLED, message), about, 1)


def _values(found: Iterable[Mapping[str, Any]], key: str) -> list[str]:
    return list(dict.fromkeys(str(one.get(key)) for one in found))


def _filters(name: str, values: Sequence[str]) -> list[dict[str, Any]]:
    """Give the requests for what has any of these values: as many at once as a filter takes."""
    some = [list(values[start : start + TOGETHER]) for start in range(0, len(values), TOGETHER)]
    return [{"Filters": [{"Name": name, "Values": values}]} for values in some]


def _list(delivery: Delivery, operation: str, result: str, requests: Sequence[Mapping[str, Any]]) -> Finding:
    """Ask for a list, of all these requests."""
    found: Found = []

    def take(answer: Answer) -> None:
        found.extend(answer.values.get(result, ()))

    for request in requests:
        pages = delivery.context.asker.pages(request, take, operation=operation, whole=True)
        if (yield from delivery.tally.counted(pages)) is not None:
            return None
    return found
