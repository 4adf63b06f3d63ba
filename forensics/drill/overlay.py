"""Every operation that the overlay answers itself, where moto has none or answers otherwise than AWS."""

from __future__ import annotations

from collections.abc import Mapping

from forensics.drill import regions, sts
from forensics.drill.call import Handler

ROOMS: Mapping[str, tuple[Mapping[str, Handler], ...]] = {
    "ec2": (regions.HANDLERS,),
    "sts": (sts.HANDLERS,),
}


def handlers() -> Mapping[tuple[str, str], Handler]:
    """Give all of them by (service, operation)."""
    return {
        (service, operation): handler
        for service, rooms in ROOMS.items()
        for room in rooms
        for operation, handler in room.items()
    }
