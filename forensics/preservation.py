"""
Keep the evidence of an account: the one place where asking meets keeping.

Collectors ask and yield what they found; a run (`run.py`) gives each its turn, in order of volatility and
bounded, and hands what comes to the case's writer. A collector resumes only after what it yielded is
on disk. What is in the ledger is not asked again, so the same command resumes whatever ended a run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from forensics.aws import suspects
from forensics.aws.reach import reach
from forensics.aws.session import Session
from forensics.collectors import spec
from forensics.custody import timestamp
from forensics.custody.stamping import Stamping
from forensics.errors import CredentialsError, ForensicsError, Interrupted, NoSpaceError
from forensics.run import Run
from forensics.scope import Access, Preserved, Progress, Scope

if TYPE_CHECKING:
    from forensics.custody.case import Case


def preserve(
    case: Case,
    scope: Scope,
    access: Access,
    *,
    tsas: Sequence[str] = (),
    on_progress: Callable[[Progress], None] = lambda _: None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Preserved:
    """
    Acquire everything in scope that the case does not hold yet.

    Checkpoints are stamped meanwhile by the time-stamp authorities `tsas` (URLs), by default those that the
    case's ledger names; what they do not stamp is owed (`stamp`).

    Returns what the case holds then, over all runs. Raises `CredentialsError` where credentials are
    missing or expire, `NoSpaceError`, `Interrupted`: everything acknowledged is kept, and the same
    call resumes.
    """
    if case.sealed:
        raise ForensicsError(
            f"{case.name} is sealed", hint="evidence found later goes into a case of its own"
        )
    spec.check_names(scope.without)
    timestamp.check_tsas(tsas)
    session = _session(case, scope, access)
    run = Run(case, session, scope, on_progress, clock)
    run.tsas = tuple(tsas) or run.dues.tsas
    with Stamping(case, run.tsas, dues=run.dues):
        return _whole(run)


def _whole(run: Run) -> Preserved:
    ending = "failed"
    try:
        preserved = run.whole()
        ending = "complete" if preserved.complete else "gaps"
    except CredentialsError:
        ending = "expired"
        raise
    except NoSpaceError:
        ending = "no-space"
        raise
    except (Interrupted, KeyboardInterrupt):
        ending = "interrupted"
        raise
    finally:
        run.end(ending)
    return preserved


def _session(case: Case, scope: Scope, access: Access) -> Session:
    """Find out who we are, before anything else, and refuse to be the suspect."""
    suspects.check(scope.suspect_keys)
    session = reach(access, region=scope.regions[0] if scope.regions else None, case_id=case.name)
    session.identify()
    suspects.refuse(scope.suspect_keys, session.signers.keys | {session.access_key_id}, session.identity.arn)
    return session
