"""
A plan as a file: canonical JSON that says its own hash, so that what was edited is told from what was made.

Its format is section 18 of docs/format.md. Whoever made it is believed no further than it fits the account:
`planning.drift` holds it against what is there.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from forensics.errors import FormatError, UsageError
from forensics.formats import entry, strict
from forensics.scope import Scope

FORMAT, FIRST = "forensics-plan/2", "forensics-plan/1"
"""As it is written; and one that has neither `lost` nor an `estimate` of all accounts, and is still read."""
LONGEST = 64 * 2**20
"""Bytes of a plan: a hundred thousand volumes take some fifteen millions."""

_PLACE_HINT = "name a file in a folder that you may write in"
_HINT = "make a new one: forensics plan -o FILE"
_NUMBERS = {"egress": int, "image": int, "kms": int, "requests": int, "snapshots": int}
_ESTIMATE = {"bytes": int, "calls": int, "cost": _NUMBERS, "gib": int, "seconds": int, "sources": int}
_ACCOUNT: Mapping[str, Any] = {
    "account": str,
    "credentials": {"expires": str, "remark": str},
    "cut": [str],
    "dry_runs": [{"code": str, "operation": str, "outcome": str, "region": str}],
    "estimate": _ESTIMATE,
    "gaps": [{"code": str, "outcome": str, "region": str, "row": str}],
    "lacking": [{"action": str, "rows": [str], "said": str}],
    "mutations": [{"gib": int, "instance": str, "operation": str, "region": str, "volumes": [str]}],
    "perishing": [{"region": str, "what": str, "why": str}],
    "principal": str,
    "regions": [str],
    "simulated": {"actions": int, "unknown": str},
    "sources": [{"about": str, "bytes": int, "calls": int, "phase": int, "places": int, "row": str}],
}
_PLAN: Mapping[str, Any] = {
    "accounts": [_ACCOUNT],
    "format": str,
    "made": str,
    "prices": str,
    "rows": str,
    "scope": {
        "max_log_group": int,
        "protect": dict,
        "regions": [str],
        "since": str,
        "suspects": [str],
        "until": str,
        "without": [str],
    },
    "sha256": str,
    "tool": {"name": str, "sha256": str, "version": str},
}
_LOST: Mapping[str, Any] = {"account": str, "code": str, "message": str, "outcome": str, "request_id": str}
_SHAPES = {FIRST: _PLAN, FORMAT: {**_PLAN, "estimate": _ESTIMATE, "lost": [_LOST]}}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a preservation would do."""

    body: Mapping[str, Any]
    """All of it but its own hash."""

    def encode(self) -> bytes:
        """Write the file."""
        return strict.encode({**self.body, "sha256": _digest(self.body)}) + b"\n"

    @property
    def sha256(self) -> str:
        """Hash of the file, in hex: as `sha256sum` prints it."""
        return sha256(self.encode()).hexdigest()

    @property
    def accounts(self) -> Mapping[str, Mapping[str, Any]]:
        """What is planned of each account."""
        return {one["account"]: one for one in self.body["accounts"]}

    @property
    def lost(self) -> Mapping[str, Mapping[str, Any]]:
        """Why each account that was named could not be looked at."""
        return {one["account"]: one for one in self.body.get("lost", ())}

    @property
    def scope(self) -> Scope:
        """What it is a plan of, but for what writes beside snapshots."""
        said = self.body["scope"]
        since, until = (entry.moment(said[name]) if said[name] else None for name in ("since", "until"))
        return Scope(
            regions=tuple(said["regions"]),
            suspect_keys=frozenset(said["suspects"]),
            since=since,
            until=until,
            max_log_group=said["max_log_group"],
            without=frozenset(said["without"]),
        )

    @classmethod
    def parse(cls, data: bytes) -> Plan:
        """Read a file, refusing with `FormatError` all but what `encode` writes."""
        if not data.endswith(b"\n"):
            raise FormatError("no line feed at its end")
        document = strict.decode(data[:-1], limit=LONGEST)
        name = str(document.get("format")) if isinstance(document, dict) else ""
        _check(document, _SHAPES.get(name, _SHAPES[FORMAT]), "plan")
        body = {key: value for key, value in document.items() if key != "sha256"}
        if name not in _SHAPES:
            raise FormatError(f"of another format than {FORMAT}")
        if document["sha256"] != _digest(body):
            raise FormatError("changed since it was made: its own hash is another")
        if not document["accounts"]:
            raise FormatError("a plan for no account")
        for time in (
            document["made"],
            *filter(None, (document["scope"]["since"], document["scope"]["until"])),
        ):
            entry.moment(time)
        return cls(body)


def _digest(body: Mapping[str, Any]) -> str:
    return sha256(strict.encode(dict(body))).hexdigest()


def _check(value: Any, shape: Any, where: str) -> None:
    """Hold a value against its shape: a type, an object of exactly these keys, or a list of one shape."""
    match shape:
        case dict():
            if not isinstance(value, dict) or value.keys() != shape.keys():
                raise FormatError(f"{where} has other keys than ours")
            for key, inner in shape.items():
                _check(value[key], inner, f"{where}.{key}")
        case [inner]:
            if not isinstance(value, list):
                raise FormatError(f"{where} is no list")
            for item in value:
                _check(item, inner, where)
        case _:
            if type(value) is not shape or (shape is int and value < 0):
                raise FormatError(f"{where} is not what it should be")


def load_plan(path: Path) -> Plan:
    """Read a plan's file. Raises `UsageError` for what is none, or too long, or was changed."""
    try:
        # Never a pipe, which would hang; nor one that is too long, which would be held in memory.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UsageError(f"the plan {path} is not a regular file", hint="name a file")
            data = file.read(LONGEST + 1)
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot read the plan {path}: {said}", hint="name a file") from error
    if len(data) > LONGEST:
        raise UsageError(f"the plan {path} is longer than {LONGEST} bytes", hint=_HINT)
    try:
        return Plan.parse(data)
    except FormatError as error:
        raise UsageError(f"{path} is no plan of ours: {error}", hint=_HINT) from error


def check_new(path: Path) -> None:
    """
    Raise `UsageError` where there is something already, or nothing can be: before minutes of asking.

    A plan is never written over another.
    """
    if os.path.lexists(path):
        raise UsageError(f"{path} exists already", hint="name a new file")
    folder = path.absolute().parent
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK):  # noqa: PTH112 - Path's raises for some
        why = "permission denied" if os.path.isdir(folder) else "no such folder"  # noqa: PTH112 - as above
        raise UsageError(f"cannot write the plan {path}: {why}", hint=_PLACE_HINT)


def write_plan(plan: Plan, path: Path) -> None:
    """Write a plan to a new file, that its owner alone can read. Raises `UsageError`."""
    check_new(path)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(plan.encode())
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write the plan {path}: {said}", hint=_PLACE_HINT) from error
