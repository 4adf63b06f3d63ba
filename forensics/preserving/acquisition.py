"""
The runs of one `preserve`, one an account, on one schedule: the most volatile first, over all of them.

What is wrong with one account stops nothing but itself, as long as another can be gone on with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from forensics.collectors import spec
from forensics.errors import CredentialsError, DeclinedError, DriftError, Interrupted, NoSpaceError
from forensics.model import Record
from forensics.preserving.agenda import Agenda, Turns
from forensics.preserving.ground import Ground
from forensics.preserving.run import Run
from forensics.schedule import Job, Jobs, Listed, Schedule
from forensics.scope import Member, Preserved

WORKERS = {spec.Lane.USUAL.value: 16, spec.Lane.EVENTS.value: 48, spec.Lane.BULK.value: 4}
"""Sources at once, by lane, over all accounts and regions. The one place where concurrency is bounded."""

_ENDINGS = (
    (CredentialsError, "expired"),
    (NoSpaceError, "no-space"),
    ((DeclinedError, Interrupted, KeyboardInterrupt), "interrupted"),
    (BaseException, "failed"),
)


class Acquisition:
    """Runs over some accounts, to their end."""

    def __init__(
        self,
        ground: Ground,
        runs: Sequence[Run],
        *,
        before: Mapping[str, Sequence[Record]] | None = None,
        lost: Sequence[Member] = (),
    ) -> None:
        """Ask nothing yet; `before` is what was asked to find the accounts, by account."""
        self._ground, self._runs, self._lost = ground, runs, lost
        self._before = before or {}
        ground.alive.update(run.account for run in runs)

    def whole(self) -> Preserved:
        """Ask for what is missing, once more for what a second try may give, and again what may change."""
        with self._ended():
            self._each(lambda run: run.find)
            if lines := dict.fromkeys(line for run in self._runs for line in run.drift):
                raise DriftError(list(lines))
            self._each(lambda run: partial(run.open, self._before.get(run.account, ())))
            self._schedule(Listed([job for run in self._runs if not run.ending for job in run.probes()]))
            if self._ground.agreement.looks:
                self._pass(Run.look_first)
                looks = [run.look for run in self._runs if not run.ending]
                self._ground.agreement.check(looks, self._ground.keeper.write)
            for jobs in (Run.first_try, Run.second_try, Run.reread):
                self._pass(jobs)
            for run in self._runs:
                run.keep_footprint()
        return self._preserved()

    @contextmanager
    def _ended(self) -> Iterator[None]:
        """Write how each run ended, whatever it was that ended them."""
        ending = ""
        try:
            yield
        except BaseException as error:
            ending = next(word for kind, word in _ENDINGS if isinstance(error, kind))
            raise
        finally:
            for run in self._runs:
                run.end(ending)

    def _each(self, work: Callable[[Run], Callable[[], None]]) -> None:
        """Do one thing for every account, side by side."""
        jobs = [Job(run.account, 0, frozenset(), partial(run.turn, work(run))) for run in self._runs]
        self._schedule(Listed(jobs))

    def _pass(self, wanted: Callable[[Run], Agenda]) -> None:
        turns = Turns([wanted(run) for run in self._runs if not run.ending])
        self._ground.keeper.expect(len(turns))
        self._schedule(turns)

    def _schedule(self, jobs: Jobs[Any]) -> None:
        Schedule(jobs, WORKERS, self._ground.stop).run()

    def _preserved(self) -> Preserved:
        ground, standing = self._ground, self._ground.standing
        members = [run.member for run in self._runs]
        return Preserved(
            members[0].account,
            members[0].principal,
            ground.keeper.items.total(),
            len(standing.coverage),
            standing.gaps,
            tuple(standing.effects.values()),
            (*members, *self._lost),
        )
