"""The things that a user names, by ARN, id or in a Terraform plan: they narrow what is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forensics.collectors import catalogue
from forensics.collectors.spec import Thing
from forensics.errors import UsageError
from forensics.model import GLOBAL
from forensics.readiness.things import Found

_ARN = re.compile(
    r"arn:[a-z-]{1,40}:(?P<service>[a-z0-9-]{1,63}):(?P<region>[a-z0-9-]{0,63})"
    r":(?P<account>[0-9]{12}|aws)?:(?P<resource>\S.*)"
)
_PREFIXES = {
    "ami-": "ec2:image",
    "i-": "ec2:instance",
    "snap-": "ec2:snapshot",
    "vol-": "ec2:volume",
}
"""What some ids are of, so that nothing else need be listed for them."""
_EC2_ID = re.compile(r"(?P<prefix>[a-z]+-)[0-9a-f]{8,17}")
MOST_CHARACTERS = 2_048
_SHOWN = 5
"""Accounts that a message names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Named:
    """One thing that was named."""

    text: str
    """As it was given: an ARN, an id, an address of Terraform's. Hostile text, of a plan."""
    id: str
    kind: str = ""
    """Empty where only the name is known."""
    service: str = ""
    """Its service, as ARNs name it; empty where only the name is known."""
    region: str = ""
    """Empty where it may be anywhere."""
    arn: str = ""
    unknown: str = ""
    """Why nobody here knows what it is; else empty."""
    account: str = ""
    """Empty where it may be in any."""

    @property
    def sure(self) -> bool:
        """Say whether no two accounts can have a thing of this name."""
        return bool(self.account or self.arn) or _EC2_ID.fullmatch(self.id) is not None

    def fits(self, kind: str, identifier: str, region: str, arn: str) -> bool:
        """Say whether a thing is the one that was named."""
        if self.kind and kind != self.kind:
            return False
        if self.service and kind.partition(":")[0] != self.service:
            return False
        if self.region and region not in {self.region, GLOBAL}:
            return False
        if self.arn and arn:
            return _bare(arn) == _bare(self.arn)
        # A plan often has the name alone of what its thing is a part of.
        last = bool(self.kind) and arn.endswith((f"/{self.id}", f":{self.id}"))
        return last or self.id in {identifier, arn}


def _bare(arn: str) -> str:
    # CloudWatch Logs has two ARNs for a group.
    return arn.removesuffix(":*")


def named(texts: Iterable[str], accounts: Sequence[str]) -> list[Named]:
    """
    Read what a user names.

    Raises `UsageError` for what is no name, is a pattern, or is of another account than these.
    """
    return [_named(text, accounts) for text in texts]


def _named(text: str, accounts: Sequence[str]) -> Named:
    if not text.strip() or len(text) > MOST_CHARACTERS or not text.isprintable():
        raise UsageError(f"no name of a resource: {text[:80]!a}", hint="give ARNs or ids")
    if not text.startswith("arn:"):
        if set(text) & set("*?"):
            raise UsageError(f"{text[:80]!a} is a pattern", hint="name each resource by its id or ARN")
        found = _EC2_ID.fullmatch(text)
        return Named(text, text, _PREFIXES.get(found["prefix"], "") if found else "")
    return of_arn(text, accounts)


def check_owner(what: str, owner: str, accounts: Sequence[str]) -> None:
    """Raise `UsageError` for what is of none of these accounts."""
    if owner not in accounts:
        more = f" and {len(accounts) - _SHOWN} more" if accounts[_SHOWN:] else ""
        raise UsageError(
            f"{what} is of account {owner}, these credentials are of {', '.join(accounts[:_SHOWN])}{more}",
            hint="check --profile; of several accounts, name each (--role-arn, --accounts-from)",
        )


def of_arn(arn: str, accounts: Sequence[str], text: str = "", kind: str = "", identifier: str = "") -> Named:
    """Read an ARN; raises `UsageError` for what is none, and for one of another account."""
    found = _ARN.fullmatch(arn)
    if found is None or "*" in _bare(arn):
        raise UsageError(
            f"no ARN: {arn[:120]!a}", hint="it is like arn:aws:ec2:eu-west-1:123456789012:volume/vol-1"
        )
    owner = found["account"] or ""
    if owner not in {"", "aws"}:
        check_owner(arn[:200], owner, accounts)
    last = re.split(r"[/:]", _bare(found["resource"]))[-1]
    what = (text or arn, identifier or last, kind, found["service"], found["region"], arn)
    return Named(*what, account=owner if owner in accounts else "")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows to ask, and where."""

    rows: frozenset[str]
    regions: tuple[str, ...]
    """Empty: every region."""


_MEMBERS = {
    "autoscaling:autoscalinggroup": "aws:autoscaling:groupName",
    "cloudformation:stack": "aws:cloudformation:stack-name",
    "ec2:fleet": "aws:ec2:fleet-id",
    "ec2:spot-fleet-request": "aws:ec2spot:fleet-request-id",
    "eks:nodegroup": "eks:nodegroup-name",
    "elasticmapreduce:cluster": "aws:elasticmapreduce:job-flow-id",
}
"""Kinds of which instances are made, and end with them, and the tag by which each says so: AWS sets it."""

_TOGETHER = {
    **dict.fromkeys(_MEMBERS, ("ec2:instance",)),
    "ec2:instance": ("ec2:instance-type", "ec2:volume"),
    "ec2:snapshot": ("ec2:locked-snapshot", "kms:key"),
    "ec2:volume": ("ec2:snapshot",),
    "kms:key": ("ec2:snapshot", "ec2:volume"),
}
"""Kinds that are needed to judge others."""


def scope(
    wanted: Sequence[Named] | None, rows: Mapping[str, tuple[Thing, ...]], *, sweep: bool = True
) -> Scope:
    """
    Say what has to be listed for what was named; all there is where nothing was.

    Without the sweep, what it alone lists is looked for only where a name says that it is of that.
    """
    usual = rows if sweep else {row: lists for row, lists in rows.items() if row in catalogue.sources()}
    if wanted is None:
        return Scope(frozenset(usual), ())
    every, known = _kinds(usual), _kinds(rows)
    needed = {
        kind
        for one in wanted
        if not one.unknown
        for kind in (known if one.kind or one.service else every)
        if _may_be(one, kind)
    }
    for _ in _TOGETHER:
        needed |= {other for kind in needed for other in _TOGETHER.get(kind, ())}
    chosen = {row for row, lists in rows.items() if needed & {thing.kind for thing in lists}}
    anywhere = any(not one.region and not one.unknown for one in wanted)
    regions = () if anywhere else tuple(sorted({one.region for one in wanted if one.region}))
    return Scope(frozenset(chosen), regions)


def _kinds(rows: Mapping[str, tuple[Thing, ...]]) -> set[str]:
    return {thing.kind for lists in rows.values() for thing in lists}


def _may_be(one: Named, kind: str) -> bool:
    if one.kind:
        return kind == one.kind
    return not one.service or kind.partition(":")[0] == one.service


def members(group: Found, live: Iterable[Found]) -> list[Found]:
    """Return the instances of a group, stack, fleet or cluster: they end with it."""
    tag = _MEMBERS.get(group.kind)
    if tag is None:
        return []
    wanted = {group.id, group.name} - {""}
    return [
        one
        for one in live
        if one.kind == "ec2:instance"
        and one.region == group.region
        and any(tag == said.get("Key") and said.get("Value") in wanted for said in _list(one, "Tags"))
    ]


def attached(instance: Found, live: Iterable[Found]) -> list[Found]:
    """Return the volumes of an instance: they may end with it."""
    return [
        one
        for one in live
        if instance.kind == "ec2:instance"
        and one.kind == "ec2:volume"
        and one.region == instance.region
        and any(at.get("InstanceId") == instance.id for at in _list(one, "Attachments"))
    ]


def _list(one: Found, name: str) -> Sequence[Mapping[str, Any]]:
    return one.facts.get(name) or ()
