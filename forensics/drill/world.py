"""All that the drill knows beside moto, in one object: there is no other state."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from threading import RLock
from typing import Any

from forensics.drill.faults import Faults
from forensics.drill.policy import Policies
from forensics.drill.principals import Keyring
from forensics.drill.record import Calls

MANAGEMENT = "111111111111"
VICTIM = "222222222222"
EVIDENCE = "333333333333"

DEFAULT_REGIONS = (
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
    "us-east-1", "us-east-2", "us-west-1", "us-west-2",
)  # fmt: skip
"""The 17 regions that are enabled in every account."""

OPT_IN_REGIONS = ("af-south-1", "ap-east-1", "ap-southeast-3", "eu-south-1", "me-central-1", "me-south-1")
"""Some that an account must ask for."""


@dataclass
class Waiting:
    """How long snapshots and images stay `pending`."""

    seconds: float = 2.0
    polls: int | None = None
    """Instead of seconds: how many descriptions of the thing say `pending`."""
    stuck: bool = False
    fails: bool = False
    """End in `error` instead."""
    copies_fail: bool = False
    """Copies end in `error`, and nothing else does."""
    copies: int = 20
    """Copies that may be pending at once in an account and region."""


@dataclass
class World:
    """The drill's state beside moto."""

    clock: Callable[[], float] = time.time
    random: Random = field(default_factory=lambda: Random(20_311_014))
    regions: tuple[str, ...] = DEFAULT_REGIONS
    page_size: int | None = None
    """Size of a page where the caller asks for none; None for AWS's own defaults."""
    waiting: Waiting = field(default_factory=Waiting)
    delivery: float = 300.0
    """Seconds after which a call made here is in the event history, as AWS takes about five minutes."""
    lasting: float | None = None
    """Seconds after which sessions of AssumeRole end; SDKs get new ones after half of that."""
    limit_lookups: bool = True
    """Refuse more than two LookupEvents a second, as AWS does."""
    policies: Policies = field(default_factory=Policies)
    calls: Calls = field(default_factory=Calls)
    lock: RLock = field(default_factory=RLock)
    """Held around moto, whose backends are not made for threads."""
    pending: dict[str, list[Callable[[], None]]] = field(default_factory=dict)
    """What the seed puts into moto when a service is first called: most who start a drill never do."""
    touched: set[str] = field(default_factory=set)
    """Services in which somebody may have made something."""
    shelf: dict[Any, Any] = field(default_factory=dict)
    """What each room of the overlay keeps, by (room, account, region)."""

    def __post_init__(self) -> None:
        self.born = self.clock()
        self.keys = Keyring(Random(self.random.random()))
        self.faults = Faults(Random(self.random.random()))
        for account in (MANAGEMENT, VICTIM, EVIDENCE):
            self.keys.add_account(account)

    def furnish(self, service: str) -> None:
        """Put into moto what is to be there before a service is called."""
        if service in self.pending:
            with self.lock:
                for furnish in self.pending.pop(service, ()):
                    furnish()

    def enabled(self, region: str) -> bool:
        """Say whether a region may be called. AWS lets nobody disable us-east-1."""
        return region in self.regions or region in {"us-east-1", "aws-global"}

    def hex_id(self, prefix: str, length: int = 17) -> str:
        """Make an id as EC2 does: `snap-0123456789abcdef0`."""
        return f"{prefix}-{self.random.getrandbits(length * 4):0{length}x}"
