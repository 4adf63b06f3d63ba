"""Firewalls: what they let through, what stands behind them, and what they log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from forensics.aws.ask import Answer
from forensics.aws.tally import Tally
from forensics.collectors.spec import Call, Collector, Context, Each, Phase, Reach, Records, Step, Thing
from forensics.model import Outcome

_ASKED = (("ListWebACLs", "WebACLs", "GetWebACL"), ("ListIPSets", "IPSets", "GetIPSet"))
"""A list, its member, and what is asked about each."""


def _of_cloudfront(context: Context) -> Records:
    """Ask about the firewalls of CloudFront, of which one region alone knows."""
    tally, asker, some = Tally(context.source), replace(context.asker, place="us-east-1"), False
    scope = {"Scope": "CLOUDFRONT"}
    for listing, member, about in _ASKED:
        found = list[Mapping[str, Any]]()

        def take(answer: Answer, member: str = member, found: list[Mapping[str, Any]] = found) -> None:
            tally.pages += 1
            found.extend(answer.values.get(member) or ())

        questions = [(listing, scope)]
        for operation, parameters in questions:
            refusal = yield from tally.counted(
                asker.pages(parameters, take, operation=operation, whole=True, bound=operation != listing)
            )
            if refusal is not None:
                tally.refuse(refusal, parameters)
            if operation == listing:
                questions += [(about, {**scope, "Name": one["Name"], "Id": one["Id"]}) for one in found]
        some = some or len(questions) > 1
    gaps = tally.gaps
    yield tally.coverage(Outcome.COLLECTED if some else gaps[0].outcome if gaps else Outcome.EMPTY)
    return {}


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
            lists=(Thing(kind="wafv2:ipset", select="IPSets[].{id: Id, arn: ARN, name: Name}"),),
        ),
        _web(
            operation="ListRuleGroups",
            about="rules that several firewalls share",
            params=({"Scope": "REGIONAL"},),
            lists=(Thing(kind="wafv2:rulegroup", select="RuleGroups[].{id: Id, arn: ARN, name: Name}"),),
        ),
        _web(
            operation="ListRegexPatternSets",
            about="patterns that rules look for",
            params=({"Scope": "REGIONAL"},),
            lists=(
                Thing(
                    kind="wafv2:regexpatternset",
                    select="RegexPatternSets[].{id: Id, arn: ARN, name: Name}",
                ),
            ),
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
        Call(
            service="ec2",
            operation="DescribeVerifiedAccessInstanceLoggingConfigurations",
            about="where Verified Access, which stands before applications, logs to",
        ),
    ),
    steps=(
        Step(
            service="wafv2",
            operation="GlobalWebACLs",
            about="rules and lists of addresses of the firewalls of CloudFront",
            run=_of_cloudfront,
            reach=Reach.GLOBAL,
            actions=("wafv2:GetIPSet", "wafv2:GetWebACL", "wafv2:ListIPSets", "wafv2:ListWebACLs"),
        ),
    ),
)
