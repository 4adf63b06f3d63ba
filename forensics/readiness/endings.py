"""
What ends with a teardown that the case's snapshots need: the keys that they are read with, and themselves.

A key that is about to be deleted takes its snapshots along, whatever lock is on them, and so does one that
the same teardown destroys, or one whose material was imported and expires: within a year, and for ever where
nobody has it any more. AWS's own keys stay. Whether a key decrypts is not tried: its policy is not read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from forensics.model import Effect
from forensics.readiness.listing import Listing
from forensics.readiness.things import Found

KEY, AWS_KEY, SNAPSHOT, VOLUME = "kms:key", "kms:aws-key", "ec2:snapshot", "ec2:volume"
ALIVE = "Enabled"
"""The one state of a key in which what it encrypts can be read."""

_EXPIRES = "KEY_MATERIAL_EXPIRES"
"""The one model of expiry in which the material that was imported into a key has an end."""

_SNAPSHOTS = "ec2.DescribeSnapshots"
_ROWS = ("kms.ListKeys", "kms.DescribeKey")
_ARN = re.compile(r"arn:[a-z-]{1,40}:kms:(?P<region>[a-z0-9-]{1,63}):(?P<account>[0-9]{12}):key/(?P<id>\S+)")
_ALL = "is destroyed with all that is alive: copy the snapshot out, or name what is destroyed"
_ALSO = "is to be destroyed too"
_GONE = "gone: AWS lists it no more"
_UNSAID = "(without a name)"
_DISKS = frozenset({SNAPSHOT, VOLUME})


@dataclass(frozen=True, slots=True)
class Loss:
    """Why something cannot be read."""

    why: str
    sure: bool = True
    """Whether that is known; else nobody knows that it can."""


@dataclass
class Endings:
    """Of all accounts that are looked at."""

    states: dict[str, str] = field(default_factory=dict)
    """Of each key, by its ARN."""
    expiring: dict[str, str] = field(default_factory=dict)
    """Those whose material expires, and when, by their ARN."""
    keys: dict[str, str] = field(default_factory=dict)
    """Those that are to be destroyed, and how, by their ARN."""
    snapshots: set[str] = field(default_factory=set)
    """Those that were named to be destroyed."""
    listed: set[tuple[str, str]] = field(default_factory=set)
    """Accounts and regions of which all keys are known."""
    copies: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """State of each snapshot that is there now, by account, region and id: copies of ours among them."""
    looked: set[tuple[str, str]] = field(default_factory=set)
    """Accounts and regions of which all snapshots are known."""

    def take(self, account: str, live: Listing, named: Collection[Found] | None) -> None:
        """Know what is in an account, and what was named there; None where nothing was, so that all ends."""
        keys = [one for one in live.things.values() if one.kind in {KEY, AWS_KEY}]
        self.states.update({one.arn: str(one.facts.get("KeyState", "")) for one in keys})
        ends = {one.arn: _end(one.facts) for one in keys}
        self.expiring.update({arn: end for arn, end in ends.items() if end})
        how = _ALL if named is None else _ALSO
        self.keys.update({one.arn: how for one in (keys if named is None else named) if one.kind == KEY})
        self.snapshots.update(one.id for one in named or () if one.kind == SNAPSHOT)
        disks = [one for one in live.things.values() if one.kind == SNAPSHOT]
        self.copies.update({(account, one.region, one.id): str(one.facts.get("State", "")) for one in disks})
        for region in live.regions:
            if live.whole(_SNAPSHOTS, region):
                self.looked.add((account, region))
            if all(live.whole(row, region) for row in _ROWS):
                self.listed.add((account, region))

    def sees(self, copy: Effect) -> bool:
        """Say whether it was looked at, where a copy in another account is: else the case's word is all."""
        where = copy.source.account, copy.source.region
        return where in self.looked or (*where, copy.id) in self.copies

    def of_copy(self, copy: Effect) -> str:
        """Say what is wrong with a copy that is whole by the case's record; empty for nothing known."""
        if copy.id in self.snapshots:
            return f"its copy {copy.id} is to be destroyed too"
        state = self.copies.get((copy.source.account, copy.source.region, copy.id), _GONE)
        if self.sees(copy) and state != "completed":
            return f"its copy {copy.id} is {state}"
        loss = self.of_key(str(copy.detail.get("key") or ""))
        return f"its copy {copy.id} cannot be read: {loss.why}" if loss is not None and loss.sure else ""

    def of_key(self, arn: str) -> Loss | None:
        """Say why what a key encrypts cannot be read once this is done; None where it can, or none does."""
        if not arn:
            return None
        found = _ARN.fullmatch(arn)
        if found is None:
            return Loss(f"nobody knows its key, which AWS calls {arn}", sure=False)
        key, account = f"its key {found['id']}", found["account"]
        state = self.states.get(arn)
        if state is None and (account, found["region"]) not in self.listed:
            return Loss(f"nobody knows whether {key} of account {account} is alive", sure=False)
        if state is None:
            return Loss(f"{key} is gone: AWS lists it no more")
        if state != ALIVE:
            return Loss(f"{key} is {state or 'in no state'}")
        how = self.expiring.get(arn) or self.keys.get(arn)
        return Loss(f"{key} {how}") if how else None


def _end(key: Mapping[str, Any]) -> str:
    """Say when a key ends whose material expires; empty for any other."""
    if key.get("Origin") != "EXTERNAL" or key.get("ExpirationModel") != _EXPIRES:
        return ""
    return f"has imported material that is valid until {key.get('ValidTo') or 'a time that AWS does not say'}"


def key_of(disk: Found) -> str:
    """Give the ARN of the key that a disk or a snapshot is read with; empty where it is not encrypted."""
    return str(disk.facts.get("KmsKeyId") or (_UNSAID if disk.facts.get("Encrypted") else ""))


def under(key: Found, live: Iterable[Found]) -> list[Found]:
    """Return the disks and snapshots that a key encrypts: they end with it."""
    return [one for one in live if key.kind == KEY and one.kind in _DISKS and key_of(one) == key.arn]
