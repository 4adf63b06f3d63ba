"""Make snapshots such that each is made once, whatever is lost between the call and its answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forensics.aws.ask import Answer, Refusal
from forensics.aws.row import DENIALS
from forensics.aws.tally import Tally
from forensics.aws.wait import Wait
from forensics.aws.wire import stamp
from forensics.collectors.spec import Context
from forensics.model import Coverage, Effect, Exchange, Intent, Outcome, Record, Settled

KIND = "snapshot"
"""Kind of the effects."""

LOST = frozenset({"error", "vanished"})
"""States of a snapshot that is none: AWS's word, and ours for one that was deleted while it was made."""

TRIES = 2
"""Snapshots made of one volume, over all runs, unless told: what fails twice fails again, and is paid for."""

TAG_OP, TAG_CASE = "forensics:op", "forensics:case"

LOOK = Wait(first=1, factor=2, longest=8, total=15)
"""EC2 is eventually consistent: what was just made may not be listed for some seconds."""

PATIENCE = Wait(first=1, factor=2, longest=30, total=600)
"""For limits that pass: one snapshot of a volume in 15 seconds, so many at once in an account."""

BUSY = frozenset(
    {
        "ConcurrentSnapshotLimitExceeded",
        "PendingSnapshotLimitExceeded",
        "SnapshotCreationPerVolumeRateExceeded",
    }
)

NAMED = 30
"""Instances named in a note; the others are counted."""

NAMELESS = "NamelessSnapshot"
"""Our own code for an answer with success that does not say what was made."""

Found = list[Mapping[str, Any]]


@dataclass
class Making:
    """The snapshots that one source makes in one region."""

    context: Context
    volumes: Sequence[Mapping[str, Any]]
    """Every volume of the region, with its attachments."""

    def __post_init__(self) -> None:
        """Know what is done, and what is in doubt."""
        self._asker, self.tally = self.context.asker, Tally(self.context.source)
        self._open = {intent.id: _concerned(intent) for intent in self.context.intents}
        made = [effect for effect in self.context.effects if effect.kind == KIND]
        self.done = {volume_of(effect) for effect in made if effect.state not in LOST}
        self.spent = spent(made) - self.context.again
        self._moments = {volume_of(effect): effect.intent for effect in made if effect.state not in LOST}
        self._facts = {str(volume["VolumeId"]): volume for volume in self.volumes}
        self.made_before = any(effect.source == self.context.source for effect in made)

    @property
    def doubtful(self) -> set[str]:
        """
        Return the volumes of which nobody can say whether a snapshot was made: they are let alone.

        As each intent names them, and not by where they are attached now: that may have changed since.
        """
        return {volume for volumes in self._open.values() for volume in volumes}

    def free(self, volumes: Sequence[str]) -> bool:
        """Say whether none of these volumes has, or may have, a snapshot, or had as many as are made."""
        return not (self.done | self.doubtful | self.spent).intersection(volumes)

    @property
    def hopeless(self) -> Refusal | None:
        """Return why there is no use in asking, None if there is."""
        last, tally = self.tally.last, self.tally
        denied = last is not None and last.outcome in {Outcome.DENIED, Outcome.DENIED_BY_SCP}
        closed, asker = self.context.session.closed, self._asker
        shut = closed.refusal(asker.source.region) or closed.mute(asker.service, asker.region)
        return shut or (last if denied and not tally.pages and tally.refused >= DENIALS else None)

    def make(
        self, parameters: Mapping[str, Any], about: str, volumes: Sequence[str]
    ) -> Generator[Record, None, Refusal | None]:
        """Make snapshots of these volumes by one call; return AWS's refusal if it made none."""
        if (hopeless := self.hopeless) is not None:
            self.tally.miss(hopeless, parameters, 0)
            return None
        identifier = self.context.new_id()
        detail = {"volumes": list(volumes)}
        intent = Intent(identifier, self.context.source, self._tagged(parameters, identifier), about, detail)
        self._open[identifier] = _concerned(intent)
        yield intent
        refusal: Refusal | None = None
        for delay in (0.0, *PATIENCE.delays()):
            self.context.sleep(delay)
            # Once: what botocore, or we, might blindly repeat could be carried out twice.
            asking = self._asker.ask(intent.parameters, whole=True, bound=True, attempts=1)
            answer = yield from self.tally.counted(asking)
            if isinstance(answer, Answer):
                yield from self._answered(intent, answer)
                return None
            refusal = answer
            if not answer.sure:
                over = yield from self._was_it_made(intent)
                if over:
                    return None
            elif not answer.again and answer.code not in BUSY:
                break
        if refusal is not None:
            code, message, request = refusal.code, refusal.message, refusal.request_id
            yield self._settle(Settled(intent.id, refusal.outcome, code, message, request))
        return refusal

    def _settle(self, settled: Settled) -> Settled:
        """Have no doubt any more."""
        self._open.pop(settled.intent, None)
        return settled

    def _answered(self, intent: Intent, answer: Answer) -> Generator[Record, None, None]:
        """Take what was made; where the answer does not say what, look for it, and never make it again."""
        if found := snapshots(answer):
            yield from self._made(intent, found, answer.request_id)
        elif not (yield from self._was_it_made(intent)):
            message = "AWS says that it was done, and names no snapshot"
            refusal = Refusal(Outcome.FAILED, NAMELESS, message, answer.request_id, sure=False)
            self.tally.refuse(refusal, intent.parameters)

    def resume(self) -> Generator[Record, None, None]:
        """Find out what became of the calls of this source that an earlier run may have made."""
        for intent in [one for one in self.context.intents if one.source == self.context.source]:
            over = yield from self._was_it_made(intent)
            if not over:
                message = "no snapshot has the tag of this intent: the call was not made"
                yield self._settle(Settled(intent.id, Outcome.FAILED, "NotMade", message))

    def refuse(self, refusal: Refusal, parameters: Mapping[str, Any]) -> None:
        """Take in that AWS made none."""
        self.context.session.closed.refused(self.context.source.region, self.context.source.name, refusal)
        self.tally.refuse(refusal, parameters)

    def coverage(self, groups: Mapping[str, Sequence[str]], *, concerned: bool) -> Coverage:
        """
        Close the source; `concerned` if there was anything for it to do, now or before.

        `groups` are the volumes of each instance: those whose disks are not of one moment are named.
        """
        note = self._apart(groups)
        if self.tally.pages or self.doubtful or (concerned and not self.tally.gaps):
            return self.tally.coverage(Outcome.COLLECTED, note)
        return self.tally.coverage(note=note)

    def _apart(self, groups: Mapping[str, Sequence[str]]) -> str:
        """Name the instances whose volumes were snapshotted by more than one call, whichever run made it."""
        calls = {
            instance: {self._moments[volume] for volume in attached if volume in self._moments}
            for instance, attached in groups.items()
        }
        apart = [instance for instance, made in calls.items() if len(made) > 1]
        more = f" and {len(apart) - NAMED} more" if len(apart) > NAMED else ""
        return f"disks that are not of one moment: of {', '.join(apart[:NAMED])}{more}" if apart else ""

    def _was_it_made(self, intent: Intent) -> Generator[Record, None, bool]:
        """Look by tag; True if the matter is over: found, or not to be found out."""
        found = yield from self._look(intent, max(1, len(_concerned(intent))))
        if isinstance(found, Refusal):
            # Left open, for a later run to look again. Making it now might make it twice.
            self.tally.refuse(found, intent.parameters)
            return True
        if found:
            yield from self._made(intent, found, "")
        return bool(found)

    def _look(self, intent: Intent, expected: int) -> Generator[Exchange, None, Found | Refusal]:
        query = {
            "OwnerIds": ["self"],
            "Filters": [{"Name": f"tag:{TAG_OP}", "Values": [intent.id]}],
        }
        found: Found = []
        for delay in (0.0, *LOOK.delays()):
            self.context.sleep(delay)
            found = []
            refusal = yield from self.tally.counted(
                self._asker.pages(
                    query,
                    lambda answer, into=found: into.extend(snapshots(answer)),  # type: ignore[misc]
                    operation="DescribeSnapshots",
                    whole=True,
                )
            )
            if refusal is not None:
                return refusal
            if len(found) >= expected:
                break
        return found

    def _made(self, intent: Intent, found: Found, request_id: str) -> Generator[Record, None, None]:
        self.tally.pages += 1
        for snapshot in found:
            effect = self._effect(intent, snapshot)
            self.done.add(volume_of(effect))
            self._moments[volume_of(effect)] = intent.id
            yield effect
        yield self._settle(Settled(intent.id, Outcome.COLLECTED, request_id=request_id))

    def _effect(self, intent: Intent, snapshot: Mapping[str, Any]) -> Effect:
        volume = str(snapshot.get("VolumeId", ""))
        attachments = self._facts.get(volume, {}).get("Attachments") or [{}]
        detail = {
            "device": attachments[0].get("Device") or "",
            "encrypted": bool(snapshot.get("Encrypted")),
            "instance": attachments[0].get("InstanceId") or "",
            "size_gib": int(snapshot.get("VolumeSize") or 0),
            "started": moment(snapshot.get("StartTime")),
            "volume": volume,
        }
        state = str(snapshot.get("State") or "pending")
        return Effect(intent.id, intent.source, KIND, str(snapshot["SnapshotId"]), state, detail)

    def _tagged(self, parameters: Mapping[str, Any], identifier: str) -> dict[str, Any]:
        case = self.context.session.case_id or "none"
        tags = [{"Key": TAG_CASE, "Value": case[:256]}, {"Key": TAG_OP, "Value": identifier}]
        return {
            **parameters,
            "Description": f"forensics case {case}"[:255],
            "TagSpecifications": [{"ResourceType": "snapshot", "Tags": tags}],
        }


def snapshots(answer: Answer) -> Found:
    """
    Return the snapshots of an answer of CreateSnapshots, DescribeSnapshots or CreateSnapshot.

    None at all where any lacks what it is, or of which volume: then nobody knows what the answer says.
    """
    found = list(answer.values.get("Snapshots", [answer.values]))
    whole = all(one.get("SnapshotId") and one.get("VolumeId") for one in found)
    return found if whole else []


def volume_of(effect: Effect) -> str:
    """Return the id of the volume that a snapshot is of."""
    return str(effect.detail.get("volume", ""))


def spent(made: Iterable[Effect]) -> set[str]:
    """Return the volumes of which no more snapshots are made, whatever became of those there were."""
    counts = Counter(map(volume_of, made))
    return {volume for volume, count in counts.items() if count >= TRIES}


def moment(value: Any) -> str:
    """Write a time of AWS's as RFC 3339 UTC, empty if there is none."""
    return stamp(value) if isinstance(value, datetime) else ""


def _concerned(intent: Intent) -> tuple[str, ...]:
    """Return the volumes that the call of an intent may have made snapshots of."""
    return tuple(map(str, intent.detail.get("volumes", ())))
