"""
Keep the evidence of an account: the one place where asking meets keeping.

Collectors ask and yield what they found; a run over each account (`run.py`) hands that to the case's writer,
and all runs take turns on one schedule, bounded and in order of volatility (`acquisition.py`). A collector
resumes only after what it yielded is on disk. What is in the ledger is not asked again, so the same command
resumes whatever ended a run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from forensics.aws.accounts import check_accounts
from forensics.aws.reach import check_reach
from forensics.collectors import catalogue
from forensics.custody import timestamp
from forensics.custody.stamping import Stamping
from forensics.errors import ForensicsError
from forensics.planning.agreement import Agreement
from forensics.preserving.acquisition import Acquisition
from forensics.preserving.ground import Ground
from forensics.preserving.introduction import Introduced, meet
from forensics.preserving.muster import Muster
from forensics.preserving.run import Run
from forensics.scope import ALONE, Access, Accounts, Preserved, Progress, Scope

if TYPE_CHECKING:
    from forensics.custody.case import Case

NONE = Agreement()
"""Nobody is asked, and no plan kept to."""


def check_scope(scope: Scope, access: Access, accounts: Accounts = ALONE) -> None:
    """
    Refuse what `preserve` would refuse without a word of AWS's, before a case is made for it.

    Raises `UsageError`.
    """
    catalogue.check_names(scope.without)
    check_accounts(accounts)
    check_reach(scope, access)


def preserve(  # noqa: PLR0913 - each named, and all but three with a default
    case: Case,
    scope: Scope,
    access: Access,
    *,
    accounts: Accounts = ALONE,
    tsas: Sequence[str] = (),
    agreement: Agreement = NONE,
    introduced: Introduced | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Preserved:
    """
    Acquire everything in scope that the case does not hold yet.

    With `accounts`, of several, whose roles are assumed with the credentials that `access` names; one that
    cannot be had is a gap, and stops none of the others. Without, of the credentials' own account alone.

    Checkpoints are stamped meanwhile by the time-stamp authorities `tsas` (URLs), by default those that the
    case's ledger names; what they do not stamp is owed (`stamp`). `agreement` has a plan that is kept to, or
    whom to ask before anything is changed. `introduced` is what `introduce` gave for the same scope and
    access, where that was before there was a case; it is of one run.

    Returns what the case holds then, over all runs. Raises `CredentialsError` where credentials are
    missing or expire, `NoSpaceError`, `Interrupted`: everything acknowledged is kept, and the same
    call resumes. Raises `DriftError` where an account is not as planned, `DeclinedError`.
    """
    if case.sealed:
        raise ForensicsError(
            f"{case.name} is sealed", hint="evidence found later goes into a case of its own"
        )
    catalogue.check_names(scope.without)
    timestamp.check_tsas(tsas)
    check_accounts(accounts)
    met = introduced or meet(case.name, scope, access, accounts)
    ground = Ground(case, scope, on_progress, clock, tsas)
    ground.check_again()
    ground.keep_to(agreement)
    ground.evidence = met.evidence
    if met.evidence is not None:
        ground.refuse_suspects(met.evidence)
    with Stamping(case, ground.tsas, dues=ground.dues):
        return _acquisition(ground, access, accounts, met).whole()


def _acquisition(ground: Ground, access: Access, accounts: Accounts, met: Introduced) -> Acquisition:
    session = met.session
    if accounts.several:
        return Muster(ground, access, session, met.roll).call(accounts)
    ground.admit(session.identity.account)
    ground.refuse_suspects(session)
    ground.agreement.check_accounts([session.identity.account])
    return Acquisition(ground, [Run(ground, session)])
