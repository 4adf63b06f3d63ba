"""JMESPath held against botocore's models: what an expression gives of an answer, by the shapes alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jmespath

Type = Any
"""A botocore shape, a mapping of types (an object that is made), a list of one type, or None: a value."""


class NoSuchMemberError(AssertionError):
    """The expression speaks of what no answer has: it would find nothing, without a word."""


def gives(expression: str, shape: Type) -> Type:
    """Return the type that an expression gives; raises `NoSuchMemberError`."""
    return _of(jmespath.compile(expression).parsed, shape)


def keys(expression: str, shape: Type) -> set[str]:
    """Return the keys of the objects that an expression gives a list of."""
    given = gives(expression, shape)
    assert isinstance(given, list), f"{expression} gives no list"
    assert isinstance(given[0], Mapping), f"{expression} gives no objects"
    return set(given[0])


SAMPLE = "arn:aws:x:eu-west-1:123456789012:y"


def sample(shape: Type) -> Any:
    """Make a value of a type, as a name that is asked about."""
    if isinstance(shape, Mapping):
        return {name: sample(one) for name, one in shape.items()}
    if isinstance(shape, list):
        return [sample(shape[0])]
    bounds = getattr(shape, "metadata", {})
    text = SAMPLE[: bounds.get("max")].ljust(bounds.get("min", 0), "y")
    return {"integer": 1, "long": 1, "boolean": True}.get(getattr(shape, "type_name", ""), text)


def _of(node: Mapping[str, Any], shape: Type) -> Type:
    rule = _RULES.get(node["type"])
    assert rule is not None, f"no rule for {node['type']}"
    return rule(node, shape)


def _field(node: Mapping[str, Any], shape: Type) -> Type:
    members = shape if isinstance(shape, Mapping) else getattr(shape, "members", None)
    if getattr(shape, "type_name", "") == "map":
        return shape.value
    if members is None or node["value"] not in members:
        raise NoSuchMemberError(f"{node['value']} in {getattr(shape, 'name', shape)}")
    return members[node["value"]]


def _chain(node: Mapping[str, Any], shape: Type) -> Type:
    for child in node["children"]:
        shape = _of(child, shape)
    return shape


def _item(shape: Type) -> Type:
    if isinstance(shape, list):
        return shape[0]
    if getattr(shape, "type_name", "") != "list":
        raise NoSuchMemberError(f"a list in {getattr(shape, 'name', shape)}")
    return shape.member


def _projection(node: Mapping[str, Any], shape: Type) -> Type:
    left, right, *condition = node["children"]
    item = _item(_of(left, shape))
    for one in condition:
        _of(one, item)
    return [_of(right, item)]


def _flatten(node: Mapping[str, Any], shape: Type) -> Type:
    given = _of(node["children"][0], shape)
    item = _item(given)
    inner = isinstance(item, list) or getattr(item, "type_name", "") == "list"
    return [_item(item)] if inner else [item]


def _values(node: Mapping[str, Any], shape: Type) -> Type:
    given = _of(node["children"][0], shape)
    assert getattr(given, "type_name", "") == "map"
    return [_of(node["children"][1], given.value)]


def _object(node: Mapping[str, Any], shape: Type) -> Type:
    return {child["value"]: _of(child["children"][0], shape) for child in node["children"]}


def _list(node: Mapping[str, Any], shape: Type) -> Type:
    return [_first(node, shape)]


def _index(_: Mapping[str, Any], shape: Type) -> Type:
    return _item(shape)


def _walk(node: Mapping[str, Any], shape: Type) -> Type:
    """Check all that a value is made of: what a function or a comparison takes."""
    for child in node["children"]:
        if child["type"] != "expref":
            _of(child, shape)


def _keys(node: Mapping[str, Any], shape: Type) -> Type:
    _walk(node, shape)
    return [None] if node["value"] in {"keys", "values"} else None


def _first(node: Mapping[str, Any], shape: Type) -> Type:
    first, *_ = [_of(child, shape) for child in node["children"]]
    return first


def _same(_: Mapping[str, Any], shape: Type) -> Type:
    return shape


_RULES = {
    "field": _field,
    "subexpression": _chain,
    "index_expression": _chain,
    "pipe": _chain,
    "projection": _projection,
    "filter_projection": _projection,
    "value_projection": _values,
    "flatten": _flatten,
    "multi_select_dict": _object,
    "multi_select_list": _list,
    "index": _index,
    "slice": _same,
    "identity": _same,
    "current": _same,
    "literal": lambda _, __: None,
    "function_expression": _keys,
    "comparator": _walk,
    "not_expression": _walk,
    "and_expression": _walk,
    "or_expression": _first,
}
