"""
What AWS charges, in the list prices of one day: for estimates, and never for a bill.

In millionths of a US dollar. Regions are told apart by class alone: within one they differ by some percent.
Free are what reads (Describe, List, Get of services, LookupEvents, FilterLogEvents), and transfer into AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DATED = "2026-11"
"""Of when the list is. Where regions of a class differ, the dearer of the common ones counts."""


@dataclass(frozen=True, slots=True)
class Prices:
    """The list of one class of regions."""

    snapshot: int
    """A GiB of snapshot, for a month."""
    block: int
    """A thousand blocks of a snapshot, of 512 KiB, read by EBS direct (GetSnapshotBlock)."""
    get: int
    """A thousand GET requests of S3."""
    list: int
    """A thousand LIST requests of S3."""
    egress: int
    """A GiB out of AWS to the internet, in the first ten TiB of a month."""
    kms: int
    """Ten thousand requests of KMS: what decrypts objects."""


CLASSES: Mapping[str, Prices] = {
    "americas and europe": Prices(53_000, 3_000, 420, 5_300, 90_000, 30_000),
    "asia, pacific, middle east": Prices(54_000, 3_300, 440, 5_500, 120_000, 30_000),
    "south america, africa": Prices(68_000, 4_500, 560, 7_000, 152_000, 30_000),
    "government": Prices(66_000, 3_900, 500, 6_200, 155_000, 30_000),
}
_DEAR = ("sa", "af")
_FAR = ("ap", "il", "me", "mx")


def class_of(region: str) -> str:
    """Name the class of a region."""
    first, _, rest = region.partition("-")
    if rest.startswith(("gov-", "iso")) or first == "cn":
        return "government"
    if first in _DEAR:
        return "south america, africa"
    return "asia, pacific, middle east" if first in _FAR else "americas and europe"


def prices(region: str) -> Prices:
    """Return the list of a region."""
    return CLASSES[class_of(region)]


EXPLORER = 10_000
"""A request of Cost Explorer, in every region."""
BLOCKS = 2_048
"""Blocks of a GiB."""


def cost(region: str, *, gib: int, gets: int, lists: int, size: int) -> dict[str, int]:
    """
    Estimate what one region costs.

    `snapshots` is for a month, and at most: AWS charges for blocks that were ever written. `image` is what
    reading all of their blocks would cost later, out of AWS included.
    """
    one = prices(region)
    return {
        "egress": size * one.egress // 2**30,
        "image": gib * (BLOCKS * one.block // 1_000 + one.egress),
        "kms": gets * one.kms // 10_000,
        "requests": (gets * one.get + lists * one.list) // 1_000,
        "snapshots": gib * one.snapshot,
    }
