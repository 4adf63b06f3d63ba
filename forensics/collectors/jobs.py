"""Places to compute beside EC2: Batch, EMR and SageMaker, which mine as well as any."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_batch = partial(Call, service="batch")
_emr = partial(Call, service="emr")
_studio = partial(Call, service="sagemaker")

COLLECTOR = Collector(
    name="jobs",
    about="Batch, EMR and SageMaker: machines that these start by themselves",
    phase=Phase.CONFIGURATION,
    calls=(
        _batch(
            operation="DescribeComputeEnvironments",
            about="where jobs run",
            lists=(
                Thing(
                    kind="batch:compute-environment",
                    select="computeEnvironments[].{id: computeEnvironmentName, arn: computeEnvironmentArn}",
                ),
            ),
        ),
        _batch(
            operation="DescribeJobQueues",
            about="where they wait",
            lists=(Thing(kind="batch:job-queue", select="jobQueues[].{id: jobQueueName, arn: jobQueueArn}"),),
        ),
        _batch(
            operation="DescribeJobDefinitions",
            about="what they run, with which role and variables",
            lists=(
                Thing(
                    kind="batch:job-definition",
                    select="jobDefinitions[].{id: jobDefinitionArn, arn: jobDefinitionArn, "
                    "name: jobDefinitionName}",
                ),
            ),
            sensitive=True,
        ),
        _emr(
            operation="ListClusters",
            about="clusters of EMR, ended ones too",
            lists=(
                Thing(
                    kind="elasticmapreduce:cluster",
                    select="Clusters[].{id: Id, arn: ClusterArn, name: Name}",
                ),
            ),
        ),
        _emr(
            operation="DescribeCluster",
            about="networks, roles and scripts of each",
            each=Each(row="emr.ListClusters", select="Clusters[].{ClusterId: Id}"),
        ),
        _studio(
            operation="ListNotebookInstances",
            about="notebooks: machines with a role and a way in from the browser",
            lists=(
                Thing(
                    kind="sagemaker:notebook-instance",
                    select="NotebookInstances[].{id: NotebookInstanceName, arn: NotebookInstanceArn}",
                ),
            ),
        ),
        _studio(
            operation="DescribeNotebookInstance",
            about="role, network and script of each",
            each=Each(
                row="sagemaker.ListNotebookInstances",
                select="NotebookInstances[].{NotebookInstanceName: NotebookInstanceName}",
            ),
        ),
        _studio(operation="ListTrainingJobs", about="training jobs"),
        _studio(operation="ListProcessingJobs", about="processing jobs"),
    ),
)
