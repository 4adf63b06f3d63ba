"""
botocore's event hooks, in a form that costs little to copy.

Each client gets a copy of its session's hooks: a tree of some two hundred dictionaries, which is four fifths
of what it takes in memory, and a good part of the time to make it. It then adds a handful of its own.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from typing import Any, Self

import botocore.session
from botocore import hooks
from botocore.utils import EVENT_ALIASES

MOST = 32
"""Names of events that a client remembers the handlers of: as many as one request emits, and some."""

_PrefixTrie: Any = vars(hooks)["_PrefixTrie"]


class _Tree(_PrefixTrie):  # type: ignore[misc]
    """A tree whose copies share all nodes: before one changes, the nodes that lead there are copied."""

    _root: dict[str, Any]

    def append_item(self, key: str, value: Any, **section: int) -> None:
        self._own(key)
        super().append_item(key, value, **section)

    def prefix_search(self, key: str) -> tuple[Any, ...]:
        """Return the handlers of an event, to be remembered: a deque takes 700 bytes, be it empty."""
        return tuple(super().prefix_search(key))

    def remove_item(self, key: str, value: Any) -> None:
        self._own(key)
        super().remove_item(key, value)

    def _own(self, key: str) -> None:
        """Copy the nodes that lead to a key: others may have them too."""
        node = self._root = _copied(self._root)
        for part in key.split("."):
            if part not in node["children"]:
                return
            node["children"][part] = node = _copied(node["children"][part])

    def __copy__(self) -> Self:
        twin = type(self)()
        twin._root = self._root
        return twin


def _copied(node: dict[str, Any]) -> dict[str, Any]:
    return {**node, "children": dict(node["children"]), "values": copy.copy(node["values"])}


class Hooks(hooks.HierarchicalEmitter):
    """Event hooks for a botocore session that is to have many clients."""

    _lookup_cache: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self._handlers = _Tree()

    def _emit(self, event_name: str, kwargs: dict[str, Any], stop_on_response: bool = False) -> Any:  # noqa: FBT001, FBT002 - botocore's
        if len(self._lookup_cache) >= MOST:
            # Another thread may be looking into the one before.
            self._lookup_cache = {}
        return super()._emit(event_name, kwargs, stop_on_response)  # type: ignore[misc]


def builtin() -> Hooks:
    """Return hooks with all handlers that botocore puts into a session's: a hundred kilobytes, but once."""
    found = copy.copy(_builtin())
    # What events were looked up is remembered by each for itself.
    found._lookup_cache = {}
    return found


@cache
def _builtin() -> Hooks:
    found = Hooks()
    botocore.session.Session(event_hooks=found)
    return found


class Names(dict[str, str]):
    """
    Names of events as botocore's hooks know them, by those that they were once called.

    botocore looks into each new name for each of its 65 aliases, and every operation has some twenty names:
    a twentieth of what a run does. Most have no part of any alias, and are themselves.
    """

    def __init__(self, aliases: Mapping[str, str] = EVENT_ALIASES) -> None:
        super().__init__()
        self._parts = frozenset(part for alias in aliases for part in alias.split("."))

    def __contains__(self, name: object) -> bool:
        """Say whether it is known what a name is now; botocore finds out about any other."""
        if super().__contains__(name):
            return True
        if not isinstance(name, str) or not self._parts.isdisjoint(name.split(".")):
            return False
        self[name] = name
        return True
