"""Load balancers: what each listens to, where it sends that, and who answers."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_balancer = partial(Call, service="elbv2")

COLLECTOR = Collector(
    name="balancers",
    about="listeners, rules and targets of load balancers",
    phase=Phase.CONFIGURATION,
    calls=(
        _balancer(
            operation="DescribeListeners",
            about="ports that each load balancer listens on",
            each=Each(
                row="elbv2.DescribeLoadBalancers",
                select="LoadBalancers[].{LoadBalancerArn: LoadBalancerArn}",
            ),
            lists=(
                Thing(
                    kind="elasticloadbalancing:listener",
                    select="Listeners[].{id: ListenerArn, arn: ListenerArn}",
                ),
            ),
        ),
        _balancer(
            operation="DescribeRules",
            about="which request goes where",
            each=Each(row="elbv2.DescribeListeners", select="Listeners[].{ListenerArn: ListenerArn}"),
            lists=(
                Thing(
                    kind="elasticloadbalancing:listener-rule", select="Rules[].{id: RuleArn, arn: RuleArn}"
                ),
            ),
        ),
        _balancer(
            operation="DescribeTargetGroups",
            about="groups of machines and functions behind load balancers",
            lists=(
                Thing(
                    kind="elasticloadbalancing:targetgroup",
                    select="TargetGroups[].{id: TargetGroupArn, arn: TargetGroupArn, name: TargetGroupName}",
                ),
            ),
        ),
        _balancer(
            operation="DescribeTargetHealth",
            about="who is in each group, and answers",
            each=Each(
                row="elbv2.DescribeTargetGroups",
                select="TargetGroups[].{TargetGroupArn: TargetGroupArn}",
            ),
        ),
    ),
)
