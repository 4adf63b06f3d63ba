"""What was watching: trails and their state, what they record, and the keys that check their digests."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_trail = partial(Call, service="cloudtrail")


def _home(parameter: str) -> Each:
    # Once, at home: a trail has a shadow in every region. But where its home is not asked (left out, or
    # disabled since) whoever sees the shadow asks, and a refusal is a gap: nobody else would say anything.
    select = f"trailList[?!contains(`{{others}}`, HomeRegion)].{{{parameter}: TrailARN}}"
    return Each(row="cloudtrail.DescribeTrails", select=select)


_STORES = Each(
    row="cloudtrail.ListEventDataStores",
    select="EventDataStores[].{EventDataStore: EventDataStoreArn}",
)

COLLECTOR = Collector(
    name="trails",
    about="CloudTrail: trails, their state and what they record",
    phase=Phase.IDENTITY,
    calls=(
        _trail(
            operation="DescribeTrails",
            about="trails at home here, and those of other regions and of the organization",
            params=({"includeShadowTrails": False}, {"includeShadowTrails": True}),
            lists=(Thing(kind="cloudtrail:trail", select="trailList[].{id: Name, arn: TrailARN}"),),
        ),
        _trail(operation="ListTrails", about="names of trails in every region, whichever is asked"),
        _trail(operation="GetTrail", about="settings of each, at its home", each=_home("Name")),
        _trail(
            operation="GetTrailStatus",
            about="whether it logs, when it was stopped, and what failed",
            each=_home("Name"),
        ),
        _trail(
            operation="GetEventSelectors",
            about="which events it records, and which it was told to leave out",
            each=_home("TrailName"),
        ),
        _trail(
            operation="GetInsightSelectors",
            about="which unusual activity it looks for",
            each=_home("TrailName"),
            absent=frozenset({"InsightNotEnabledException"}),
        ),
        _trail(
            operation="ListInsightsData",
            about="unusual activity that it found",
            params=({"DataType": "InsightsEvents"},),
            each=Each(
                row="cloudtrail.GetInsightSelectors",
                select="[@][?InsightSelectors].{InsightSource: TrailARN}",
            ),
        ),
        _trail(
            operation="ListPublicKeys",
            about="keys that check the digests of this region",
            # Without a time it gives the current key alone. Digests began in October 2015.
            params=({"StartTime": datetime(2015, 10, 1, tzinfo=UTC)},),
        ),
        _trail(
            operation="ListEventDataStores",
            about="event data stores of CloudTrail Lake",
            lists=(
                Thing(
                    kind="cloudtrail:eventdatastore",
                    select="EventDataStores[].{id: EventDataStoreArn, arn: EventDataStoreArn, name: Name}",
                ),
            ),
        ),
        _trail(operation="GetEventDataStore", about="what each store keeps, and how long", each=_STORES),
        _trail(
            operation="ListChannels",
            about="channels of events from outside",
            lists=(
                Thing(
                    kind="cloudtrail:channel",
                    select="Channels[].{id: ChannelArn, arn: ChannelArn, name: Name}",
                ),
            ),
        ),
        _trail(
            operation="GetChannel",
            about="where each channel leads",
            each=Each(row="cloudtrail.ListChannels", select="Channels[].{Channel: ChannelArn}"),
        ),
        _trail(operation="ListImports", about="imports of old events"),
        _trail(
            operation="GetResourcePolicy",
            about="which accounts may query a store, or send events into a channel",
            each=Each(
                row="cloudtrail.ListEventDataStores",
                select="EventDataStores[].{ResourceArn: EventDataStoreArn}",
            ),
            also=(Each(row="cloudtrail.ListChannels", select="Channels[].{ResourceArn: ChannelArn}"),),
            absent=frozenset({"ResourcePolicyNotFoundException"}),
        ),
    ),
)
