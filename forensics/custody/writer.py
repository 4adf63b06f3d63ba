"""
Many collectors, one pen: the only thread that appends to the ledger of an open case.

What waits is written together, in one write and one fsync (group commit); nobody waits for company. Bytes
come first: a draft has its final name on the disk, put there by the thread that brings it, before the line
that names it is written; and only then is it acknowledged. After a write or fsync that failed, the disk's
answer is not trusted again: everybody who waits is told, and the writer takes no more.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from forensics.custody import store
from forensics.custody.brevity import fitting
from forensics.custody.checkpoints import Checkpoints
from forensics.custody.ledger import Batch, Ledger, Pen
from forensics.custody.store import Draft, Store
from forensics.errors import CaseError, FormatError, NoSpaceError, StoreError
from forensics.formats import entry
from forensics.formats.entry import Entry

GROUP = 256
"""Entries written together at most, where more than one job waits."""

Deed = tuple[str, Mapping[str, Any]]
"""An entry's type and body."""


_STOPPED = StoreError("the writer stopped", hint="this is a bug: please report it")


@dataclass(frozen=True, slots=True)
class _Job:
    """What one caller wants written, all of it or nothing; `done` gets the entries."""

    deeds: tuple[Deed, ...]
    actor: str
    checkpoint: bool = False
    done: Future[list[Entry]] = field(default_factory=Future)

    @property
    def seals(self) -> bool:
        """Say whether the job closes the evidence."""
        return any(kind == "bundle.seal" for kind, _ in self.deeds)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a checkpoint is made without being asked for."""

    entries: int = 1_000
    seconds: float = 300.0


class Writer:
    """The one who writes. Every method may be called from any thread, and returns once it is on the disk."""

    def __init__(  # noqa: PLR0913 - all that writing stands on is passed in, so that tests can pass other
        self,
        ledger: Ledger,
        files: Store,
        checkpoints: Checkpoints,
        pen: Pen,
        *,
        actor: str,
        stated: int,
        sealed: bool,
        rhythm: Rhythm,
    ) -> None:
        """Start the thread. `stated` is the size of the newest checkpoint, `actor` who writes by default."""
        self.actor = actor
        self.sealed = sealed
        self.failure: StoreError | None = None
        self._ledger, self._store, self._checkpoints, self._pen = ledger, files, checkpoints, pen
        self._rhythm, self._stated, self._last = rhythm, stated, time.monotonic()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._gate = threading.Condition()
        self._keeping = 0
        """Callers whose files may have their names, and not yet their lines."""
        self._closed = False
        # A daemon: a run that is interrupted must end even where the disk hangs.
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    @property
    def failed(self) -> bool:
        """Say whether a write failed, so that nothing more can be written."""
        return self.failure is not None

    def record(self, kind: str, body: Mapping[str, Any], *, actor: str | None = None) -> Entry:
        """
        Write one entry and return it.

        Raises `FormatError` for a body that the ledger cannot hold, `CaseError` for a deed that a sealed
        case does not allow: both are the caller's alone. `StoreError` and `NoSpaceError` end the writer.
        """
        return self._submit(((kind, fitting(kind, body)),), actor)[0]

    def record_together(self, deeds: Sequence[Deed]) -> list[Entry]:
        """Write entries that mean nothing without each other, in one write; raises as `record` does."""
        return self._submit(tuple((kind, fitting(kind, body)) for kind, body in deeds), None)

    def keep(
        self,
        drafts: Sequence[tuple[Draft, str, Mapping[str, Any]]],
        then: Sequence[Deed] = (),
        *,
        actor: str | None = None,
    ) -> list[str]:
        """
        Keep drafts for good, each as `data/<path>`, and return the paths that they got.

        Each gets an `item.add` with its path, SHA-256 and size added to the body given. The entries of
        `then` follow in the same group; where one has `items`, it lists the paths. Where a path is taken,
        `.2`, `.3`, … goes before its extension. Raises as `record` does; after `FormatError`, `CaseError`
        and a `NoSpaceError` from before the ledger was written, the drafts are still the caller's.
        """
        with self._within():
            self._allow({"item.add", *(kind for kind, _ in then)} if drafts else {kind for kind, _ in then})
            for _, path, _ in drafts:
                store.check(path)
            names = self._place(drafts)
            try:
                self._submit(tuple(_deeds(drafts, names, then)), actor)
            except (FormatError, CaseError):
                self._withdraw(drafts, names)
                raise
            return names

    def checkpoint(self) -> None:
        """Sign what the ledger holds now."""
        self._submit((), None, checkpoint=True)

    def close(self) -> None:
        """
        Write what waits, sign the end, and stop; a second call does nothing.

        Whoever keeps files just now has them in the ledger, or has taken them back, before this returns.
        Raises what the last checkpoint met, not what callers were told before.
        """
        told = self.failure
        with self._gate:
            first, self._closed = not self._closed, True
            self._gate.wait_for(lambda: not self._keeping)
            if first:
                self._jobs.put(None)
        self._thread.join()
        if self.failure is not told and self.failure is not None:
            raise self.failure

    # -- the callers' side

    def _open(self) -> None:
        if self.failure is not None:
            raise _again(self.failure)
        if self._closed:
            raise CaseError("the case was closed")

    @contextmanager
    def _within(self) -> Iterator[None]:
        """Hold back the end for as long as this lasts."""
        with self._gate:
            self._open()
            self._keeping += 1
        try:
            yield
        finally:
            with self._gate:
                self._keeping -= 1
                self._gate.notify_all()

    def _submit(self, deeds: tuple[Deed, ...], actor: str | None, *, checkpoint: bool = False) -> list[Entry]:
        job = _Job(deeds, actor or self.actor, checkpoint)
        with self._gate:
            self._open()
            self._jobs.put(job)
        return job.done.result()

    def _place(self, drafts: Sequence[tuple[Draft, str, Mapping[str, Any]]]) -> list[str]:
        names: list[str] = []
        try:
            for draft, path, _ in drafts:
                names.append(self._store.place(draft, path))
            self._store.settle(names)
        except NoSpaceError:
            # The ledger was not touched: how the run ended may find room in it yet.
            self._withdraw(drafts, names)
            raise
        except StoreError as error:
            self.failure = self.failure or error
            raise
        return names

    def _withdraw(self, drafts: Sequence[tuple[Draft, str, Mapping[str, Any]]], names: Sequence[str]) -> None:
        for (draft, _, _), name in zip(drafts, names, strict=False):
            self._store.withdraw(draft, name)

    # -- the thread's side

    def _run(self) -> None:
        try:
            while self.failure is None and self._turn():
                pass
        finally:
            # Whatever ended the thread, nobody may wait for ever, nor take silence for a yes.
            with self._gate:
                self._closed = True
            while not self._jobs.empty():
                if (job := self._jobs.get()) is not None:
                    job.done.set_exception(_again(self.failure or _STOPPED))

    def _turn(self) -> bool:
        """Write one group; return False after the last."""
        group, more = self._gather()
        failure: StoreError | None = _STOPPED
        try:
            self._commit(group)
            self._state(wanted=not more or any(job.checkpoint or job.seals for job in group))
            failure = None
        except StoreError as error:
            failure = error
        finally:
            self.failure = self.failure or failure
            self._answer(group)
        return more

    def _answer(self, group: list[_Job]) -> None:
        """Tell those who wait still."""
        for job in group:
            if job.done.done():
                continue
            if self.failure is None:
                job.done.set_result([])
            else:
                job.done.set_exception(_again(self.failure))

    def _gather(self) -> tuple[list[_Job], bool]:
        """Wait for a job, then take what else waits; the second value is False once the end was met."""
        group: list[_Job] = []
        entries = 0
        with suppress(queue.Empty):
            while entries < GROUP:
                job = self._jobs.get(block=not group, timeout=None if group else self._patience())
                if job is None:
                    return group, False
                group.append(job)
                entries += len(job.deeds)
                if job.seals:
                    break  # the seal is the last line of its group, so that a checkpoint over it can follow
        return group, True

    def _patience(self) -> float | None:
        """Return how long to sleep at most: until a checkpoint is due, for ever where none is."""
        if self._stated == self._ledger.size:
            return None
        return max(0.0, self._last + self._rhythm.seconds - time.monotonic())

    def _commit(self, group: list[_Job]) -> None:
        """Write a group's lines, and acknowledge them once they are on the disk."""
        batch = Batch(self._ledger, self._pen)
        written = [(job, entries) for job in group if (entries := self._add(job, batch)) is not None]
        if batch.lines:
            self._ledger.append(batch)
        for one in (one for _, entries in written for one in entries if one.type == "key.add"):
            # Here, not in whoever recorded it: the next checkpoint may follow at once.
            if vkey := str(one.body.get("vkey", "")):
                self._checkpoints.turn(one.seq + 1, vkey)
        for job, entries in written:
            if not job.checkpoint:
                job.done.set_result(entries)

    def _add(self, job: _Job, batch: Batch) -> list[Entry] | None:
        """Add a job's lines to the batch, or tell its caller why not."""
        try:
            self._allow({kind for kind, _ in job.deeds})
            entries = batch.add(job.actor, job.deeds)
        except (FormatError, CaseError) as error:
            job.done.set_exception(error)
            return None
        self.sealed = self.sealed or job.seals
        return entries

    def _allow(self, kinds: AbstractSet[str]) -> None:
        refused = sorted(kinds - entry.AFTER_SEAL)
        if self.sealed and refused:
            raise CaseError(
                f"the case is sealed: no {refused[0]} may follow",
                hint="evidence found later goes into a case of its own",
            )

    def _state(self, *, wanted: bool) -> None:
        """Publish a checkpoint where one is wanted or due, and there is anything new to state."""
        new = self._ledger.size - self._stated
        due = new >= self._rhythm.entries or time.monotonic() - self._last >= self._rhythm.seconds
        if new and (wanted or due):
            self._checkpoints.publish(self._ledger.size, self._ledger.tree.root())
            self._stated, self._last = self._ledger.size, time.monotonic()


def _deeds(
    drafts: Sequence[tuple[Draft, str, Mapping[str, Any]]], names: list[str], then: Sequence[Deed]
) -> Iterator[Deed]:
    """Yield the entries of what is kept, now that its files have their names."""
    for (draft, _, body), name in zip(drafts, names, strict=True):
        yield "item.add", {**body, "path": name, "sha256": draft.sha256, "size": draft.size}
    for kind, body in then:
        listing = bool(names) and isinstance(body.get("items"), list)
        yield kind, fitting(kind, {**body, "items": names} if listing else body)


def _again(failure: StoreError) -> StoreError:
    """Make the same exception anew: many threads raise it, and each adds its own traceback."""
    return type(failure)(str(failure), hint=failure.hint)
