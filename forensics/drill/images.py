"""Machine images: pending for a while, as their snapshots are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forensics.drill import volumes
from forensics.drill.call import Call, Handler
from forensics.drill.denials import Answer


def _create(call: Call) -> Answer:
    born: dict[str, float] = call.shelf("images", dict)

    def made(result: Any) -> Any:
        id_ = result["ImageId"]
        born[id_] = call.world.clock()
        volumes.backend(call).amis[id_].state = "pending"
        return result

    return call.moto.ask(call, made)


def _describe(call: Call) -> Answer:
    born: dict[str, float] = call.shelf("images", dict)
    waiting = call.world.waiting
    kept: Mapping[str, Any] = volumes.backend(call).amis
    for id_, moment in list(born.items()):
        past = call.world.clock() - moment
        if not waiting.stuck and past >= waiting.seconds and id_ in kept:
            kept[id_].state = "failed" if waiting.fails else "available"
            del born[id_]
    return call.moto.answer(call)


HANDLERS: Mapping[str, Handler] = {"CreateImage": _create, "DescribeImages": _describe}
