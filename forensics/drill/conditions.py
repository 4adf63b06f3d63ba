"""
IAM's conditions: whether a block of them holds for a request, by the keys that the request has.

A key that is not there makes a condition false, but for what is negated, `…IfExists`, `ForAllValues:` and
`Null`, as https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html says.
What is compared in a way that is not played here allows nothing, and denies what it may deny: the drill
refuses before it allows by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

Context = Mapping[str, tuple[str, ...]]
"""Values of each key that a request has; keys in lower case, since IAM tells no case in them."""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERAL = {"*": "\ue000", "?": "\ue001", "$": "$"}
"""What stands for a star that is one, and no wildcard, until patterns are made: letters of nobody's."""
_STARS = str.maketrans({mark: sign for sign, mark in _LITERAL.items() if sign != "$"})
_EVERY, _ANY = "ForAllValues:", "ForAnyValue:"
_IF_EXISTS = "IfExists"
_NO_VALUE = "\0"
"""Stands for a variable that has no value: AWS matches nothing then."""


def matches(pattern: str, text: str) -> bool:
    """Match as IAM matches actions: `*` and `?`, without regard to case."""
    return any_matches((pattern,), text)


def any_matches(patterns: tuple[str, ...], text: str) -> bool:
    """Say whether any of the patterns of a statement matches: a policy has hundreds, and each call asks."""
    return _any_of(patterns).fullmatch(text) is not None


def like(pattern: str, text: str) -> bool:
    """Match as IAM matches resources and values: `*` and `?`, each letter as it stands."""
    return _pattern(pattern).fullmatch(text) is not None


@lru_cache(maxsize=8192)
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    # Of no patterns, none matches, not even the empty text.
    return re.compile("|".join(map(_expression, patterns)) or "(?!)", re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=8192)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(_expression(pattern), re.DOTALL)


def _expression(pattern: str) -> str:
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return escaped.replace(_LITERAL["*"], r"\*").replace(_LITERAL["?"], r"\?")


def _equal(wanted: str, found: str) -> bool:
    return wanted.translate(_STARS) == found


def _equal_in_any_case(wanted: str, found: str) -> bool:
    return wanted.translate(_STARS).casefold() == found.casefold()


_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "ArnEquals": like,
    "ArnLike": like,
    "Bool": _equal_in_any_case,
    "StringEquals": _equal,
    "StringEqualsIgnoreCase": _equal_in_any_case,
    "StringLike": like,
}
_NEGATED: Mapping[str, str] = {
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
}


def hold(conditions: Mapping[str, Mapping[str, object]], context: Context, *, unplayed: bool = False) -> bool:
    """Say whether all conditions of a statement hold; one that is not played here is `unplayed`."""
    return all(
        _holds(operator, key, listed(values), context) if _is_played(operator) else unplayed
        for operator, pairs in conditions.items()
        for key, values in pairs.items()
    )


def listed(value: object) -> tuple[str, ...]:
    """Read a value of a policy, which may stand alone or in a list."""
    values: Iterable[object] = value if isinstance(value, list | tuple) else (value,)
    return tuple(one if isinstance(one, str) else _written(one) for one in values)


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_played(operator: str) -> bool:
    plain = operator.removeprefix(_EVERY).removeprefix(_ANY).removesuffix(_IF_EXISTS)
    return operator == "Null" or _NEGATED.get(plain, plain) in _COMPARISONS


def _holds(operator: str, key: str, wanted: tuple[str, ...], context: Context) -> bool:
    found = context.get(key.lower(), ())
    if operator == "Null":
        return any((one.lower() == "true") is not bool(found) for one in wanted)
    every, some = operator.startswith(_EVERY), operator.startswith(_ANY)
    plain = operator.removeprefix(_EVERY).removeprefix(_ANY)
    optional, plain = plain.endswith(_IF_EXISTS), plain.removesuffix(_IF_EXISTS)
    comparison = _NEGATED.get(plain, plain)
    negated = plain in _NEGATED
    if not found:
        return optional or every or (negated and not some)
    each = [_is_one_of(one, comparison, wanted, context) is not negated for one in found]
    # Without a set's operator, one value of many is enough to be what is wanted, and all must not be it.
    return all(each) if every or (negated and not some) else any(each)


def _is_one_of(found: str, comparison: str, wanted: tuple[str, ...], context: Context) -> bool:
    return any(_COMPARISONS[comparison](resolved(one, context), found) for one in wanted)


def resolved(text: str, context: Context) -> str:
    """Put values in place of variables: `${aws:PrincipalAccount}`, and `${*}` for a star that is one."""

    def value(variable: re.Match[str]) -> str:
        name, _, default = variable[1].partition(",")
        if name in _LITERAL:
            return _LITERAL[name]
        values = context.get(name.strip().lower(), ())
        return values[0] if values else default.strip(" '") or _NO_VALUE

    return _VARIABLE.sub(value, text)
