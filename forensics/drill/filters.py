"""EC2's filters, over plain fields: any of the values, each with its wildcards; all of the filters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from forensics.drill.conditions import matches

Fields = Mapping[str, Any]
"""Filter name to value: a text, a list of them, or None. `tags` holds a mapping of the tags."""


def passes(fields: Fields, filters: Iterable[Mapping[str, Any]]) -> bool:
    """Say whether a thing passes every filter; a filter on a field that it has not lets nothing pass."""
    return all(_any(_values(fields, str(one.get("Name"))), one.get("Values", ())) for one in filters)


def _values(fields: Fields, name: str) -> list[str]:
    tags: Mapping[str, str] = fields.get("tags") or {}
    if name.startswith("tag:"):
        return [tags[name[4:]]] if name[4:] in tags else []
    if name == "tag-key":
        return list(tags)
    value = fields.get(name)
    if value is None:
        return []
    found = list(value) if isinstance(value, list | tuple | set) else [value]
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in found]


def _any(found: Iterable[str], patterns: Iterable[str]) -> bool:
    return any(_like(pattern, text) for pattern in patterns for text in found)


def _like(pattern: str, text: str) -> bool:
    if "*" in pattern or "?" in pattern:
        return matches(pattern, text)
    return pattern == text


def tags_of(specifications: Iterable[Mapping[str, Any]], kind: str) -> dict[str, str]:
    """Read the tags for one kind of thing from a call's TagSpecifications."""
    return {
        str(tag["Key"]): str(tag.get("Value", ""))
        for one in specifications
        if one.get("ResourceType") == kind
        for tag in one.get("Tags", ())
    }


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Write tags as AWS lists them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
