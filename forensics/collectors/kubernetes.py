"""Kubernetes by EKS: clusters, their machines, and who was let in by which role."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_eks = partial(Call, service="eks")

# A cluster that runs elsewhere and is only shown here answers nothing of the rest.
_OWN = Each(row="eks.DescribeCluster", select="[cluster][?connectorConfig==`null`].{clusterName: name}")
_BY_API = Each(
    row="eks.DescribeCluster",
    # Asked of a cluster whose way in is its config map, AWS refuses.
    select="[cluster][?connectorConfig==`null` && accessConfig.authenticationMode!='CONFIG_MAP']"
    ".{clusterName: name}",
)
_ENTRIES = Each(
    row="eks.ListAccessEntries", select="accessEntries[].{principalArn: @}", carry=("clusterName",)
)

COLLECTOR = Collector(
    name="kubernetes",
    about="EKS: clusters, node groups and who may enter",
    phase=Phase.RUNNING,
    calls=(
        _eks(
            operation="ListClusters",
            about="clusters, also those that are only connected",
            params=({"include": ["all"]},),
            lists=(Thing(kind="eks:cluster", select="clusters[].{id: @, name: @}"),),
        ),
        _eks(
            operation="DescribeCluster",
            about="each cluster: whether it is open to the internet, and what it logs",
            each=Each(row="eks.ListClusters", select="clusters[].{name: @}"),
        ),
        _eks(operation="ListNodegroups", about="groups of machines of each cluster", each=_OWN),
        _eks(
            operation="DescribeNodegroup",
            about="which machines, under which role, and who may log on to them",
            each=Each(
                row="eks.ListNodegroups", select="nodegroups[].{nodegroupName: @}", carry=("clusterName",)
            ),
            lists=(
                Thing(
                    kind="eks:nodegroup",
                    select="[nodegroup][].{id: nodegroupArn, arn: nodegroupArn, name: nodegroupName}",
                ),
            ),
        ),
        _eks(operation="ListAccessEntries", about="who may enter each cluster", each=_BY_API),
        _eks(operation="DescribeAccessEntry", about="as which groups", each=_ENTRIES),
        _eks(operation="ListAssociatedAccessPolicies", about="and with which policies", each=_ENTRIES),
        _eks(operation="ListPodIdentityAssociations", about="roles that pods may take", each=_OWN),
        _eks(operation="ListAddons", about="what is installed in each cluster by AWS", each=_OWN),
        _eks(operation="ListFargateProfiles", about="what runs without machines", each=_OWN),
    ),
)
