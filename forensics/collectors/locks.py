"""Locks on the snapshots made for the case, against whoever is in the account still: only where asked for."""

from __future__ import annotations

from forensics.collectors.deeds import Deeds
from forensics.collectors.locking import lock, missing
from forensics.collectors.making import KIND, LOST
from forensics.collectors.spec import Collector, Context, Each, Phase, Records, Step

_NO_NAMES = "`[]`"


def _lock(context: Context) -> Records:
    """Lock every snapshot of the case in this region, also one that is pending."""
    deeds = Deeds(context, context.asker)
    made = [one for one in context.effects if one.kind == KIND and one.state not in LOST]
    if context.protect.lock is None:
        missing(deeds, made)
    else:
        yield from lock(deeds, made, context.protect.lock)
        yield from deeds.gone("lock", {one.id for one in made})
    yield deeds.tally.coverage()
    return {}


COLLECTOR = Collector(
    name="locks",
    about="locks on the snapshots made, where asked for",
    phase=Phase.DISKS,
    steps=(
        Step(
            service="ec2",
            operation="LockSnapshot",
            about="each snapshot made for the case, locked against deletion",
            run=_lock,
            parents={
                row: Each(row=row, select=_NO_NAMES) for row in ("ec2.CreateSnapshots", "ec2.CreateSnapshot")
            },
            actions=("ec2:LockSnapshot", "ec2:DescribeLockedSnapshots"),
            mutates=True,
            options=("lock",),
        ),
    ),
)
