"""Which regions there are, which of them are enabled, and which to ask in."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import botocore.session

from forensics.errors import AwsError, UsageError
from forensics.model import EVERYTHING, Coverage, Gap, Outcome, Source

NOT_OPTED_IN = "not-opted-in"
"""As DescribeRegions says it."""

_NAME = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")

_ENABLED_BY_DEFAULT = (
    *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
    *("ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"),
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2"),
)
"""Partition `aws`: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html"""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: what `sts:GetCallerIdentity` says of the credentials."""

    account: str
    arn: str
    user_id: str
    """Empty where it was denied, and the other two come from the denial's own words."""
    partition: str
    date: str
    """AWS's clock at that moment, as its Date header."""


def choose(
    session: botocore.session.Session,
    identity: Identity,
    wanted: Sequence[str],
    said: Sequence[Mapping[str, Any]] | None,
) -> tuple[list[str], list[Coverage]]:
    """
    Choose the regions to ask in from what DescribeRegions said, None if it was refused.

    Returns them, and a coverage for each region that is wanted and disabled, or enabled and not wanted.
    Raises `UsageError` for a wanted region that there is not, `AwsError` for names that no region has.
    """
    if said is None:
        check(session, wanted)
        return sorted(set(wanted)) or _default(session, identity.partition), []
    status = {str(region.get("RegionName", "")): region.get("OptInStatus") for region in said}
    if not status:
        # Nothing would be asked, and so nothing missing.
        raise AwsError("this is no AWS: it has no regions", hint="check --endpoint-url")
    for region in status:
        # It becomes a folder's name and part of a host's, and who serves an endpoint names it as they like.
        if not _NAME.fullmatch(region):
            raise AwsError(f"this is no AWS: it has a region {region[:80]!a}", hint="check --endpoint-url")
    check(session, wanted, status)
    enabled = {region for region, opted in status.items() if opted != NOT_OPTED_IN}
    chosen = enabled & set(wanted) if wanted else enabled
    return sorted(chosen), list(_left_out(identity.account, set(wanted), enabled))


def _left_out(account: str, wanted: set[str], enabled: set[str]) -> Iterator[Coverage]:
    for region in sorted(wanted - enabled):
        reason = (Outcome.REGION_DISABLED, NOT_OPTED_IN, "the account has not opted in to this region")
        yield _region(Source(account, region, EVERYTHING, EVERYTHING), *reason)
    for region in sorted(enabled - wanted) if wanted else ():
        reason = (Outcome.OUT_OF_SCOPE, "", "not among the regions that were asked for")
        yield _region(Source(account, region, EVERYTHING, EVERYTHING), *reason)


def _region(source: Source, outcome: Outcome, code: str, message: str) -> Coverage:
    return Coverage(source, outcome, gaps=(Gap(source, outcome, code, message, count=0),))


def _default(session: botocore.session.Session, partition: str) -> list[str]:
    if partition == "aws":
        return sorted(_ENABLED_BY_DEFAULT)
    return sorted(session.get_available_regions("ec2", partition_name=partition))


def known_to(session: botocore.session.Session) -> set[str]:
    """Return the regions that botocore knows, of all partitions."""
    return {
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ec2", partition_name=partition)
    }


def check_names(names: Iterable[str]) -> None:
    """Refuse what no region is called; whether there is one of the name, AWS says."""
    for name in names:
        if not _NAME.fullmatch(name):
            raise UsageError(f"no such region: {name[:80]!a}", hint="a region's name is like eu-west-1")


def check(session: botocore.session.Session, regions: Sequence[str], listed: Iterable[str] = ()) -> None:
    """Refuse a name that neither AWS nor botocore knows: both, since either may be the older one."""
    known = {*listed, *known_to(session)}
    for region in regions:
        if region not in known:
            near = ", ".join(difflib.get_close_matches(region, sorted(known), 3)) or "eu-west-1"
            raise UsageError(f"no such region: {region}", hint=f"a region's name is like {near}")
