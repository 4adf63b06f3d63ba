"""Lightsail: machines that EC2's lists do not show, and so an intruder's favourite."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Phase, Thing

_sail = partial(Call, service="lightsail")

COLLECTOR = Collector(
    name="lightsail",
    about="Lightsail: machines, disks, snapshots and addresses that EC2 does not list",
    phase=Phase.CONFIGURATION,
    calls=(
        _sail(
            operation="GetInstances",
            about="machines",
            lists=(Thing(kind="lightsail:instance", select="instances[].{id: name, arn: arn}"),),
        ),
        _sail(
            operation="GetDisks",
            about="disks",
            lists=(Thing(kind="lightsail:disk", select="disks[].{id: name, arn: arn}"),),
        ),
        _sail(
            operation="GetInstanceSnapshots",
            about="snapshots of machines",
            lists=(
                Thing(kind="lightsail:instance-snapshot", select="instanceSnapshots[].{id: name, arn: arn}"),
            ),
        ),
        _sail(
            operation="GetStaticIps",
            about="addresses that stay",
            lists=(Thing(kind="lightsail:static-ip", select="staticIps[].{id: name, arn: arn}"),),
        ),
    ),
)
