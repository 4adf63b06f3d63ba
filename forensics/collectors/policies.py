"""
IAM policies of least privilege, made from the rows and steps themselves: what they need, and nothing else.

A wildcard stands for several actions only where every action that it covers, needed or not, reads and is
none that is never asked (`wildcards.py`). What is never asked is denied outright, in a part of its own.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forensics.collectors import catalogue, permissions
from forensics.collectors.denying import denied
from forensics.collectors.granting import HOLD, LOG_OBJECTS, MAKING, Grant, PolicyNames, evidence, keys, logs
from forensics.collectors.spec import Call, Step
from forensics.collectors.wildcards import WHOLE
from forensics.scope import Hold

MOST = 6_144
"""
Characters of a managed policy, white space not counted.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""
FEW = 3
"""Needed actions from which on a wildcard stands for them."""

PARTS = ("read", "logs", "snapshots", "evidence", "hold", "deny")

Sources = Sequence[Call | Step]
Statements = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """One policy, as IAM takes it."""

    part: str
    number: int
    of: int
    """How many there are of this part."""
    policy: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name it, so that several of a part do not meet."""
        return f"forensics-{self.part}" if self.of == 1 else f"forensics-{self.part}-{self.number}"

    @property
    def size(self) -> int:
        """Count its characters as IAM does."""
        return _size(self.policy["Statement"])

    def document(self) -> dict[str, Any]:
        """Return it as JSON-able values, with what it is called."""
        return {"name": self.name, "part": self.part, "policy": self.policy, "size": self.size}


def policies(
    names: PolicyNames,
    parts: Iterable[str] = PARTS,
    *,
    without: frozenset[str] = frozenset(),
    options: frozenset[str] = frozenset(),
) -> tuple[PolicyDocument, ...]:
    """
    Return the documents of these parts, for a run `without` some collectors; none where nothing is needed.

    `options` are what is asked for beside keeping, as `scope.Protect` has them; the part `hold` has all
    holds. Raises `UsageError` for a collector that there is not.
    """
    catalogue.check_names(without)
    holds = frozenset(map(str, Hold))
    return tuple(
        one
        for part in parts
        for one in made_for(_sources(without, options | (holds if part == "hold" else set())), names, [part])
    )


def _sources(without: frozenset[str], options: frozenset[str]) -> Sources:
    return [task.of for task in catalogue.tasks("", [""], without, options=options)]


def made_for(
    sources: Sources, names: PolicyNames, parts: Iterable[str] = PARTS
) -> tuple[PolicyDocument, ...]:
    """Return the documents of these parts, for these rows and steps."""
    needed = frozenset(permissions.needed(sources))
    return tuple(one for part in parts for one in _documents(part, _PARTS[part](needed, names)))


def reading(needed: Iterable[str]) -> list[str]:
    """Return what of these is to be read, and of no log bucket: with wildcards where they are safe."""
    elsewhere = {action for grant in (*MAKING, *HOLD) for action in grant.actions} | set(LOG_OBJECTS)
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for action in set(needed) - elsewhere:
        groups[_wildcard(action)].append(action)
    return sorted(
        name
        for wildcard, actions in groups.items()
        for name in ([wildcard] if wildcard and len(actions) >= FEW else actions)
    )


def _wildcard(action: str) -> str:
    """Return the wildcard that may stand for an action, empty if none may."""
    prefix, _, name = action.partition(":")
    found = (verb for verb in WHOLE.get(prefix, "").split() if name.startswith(verb))
    return next((f"{prefix}:{verb}*" for verb in found), "")


def _read(needed: frozenset[str], _: PolicyNames) -> Statements:
    asked = reading(needed | permissions.PLANNING.keys())
    return [{"Sid": "Read", "Effect": "Allow", "Action": asked, "Resource": "*"}]


def _logs(needed: frozenset[str], names: PolicyNames) -> Statements:
    return logs(names) if needed & set(LOG_OBJECTS) else []


def _granted(grants: Iterable[Grant], needed: frozenset[str], names: PolicyNames) -> Statements:
    wanted = ((grant, [action for action in grant.actions if action in needed]) for grant in grants)
    return [grant.statement(names, actions) for grant, actions in wanted if actions]


def _snapshots(needed: frozenset[str], names: PolicyNames) -> Statements:
    made = _granted(MAKING, needed, names)
    return [*made, *keys(names)] if made else []


def _hold(needed: frozenset[str], names: PolicyNames) -> Statements:
    return _granted(HOLD, needed, names)


def _evidence(_: frozenset[str], names: PolicyNames) -> Statements:
    return evidence(names)


def _deny(_: frozenset[str], __: PolicyNames) -> Statements:
    return [{"Sid": "Never", "Effect": "Deny", "Action": list(denied()), "Resource": "*"}]


_PARTS: Mapping[str, Callable[[frozenset[str], PolicyNames], Statements]] = {
    "read": _read,
    "logs": _logs,
    "snapshots": _snapshots,
    "evidence": _evidence,
    "hold": _hold,
    "deny": _deny,
}


def _documents(part: str, statements: Statements) -> Iterator[PolicyDocument]:
    packed = list(_packed(statements))
    for number, one in enumerate(packed, 1):
        yield PolicyDocument(part, number, len(packed), {"Version": "2012-10-17", "Statement": one})


def _packed(statements: Statements) -> Iterator[Statements]:
    """Put as many statements into each document as it takes; what is too long by itself is cut."""
    waiting: Statements = []
    for statement in (part for whole in statements for part in _cut(whole)):
        if waiting and _size([*waiting, statement]) > MOST:
            yield waiting
            waiting = []
        waiting.append(statement)
    if waiting:
        yield waiting


def _cut(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    actions, room = list(statement["Action"]), MOST - _size([{**statement, "Action": []}])
    while actions:
        taken, left = 0, room
        while taken < len(actions) and left >= (cost := len(json.dumps(actions[taken])) + 1):
            taken, left = taken + 1, left - cost
        yield {**statement, "Action": actions[:taken]}
        actions = actions[taken:]


def _size(statements: Statements) -> int:
    policy = {"Version": "2012-10-17", "Statement": statements}
    return len(json.dumps(policy, separators=(",", ":")))
