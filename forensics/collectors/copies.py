"""
Copies of the snapshots in another account, under its own key: out of reach of whoever is in this one.

Each snapshot goes its own way: where AWS's own key encrypts it, to a key that can be shared; then it is
shared, copied from the other side, and shared no more. What is on record says how far it came, so a later run
goes on from there. Where the other account refuses, or its credentials expire, that is a gap of the copies;
the rest of the run goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from forensics.aws.ask import Refusal
from forensics.aws.session import Session
from forensics.aws.wait import Wait
from forensics.collectors.copying import ACROSS, ANEW, Copying, Doing, described, wrong
from forensics.collectors.copying import KIND as COPY
from forensics.collectors.deeds import Deeds
from forensics.collectors.lending import Sharing
from forensics.collectors.locking import KIND as LOCK
from forensics.collectors.locking import lock, missing
from forensics.collectors.making import KIND, LOST
from forensics.collectors.progress import FACTOR, FIRST, LONGEST
from forensics.collectors.spec import Collector, Context, Each, Phase, Records, Step
from forensics.model import Effect, Outcome
from forensics.scope import CopyTo, key_of

NOT_COMPLETE, NOT_ASKED, STILL_PENDING = "NotComplete", "NotAsked", "StillPending"
NO_KEY, AWS_MANAGED, SAME_ACCOUNT = "NoKeyForRegion", "AwsManagedKey", "SameAccount"
"""Our own codes for snapshots that are not copied."""


def _copy_out(context: Context) -> Records:
    """Copy every complete snapshot of the case in this region."""
    near = Deeds(context, context.asker)
    to = context.protect.copy
    if to is None or context.evidence is None:
        yield from _left(context, near)
    elif to.account == context.source.account:
        for original in _originals(context):
            _miss(near, original, SAME_ACCOUNT, "the account that is copied to is the one that it is in")
    else:
        yield from _Outbound(near, _there(context, near, to.account, context.evidence), to).run()
    yield near.tally.coverage()
    return {}


def _there(context: Context, near: Deeds, account: str, session: Session | None) -> Deeds:
    """
    Return what is done in the evidence account, for this account's snapshots alone.

    Others of the case are copied there too, maybe at this moment. What is asked there is a part of this
    source, and each exchange says as whom it was asked.
    """
    asker = context.asker if session is None else replace(context.asker, session=session)
    ours = {one.id for one in near.made.values() if one.kind == KIND}
    there = [one for one in context.effects if one.source.account == account]
    copies = {one.id for one in there if one.kind == COPY and one.detail["snapshot"] in ours}
    about = {COPY: ours, LOCK: copies}
    mine = replace(
        context,
        effects=[one for one in there if one.id in copies],
        intents=[
            one
            for one in context.intents
            if one.source.account == account
            and one.detail.get("id") in about.get(str(one.detail.get("kind")), ())
        ],
    )
    far = Deeds(mine, asker, account)
    far.tally = near.tally
    return far


def _left(context: Context, near: Deeds) -> Doing:
    """Say what is not copied in a run that is not to copy, and share no more what nothing copies any more."""
    account = str(context.asked.get("copy", {}).get("account", ""))
    far = _there(context, near, account, None)
    for original in _originals(context):
        copy = Copying(far, ACROSS).of(original.id)
        if copy is None or copy.state != "completed":
            said = "an earlier run was to copy it: run again with --copy-to"
            _miss(near, original, NOT_ASKED, said)
    sharing = Sharing(near, account, context.session.identity.partition)
    yield from near.recorded()
    yield from sharing.let_go()
    yield from sharing.resume()
    yield from sharing.withdraw(_needed(far))


def _originals(context: Context) -> list[Effect]:
    """Return the snapshots made for the case, but for those that came to nothing."""
    ours = [one for one in context.effects if one.source.account == context.source.account]
    return [one for one in ours if one.kind == KIND and one.state not in LOST]


def _needed(far: Deeds) -> set[str]:
    """Name the snapshots that something is being copied from, or may be."""
    begun = [one.parameters for (kind, _), one in far.open.items() if kind == COPY]
    made = [one for one in far.made.values() if one.kind == COPY and not one.settled]
    return {str(one["SourceSnapshotId"]) for one in begun} | {str(one.detail["from"]) for one in made}


def _miss(deeds: Deeds, original: Effect, code: str, message: str) -> None:
    refusal = Refusal(Outcome.FAILED, code, message, "", sure=True)
    deeds.tally.miss(refusal, {"SnapshotId": original.id}, 1)


@dataclass
class _Outbound:
    """The way out of one region."""

    near: Deeds
    far: Deeds
    to: CopyTo

    def __post_init__(self) -> None:
        """Know what there is to copy, and how far it came."""
        context = self.near.context
        self.anew, self.across = Copying(self.near, ANEW), Copying(self.far, ACROSS)
        self.sharing = Sharing(self.near, self.to.account, context.session.identity.partition)
        self.originals = {one.id: one for one in _originals(context)}
        self.region = context.source.region
        self._keys: dict[str, str] = {}
        """The key of each snapshot, by what DescribeSnapshots says."""
        self._managed: dict[str, bool] = {}
        self._ungranted: dict[str, Refusal] = {}

    def run(self) -> Doing:
        """Copy all, lock the copies, and share nothing any more."""
        yield from self.near.recorded()
        yield from self.far.recorded()
        yield from self.anew.resume()
        yield from self.across.resume()
        yield from self.sharing.let_go()
        yield from self.sharing.resume()
        if todo := [one for one in self.originals.values() if not self._done(one)]:
            yield from self._know(todo)
            yield from self._follow([one for one in todo if one.id in self._keys])
        yield from self._lock()
        yield from self.sharing.withdraw(_needed(self.far))

    def _done(self, original: Effect) -> bool:
        copy = self.across.of(original.id)
        return copy is not None and copy.state == "completed"

    def _know(self, todo: list[Effect]) -> Doing:
        """Ask under which key each is; one that is not complete cannot be copied."""
        for one in todo:
            if one.state != "completed":
                _miss(self.near, one, NOT_COMPLETE, "only what is complete can be copied: run again")
        ready = [one.id for one in todo if one.state == "completed"]
        said = yield from described(self.near, "snapshot-id", ready)
        if isinstance(said, Refusal):
            self.near.tally.refuse(said, {})
            return
        for id_ in ready:
            if id_ in said:
                self._keys[id_] = str(said[id_].get("KmsKeyId") or "")
            else:
                _miss(self.near, self.originals[id_], "NotListed", "AWS lists the snapshot no more")

    def _follow(self, todo: list[Effect]) -> Doing:
        wait = Wait(first=FIRST, factor=FACTOR, longest=LONGEST, total=self.near.context.deadline)
        for delay in chain((0.0,), wait.delays()):
            self.near.context.sleep(delay)
            yield from self.anew.poll(self._wrong)
            yield from self.across.poll(self._wrong)
            for original in todo:
                yield from self._advance(original)
            todo = [one for one in todo if not self._over(one)]
            if not todo:
                return
        for one in todo:
            _miss(self.far, one, STILL_PENDING, "not copied in the time given")
        yield from self.anew.give_up()
        yield from self.across.give_up()

    def _wrong(self, copy: Effect) -> str:
        return wrong(self.originals.get(str(copy.detail["snapshot"])), copy)

    def _over(self, original: Effect) -> bool:
        """Say whether no more comes of it in this run."""
        return self._done(original) or original.id in self.across.over | self.anew.over

    def _advance(self, original: Effect) -> Doing:
        """Take the next step of one snapshot's way, if it can be taken now."""
        if self._over(original) or self.across.of(original.id) is not None:
            return
        origin, key = original.id, self._keys[original.id]
        if key and (yield from self._aws_manages(key)):
            middle = self.anew.of(original.id)
            if middle is None or not middle.settled:
                yield from self._reencrypt(original, begun=middle is not None)
                return
            origin, key = middle.id, str(middle.detail["key"])
        yield from self._across(original, origin, key)

    def _aws_manages(self, key: str) -> Any:
        """Say whether a key is AWS's own, which cannot be shared; where nobody says so, sharing will tell."""
        if key not in self._managed:
            answer = yield from self.near.ask("DescribeKey", {"KeyId": key}, "kms")
            told = {} if isinstance(answer, Refusal) else answer.values.get("KeyMetadata", {})
            self._managed[key] = told.get("KeyManager") == "AWS"
        return self._managed[key]

    def _reencrypt(self, original: Effect, *, begun: bool) -> Doing:
        key = key_of(self.to.source_keys, self.region)
        if not key:
            self.anew.over.add(original.id)
            said = "AWS's own key encrypts it, which cannot be shared: name one to go by with --source-key"
            _miss(self.near, original, AWS_MANAGED, said)
        elif not begun and self.anew.room and not self.anew.given_up(original):
            yield from self.anew.start(original, original.id, key)

    def _across(self, original: Effect, origin: str, key: str) -> Doing:
        ours = key_of(self.to.keys, self.region)
        if not ours:
            self.across.over.add(original.id)
            _miss(self.far, original, NO_KEY, f"--copy-key names no key of {self.region}")
            return
        if (hopeless := self.far.hopeless()) is not None:
            self.across.over.add(original.id)
            self.far.tally.miss(hopeless, {"SourceSnapshotId": origin}, 0)
            return
        if not self.across.room or self.across.given_up(original):
            return
        if key and key not in self._ungranted and (refusal := (yield from self.sharing.grant(key))):
            self._ungranted[key] = refusal
        if (yield from self.sharing.share(origin)):
            yield from self.across.start(original, origin, ours)
        else:
            self.across.over.add(original.id)

    def _lock(self) -> Doing:
        copies = [self.across.of(id_) for id_ in self.originals]
        there = [one for one in copies if one is not None and one.state == "completed"]
        context = self.near.context
        if context.protect.lock is not None:
            yield from lock(self.far, there, context.protect.lock)
            yield from self.far.gone("lock", {one.id for one in there})
        elif "lock" in context.asked:
            missing(self.far, there)


_BEFORE: Mapping[str, Each] = {"ec2.SnapshotProgress": Each(row="ec2.SnapshotProgress", select="`[]`")}

COLLECTOR = Collector(
    name="copies",
    about="copies of the snapshots in an account of the responder's, where asked for",
    phase=Phase.COPIES,
    steps=(
        Step(
            service="ec2",
            operation="CopySnapshot",
            about="each snapshot made for the case, copied into the evidence account",
            run=_copy_out,
            parents=_BEFORE,
            actions=(
                "ec2:CopySnapshot",
                "ec2:CreateTags",
                "ec2:DescribeSnapshotAttribute",
                "ec2:DescribeSnapshots",
                "ec2:ModifySnapshotAttribute",
                "kms:CreateGrant",
                "kms:DescribeKey",
                "kms:ListGrants",
                "kms:RetireGrant",
            ),
            mutates=True,
            options=("copy",),
        ),
    ),
)
