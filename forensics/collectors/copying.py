"""Copy snapshots such that each is copied once, and follow the copies until AWS has them whole."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from forensics.aws.ask import Answer, Refusal
from forensics.collectors.deeds import Deed, Deeds
from forensics.collectors.making import LOOK, LOST, TAG_CASE, TAG_OP, moment
from forensics.collectors.progress import GIVEN_UP, LOST_AFTER, TOGETHER, VANISHED
from forensics.model import Effect, Exchange, Intent, Outcome, Record, Settled

KIND = "copy"
ACROSS, ANEW = "evidence", "re-encrypted"
"""Hops: into the evidence account, and before that to a key that can be shared."""

AT_ONCE = 20
"""Copies that AWS makes at once in one region of an account:
https://docs.aws.amazon.com/general/latest/gr/ebs-service.html"""
BUSY = frozenset({"ConcurrentSnapshotLimitExceeded", "PendingSnapshotLimitExceeded", "ResourceLimitExceeded"})
"""Codes of limits that pass."""
UNSEEN = frozenset({"InvalidSnapshot.NotFound"})
"""What was just shared may not be seen from the other side for some seconds."""
TRIES = 3
"""
Copies of one snapshot that may fail, over all runs, unless told.

One more than snapshots of a volume: what is wrong with keys and sharing is put right between two runs.
"""
DOUBTS = 3
"""Calls that were lost and not made, or saw nothing, after which a copy is left to a later run."""

NAMELESS, SIZE_DIFFERS, NOT_ENCRYPTED = "NamelessSnapshot", "SizeDiffers", "NotEncrypted"

Listed = dict[str, Any]
Doing = Generator[Record, None, None]


@dataclass
class Copying:
    """The copies of one hop in one account and region."""

    deeds: Deeds
    hop: str

    def __post_init__(self) -> None:
        """Know the copies that there are."""
        made = [one for one in self.deeds.made.values() if one.kind == KIND and one.detail["hop"] == self.hop]
        self.copies = {one.id: one for one in made}
        self._silent = dict.fromkeys(self.copies, 0)
        self._waiting: dict[str, Intent] = {}
        self._doubts: dict[str, int] = {}
        self.over: set[str] = set()
        """Snapshots of which no copy comes about in this run."""
        self._busy = False

    def of(self, original: str) -> Effect | None:
        """Return the copy that there is of a snapshot, complete or on its way."""
        found = [one for one in self.copies.values() if one.detail["snapshot"] == original]
        good = [one for one in found if one.state not in LOST]
        return max(good, key=lambda one: one.settled, default=None)

    def given_up(self, original: Effect) -> bool:
        """Say whether so many copies have failed that no more are made: a gap with the last one's words."""
        failed = [one for one in self.copies.values() if one.detail["snapshot"] == original.id]
        failed = [one for one in failed if one.state in LOST]
        told = {original.id, str(original.detail.get("volume", ""))} & self.deeds.context.again
        if len(failed) < TRIES or told:
            return False
        self.over.add(original.id)
        last = failed[-1]
        why = f"{len(failed)} copies have failed, so no more are made unless told (--try-again {original.id})"
        self.miss(last, GIVEN_UP, f"{why}: {last.detail.get('message') or last.state}")
        return True

    @property
    def pending(self) -> list[str]:
        """Name the copies on their way."""
        return sorted(one.id for one in self.copies.values() if not one.settled)

    @property
    def room(self) -> bool:
        """Say whether another may be begun now."""
        return not self._busy and len(self.pending) < AT_ONCE

    # -- making

    def start(self, original: Effect, origin: str, key: str) -> Doing:
        """Begin a copy of `origin`, which is the snapshot or a copy of it, under a key."""
        intent = self._waiting.pop(original.id, None)
        if intent is None:
            identifier = self.deeds.context.new_id()
            deed = self._deed(original, origin, key, identifier)
            intent = self.deeds.announce(deed, identifier)
            yield intent
        # Once: what is blindly repeated could be carried out twice.
        answer = yield from self.deeds.ask("CopySnapshot", intent.parameters, attempts=1)
        if isinstance(answer, Answer):
            yield from self._answered(original, intent, answer)
        elif not answer.sure:
            yield from self._doubt(original, intent, answer)
        elif answer.again or answer.code in BUSY:
            self._waiting[original.id], self._busy = intent, True
        elif answer.code not in UNSEEN or not self._later(original, intent):
            self.over.add(original.id)
            yield from self.deeds.refused(intent, answer)

    def _deed(self, original: Effect, origin: str, key: str, identifier: str) -> Deed:
        (account, region), case = self.deeds.place, self.deeds.context.session.case_id or "none"
        volume = str(original.detail.get("volume", ""))
        tags = [{"Key": TAG_CASE, "Value": case[:256]}, {"Key": TAG_OP, "Value": identifier}]
        return Deed(
            kind=KIND,
            id=original.id,
            operation="CopySnapshot",
            parameters={
                "Description": f"forensics case {case}"[:255],
                "Encrypted": True,
                "KmsKeyId": key,
                "SourceRegion": region,
                "SourceSnapshotId": origin,
                "TagSpecifications": [{"ResourceType": "snapshot", "Tags": tags}],
            },
            about=f"copy {origin}, of {volume}, into account {account}",
            state="pending",
            detail={
                "encrypted": True,
                "from": origin,
                "hop": self.hop,
                "key": key,
                "size_gib": int(original.detail.get("size_gib") or 0),
                "snapshot": original.id,
                # In our record alone: AWS's answer names an arbitrary volume.
                "volume": volume,
            },
        )

    def _answered(self, original: Effect, intent: Intent, answer: Answer) -> Doing:
        if id_ := str(answer.values.get("SnapshotId") or ""):
            self.deeds.tally.pages += 1
            yield from self._begun(intent, id_, answer.request_id)
        else:
            said = "AWS says that it was done, and names no snapshot"
            refusal = Refusal(Outcome.FAILED, NAMELESS, said, answer.request_id, sure=False)
            yield from self._doubt(original, intent, refusal)

    def _doubt(self, original: Effect, intent: Intent, refusal: Refusal) -> Doing:
        """Look whether it was begun; if not, the same call is made again, a few times."""
        found = yield from self._look(intent)
        if isinstance(found, Refusal):
            self.over.add(original.id)
            self.deeds.tally.refuse(found, intent.parameters)
        elif not found and not (refusal.code != NAMELESS and self._later(original, intent)):
            self.over.add(original.id)
            self.deeds.tally.refuse(refusal, intent.parameters)

    def _later(self, original: Effect, intent: Intent) -> bool:
        """Put a call off to the next round, but not for ever."""
        self._doubts[original.id] = self._doubts.get(original.id, 0) + 1
        if self._doubts[original.id] >= DOUBTS:
            return False
        self._waiting[original.id] = intent
        return True

    def _begun(self, intent: Intent, id_: str, request_id: str) -> Doing:
        detail = {name: value for name, value in intent.detail.items() if name not in {"id", "kind"}}
        effect = Effect(intent.id, intent.source, KIND, id_, "pending", detail)
        self.copies[id_], self._silent[id_] = self.deeds.keep(effect), 0
        yield effect
        yield self.deeds.settle(intent, Settled(intent.id, Outcome.COLLECTED, request_id=request_id))

    def resume(self) -> Doing:
        """Find out what became of the calls that an earlier run may have made."""
        mine = [one for (kind, _), one in self.deeds.open.items() if kind == KIND]
        for intent in [one for one in mine if one.detail["hop"] == self.hop]:
            found = yield from self._look(intent)
            if isinstance(found, Refusal):
                # Left open, for a later run to look again. Copying now might copy twice.
                self.over.add(str(intent.detail["id"]))
                self.deeds.tally.refuse(found, intent.parameters)
            elif not found:
                yield from self.deeds.undone(KIND, str(intent.detail["id"]))

    def _look(self, intent: Intent) -> Generator[Record, None, bool | Refusal]:
        """Look by tag for what an intent made, and take it in."""
        for delay in (0.0, *LOOK.delays()):
            self.deeds.context.sleep(delay)
            found = yield from self._described(f"tag:{TAG_OP}", [intent.id])
            if isinstance(found, Refusal):
                return found
            if found:
                yield from self._begun(intent, min(found), "")
                return True
        return False

    # -- following

    def poll(self, whole: Callable[[Effect], str]) -> Doing:
        """Look once at each copy on its way; `whole` says what is wrong with a complete one."""
        self._busy = False
        if not self.pending:
            return
        states = yield from self._described("snapshot-id", self.pending)
        if isinstance(states, Refusal):
            self.deeds.tally.refuse(states, {})
            self.over |= {str(self.copies[id_].detail["snapshot"]) for id_ in self.pending}
            return
        for id_ in self.pending:
            yield from self._state(self.copies[id_], states.get(id_), whole)

    def _state(self, effect: Effect, said: Any, whole: Callable[[Effect], str]) -> Doing:
        changed = _changed(effect, said) if said else effect
        if said is None:
            self._silent[effect.id] += 1
            if self._silent[effect.id] >= LOST_AFTER:
                changed = replace(effect, state=VANISHED)
        if changed == effect:
            return
        self.copies[effect.id] = self.deeds.keep(changed)
        yield changed
        if changed.state in LOST:
            self.over.add(str(changed.detail["snapshot"]))
            self.miss(changed, changed.state, str(changed.detail.get("message", "")))
        elif changed.settled and (wrong := whole(changed)):
            self.miss(changed, wrong, "the copy is not as what it was copied from")

    def miss(self, copy: Effect, code: str, message: str) -> None:
        """Say what is wrong with a copy."""
        outcome = Outcome.VANISHED if code == VANISHED else Outcome.FAILED
        named = {"SnapshotId": copy.id, "SourceSnapshotId": copy.detail["from"]}
        self.deeds.tally.miss(Refusal(outcome, code, message, "", sure=True), named, 1)

    def give_up(self) -> Doing:
        """Settle what AWS would not begin yet, when the time is over."""
        for intent in self._waiting.values():
            said = "too many copies at once in that account and region, for all of the time given"
            yield self.deeds.settle(intent, Settled(intent.id, Outcome.FAILED, "ResourceLimitExceeded", said))

    def _described(self, name: str, values: Sequence[str]) -> Generator[Exchange, None, Listed | Refusal]:
        return (yield from described(self.deeds, name, values))


def described(deeds: Deeds, name: str, values: Sequence[str]) -> Generator[Exchange, None, Listed | Refusal]:
    """Describe snapshots by a filter: by ids, one that is gone would fail the whole request."""
    found: Listed = {}

    def take(answer: Answer) -> None:
        found.update({str(one["SnapshotId"]): one for one in answer.values.get("Snapshots", ())})

    for start in range(0, len(values), TOGETHER):
        some = list(values[start : start + TOGETHER])
        query = {"Filters": [{"Name": name, "Values": some}], "OwnerIds": ["self"]}
        refusal = yield from deeds.pages("DescribeSnapshots", query, take)
        if refusal is not None:
            return refusal
    return found


def _changed(effect: Effect, said: Any) -> Effect:
    """Return the copy as AWS now says it is, the same if nothing has changed."""
    state = str(said.get("State") or "pending")
    if state == effect.state:
        return effect
    news = {
        "completed": moment(said.get("CompletionTime")),
        "encrypted": bool(said.get("Encrypted")),
        "key": said.get("KmsKeyId"),
        "message": said.get("StateMessage"),
        "size_gib": int(said.get("VolumeSize") or 0),
    }
    kept = {name: value for name, value in news.items() if value or name in {"encrypted", "size_gib"}}
    return replace(effect, state=state, detail={**effect.detail, **kept})


def wrong(original: Effect | None, copy: Effect) -> str:
    """Say by a code what is wrong with a complete copy; empty if nothing is."""
    if original is None or copy.detail["size_gib"] != original.detail.get("size_gib"):
        return SIZE_DIFFERS
    return "" if copy.detail["encrypted"] else NOT_ENCRYPTED
