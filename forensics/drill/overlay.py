"""Every operation that the overlay answers itself, where moto has none or answers otherwise than AWS."""

from __future__ import annotations

from collections.abc import Mapping

from forensics.drill import (
    bucket_list,
    cloudtrail,
    copies,
    costs,
    crowd_lists,
    databases,
    ebs,
    findings,
    flowlogs,
    functions,
    iam,
    images,
    instances,
    kms,
    listings,
    locked,
    locks,
    logs,
    lookup,
    objects,
    organization,
    quiet,
    regions,
    snapshots,
    sts,
    tags,
)
from forensics.drill.call import Handler

ROOMS: Mapping[str, tuple[Mapping[str, Handler], ...]] = {
    "ce": (costs.HANDLERS,),
    "cloudtrail": (cloudtrail.HANDLERS, lookup.HANDLERS),
    "ebs": (ebs.HANDLERS,),
    "ec2": (
        regions.HANDLERS,
        instances.HANDLERS,
        snapshots.HANDLERS,
        copies.HANDLERS,
        locks.HANDLERS,
        images.HANDLERS,
        tags.HANDLERS,
        crowd_lists.HANDLERS,
        flowlogs.HANDLERS,
    ),
    "guardduty": (findings.HANDLERS,),
    "iam": (iam.HANDLERS,),
    "kms": (kms.HANDLERS,),
    "lambda": (functions.HANDLERS,),
    "logs": (logs.HANDLERS,),
    "organizations": (organization.HANDLERS,),
    "rds": (databases.HANDLERS,),
    "s3": (bucket_list.HANDLERS, listings.HANDLERS, locked.HANDLERS, objects.HANDLERS),
    "sts": (sts.HANDLERS,),
}


def handlers() -> Mapping[tuple[str, str], Handler]:
    """Give all of them by (service, operation); what a room says goes before the quiet table."""
    quiet_ones = {
        (service, operation): handler
        for service in sorted(quiet.SERVICES)
        for operation, handler in quiet.handlers(service).items()
    }
    spoken = {
        (service, operation): handler
        for service, rooms in ROOMS.items()
        for room in rooms
        for operation, handler in room.items()
    }
    return quiet_ones | spoken
