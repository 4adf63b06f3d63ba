"""What a run is to keep, how it reaches AWS, and what it comes to. Values only, as in `model`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from forensics.model import Coverage, Effect, Gap, Outcome

HISTORY = timedelta(days=90)
"""How long CloudTrail keeps its event history: logs of as long are kept where nobody says since when."""


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time that events are kept of: `since` is in it, `until` is not. Both aware, UTC."""

    since: datetime
    until: datetime

    def together(self, other: Window) -> Window:
        """Return the span that has both in it."""
        return Window(min(self.since, other.since), max(self.until, other.until))


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How to reach the account: what the AWS CLI calls by the same names."""

    profile: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    endpoint_url: str | None = None
    pace: float = 1.0
    """Times the usual request rates: below 1 leaves room for the account's own work."""


MEMBER_ROLE = "OrganizationAccountAccessRole"
"""The role that AWS Organizations puts into each account that it makes, for the management account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """
    Which accounts to keep into one case. With none named: that of the credentials, alone.

    Else the credentials are those that the roles of the accounts are assumed with.
    """

    named: tuple[str, ...] = ()
    """Role ARNs, or ids of accounts in which `role_name` is assumed."""
    organization: bool = False
    """All active accounts of the organization that the credentials' own account manages, or lists for it."""
    role_name: str = MEMBER_ROLE

    @property
    def several(self) -> bool:
        """Say whether the case may hold more than the credentials' own account."""
        return bool(self.named) or self.organization


ALONE = Accounts()
"""The credentials' own account."""


class LockMode(StrEnum):
    """Who can undo the lock of a snapshot."""

    GOVERNANCE = "governance"
    """Whoever has ec2:UnlockSnapshot."""
    COMPLIANCE = "compliance"
    """Nobody, once the cooling-off period is over."""


class Hold(StrEnum):
    """What is kept from being destroyed meanwhile, by a change to the account that is never undone by us."""

    TERMINATION = "termination"
    DELETE_ON_TERMINATION = "delete-on-termination"
    SCALING = "scaling"
    LOG_RETENTION = "log-retention"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """How snapshots made for the case are locked."""

    days: int
    mode: LockMode = LockMode.GOVERNANCE
    cool_off: int | None = None
    """Hours in which a lock in compliance mode can still be undone; None: it holds at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTo:
    """Where snapshots made for the case are copied to."""

    account: str
    keys: tuple[str, ...]
    """KMS keys of that account, one a region, or an alias, which is the same in every region."""
    role_arn: str | None = None
    profile: str | None = None
    source_keys: tuple[str, ...] = ()
    """Keys of the source account, for what AWS's own key encrypts: that one cannot be shared."""


def key_of(keys: Sequence[str], region: str) -> str:
    """Choose a region's KMS key: the one whose ARN is of it, else an alias; empty if there is none."""
    there = [key for key in keys if key.startswith("arn:") and key.split(":")[3] == region]
    return next(iter([*there, *(key for key in keys if not key.startswith("arn:"))]), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Protect:
    """What is done beside keeping: each writes to AWS, and none is done unasked."""

    lock: Lock | None = None
    copy: CopyTo | None = None
    holds: frozenset[Hold] = frozenset()

    @property
    def options(self) -> frozenset[str]:
        """Name all that is asked for: `lock`, `copy`, and each hold."""
        there = {"lock": self.lock, "copy": self.copy}
        return frozenset({name for name, value in there.items() if value} | set(self.holds))


NOTHING = Protect()
"""What is done where nobody asks for more: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What to keep."""

    regions: tuple[str, ...] = ()
    """Empty: every region that is enabled in the account."""
    suspect_keys: frozenset[str] = frozenset()
    """Access key ids, or ARNs, that are not to be trusted: refuse to run as one of them."""
    wait: float | None = None
    """Seconds to wait for snapshots to complete; None: until they are."""
    since: datetime | None = None
    """Keep logs from then on; None: 90 days, which is as long as CloudTrail keeps its event history."""
    until: datetime | None = None
    """Keep logs up to then; None: until the case's first run began."""
    max_log_group: int = 2 * 2**30
    """Stored bytes of a log group, or of one bucket's access logs, past which it is a gap."""
    without: frozenset[str] = frozenset()
    """Collectors to leave out, by name: `out-of-scope`, until a run asks after all."""
    protect: Protect = NOTHING
    again: frozenset[str] = frozenset()
    """Volumes and snapshots of which another snapshot or copy is made, however many have failed."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is, each time that a source ends."""

    done: int
    total: int
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Member:
    """What a run came to in one account."""

    account: str
    name: str
    """As the organization calls it: hostile text. Empty where nobody asked."""
    principal: str
    """Empty where nobody could be had to ask as."""
    ending: str
    """As `run.end` has it; `not-begun` for an account that was never asked."""


@dataclass(frozen=True, slots=True)
class Preserved:
    """What the case holds after a run, over all its runs."""

    account: str
    principal: str
    items: int
    """Files kept by this run."""
    sources: int
    """Sources that the case covers, kept or not."""
    gaps: tuple[Gap, ...]
    """All that is missing now, `out-of-scope` included."""
    effects: tuple[Effect, ...]
    """Everything made in AWS for the case, in its latest state."""
    members: tuple[Member, ...] = ()
    """The accounts of this run."""

    @property
    def complete(self) -> bool:
        """Say whether nothing that was in scope is missing."""
        return all(gap.outcome is Outcome.OUT_OF_SCOPE for gap in self.gaps)
