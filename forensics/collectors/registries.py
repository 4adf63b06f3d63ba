"""Registries of container images: what is in them, who may pull it, and where it is copied to."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_registry = partial(Call, service="ecr")
_REPOSITORIES = Each(row="ecr.DescribeRepositories", select="repositories[].{repositoryName: repositoryName}")

COLLECTOR = Collector(
    name="registries",
    about="container images, and who may pull them",
    phase=Phase.CONFIGURATION,
    calls=(
        _registry(
            operation="DescribeRepositories",
            about="repositories of container images",
            lists=(
                Thing(
                    kind="ecr:repository",
                    select="repositories[].{id: repositoryName, arn: repositoryArn}",
                ),
            ),
        ),
        _registry(
            operation="GetRepositoryPolicy",
            about="who may pull from and push to each repository",
            each=_REPOSITORIES,
            absent=frozenset({"RepositoryPolicyNotFoundException"}),
        ),
        _registry(operation="DescribeImages", about="digests and tags of each image", each=_REPOSITORIES),
        _registry(
            operation="GetRegistryPolicy",
            about="who may copy into and out of the registry",
            absent=frozenset({"RegistryPolicyNotFoundException"}),
        ),
        _registry(operation="DescribeRegistry", about="which accounts and regions images are copied to"),
    ),
)
