"""Containers of ECS: clusters, services, tasks also that have ended within the hour, and what they run."""

from __future__ import annotations

from functools import partial

from forensics.aws.names import Batch
from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_ecs = partial(Call, service="ecs")

_CLUSTERS = Each(row="ecs.ListClusters", select="clusterArns[].{cluster: @}")
_FAILED = "failures[].{code: reason, message: detail, arn: arn}"

COLLECTOR = Collector(
    name="containers",
    about="ECS: clusters, services, tasks and their definitions",
    phase=Phase.RUNNING,
    calls=(
        _ecs(
            operation="ListClusters",
            about="clusters",
            lists=(Thing(kind="ecs:cluster", select="clusterArns[].{id: @, arn: @}"),),
        ),
        _ecs(
            operation="DescribeClusters",
            about="settings of each cluster, whether its commands are logged among them",
            params=({"include": ["ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"]},),
            each=Each(row=_CLUSTERS.row, select="clusterArns[].{clusters: @}"),
            batch=Batch("clusters", 100),
            failed=_FAILED,
        ),
        _ecs(
            operation="ListTasks",
            about="tasks that run, and those that ended within the hour",
            params=({"desiredStatus": "RUNNING"}, {"desiredStatus": "STOPPED"}),
            each=_CLUSTERS,
        ),
        _ecs(
            operation="DescribeTasks",
            about="what each task runs, where, since when, and why it ended",
            params=({"include": ["TAGS"]},),
            each=Each(row="ecs.ListTasks", select="taskArns[].{tasks: @}", carry=("cluster",)),
            batch=Batch("tasks", 100),
            failed=_FAILED,
            sensitive=True,
        ),
        _ecs(
            operation="ListServices",
            about="services of each cluster",
            each=_CLUSTERS,
            lists=(Thing(kind="ecs:service", select="serviceArns[].{id: @, arn: @}"),),
        ),
        _ecs(
            operation="DescribeServices",
            about="what each service keeps running, and its last events",
            params=({"include": ["TAGS"]},),
            each=Each(row="ecs.ListServices", select="serviceArns[].{services: @}", carry=("cluster",)),
            batch=Batch("services", 10),
            failed=_FAILED,
        ),
        _ecs(operation="ListContainerInstances", about="instances that each cluster runs on", each=_CLUSTERS),
        _ecs(
            operation="DescribeContainerInstances",
            about="which EC2 instance each of them is",
            params=({"include": ["TAGS"]},),
            each=Each(
                row="ecs.ListContainerInstances",
                select="containerInstanceArns[].{containerInstances: @}",
                carry=("cluster",),
            ),
            batch=Batch("containerInstances", 100),
            failed=_FAILED,
        ),
        _ecs(
            operation="ListTaskDefinitions",
            about="what could be run, also what was taken back after it had run",
            params=({"status": "ACTIVE"}, {"status": "INACTIVE"}),
            lists=(Thing(kind="ecs:task-definition", select="taskDefinitionArns[].{id: @, arn: @}"),),
        ),
        _ecs(
            operation="DescribeTaskDefinition",
            about="images, commands, roles and environment of each",
            params=({"include": ["TAGS"]},),
            each=Each(row="ecs.ListTaskDefinitions", select="taskDefinitionArns[].{taskDefinition: @}"),
            # One that is being deleted is on no list, and its tasks may run on.
            also=(Each(row="ecs.DescribeTasks", select="tasks[].{taskDefinition: taskDefinitionArn}"),),
            sensitive=True,
            phase=Phase.CONFIGURATION,
        ),
    ),
)
