"""
Things that a teardown destroys, as an answer of AWS lists them, and what each looks like.

The same reading serves what is alive now and what the case kept, so that the two can be compared: a thing's
face is a hash of each of its top-level fields, without those that change by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jmespath

from forensics import comparing, reading
from forensics.collectors.spec import Thing
from forensics.model import Source
from forensics.plain import plain

FACTS = frozenset(
    {
        *("ec2:instance", "ec2:locked-snapshot", "ec2:snapshot", "ec2:volume", "iam:role", "kms:aws-key"),
        *("kms:key", "logs:log-group"),
    }
)
"""Kinds of which more is looked at than whether they have changed."""

NAMELESS = "(without a name)"
"""Stands for what an answer lists and gives no name of."""

_PATH = re.compile(r"^/(hostedzone|delegationset)/")
_ACCOUNT = re.compile(r"arn:[a-z-]+:[a-z0-9-]*:(?P<region>[a-z0-9-]*):(?P<account>[0-9]*):")


@dataclass(frozen=True, slots=True)
class Found:
    """A thing, as one answer tells of it. Names are hostile text."""

    kind: str
    id: str
    region: str
    """Where it is: a region, or `GLOBAL`."""
    arn: str = ""
    name: str = ""
    face: Mapping[str, str] = field(default_factory=dict)
    """A hash of each of its fields."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """All that was said of it, of the kinds in `FACTS`."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is told apart by."""
        return self.kind, self.region, self.id


def find(document: Mapping[str, Any], lists: Sequence[Thing], source: Source) -> Iterator[Found]:
    """
    Yield the things that one exchange lists.

    Raises `FormatError` where its answer cannot be read.
    """
    answer = reading.answer(document)
    for thing in lists:
        for said in jmespath.search(_whole(thing.select), answer) or ():
            identifier = said.get("id") or said.get("arn") or said.get("name") or NAMELESS
            yield _found(thing.kind, str(identifier), said, source.region)


def _whole(select: str) -> str:
    """Have a select give the object too that it takes the names from."""
    return select.replace(".{id:", ".{object: @, id:", 1)


def _found(kind: str, identifier: str, said: Mapping[str, Any], region: str) -> Found:
    whole = said.get("object")
    fields = whole if isinstance(whole, Mapping) else {"": whole}
    return Found(
        kind,
        # Route 53 answers with a path, and takes what is behind it; its ARNs have that too.
        _PATH.sub("", identifier),
        _home(str(said.get("arn") or ""), region),
        str(said.get("arn") or ""),
        str(said.get("name") or ""),
        comparing.face(fields, kind),
        plain(fields) if kind in FACTS else {},
    )


def _home(arn: str, region: str) -> str:
    """Say where a thing is: a trail of another region has a shadow in this one."""
    found = _ACCOUNT.match(arn)
    return found["region"] if found and found["region"] and region != "global" else region
