"""Firewalls: what they let through, what stands behind them, and what they log."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_web = partial(Call, service="wafv2")
_network = partial(Call, service="network-firewall")

# All that one of these can stand before, but for distributions of CloudFront, which say it themselves.
_KINDS = (
    "APPLICATION_LOAD_BALANCER",
    "API_GATEWAY",
    "APPSYNC",
    "COGNITO_USER_POOL",
    "APP_RUNNER_SERVICE",
    "VERIFIED_ACCESS_INSTANCE",
    "AMPLIFY",
)

COLLECTOR = Collector(
    name="firewalls",
    about="rules, lists of addresses and logging of firewalls",
    phase=Phase.CONFIGURATION,
    calls=(
        _web(
            operation="GetWebACL",
            about="rules of each firewall for web applications",
            params=({"Scope": "REGIONAL"},),
            each=Each(row="wafv2.ListWebACLs", select="WebACLs[].{Name: Name, Id: Id}"),
        ),
        _web(
            operation="ListResourcesForWebACL",
            about="what stands behind each",
            params=tuple({"ResourceType": kind} for kind in _KINDS),
            each=Each(row="wafv2.ListWebACLs", select="WebACLs[].{WebACLArn: ARN}"),
        ),
        _web(
            operation="ListIPSets",
            about="lists of addresses that are let through or kept out",
            params=({"Scope": "REGIONAL"},),
        ),
        _web(
            operation="GetIPSet",
            about="the addresses on each list",
            params=({"Scope": "REGIONAL"},),
            each=Each(row="wafv2.ListIPSets", select="IPSets[].{Name: Name, Id: Id}"),
        ),
        _network(
            operation="ListFirewalls",
            about="firewalls of networks",
            lists=(
                Thing(
                    kind="network-firewall:firewall",
                    select="Firewalls[].{id: FirewallName, arn: FirewallArn}",
                ),
            ),
        ),
        _network(
            operation="DescribeLoggingConfiguration",
            about="where each of these logs to",
            each=Each(row="network-firewall.ListFirewalls", select="Firewalls[].{FirewallArn: FirewallArn}"),
        ),
    ),
)
