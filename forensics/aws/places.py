"""Where a service is to be had: in every region, in one alone, or not at all."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import botocore
import botocore.session
from botocore.exceptions import UnknownRegionError

from forensics.aws import regions

_CHINA, _GOV = "cn-north-1", "us-gov-west-1"

ONLY: Mapping[str, Mapping[str, str]] = {
    # https://docs.aws.amazon.com/general/latest/gr/awssupport.html: most regions have no such name.
    "support": {"aws": "us-east-1", "aws-cn": _CHINA, "aws-us-gov": _GOV},
    # https://docs.aws.amazon.com/health/latest/ug/health-api.html
    "health": {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": _GOV},
    # https://docs.aws.amazon.com/global-accelerator/latest/api/Welcome.html; botocore lists all regions.
    "globalaccelerator": {"aws": "us-west-2"},
    "cur": {"aws": "us-east-1", "aws-cn": "cn-northwest-1"},
    "networkmanager": {"aws": "us-west-2", "aws-us-gov": _GOV},
    "route53domains": {"aws": "us-east-1"},
}
"""Services of the account as a whole that one region answers for, by partition: their rows are `GLOBAL`."""

EVERYWHERE = frozenset({"s3control"})
"""Services that are in every region, whatever botocore's list of their endpoints lacks."""


Listed = dict[tuple[str, str, bool], frozenset[str]]
"""Regions by service and partition, those that are no regions too or not."""


class Places:
    """What botocore's endpoint data says of services and regions. Safe for threads."""

    def __init__(self, session: botocore.session.Session, home: str, listed: Listed) -> None:
        """
        Look in a session's data; `home` is where services without regions are asked.

        `listed` is where to remember what that says: one for all sessions with the same data.
        """
        self._session, self._home, self._listed = session, home, listed
        self._lock = threading.RLock()

    def knows(self, region: str) -> bool:
        """Say whether there is such a region: an answer's word for one becomes part of hosts and paths."""
        with self._lock:
            return region in regions.known_to(self._session)

    def seat(self, service: str) -> str:
        """Return the region to ask a service in that has no regions, or one alone."""
        return ONLY.get(service, {}).get(self._partition(self._home), self._home)

    def lacks(self, service: str, region: str) -> str:
        """
        Say in words that a service is not offered in a region; nothing where it is, or nobody can know.

        A request to a name that there is not would end in many attempts and a failure. A region, or a
        service, that is newer than botocore's data is asked.
        """
        if self._offered(service, region, self._partition(region)):
            return ""
        return f"botocore {botocore.__version__} knows no endpoint of {service} in {region}"

    def listed(self, service: str) -> bool:
        """Say whether botocore's data has any endpoint of a service, in any partition."""
        partitions = self._session.get_available_partitions()
        return any(self._of(service, partition, every=True) for partition in partitions)

    def _offered(self, service: str, region: str, partition: str) -> bool:
        if service in ONLY:
            return ONLY[service].get(partition) == region
        if service in EVERYWHERE or region not in self._of("ec2", partition):
            return True
        if listed := self._of(service, partition):
            return region in listed
        # Without regions here it is global here, or in no partition's list at all, which says nothing.
        return bool(self._of(service, partition, every=True)) or not self.listed(service)

    def _partition(self, region: str) -> str:
        with self._lock:
            try:
                return str(self._session.get_partition_for_region(region))
            except UnknownRegionError:
                return "aws"

    def _of(self, service: str, partition: str, *, every: bool = False) -> frozenset[str]:
        """List where a service has endpoints; `every` counts those of no region too."""
        key = (service, partition, every)
        with self._lock:
            if key not in self._listed:
                found = self._session.get_available_regions(service, partition, allow_non_regional=every)
                self._listed[key] = frozenset(found)
            return self._listed[key]
