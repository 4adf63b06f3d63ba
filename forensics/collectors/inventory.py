"""What AWS itself counts as there, across services: what no other row asks about shows here by name."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_explorer = partial(Call, service="resource-explorer-2")

_TYPES = (
    "AWS::AppRunner::VpcIngressConnection",
    "AWS::IVS::Channel",
    "AWS::IoT::TopicRule",
    "AWS::Synthetics::Canary",
    "AWS::WorkSpacesWeb::Portal",
)
"""A thousand types in each region would be a day of asking; these run code, or lead in or out."""
_NOT_THERE = frozenset({"TypeNotFoundException", "UnsupportedActionException"})
"""Of a region that has no such type."""
_NOT_INDEXED = frozenset({"ResourceNotFoundException"})

COLLECTOR = Collector(
    name="inventory",
    about="AWS's own lists of everything that there is, with tags",
    phase=Phase.CONFIGURATION,
    calls=(
        Call(
            service="resourcegroupstaggingapi",
            operation="GetResources",
            about="everything that has, or ever had, a tag",
        ),
        _explorer(
            operation="GetIndex",
            about="whether Resource Explorer knows this region, and which others",
            absent=_NOT_INDEXED,
        ),
        Call(
            service="cloudcontrol",
            operation="ListResources",
            about="things of kinds that no other row lists",
            params=tuple({"TypeName": name} for name in _TYPES),
            absent=_NOT_THERE,
        ),
        _explorer(
            operation="ListViews",
            about="views through which it can be searched",
            lists=(Thing(kind="resource-explorer-2:view", select="Views[].{id: @, arn: @}"),),
        ),
        _explorer(
            operation="Search",
            about="the first thousand resources that each view shows",
            params=({"QueryString": ""},),
            each=Each(row="resource-explorer-2.ListViews", select="Views[].{ViewArn: @}"),
        ),
    ),
)
