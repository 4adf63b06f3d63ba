"""What will be gone first, by what the survey saw: a reason to begin there, or to begin now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LOOKS: Mapping[str, Mapping[str, str]] = {
    "ec2.DescribeInstances": {
        "instances": "Reservations[].Instances[].{id: InstanceId, type: InstanceType, root: RootDeviceType, "
        "life: InstanceLifecycle || 'on-demand', state: State.Name, "
        "group: join('', (Tags || `[]`)[?Key=='aws:autoscaling:groupName'].Value)}"
    },
    "ec2.DescribeVolumes": {
        "volumes": "Volumes[].{id: VolumeId, gib: Size, on: (Attachments || `[]`)[].InstanceId}"
    },
    "logs.DescribeLogGroups": {
        "retention": "logGroups[?retentionInDays].{id: logGroupName, days: retentionInDays}"
    },
}
"""What is read of rows' answers beside what other rows want of them."""

SHORT = 14
"""Days of retention of a log group that are few."""
MOST = 200
"""Things that are named, of each kind and region; more are counted."""

_OF_THE_HOST = re.compile(
    r"(?:i\d\w*|im4gn|is4gen|d\d\w*|h1|x1e?|x2i\w+|z1d|[a-z]+\d[a-z]*d[a-z]*|p4de?|p5\w*|trn1n?)\."
)
"""Families of types with disks of the host: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-store.html"""

ALIVE = frozenset({"pending", "running", "stopping"})

Thing = Mapping[str, Any]


def instances(region: str, found: Sequence[Thing]) -> Iterator[dict[str, str]]:
    """Say what of instances cannot wait, or cannot be kept at all."""
    alive = [one for one in found if one.get("state") in ALIVE]
    kinds = (
        ("disks of the host: no snapshot has them, and a stop loses them", _of_the_host),
        ("spot: AWS may end it at two minutes' notice", lambda one: one.get("life") == "spot"),
        ("an auto scaling group may end or replace it at any time", lambda one: one.get("group")),
    )
    for why, is_one in kinds:
        yield from _listed(region, why, [str(one["id"]) for one in alive if is_one(one)])


def _of_the_host(one: Thing) -> bool:
    return one.get("root") == "instance-store" or bool(_OF_THE_HOST.match(str(one.get("type", ""))))


def log_groups(region: str, found: Sequence[Thing]) -> Iterator[dict[str, str]]:
    """Name the groups that forget soon."""
    short = sorted((int(one["days"]), str(one["id"])) for one in found if int(one["days"]) <= SHORT)
    for days in sorted({days for days, _ in short}):
        names = [name for found_days, name in short if found_days == days]
        yield from _listed(region, f"a log group that forgets after {days} days", names)


def history(region: str) -> dict[str, str]:
    """Say what the event history loses, where there is more than a page of it."""
    why = "the event history forgets after 90 days: its oldest hour goes every hour"
    return {"region": region, "what": "cloudtrail", "why": why}


def _listed(region: str, why: str, names: Sequence[str]) -> Iterator[dict[str, str]]:
    for name in names[:MOST]:
        yield {"region": region, "what": name, "why": why}
    if len(names) > MOST:
        yield {"region": region, "what": f"{len(names) - MOST} more", "why": why}
