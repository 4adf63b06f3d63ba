"""AWS Config: what each resource looked like before, deleted ones too, where a recorder was on."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from forensics.aws.row import Row
from forensics.collectors.spec import Call, Collector, Context, Each, Phase, Records, Step

_config = partial(Call, service="config")

_NONE = frozenset({"NoAvailableConfigurationRecorderException"})

_RESOURCES = Each(
    row="config.ListDiscoveredResources",
    select="resourceIdentifiers[].{resourceType: resourceType, resourceId: resourceId}",
)
_LATEST = timedelta(minutes=1)


def _history(context: Context) -> Records:
    """Ask for the window's states of each resource; Config keeps up to seven years of them."""
    window, names = context.window, context.names.get(_RESOURCES.row, ())
    # What ends after now is refused.
    latest = context.clock() - _LATEST
    span = {} if window is None else {"earlierTime": min(window.since, latest - _LATEST)}
    if window is not None and window.until < latest:
        span["laterTime"] = window.until
    # A resource that was recorded and is forgotten since.
    gone = frozenset({"ResourceNotDiscoveredException"}) | _NONE
    request = {"limit": 100, **span}
    return (yield from Row(context.asker, (request,), names, gone, context.wanted).records())


COLLECTOR = Collector(
    name="configuration_history",
    about="what AWS Config recorded: states of resources, before the breach and since",
    phase=Phase.CONFIGURATION,
    calls=(
        _config(
            operation="GetDiscoveredResourceCounts",
            about="which types of resources Config knows, by its own count",
        ),
        _config(
            operation="ListDiscoveredResources",
            about="resources of each type, deleted ones too",
            params=({"includeDeletedResources": True},),
            each=Each(
                row="config.GetDiscoveredResourceCounts",
                select="resourceCounts[].{resourceType: resourceType}",
            ),
            absent=_NONE,
        ),
        _config(
            operation="SelectResourceConfig",
            about="the latest state of every resource, with its tags and relations",
            params=(
                {
                    "Expression": "SELECT accountId, arn, awsRegion, configuration, "
                    "configurationItemCaptureTime, configurationItemStatus, relationships, resourceId, "
                    "resourceName, resourceType, supplementaryConfiguration, tags"
                },
            ),
            sensitive=True,
        ),
    ),
    steps=(
        Step(
            service="config",
            operation="GetResourceConfigHistory",
            about="every state of each resource in the window",
            run=_history,
            parents={_RESOURCES.row: _RESOURCES},
            actions=("config:GetResourceConfigHistory",),
            sensitive=True,
        ),
    ),
)
