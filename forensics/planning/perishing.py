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

_NAMED_SO = re.compile(r"(?:i[ms]?\d|[a-z]+\d[a-z]*d)[a-z]*")
"""Families whose name says so: by an `i` before the generation, or a `d` after it."""
_FAMILIES = frozenset(
    {
        "c1", "c3", "d2", "d3", "d3en", "dl1", "f1", "f2", "g5", "g6", "g6e", "g6f", "g7", "g7e",
        "gr6", "gr6f", "h1", "m1", "m2", "m3", "mac-m4", "mac-m4pro", "p5", "p5e", "p5en", "p6-b200",
        "p6-b300", "r3", "trn1", "trn1n", "trn2", "trn2u", "x1", "x1e", "z1d",
    }
)  # fmt: skip
"""Others with disks of the host: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-store.html"""

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
    return one.get("root") == "instance-store" or has_disks(str(one.get("type", "")))


def has_disks(kind: str) -> bool:
    """Say whether a type of instance comes with disks of the host."""
    family = kind.partition(".")[0]
    return family in _FAMILIES or bool(_NAMED_SO.fullmatch(family))


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
