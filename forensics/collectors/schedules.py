"""What runs by itself: rules of EventBridge, what they start, and schedules."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Thing

_event = partial(Call, service="events")
_schedule = partial(Call, service="scheduler")

COLLECTOR = Collector(
    name="schedules",
    about="EventBridge: buses, rules, targets and schedules",
    phase=Phase.CONFIGURATION,
    calls=(
        _event(
            operation="ListEventBuses",
            about="buses of events, each with its policy",
            # The one that every account has goes with nothing but the account.
            lists=(
                Thing(kind="events:event-bus", select="EventBuses[?Name!='default'].{id: Name, arn: Arn}"),
            ),
        ),
        _event(
            operation="DescribeEventBus",
            about="who may send events to each bus",
            each=Each(row="events.ListEventBuses", select="EventBuses[].{Name: Name}"),
        ),
        _event(
            operation="ListRules",
            about="rules of each bus: what wakes what, and when",
            each=Each(row="events.ListEventBuses", select="EventBuses[].{EventBusName: Name}"),
            lists=(Thing(kind="events:rule", select="Rules[].{id: Arn, arn: Arn, name: Name}"),),
        ),
        _event(
            operation="ListTargetsByRule",
            about="what each rule starts, and with which input",
            each=Each(row="events.ListRules", select="Rules[].{Rule: Name, EventBusName: EventBusName}"),
            sensitive=True,
        ),
        _event(
            operation="ListConnections",
            about="accounts at other services, without their secrets",
            lists=(Thing(kind="events:connection", select="Connections[].{id: Name, arn: ConnectionArn}"),),
        ),
        _event(
            operation="ListApiDestinations",
            about="addresses outside of AWS that events are sent to",
            lists=(
                Thing(
                    kind="events:api-destination",
                    select="ApiDestinations[].{id: Name, arn: ApiDestinationArn}",
                ),
            ),
        ),
        _event(
            operation="ListArchives",
            about="events that are kept for a replay",
            lists=(Thing(kind="events:archive", select="Archives[].{id: ArchiveName}"),),
        ),
        _schedule(
            operation="ListSchedules",
            about="schedules",
            lists=(Thing(kind="scheduler:schedule", select="Schedules[].{id: Arn, arn: Arn, name: Name}"),),
        ),
        _schedule(
            operation="GetSchedule",
            about="what each schedule starts, as whom, and with which input",
            each=Each(row="scheduler.ListSchedules", select="Schedules[].{Name: Name, GroupName: GroupName}"),
            sensitive=True,
        ),
    ),
)
