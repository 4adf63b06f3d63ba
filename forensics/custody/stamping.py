"""
Have each checkpoint stamped by time-stamp authorities, beside the work and never in its way.

A thread for each authority gets the checkpoints as they are published, only ever the newest: a stamp over it
covers all before it. What an authority does not stamp is a debt, which the ledger shows, and which another
run pays. The response is on the disk before the ledger's `anchor.tsa` tells of it; one that a crash left
without its entry gets it in the next run.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from forensics.custody import checkpoints, disk, timestamp
from forensics.custody.timestamp import Refusal, Token
from forensics.errors import CaseError, StoreError
from forensics.formats import anchor
from forensics.formats.anchor import Anchor
from forensics.formats.dues import Dues
from forensics.formats.note import MAX_BYTES as MAX_NOTE

if TYPE_CHECKING:
    from forensics.custody.case import Case

CLOSE = 25.0
"""Seconds at most that a run waits in the end."""
HURRY = 5.0
"""The same, for a run that was broken off."""

_DRAFT = "draft-stamp"

Ask = Callable[[str, bytes], Token | Refusal]


def read(case: Case) -> Dues:
    """Read from the ledger what is dated, and by whom."""
    found = Dues()
    for item in case.entries():
        found.take(item.seq, item.type, item.body)
    return found


def remember(case: Case, tsas: Sequence[str]) -> tuple[str, ...]:
    """
    Return the authorities that a case is to be dated by: those given, else those that its ledger names.

    Where others are given than it names, the ledger is told: else nobody would know what is owed.
    """
    known = read(case).tsas
    if tsas and tuple(tsas) != known:
        text = "time stamps are asked for of other authorities from here on"
        case.writer.record("note", {"text": text, "tsas": list(tsas)})
    return tuple(tsas) or known


@dataclass(frozen=True, slots=True)
class _Job:
    """A file to be stamped."""

    over: str
    """As the ledger calls it."""
    path: Path


class _Desk:
    """What one authority has before it."""

    def __init__(self, tsa: str) -> None:
        self.tsa = tsa
        self.busy = False
        self.jobs: dict[str, _Job] = {}
        """By kind: the newest checkpoint stands in for those before it."""
        self.refusal = ""
        """Why the last one was not stamped."""

    @property
    def idle(self) -> bool:
        return not self.busy and not self.jobs


class Stamping:
    """
    Stamps a case for as long as it is entered: `with Stamping(case, tsas):`.

    Begins with what is owed: the newest checkpoint, and the signatures of bundles that are still where they
    were written.
    """

    def __init__(
        self, case: Case, tsas: Sequence[str], *, dues: Dues | None = None, ask: Ask = timestamp.ask
    ) -> None:
        """`dues` is what the ledger says up to now, if that was read already."""
        self._case, self._ask = case, ask
        self._dues = dues or (read(case) if tsas else Dues())
        self._gate = threading.Condition()
        """Held to look at the desks, never while something is written: the writer's thread asks for it."""
        self._pen = threading.Lock()
        """Held to write, and to look at what is owed."""
        self._desks = [_Desk(tsa) for tsa in tsas]
        self._over = False
        """Nothing may be written any more."""

    def __enter__(self) -> Self:
        if self._desks:
            self._adopt()
            self._case.checkpoints.listener = self._published
            self._published(self._case.checkpoints.newest().size)
            for path in self._dues.bundles:
                self._signed(path)
        for desk in self._desks:
            # Daemons: a run must end even where an authority does not answer.
            threading.Thread(
                target=self._serve, args=(desk,), name=f"stamping {desk.tsa}", daemon=True
            ).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.wait(CLOSE if kind is None else HURRY)
        finally:
            self._case.checkpoints.listener = None
            with self._pen, self._gate:
                self._over = True
                self._gate.notify_all()

    def wait(self, seconds: float) -> None:
        """Wait until every authority has dealt with what is before it, but no longer than that."""
        with self._gate:
            self._gate.wait_for(lambda: all(desk.idle for desk in self._desks), seconds)

    def sealed(self, bundle: str) -> None:
        """Have the signature of a bundle stamped, by the path that the ledger tells of it."""
        with self._pen:
            if bundle not in self._dues.bundles:
                self._dues.bundles.append(bundle)
        self._signed(bundle)

    @property
    def tsas(self) -> tuple[str, ...]:
        """Name the authorities."""
        return tuple(desk.tsa for desk in self._desks)

    @property
    def refusals(self) -> dict[str, str]:
        """Say of each authority that did not stamp what it was asked last, why; hostile text."""
        with self._gate:
            found = {desk.tsa: "" if desk.idle else "no answer in time" for desk in self._desks}
            found |= {desk.tsa: desk.refusal for desk in self._desks if desk.refusal}
        return {tsa: why for tsa, why in found.items() if why}

    def _signed(self, bundle: str) -> None:
        over = f"{bundle}/{anchor.SIGNATURE}"
        job = _Job(over, self._case.path / over)  # the path is `over` itself where that is absolute
        if os.path.lexists(job.path):  # else it has left the house: its debt stays
            with self._pen:
                wanted = [desk for desk in self._desks if self._wants(desk, over)]
            self._give(wanted, over, job)

    def _wants(self, desk: _Desk, over: str) -> bool:
        """Say whether a signature is to be stamped; also where its stamp was lost with an older bundle."""
        kept = os.path.lexists(self._case.path / anchor.response(over, desk.tsa))
        return not kept or over in self._dues.unsigned(desk.tsa)

    def _published(self, size: int) -> None:
        """Take note of a checkpoint; called by the writer, which must not wait."""
        over = f"{checkpoints.FOLDER}/{checkpoints.name(size)}"
        self._give(self._desks, checkpoints.FOLDER, _Job(over, self._case.path / over))

    def _give(self, desks: Sequence[_Desk], kind: str, job: _Job) -> None:
        with self._gate:
            for desk in desks:
                desk.jobs[kind] = job
            self._gate.notify_all()

    # -- the threads' side

    def _serve(self, desk: _Desk) -> None:
        while (job := self._next(desk)) is not None:
            desk.refusal = self._stamp(desk, job)

    def _next(self, desk: _Desk) -> _Job | None:
        with self._gate:
            desk.busy = False
            self._gate.notify_all()
            self._gate.wait_for(lambda: self._over or desk.jobs)
            if self._over:
                return None
            desk.busy = True
            return desk.jobs.pop(next(iter(desk.jobs)))

    def _stamp(self, desk: _Desk, job: _Job) -> str:
        """Have one file stamped; return what was in the way, or nothing."""
        size = anchor.checkpoint_of(job.over)
        target = self._case.path / anchor.response(job.over, desk.tsa)
        with self._pen:
            if size and not self._dues.undated(desk.tsa, size):
                return desk.refusal  # nothing is in it but stamps
        if os.path.lexists(target):
            return f"{target.name} is there already, and is no stamp of what it lies beside"
        try:
            data = disk.read(job.path, MAX_NOTE)
            answer = self._ask(desk.tsa, data)
            if isinstance(answer, Refusal):
                return answer.why
            self._keep(desk.tsa, job, data, answer)
        except (CaseError, StoreError, disk.NotThereError) as error:
            return str(error)
        return ""

    def _keep(self, tsa: str, job: _Job, data: bytes, token: Token) -> None:
        """Put a response on the disk, and then into the ledger."""
        with self._pen:
            if self._over:
                raise CaseError("the stamp came too late")
            _publish(self._case.path, job.path, anchor.response(job.path.name, tsa), token.raw)
            self._record(tsa, job.over, data, token)

    def _record(self, tsa: str, over: str, data: bytes, token: Token) -> None:
        told = Anchor(
            over,
            hashlib.sha256(data).hexdigest(),
            tsa,
            hashlib.sha256(token.raw).hexdigest(),
            token.time,
            token.serial,
            token.accuracy,
        )
        entry = self._case.writer.record("anchor.tsa", told.body())
        self._dues.take(entry.seq, entry.type, entry.body)

    def _adopt(self) -> None:
        """Tell the ledger of responses that a crash left without an entry."""
        told = {one.tsr for _, one in self._dues.anchors}
        for tsa, over in self._left():
            name = anchor.response(over, tsa)
            if name in told:
                continue
            with suppress(disk.NotThereError):  # what is no file of ours, the verifier tells of
                data = disk.read(self._case.path / over, MAX_NOTE)
                token = timestamp.read(disk.read(self._case.path / name, anchor.MAX_BYTES), data)
                if isinstance(token, Token):
                    self._record(tsa, over, data, token)

    def _left(self) -> list[tuple[str, str]]:
        """List the responses that are there: the authority, and what they are over."""
        with disk.guarded(f"list {checkpoints.FOLDER}"):
            names = [path.name for path in (self._case.path / checkpoints.FOLDER).iterdir()]
        overs = [f"{checkpoints.FOLDER}/{name}" for name in sorted(names) if name.endswith(".note")]
        overs += [f"{bundle}/{anchor.SIGNATURE}" for bundle in self._dues.bundles]
        return [
            (desk.tsa, over)
            for over in overs
            for desk in self._desks
            if os.path.lexists(self._case.path / anchor.response(over, desk.tsa))
        ]


def _publish(case: Path, over: Path, name: str, raw: bytes) -> None:
    """Write a response beside what it is over: whole, or not at all, and never in the place of another."""
    # A link does not cross to another disk, and in a bundle nothing may lie that is no part of it.
    folder = over.parent
    draft = case / "tmp" / _DRAFT if case in folder.parents else folder.with_name(f".{folder.name}.stamping")
    with disk.guarded(f"write {name}"):
        disk.publish(draft, folder / name, raw)


@dataclass(frozen=True, slots=True)
class Stamped:
    """What `stamp` did, and what is owed still."""

    before: int
    """Stamps that the ledger told of."""
    dues: Dues
    """What is dated now."""
    tsas: tuple[str, ...]
    refusals: dict[str, str]
    """Why an authority did not stamp; hostile text."""

    @property
    def stamps(self) -> int:
        """Count the stamps that were added."""
        return len(self.dues.anchors) - self.before

    @property
    def owed(self) -> dict[str, int]:
        """Count, by authority, what it has not stamped: entries not covered, and signatures of bundles."""
        sums = {tsa: self.dues.undated(tsa) + len(self.dues.unsigned(tsa)) for tsa in self.tsas}
        return {tsa: count for tsa, count in sums.items() if count}


def stamp(
    case: Case, tsas: Sequence[str] = (), *, seconds: float = 2 * CLOSE, ask: Ask = timestamp.ask
) -> Stamped:
    """
    Have what is owed of a case stamped now, by the authorities given, else by those that its ledger names.

    Also the signatures of its bundles, where they still lie where they were written. Raises `CaseError`
    where no authority is known, and `UsageError` where rfc3161-client is not installed.
    """
    timestamp.check_tsas(tsas)
    before = read(case)
    chosen = tuple(tsas) or before.tsas
    if not chosen:
        raise CaseError("no time-stamp authority is known of this case", hint="name one: --tsa URL")
    timestamp.check_tsas(chosen)
    case.writer.checkpoint()
    with Stamping(case, chosen, ask=ask) as stamping:
        stamping.wait(seconds)
        refusals = stamping.refusals
    return Stamped(len(before.anchors), read(case), chosen, refusals)
