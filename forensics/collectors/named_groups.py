"""Log groups that something else names as where its logs go: whether they are there."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import replace

from forensics.aws.ask import Refusal
from forensics.collectors.deliveries import Delivery, no_region
from forensics.model import Exchange, Outcome

ACTION = "logs:DescribeLogGroups"
GROUP_MISSING = "LogGroupMissing"
"""Our own code: logs go to a group that is not there."""


def group_of(arn: str) -> str:
    """Take the group's name from `arn:aws:logs:region:account:log-group:name:*`; empty if there is none."""
    return arn.partition(":log-group:")[2].removesuffix(":*")


def look(
    delivery: Delivery, names: Iterable[str], what: str, region: str = ""
) -> Generator[Exchange, None, None]:
    """Look whether log groups are there: their events are kept with those of all groups of their region."""
    asker = replace(delivery.context.asker, other="logs", place=region)
    sure = not region or delivery.knows(region)
    for name in dict.fromkeys(names):
        if not sure:
            delivery.tally.miss(no_region(region), {"logGroupName": name}, 1)
            continue
        found: list[str] = []
        refusal = yield from delivery.tally.counted(
            asker.pages(
                {"logGroupNamePrefix": name},
                lambda answer, found=found: found.extend(  # type: ignore[misc]
                    str(group.get("logGroupName")) for group in answer.values.get("logGroups", ())
                ),
                operation="DescribeLogGroups",
                whole=True,
                bound=True,
            )
        )
        if refusal is not None:
            delivery.tally.refuse(refusal, {"logGroupName": name})
        elif name in found:
            where = f" of {region}" if region else ""
            delivery.notes.append(f"{what} in log group {name}{where} are kept as its events")
        else:
            missing = Refusal(Outcome.VANISHED, GROUP_MISSING, "the log group is not there", "", sure=True)
            delivery.tally.miss(missing, {"logGroupName": name}, 1)
