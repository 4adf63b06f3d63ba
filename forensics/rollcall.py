"""Call the roll of the accounts that were named: which of them can be had, and as whom."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from forensics.aws import accounts
from forensics.aws.accounts import Candidate
from forensics.aws.reach import reach_member
from forensics.aws.session import Session
from forensics.errors import AwsError, CredentialsError, ForensicsError
from forensics.model import Coverage, Record
from forensics.schedule import Job, Listed, Schedule
from forensics.scope import Access, Accounts

WORKERS = {"": 16}
"""Roles that are assumed at once."""
AT_ONCE = 4
"""
Accounts that are looked over, or listed, at once: they share the threads that one alone would have.

Of fifty in every region the questions would be half a million, all made before the first is asked.
"""


@dataclass
class Roll:
    """The accounts that were named, and a session of each that can be had."""

    base: Session
    """Of the credentials that the accounts' roles are assumed with."""
    access: Access
    found: Sequence[Candidate] = ()
    """All that were named, in their order."""
    records: Sequence[Record] = ()
    """What was asked to find them."""
    sessions: dict[str, Session] = field(default_factory=dict)
    """Of each account that can be had, who we are there included."""
    lost: dict[str, ForensicsError] = field(default_factory=dict)
    """Why each of the others cannot."""

    @classmethod
    def call(
        cls, base: Session, access: Access, wanted: Accounts, stop: threading.Event | None = None
    ) -> Roll:
        """
        Open a session of each account. None named is the credentials' own, alone.

        Raises `AwsError` where the organization cannot be listed. That an account cannot be had is a value.
        """
        roll = cls(base, access, *accounts.candidates(base, wanted))
        if not wanted.several:
            roll.found = [Candidate(base.identity.account)]
        jobs = [Job(one.account, 0, frozenset(), partial(roll._open, one)) for one in roll.found]
        Schedule(Listed(jobs), WORKERS, stop or threading.Event()).run()
        return roll

    def _open(self, one: Candidate) -> None:
        """Assume an account's role, and ask who that is."""
        try:
            self.sessions[one.account] = self._member(one) if one.role else self.base
        except (AwsError, CredentialsError) as error:
            self.lost[one.account] = error

    def _member(self, one: Candidate) -> Session:
        session = reach_member(self.base, self.access, one.role)
        try:
            found = session.identify().account
        except (AwsError, CredentialsError):
            # That the role was asked for is on record too.
            self.base.journal.adopt(session.journal)
            raise
        if found != one.account:
            raise AwsError(f"the role {one.role} is of account {found}")
        return session

    @property
    def present(self) -> Iterator[tuple[Candidate, Session]]:
        """Yield the accounts that can be had, in the order in which they were named."""
        for one in self.found:
            if one.account in self.sessions:
                yield one, self.sessions[one.account]

    @property
    def broken(self) -> list[Coverage]:
        """Say of each account that cannot be had why, as the gap that it is."""
        return [accounts.broken(account, error) for account, error in sorted(self.lost.items())]

    @property
    def left_out(self) -> Mapping[str, Coverage]:
        """Return the accounts that the organization has, and that nobody can ask anything."""
        closed = (record for record in self.records if isinstance(record, Coverage))
        return {one.source.account: one for one in closed if one.source == accounts.whole(one.source.account)}

    @property
    def words(self) -> Mapping[str, str]:
        """Say in short of each account that cannot be asked why."""
        closed = {**self.left_out, **{one.source.account: one for one in self.broken}}
        return {account: f"{one.outcome}: {one.gaps[0].code}" for account, one in closed.items()}

    def demand(self) -> None:
        """Raise where not one account can be had: what is wrong with the only one, or `CredentialsError`."""
        if self.sessions:
            return
        first = self.lost[self.found[0].account]
        if len(self.found) == 1:
            raise first
        raise CredentialsError(
            f"none of {len(self.found)} accounts can be had; of {self.found[0].account}: {first}"
        )
