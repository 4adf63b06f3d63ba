"""What the runs of one `preserve` share, one run an account: the case, and how it stands."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from forensics import record, tool
from forensics.aws import suspects
from forensics.aws.session import Session
from forensics.errors import UsageError
from forensics.formats import entry
from forensics.formats.dues import Dues
from forensics.intake.leads import Leads
from forensics.planning.agreement import Agreement
from forensics.preserving.keeping import Keeper
from forensics.scope import HISTORY, Progress, Scope, Window
from forensics.standing import Standing

if TYPE_CHECKING:
    from forensics.custody.case import Case


class Ground:
    """A case, how it stands, and what is wanted of it. Safe for threads where it says so."""

    def __init__(
        self,
        case: Case,
        scope: Scope,
        on_progress: Callable[[Progress], None],
        clock: Callable[[], datetime],
        tsas: Sequence[str] = (),
    ) -> None:
        """Read how the case stands."""
        self.case, self.scope, self.clock = case, scope, clock
        self.standing, self.dues, self.leads = Standing(), Dues(), Leads()
        for item in case.entries():
            self.standing.take(item.type, item.body)
            self.leads.take(item.type, item.body)
            self.dues.take(item.seq, item.type, item.body)
        self.tsas = tuple(tsas) or self.dues.tsas
        self.stop = threading.Event()
        """Set once nothing more is to be asked, of any account."""
        self.lock = threading.Lock()
        """Held around `standing`."""
        self.keeper = Keeper(case, self.standing, self.lock, self.stop, on_progress)
        self.agreement = Agreement()
        """What the runs keep to."""
        self.window = self._window()
        self.evidence: Session | None = None
        """Of the account that snapshots are copied to, where any is."""
        self.alone = True
        """Whether all of it is about one account: then what is wrong with that one stops everything."""
        self.alive: set[str] = set()
        """Accounts that can be gone on with."""

    def _window(self) -> Window:
        """
        Say what logs are kept of: what the case's runs before kept, and what the user wants beside it.

        A run that wants less does not make less of the case: what is missing of the rest stays missing.
        """
        before, scope = self.standing.window, self.scope
        until = scope.until or (before.until if before else self.clock())
        since = scope.since or (before.since if before else until - HISTORY)
        window = Window(since, until)
        return window.together(before or window)

    def keep_to(self, agreement: Agreement) -> None:
        """Have no run make anything that was not agreed to."""
        self.agreement, self.keeper.permit = agreement, agreement.permit

    @property
    def suspects(self) -> frozenset[str]:
        """Whom not to be: those that the user names, and those that a notice does."""
        return self.scope.suspect_keys | frozenset(self.leads.keys)

    def start(self, run: str, session: Session, regions: Sequence[str]) -> Mapping[str, Any]:
        """Say what a run over an account is to do, as its `run.start` has it."""
        identity, scope = session.identity, self.scope
        return {
            "account": identity.account,
            "again": sorted(scope.again),
            "clock": {"aws": identity.date, "local": entry.timestamp(self.clock())},
            "endpoint": session.endpoint_url or "",
            "principal": identity.arn,
            "protect": record.protect_body(scope.protect),
            "regions": list(regions),
            "run": run,
            "suspects": sorted(self.suspects),
            "tool": tool.facts(),
            "tsas": list(self.tsas),
            "window": record.window_body(self.window),
            "without": sorted(scope.without),
        }

    def check_again(self) -> None:
        """Refuse to try again what was never tried: a name that was mistyped would be passed over."""
        made = self.standing.effects.values()
        known = {name for one in made for name in (one.id, str(one.detail.get("volume", "")))}
        if unknown := sorted(self.scope.again - known):
            raise UsageError(
                f"the case has no snapshot called {unknown[0]}, and none of a volume of that name",
                hint="name what `forensics status -v` says that no more are made of",
            )

    def admit(self, account: str) -> None:
        """Refuse an account that the case is not of, where nobody named it: wrong credentials are one."""
        if words := self.standing.stranger(account):
            raise UsageError(words, hint="give each account a case of its own, or check --profile")

    def refuse_suspects(self, session: Session) -> None:
        """Refuse to ask as a suspect: the key that leaked is often the one at hand."""
        keys = session.signers.keys | {session.access_key_id}
        suspects.refuse(self.suspects, keys, session.identity.arn)
