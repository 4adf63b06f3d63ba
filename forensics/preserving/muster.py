"""Find out, before anything is asked of them, which accounts can be had, and as whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forensics.aws.session import Session
from forensics.model import Record
from forensics.preserving.acquisition import Acquisition
from forensics.preserving.ground import Ground
from forensics.preserving.run import Run
from forensics.rollcall import Roll
from forensics.scope import Access, Accounts, Member


@dataclass
class Muster:
    """Makes a run over each account that was named."""

    ground: Ground
    access: Access
    base: Session
    """Of the credentials that the accounts' roles are assumed with."""
    called: Roll | None = None
    """The roll, where it was called before there was a case."""

    def call(self, wanted: Accounts) -> Acquisition:
        """
        Return the runs over all accounts that can be had; the others are gaps from here on.

        Raises `UsageError` if any of them would be asked as a suspect, `CredentialsError` where none can be
        had, `AwsError` where the organization cannot be listed.
        """
        roll = self.called or Roll.call(self.base, self.access, wanted, self.ground.stop)
        for session in roll.sessions.values():
            self.ground.refuse_suspects(session)
        if roll.sessions:
            self.ground.agreement.check_accounts(list(roll.sessions), roll.words)
        self.ground.keeper.keep(iter(roll.broken), None)
        roll.demand()
        runs = [Run(self.ground, session, name=one.name) for one, session in roll.present]
        self.ground.alone = False
        lost = [
            Member(one.account, one.name, "", "not-begun") for one in roll.found if one.account in roll.lost
        ]
        return Acquisition(self.ground, runs, before=self._before(roll), lost=lost)

    def _before(self, roll: Roll) -> Mapping[str, Sequence[Record]]:
        """Say in whose run what was asked to find the accounts is kept: if it can be, in its own."""
        ours = self.base.identity.account
        if self.base in roll.sessions.values():
            return {ours: roll.records}
        first, session = next(iter(roll.sessions.items()))
        session.journal.adopt(self.base.journal)
        return {first: roll.records}
