"""
What AWS charges, in the list prices of one day: for estimates, and never for a bill.

In millionths of a US dollar. Regions are told apart by class alone: the dearest of a class counts, so a bill
may be some percent less. Free are what reads (Describe, List, Get of services, LookupEvents and the like),
and transfer into AWS. Where no list or bill of AWS's was found, a figure is from memory, and
`unconfirmed_prices` names it, as does whoever prints an estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

DATED = "2025-11"
"""When most of it was looked up; what is of another time says so."""

AMERICAS, ASIA, SOUTH = "americas and europe", "asia, pacific, middle east", "south america, africa"
GOVERNMENT, APART = "government", "china, and partitions without a list"
_ALL = (AMERICAS, ASIA, SOUTH, GOVERNMENT, APART)


@dataclass(frozen=True, slots=True)
class Charge:
    """What one thing costs, in each class of regions."""

    about: str
    """In a word or two, for people."""
    figures: tuple[int, int, int, int, int]
    """By class, as `_ALL` has them."""
    confirmed: tuple[str, ...]
    """Classes whose figure is AWS's own, by the source beside it."""


CHARGES: Mapping[str, Charge] = {
    # A GiB for a month: us-west-1 has 55, by AWS's price list of 2023-08, sa-east-1 68, by a bill of 2026-02.
    "snapshot": Charge("snapshots", (55_000, 55_000, 68_000, 66_000, 68_000), (AMERICAS, SOUTH)),
    # A thousand blocks of 512 KiB, by GetSnapshotBlock: «a Region that charges $0.003», AWS's own example.
    # https://docs.aws.amazon.com/ebs/latest/userguide/ebsapi-pricing.html
    "block": Charge("reads of blocks", (3_000, 3_300, 4_500, 3_900, 4_500), (AMERICAS,)),
    # A thousand, by the data of https://aws.amazon.com/s3/pricing/ of 2025-10-22, which has 36 regions.
    # Dearest are us-west-1 and Canada, ap-southeast-6, sa-east-1.
    "get": Charge("requests", (440, 462, 560, 400, 560), (AMERICAS, ASIA, SOUTH, GOVERNMENT)),
    "list": Charge("requests", (5_500, 5_775, 7_000, 5_000, 7_000), (AMERICAS, ASIA, SOUTH, GOVERNMENT)),
    # A GiB to the internet, in the first ten TiB of a month: by lines of bills, us-east-1 has 90 and
    # ap-northeast-2 126. Of sa-east-1 it is said to be 150, and of af-south-1 more.
    "egress": Charge("transfer", (90_000, 126_000, 154_000, 155_000, 155_000), (AMERICAS, ASIA)),
    # Ten thousand, to decrypt objects, by the data of https://aws.amazon.com/kms/pricing/ of 2025-08-28.
    "kms": Charge("KMS", (30_000, 30_000, 30_000, 40_000, 40_000), (AMERICAS, ASIA, SOUTH, GOVERNMENT)),
}

_DEAR = ("sa", "af")
_FAR = ("ap", "il", "me", "mx")


def class_of(region: str) -> str:
    """Name the class of a region."""
    first, _, rest = region.partition("-")
    if rest.startswith("gov-"):
        return GOVERNMENT
    if rest.startswith("iso") or first == "cn":
        return APART
    if first in _DEAR:
        return SOUTH
    return ASIA if first in _FAR else AMERICAS


def price(charge: str, region: str) -> int:
    """Return what a thing of `CHARGES` costs in a region."""
    return CHARGES[charge].figures[_ALL.index(class_of(region))]


EXPLORER = 10_000
"""A request of Cost Explorer, in every region: from memory."""
BLOCKS = 2_048
"""Blocks of a GiB."""


def unconfirmed_prices(regions: Iterable[str]) -> Iterator[str]:
    """Name what of these regions' prices is from memory, by class: `transfer in south america, africa`."""
    for one in sorted({class_of(region) for region in regions}, key=_ALL.index):
        names = dict.fromkeys(charge.about for charge in CHARGES.values() if one not in charge.confirmed)
        if names:
            yield f"{', '.join(names)} in {one}"


def cost(region: str, *, gib: int, gets: int, lists: int, size: int) -> dict[str, int]:
    """
    Estimate what one region costs.

    `snapshots` is for a month, and at most: AWS charges for blocks that were ever written. `image` is what
    reading all of their blocks would cost later, out of AWS included.
    """
    block, egress = price("block", region), price("egress", region)
    return {
        "egress": size * egress // 2**30,
        "image": gib * (BLOCKS * block // 1_000 + egress),
        "kms": gets * price("kms", region) // 10_000,
        "requests": (gets * price("get", region) + lists * price("list", region)) // 1_000,
        "snapshots": gib * price("snapshot", region),
    }
