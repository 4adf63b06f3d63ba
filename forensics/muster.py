"""Find out, before anything is asked of them, which accounts can be had, and as whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from forensics.acquisition import WORKERS, Acquisition
from forensics.aws import accounts
from forensics.aws.accounts import Candidate
from forensics.aws.reach import reach_member
from forensics.aws.session import Session
from forensics.errors import AwsError, CredentialsError, ForensicsError
from forensics.ground import Ground
from forensics.model import Record
from forensics.run import Run
from forensics.schedule import Job, Listed, Schedule
from forensics.scope import Access, Accounts, Member


@dataclass
class Muster:
    """Opens a session of each account that was named."""

    ground: Ground
    access: Access
    base: Session
    """Of the credentials that the accounts' roles are assumed with."""
    _sessions: dict[str, Session] = field(default_factory=dict)
    _lost: dict[str, ForensicsError] = field(default_factory=dict)

    def call(self, wanted: Accounts) -> Acquisition:
        """
        Return the runs over all accounts that can be had; the others are gaps from here on.

        Raises `UsageError` if any of them would be asked as a suspect, `CredentialsError` where none can be
        had, `AwsError` where the organization cannot be listed.
        """
        found, records = accounts.candidates(self.base, wanted)
        self._open(found)
        for session in self._sessions.values():
            self.ground.refuse_suspects(session)
        self._give_up(found)
        runs = [
            Run(self.ground, self._sessions[one.account], name=one.name)
            for one in found
            if one.account in self._sessions
        ]
        self.ground.alone = False
        lost = [Member(one.account, one.name, "", "not-begun") for one in found if one.account in self._lost]
        return Acquisition(self.ground, runs, before=self._before(records), lost=lost)

    def _open(self, found: Sequence[Candidate]) -> None:
        jobs = [Job(one.account, 0, frozenset(), partial(self._identify, one)) for one in found]
        Schedule(Listed(jobs), WORKERS, self.ground.stop).run()

    def _identify(self, one: Candidate) -> None:
        """Assume an account's role, and ask who that is."""
        try:
            self._sessions[one.account] = self._member(one) if one.role else self.base
        except (AwsError, CredentialsError) as error:
            self._lost[one.account] = error

    def _member(self, one: Candidate) -> Session:
        session = reach_member(self.base, self.access, one.role)
        if session.identify().account != one.account:
            raise AwsError(f"the role {one.role} is of account {session.identity.account}")
        return session

    def _give_up(self, found: Sequence[Candidate]) -> None:
        """Put on record which accounts cannot be had, and why."""
        lost = [accounts.broken(account, error) for account, error in sorted(self._lost.items())]
        self.ground.keeper.keep(iter(lost), None)
        if not self._sessions:
            first = self._lost[found[0].account]
            if len(found) == 1:
                raise first
            raise CredentialsError(
                f"none of {len(found)} accounts can be had; of {found[0].account}: {first}"
            )

    def _before(self, records: Sequence[Record]) -> Mapping[str, Sequence[Record]]:
        """Say in whose run what was asked to find the accounts is kept: if it can be, in its own."""
        ours = self.base.identity.account
        if self.base in self._sessions.values():
            return {ours: records}
        first, session = next(iter(self._sessions.items()))
        session.journal.adopt(self.base.journal)
        return {first: records}
