"""Follow snapshots until AWS has them whole: begun is not safe, only `completed` is."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from forensics.aws.ask import Refusal
from forensics.aws.tally import Tally
from forensics.aws.wait import Wait
from forensics.collectors.making import KIND, LOST, TRIES, moment, spent, volume_of
from forensics.collectors.spec import Context, Records
from forensics.model import Coverage, Effect, Exchange, Outcome, Record

TOGETHER = 200
"""Snapshots asked about at once: as many values as a filter takes."""

LOST_AFTER = 5
"""Polls without a word of a snapshot, after which it is taken for deleted."""

FIRST, FACTOR, LONGEST = 2.0, 1.5, 60.0

VANISHED = "vanished"
"""Our state of a snapshot that AWS lists no more."""

GIVEN_UP = "GivenUp"
"""Our own code for a volume of which as many snapshots were made as are made, and none is whole."""

LISTED = "ec2.DescribeSnapshots"
"""The row that lists snapshots. Where it is refused so would be every poll, and its gap says so."""


def follow(context: Context) -> Records:
    """
    Ask about pending snapshots until each is settled, or the time is over; each change is an effect.

    A snapshot that ends in `error`, or is deleted meanwhile, is a gap; `ec2.CreateSnapshot` makes another
    when it is run again, but not for ever.
    """
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
    yield following.coverage()
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
            if (changed := self._changed(effect, states.get(identifier))) != effect:
                self._made[identifier] = self.pending[identifier] = changed
                yield changed
            if self._made[identifier].settled:
                self.pending.pop(identifier, None)
        return None

    def _changed(self, effect: Effect, snapshot: Mapping[str, Any] | None) -> Effect:
        """Return the effect as AWS now says it is, the same one if nothing has changed."""
        if snapshot is not None:
            return _changed(effect, snapshot)
        self._silent[effect.id] += 1
        return replace(effect, state=VANISHED) if self._silent[effect.id] >= LOST_AFTER else effect

    def give_up(self) -> None:
        """Say what is not complete when the time is over."""
        for effect in self.pending.values():
            _miss(self.tally, effect, Outcome.FAILED, "StillPending", "not complete in the time given")

    def coverage(self) -> Coverage:
        """Close the source, with each volume of which no snapshot is left."""
        made = list(self._made.values())
        good = {volume_of(effect) for effect in made if effect.state not in LOST}
        latest = {volume_of(effect): effect for effect in made if volume_of(effect) not in good}
        for volume, effect in latest.items():
            _lose(self.tally, effect, given_up=volume in spent(made) - self._context.again)
        return self.tally.coverage(Outcome.COLLECTED if self._made and not self.tally.gaps else None)


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


def _lose(tally: Tally, effect: Effect, *, given_up: bool) -> None:
    """Say what became of the latest snapshot of a volume that has no good one."""
    gone = effect.state == VANISHED
    outcome, code = (Outcome.VANISHED, "NotListed") if gone else (Outcome.FAILED, effect.state)
    said = "AWS lists the snapshot no more" if gone else str(effect.detail.get("message", ""))
    if given_up:
        why = f"so no more are made unless told (--try-again {volume_of(effect)})"
        code, said = GIVEN_UP, f"{TRIES} snapshots or more were made and none is left, {why}: {said}"
    _miss(tally, effect, outcome, code, said)


def _miss(tally: Tally, effect: Effect, outcome: Outcome, code: str, message: str) -> None:
    parameters = {"SnapshotId": effect.id, "VolumeId": effect.detail.get("volume", "")}
    tally.miss(Refusal(outcome, code, message, "", sure=True), parameters, 1)
