"""Lock snapshots, so that nobody deletes them for a while: never twice, and never for less than they are."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from forensics.aws.ask import Answer, Refusal
from forensics.collectors.deeds import Deed, Deeds
from forensics.collectors.making import LOOK, moment
from forensics.model import Effect, Exchange, Outcome, Record
from forensics.scope import Lock, LockMode

KIND = "lock"
UNLOCKED = "unlocked"
"""Our state of a lock that AWS lists no more: somebody had the right to undo it."""
HELD = frozenset({"governance", "compliance", "compliance-cooloff"})
"""AWS's states of a lock that holds."""

NOT_LOCKED, NOT_ASKED, NOT_EXTENDED = "NotLocked", "NotAsked", "NotExtended"

SLACK = timedelta(days=1)
"""What a lock may be short of what is asked: else every resumed run would extend each."""

Locked = dict[str, Mapping[str, Any]]


def lock(deeds: Deeds, snapshots: Sequence[Effect], wanted: Lock) -> Generator[Record, None, None]:
    """Lock each that is not locked for as long, and look whether AWS lists them all as locked."""
    if not snapshots:
        return
    before = yield from _locked(deeds)
    if isinstance(before, Refusal):
        deeds.tally.refuse(before, {})
    known: Locked = {} if isinstance(before, Refusal) else before
    asked = False
    for snapshot in snapshots:
        made, now = deeds.made.get((KIND, snapshot.id)), known.get(snapshot.id)
        if made is not None and _holds(made) and now is None:
            if isinstance(before, Refusal):
                continue  # What we locked counts as locked: a second call could shorten it.
            yield deeds.keep(replace(made, state=UNLOCKED))
        asked |= yield from _one(deeds, snapshot, now, wanted)
    if not isinstance(before, Refusal):
        yield from _confirm(deeds, snapshots, known, asked=asked)


def missing(deeds: Deeds, snapshots: Sequence[Effect]) -> None:
    """Say which are not locked, of a case that an earlier run was to lock, in a run that is not to."""
    for snapshot in snapshots:
        if not _holds(deeds.made.get((KIND, snapshot.id))):
            _miss(deeds, snapshot, NOT_ASKED, "an earlier run was to lock it: run again with --lock")


def _holds(effect: Effect | None) -> bool:
    return effect is not None and effect.state in HELD


def _one(
    deeds: Deeds, snapshot: Effect, now: Mapping[str, Any] | None, wanted: Lock
) -> Generator[Record, None, bool]:
    """Lock one; say whether AWS was asked to."""
    if now is not None and _enough(now, wanted, deeds.context.clock()):
        yield from deeds.found(KIND, snapshot.id, str(now.get("LockState")), _detail(now))
        return False
    compliant = now is not None and str(now.get("LockState")).startswith(LockMode.COMPLIANCE)
    if compliant and wanted.mode is not LockMode.COMPLIANCE:
        said = "it is locked for less, in compliance mode, which only --lock-mode compliance extends"
        _miss(deeds, snapshot, NOT_EXTENDED, said)
        return False
    answer = yield from deeds.do(_deed(deeds, snapshot, now, wanted))
    return isinstance(answer, Answer)


def _enough(now: Mapping[str, Any], wanted: Lock, clock: datetime) -> bool:
    """Say whether a lock holds as long, and against as many, as is asked."""
    if wanted.mode is LockMode.COMPLIANCE and not str(now.get("LockState")).startswith(LockMode.COMPLIANCE):
        return False
    until = now.get("LockExpiresOn")
    if isinstance(until, datetime):
        return until >= clock + timedelta(days=wanted.days) - SLACK
    # Of one that is pending: its time begins when it is complete.
    return int(now.get("LockDuration") or 0) >= wanted.days


def _deed(deeds: Deeds, snapshot: Effect, now: Mapping[str, Any] | None, wanted: Lock) -> Deed:
    days = max(wanted.days, _left(now, deeds.context.clock()))
    parameters = {"LockDuration": days, "LockMode": wanted.mode.value, "SnapshotId": snapshot.id}
    if wanted.mode is LockMode.COMPLIANCE and wanted.cool_off and not _compliant(now):
        parameters["CoolOffPeriod"] = wanted.cool_off
    return Deed(
        kind=KIND,
        id=snapshot.id,
        operation="LockSnapshot",
        parameters=parameters,
        about=f"lock {snapshot.id} for {days} days, in {wanted.mode} mode",
        state=wanted.mode.value,
        detail={"before": _detail(now) if now else {}, "volume": snapshot.detail.get("volume", "")},
        told=_told,
    )


def _compliant(now: Mapping[str, Any] | None) -> bool:
    return now is not None and now.get("LockState") == LockMode.COMPLIANCE


def _left(now: Mapping[str, Any] | None, clock: datetime) -> int:
    """Return for how many days a lock holds still: another mode is not to shorten it."""
    until = now.get("LockExpiresOn") if now else None
    return math.ceil((until - clock) / timedelta(days=1)) if isinstance(until, datetime) else 0


def _told(answer: Answer, deed: Deed) -> Deed:
    state = str(answer.values.get("LockState") or deed.state)
    return replace(deed, state=state, detail={**deed.detail, **_detail(answer.values)})


def _detail(said: Mapping[str, Any]) -> dict[str, Any]:
    """Write what AWS says of a lock."""
    return {
        "cool_off_expires": moment(said.get("CoolOffPeriodExpiresOn")),
        "created": moment(said.get("LockCreatedOn")),
        "days": int(said.get("LockDuration") or 0),
        "expires": moment(said.get("LockExpiresOn")),
        "mode": str(said.get("LockState") or "").partition("-")[0],
    }


def _confirm(
    deeds: Deeds, snapshots: Sequence[Effect], known: Locked, *, asked: bool
) -> Generator[Record, None, None]:
    """Hold what is on record against what AWS lists, which may take it some seconds."""
    listed: Locked | Refusal = known
    wanted = {snapshot.id for snapshot in snapshots if _holds(deeds.made.get((KIND, snapshot.id)))}
    for delay in (0.0, *LOOK.delays()) if asked else ():
        deeds.context.sleep(delay)
        listed = yield from _locked(deeds)
        if isinstance(listed, Refusal):
            deeds.tally.refuse(listed, {})
            return
        if wanted <= listed.keys():
            break
    for snapshot in snapshots:
        yield from _state(deeds, snapshot, listed.get(snapshot.id))  # type: ignore[union-attr]


def _state(deeds: Deeds, snapshot: Effect, now: Mapping[str, Any] | None) -> Generator[Record, None, None]:
    """Put on record how one is locked now, if that is not what the record says."""
    made = deeds.made.get((KIND, snapshot.id))
    if now is None:
        if made is not None and made.state != UNLOCKED:
            yield deeds.keep(replace(made, state=UNLOCKED))
            _miss(
                deeds, snapshot, NOT_LOCKED, "AWS took the lock and lists none: somebody may have undone it"
            )
        return
    state, detail = str(now.get("LockState")), _detail(now)
    if made is None:
        # Nobody announced it: it stands under the op by which the snapshot was made.
        source = replace(snapshot.source, operation="LockSnapshot")
        found = {**detail, "ours": False, "volume": snapshot.detail.get("volume", "")}
        yield deeds.keep(Effect(snapshot.intent, source, KIND, snapshot.id, state, found))
    elif (made.state, {**made.detail, **detail}) != (state, made.detail):
        yield deeds.keep(replace(made, state=state, detail={**made.detail, **detail}))


def _miss(deeds: Deeds, snapshot: Effect, code: str, message: str) -> None:
    parameters = {"SnapshotId": snapshot.id}
    deeds.tally.miss(Refusal(Outcome.FAILED, code, message, "", sure=True), parameters, 1)


def _locked(deeds: Deeds) -> Generator[Exchange, None, Locked | Refusal]:
    """List what is locked: all of it, since one id that is gone would fail a question about ids."""
    found: Locked = {}

    def take(answer: Answer) -> None:
        for one in answer.values.get("Snapshots", ()):
            if one.get("LockState") in HELD:
                found[str(one.get("SnapshotId"))] = one

    refusal = yield from deeds.pages("DescribeLockedSnapshots", {}, take)
    return found if refusal is None else refusal
