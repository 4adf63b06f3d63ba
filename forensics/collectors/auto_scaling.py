"""Auto Scaling: what starts and ends instances by itself, and what it did in six weeks."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_scaling = partial(Call, service="autoscaling")

COLLECTOR = Collector(
    name="auto_scaling",
    about="groups that scale, their launch configurations and activities",
    phase=Phase.RUNNING,
    calls=(
        _scaling(
            operation="DescribeAutoScalingGroups",
            about="groups, and how many instances each is to have",
            lists=(
                Thing(
                    kind="autoscaling:autoscalinggroup",
                    select="AutoScalingGroups[].{id: AutoScalingGroupName, arn: AutoScalingGroupARN,"
                    " name: AutoScalingGroupName}",
                ),
            ),
        ),
        _scaling(
            operation="DescribeAutoScalingInstances",
            about="which instance is of which group, and what it may end of itself",
        ),
        _scaling(
            operation="DescribeScalingActivities",
            about="why instances were started and ended, in groups that are gone too",
            params=({"IncludeDeletedGroups": True},),
        ),
        _scaling(
            operation="DescribeLaunchConfigurations",
            about="what instances are made of, with user data of its own",
            sensitive=True,
            lists=(
                Thing(
                    kind="autoscaling:launchconfiguration",
                    select="LaunchConfigurations[].{id: LaunchConfigurationName, arn: LaunchConfigurationARN,"
                    " name: LaunchConfigurationName}",
                ),
            ),
        ),
        _scaling(
            operation="DescribeLifecycleHooks",
            about="what is called when an instance starts or ends",
            each=Each(
                row="autoscaling.DescribeAutoScalingGroups",
                select="AutoScalingGroups[].{AutoScalingGroupName: AutoScalingGroupName}",
            ),
        ),
    ),
)
