"""Follow snapshots until AWS has them whole: begun is not safe, only `completed` is."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from forensics.aws.ask import Refusal
from forensics.aws.tally import Tally
from forensics.aws.wait import Wait
from forensics.collectors.making import KIND, moment
from forensics.collectors.spec import Context, Records
from forensics.model import Coverage, Effect, Exchange, Outcome, Record

TOGETHER = 200
"""Snapshots asked about at once: as many values as a filter takes."""

LOST_AFTER = 5
"""Polls without a word of a snapshot, after which it is taken for deleted."""

FIRST, FACTOR, LONGEST = 2.0, 1.5, 60.0

ERROR = "error"
"""AWS's state of a snapshot that has failed."""

LISTED = "ec2.DescribeSnapshots"
"""The row that lists snapshots. Where it is refused so would be every poll, and its gap says so."""

AGAIN = "CreateSnapshot"
"""The operation that is to try again where a snapshot failed."""


def follow(context: Context) -> Records:
    """
    Ask about pending snapshots until each is settled, or the time is over; each change is an effect.

    A snapshot that ends in `error` is a gap of `ec2.CreateSnapshot`, which then makes another.
    """
    if LISTED not in context.names:
        return {}
    following = _Following(context)
    wait = Wait(first=FIRST, factor=FACTOR, longest=LONGEST, total=context.deadline)
    for delay in chain((0.0,), wait.delays()):  # a star would unpack what may never end
        if not following.pending:
            break
        context.sleep(delay)
        refusal = yield from following.poll()
        if refusal is not None:
            following.tally.refuse(refusal, {})
            break
    else:
        following.give_up()
    yield from following.coverage()
    return {}


class _Following:
    """The snapshots of the case in one region."""

    def __init__(self, context: Context) -> None:
        self._context, self.tally = context, Tally(context.source)
        self._made = {effect.id: effect for effect in context.effects if effect.kind == KIND}
        self.pending = {effect.id: effect for effect in self._made.values() if not effect.settled}
        self._silent = dict.fromkeys(self.pending, 0)

    def poll(self) -> Generator[Record, None, Refusal | None]:
        """Look once at each pending snapshot."""
        states = yield from self.tally.counted(_states(self._context, sorted(self.pending)))
        if isinstance(states, Refusal):
            return states
        self.tally.pages += 1
        for identifier, effect in list(self.pending.items()):
            if identifier not in states:
                self._not_listed(effect)
            elif (changed := _changed(effect, states[identifier])) != effect:
                self._made[identifier] = self.pending[identifier] = changed
                yield changed
            if self._made[identifier].settled:
                self.pending.pop(identifier, None)
        return None

    def _not_listed(self, effect: Effect) -> None:
        self._silent[effect.id] += 1
        if self._silent[effect.id] >= LOST_AFTER:
            _miss(self.tally, effect, Outcome.VANISHED, "NotListed", "AWS lists the snapshot no more")
            del self.pending[effect.id]

    def give_up(self) -> None:
        """Say what is not complete when the time is over."""
        for effect in self.pending.values():
            _miss(self.tally, effect, Outcome.FAILED, "StillPending", "not complete in the time given")

    def coverage(self) -> Iterator[Coverage]:
        """Close the source, and open again the one that makes snapshots if any has failed."""
        yield self.tally.coverage(Outcome.COLLECTED if self._made and not self.tally.gaps else None)
        good = {effect.detail.get("volume") for effect in self._made.values() if effect.state != ERROR}
        failed = Tally(replace(self._context.source, operation=AGAIN))
        for effect in self._made.values():
            if effect.state == ERROR and effect.detail.get("volume") not in good:
                _miss(failed, effect, Outcome.FAILED, ERROR, str(effect.detail.get("message", "")))
        if failed.gaps:
            yield failed.coverage()


def _states(
    context: Context, identifiers: Sequence[str]
) -> Generator[Exchange, None, dict[str, Mapping[str, Any]] | Refusal]:
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(identifiers), TOGETHER):
        # By filter, not by id: one that is gone would fail the whole request.
        some = list(identifiers[start : start + TOGETHER])
        query = {"OwnerIds": ["self"], "Filters": [{"Name": "snapshot-id", "Values": some}]}
        refusal = yield from context.asker.pages(
            query,
            lambda answer: found.update(
                {str(item["SnapshotId"]): item for item in answer.values["Snapshots"]}
            ),
            operation="DescribeSnapshots",
            whole=True,
        )
        if refusal is not None:
            return refusal
    return found


def _changed(effect: Effect, snapshot: Mapping[str, Any]) -> Effect:
    """Return the effect as AWS now says it is, the same one if nothing has changed."""
    state = str(snapshot.get("State") or "pending")
    if state == effect.state:
        return effect
    news = {"completed": moment(snapshot.get("CompletionTime")), "message": snapshot.get("StateMessage")}
    return replace(effect, state=state, detail={**effect.detail, **{k: v for k, v in news.items() if v}})


def _miss(tally: Tally, effect: Effect, outcome: Outcome, code: str, message: str) -> None:
    parameters = {"SnapshotId": effect.id, "VolumeId": effect.detail.get("volume", "")}
    tally.miss(Refusal(outcome, code, message, "", sure=True), parameters, 1)
