"""Tags of snapshots, which the overlay keeps, beside those of everything else, which moto keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.ec2.models import validate_resource_ids

from forensics.drill import snapshots, volumes
from forensics.drill.call import Call, Handler
from forensics.drill.crowd import crowd


def _create(call: Call) -> Mapping[str, Any]:
    ours = snapshots.store(call)
    ids = [str(id_) for id_ in call.params.get("Resources", ())]
    tags = {str(tag["Key"]): str(tag.get("Value", "")) for tag in call.params.get("Tags", ())}
    rest = [
        id_
        for id_ in ids
        if id_ not in ours and id_ not in crowd(call.world, call.account, call.region).by_id
    ]
    for id_ in rest:
        if id_.startswith("snap-"):
            snapshots.find(call, id_)
    if rest:
        validate_resource_ids(rest)
        volumes.backend(call).do_resources_exist(rest)
    call.dry()
    for id_ in ids:
        if id_ in ours:
            ours[id_].tags |= tags
    if rest:
        volumes.backend(call).create_tags(rest, tags)
    return {}


def _delete(call: Call) -> Mapping[str, Any]:
    ours = snapshots.store(call)
    ids = [str(id_) for id_ in call.params.get("Resources", ())]
    keys = {str(tag["Key"]): tag.get("Value") for tag in call.params.get("Tags", ())}
    call.dry()
    for id_ in ids:
        if id_ in ours:
            ours[id_].tags = {key: value for key, value in ours[id_].tags.items() if key not in keys}
    if rest := [id_ for id_ in ids if id_ not in ours]:
        volumes.backend(call).delete_tags(rest, keys)
    return {}


HANDLERS: Mapping[str, Handler] = {"CreateTags": _create, "DeleteTags": _delete}
