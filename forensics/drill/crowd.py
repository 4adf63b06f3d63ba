"""
A crowd of ordinary instances, as a big account has: thousands, told by arithmetic, kept outside moto.

moto takes milliseconds for each and a second for a list of them; a crowd answers from ready-made text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends

from forensics.drill.principals import PARTITION
from forensics.drill.world import World

_ROOM = "crowd"


@dataclass(frozen=True, slots=True)
class Member:
    """One instance of the crowd, with its one disk and its one interface."""

    number: int
    reservation: str
    image: str = "ami-0c0ffee0c0ffee001"
    kind: str = "m6i.large"
    device: str = "/dev/xvda"
    size: int = 8

    @property
    def name(self) -> str:
        """Give its name tag."""
        return f"worker-{self.number:05d}"

    @property
    def instance(self) -> str:
        """Give its instance id."""
        return f"i-0c{self.number:015x}"

    @property
    def volume(self) -> str:
        """Give the id of its disk."""
        return f"vol-0c{self.number:015x}"

    @property
    def interface(self) -> str:
        """Give the id of its network interface."""
        return f"eni-0c{self.number:015x}"

    @property
    def address(self) -> str:
        """Give its private address."""
        return f"10.{64 + self.number // 65_536}.{self.number // 256 % 256}.{self.number % 256}"


@dataclass
class Crowd:
    """The crowd of one region, in its reservations."""

    reservations: list[list[Member]] = field(default_factory=list)
    by_id: dict[str, Member] = field(default_factory=dict)
    network: tuple[str, str, str] = ("", "", "")
    """Ids of the VPC, the subnet and the security group that all are in."""

    @property
    def members(self) -> list[Member]:
        """Give everyone, in order."""
        return [member for reservation in self.reservations for member in reservation]

    def by_instance(self, instance: str) -> Member | None:
        """Find a member by the id of its instance."""
        member = self.by_id.get(instance)
        return member if member and member.instance == instance else None

    def by_volume(self, volume: str) -> Member | None:
        """Find a member by the id of its disk."""
        member = self.by_id.get(volume)
        return member if member and member.volume == volume else None

    def add(self, reservation: Sequence[Member]) -> None:
        """Let a reservation of instances in."""
        self.reservations.append(list(reservation))
        for member in reservation:
            self.by_id |= {member.instance: member, member.volume: member, member.interface: member}


def crowd(world: World, account: str, region: str) -> Crowd:
    """Give the crowd of a region; most have none."""
    found: Crowd = world.shelf.get((_ROOM, account, region)) or _EMPTY
    return found


_EMPTY = Crowd()


def populate(
    world: World, account: str, *, instances: int, reservations: int, users: int, regions: Iterable[str]
) -> None:
    """Fill an account: instances in reservations, those over regions in turn; users with a key each."""
    places = list(regions)
    for region in places:
        world.shelf.setdefault((_ROOM, account, region), _new_crowd(account, region))
    numbers = iter(range(instances))
    for index in range(reservations):
        share = instances // reservations + (index < instances % reservations)
        reservation = [Member(number, f"r-0c{index:015x}") for number in islice(numbers, share)]
        crowd(world, account, places[index % len(places)]).add(reservation)
    backend = iam_backends[account][PARTITION]
    for number in range(users):
        name = f"person-{number:04d}"
        backend.create_user("eu-west-1", name)
        backend.create_access_key(name)


def _new_crowd(account: str, region: str) -> Crowd:
    backend: Any = ec2_backends[account][region]
    vpc = backend.get_default_vpc()
    subnet = next(iter(backend.get_default_subnets().values()))
    group = backend.get_default_security_group(vpc.id)
    return Crowd(network=(str(vpc.id), str(subnet.id), str(group.id)))
