"""
Log groups: what CloudWatch Logs holds, who is sent it, and the events of the window.

A group's events come in one list, oldest first, and become a file when the list passes a day's border.
What the CloudWatch agent sends of syslog and logins comes first: the instance that it is of may be gone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from forensics.collectors.filtering import Filtering
from forensics.collectors.spec import Call, Collector, Context, Each, Lane, Phase, Records, Step, Thing

_log = partial(Call, service="logs")

GROUPS = Each(
    row="logs.DescribeLogGroups",
    select="logGroups[].{logGroupName: logGroupName, storedBytes: storedBytes, logGroupClass: logGroupClass, "
    "dataProtectionStatus: dataProtectionStatus, inheritedProperties: inheritedProperties}",
)
_NAMES = Each(row=GROUPS.row, select="logGroups[].{logGroupName: logGroupName}")

LOGINS = re.compile(
    r"(^|[/._-])(auth|audit|secure|syslog|messages|security|cloudtrail)([/._-]|$)", re.IGNORECASE
)
"""Groups that are read first: `/var/log/auth.log`, `secure`, `syslog`, `messages`, `Security`."""


def urgency(group: Mapping[str, Any]) -> tuple[bool, int, str]:
    """Order groups: logins and syslog first, then small ones, which are quickly safe."""
    name = str(group["logGroupName"])
    return not LOGINS.search(name), int(group.get("storedBytes") or 0), name


def _events(context: Context) -> Records:
    """Read the window of every group, but for what the case holds of it."""
    groups: Sequence[Mapping[str, Any]] = context.names.get(GROUPS.row, ())
    once = {str(group["logGroupName"]): group for group in groups if group.get("logGroupName")}
    yield from Filtering(context, sorted(once.values(), key=urgency)).records()
    return {}


COLLECTOR = Collector(
    name="log_groups",
    about="CloudWatch Logs: groups, where they are sent, and their events",
    phase=Phase.EVENTS,
    calls=(
        _log(
            operation="DescribeLogGroups",
            about="log groups, their size, retention and key",
            lists=(Thing(kind="logs:log-group", select="logGroups[].{id: logGroupName, arn: arn}"),),
        ),
        _log(
            operation="DescribeLogStreams",
            about="streams of each group, and when each last spoke",
            each=_NAMES,
        ),
        _log(
            operation="DescribeMetricFilters",
            about="alarms that are made of log lines",
            lists=(Thing(kind="logs:metric-filter", select="metricFilters[].{id: filterName}"),),
        ),
        _log(
            operation="DescribeSubscriptionFilters",
            about="where each group is sent: a way out for what is in it",
            each=_NAMES,
        ),
        _log(
            operation="DescribeResourcePolicies",
            about="which services may write logs here",
            lists=(Thing(kind="logs:resource-policy", select="resourcePolicies[].{id: policyName}"),),
        ),
        _log(
            operation="DescribeDestinations",
            about="who else may send logs here",
            lists=(
                Thing(
                    kind="logs:destination",
                    select="destinations[].{id: destinationName, arn: arn, name: destinationName}",
                ),
            ),
        ),
        _log(operation="DescribeExportTasks", about="exports of groups to buckets"),
        _log(
            operation="DescribeAccountPolicies",
            about="what holds for all groups: where all of them are sent, and what is masked in them",
            params=tuple(
                {"policyType": f"{kind}_POLICY"}
                for kind in (
                    *("DATA_PROTECTION", "SUBSCRIPTION_FILTER", "FIELD_INDEX", "TRANSFORMER"),
                    *("METRIC_EXTRACTION", "RETENTION"),
                )
            ),
        ),
        _log(
            operation="DescribeDeliverySources",
            about="services that hand their logs over",
            lists=(Thing(kind="logs:delivery-source", select="deliverySources[].{id: name, arn: arn}"),),
        ),
        _log(
            operation="DescribeDeliveryDestinations",
            about="where to",
            lists=(
                Thing(kind="logs:delivery-destination", select="deliveryDestinations[].{id: name, arn: arn}"),
            ),
        ),
        _log(
            operation="DescribeDeliveries",
            about="and which of them to which",
            lists=(Thing(kind="logs:delivery", select="deliveries[].{id: id, arn: arn}"),),
        ),
        _log(
            operation="DescribeQueries", about="queries of the last days: who looked for what", sensitive=True
        ),
        _log(
            operation="DescribeQueryDefinitions",
            about="saved queries: what is usually looked for",
            lists=(
                Thing(
                    kind="logs:query-definition",
                    select="queryDefinitions[].{id: queryDefinitionId, name: name}",
                ),
            ),
        ),
    ),
    steps=(
        Step(
            service="logs",
            operation="FilterLogEvents",
            about="events of every group in the window, logins and syslog first",
            run=_events,
            parents={GROUPS.row: GROUPS},
            lane=Lane.EVENTS,
            sensitive=True,
            # Unmask where a policy masks events alone: see docs/adr/0014.
            actions=("logs:FilterLogEvents", "logs:Unmask"),
        ),
    ),
)
