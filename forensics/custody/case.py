"""A case: one incident, in one folder, held by one process at a time."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from forensics import keys, tool
from forensics.custody import (
    checkpoints,
    creation,
    disk,
    facts,
    keyring,
    ledger,
    lock,
    recovery,
    rotation,
)
from forensics.custody.checkpoints import Checkpoints
from forensics.custody.ledger import Ledger, Pen
from forensics.custody.store import Store
from forensics.custody.writer import Rhythm, Writer
from forensics.errors import FormatError, IdentityError, IntegrityError, KeyFileError
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.entry import Entry
from forensics.keys.roster import Roster

Clock = Callable[[], datetime]
Random = Callable[[int], bytes]


def now() -> datetime:
    """Read the clock of the system, which is believed only as far as AWS's and a time-stamp's agree."""
    return datetime.now(UTC)


class Case:
    """
    A case that this process holds. Close it, or use it in a `with` statement.

    Made by `create`, `open` or `open_case`.
    """

    def __init__(self, path: Path, about: facts.Facts, history: _History, parts: _Parts) -> None:
        self.path = path
        self.name = about.case
        self.facts = about
        self.opening: Mapping[str, Any] = history.opening
        """Body of the first entry: examiner, reference, tool."""
        self.identity = parts.identity
        """Who signs; None where the case's key was not given this time."""
        self.store = parts.store
        self.writer = parts.writer
        self.checkpoints = parts.checkpoints
        self.roster = history.roster
        """Whose keys speak for the case, and since when."""
        self.log_key = parts.known[history.roster.term.vkey]
        """The one that signs now."""
        self.known, self.clock, self.random = parts.known, parts.pen.clock, parts.pen.random
        self._ledger = parts.ledger
        self._held = parts.held

    @classmethod
    def create(  # noqa: PLR0913 - what a case begins with, and what it stands on, each named
        cls,
        path: Path,
        *,
        name: str,
        examiner: str = "",
        reference: str = "",
        authority: str = "",
        identity: keys.Identity | None = None,
        tool: Mapping[str, Any],
        clock: Clock = now,
        random: Random = secrets.token_bytes,
        rhythm: Rhythm = Rhythm(),  # noqa: B008 - frozen
        first: Callable[[], None] = lambda: None,
    ) -> Case:
        """
        Make a case in a new folder, or in an empty one, and open it; not before `first` was done.

        Without an identity one is made, and lies in the case's `private/`. Raises `CaseError` where
        something is there already, `UsageError` for words that are not one line.
        """
        path = path.absolute()
        opening = creation.Opening(name, examiner, reference, tool, authority)
        held = creation.create(path, opening, Pen(clock, random), identity, first)
        return cls._opened(path, held, Pen(clock, random), identity, rhythm)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        identity: keys.Identity | None = None,
        clock: Clock = now,
        random: Random = secrets.token_bytes,
        rhythm: Rhythm = Rhythm(),  # noqa: B008 - frozen
    ) -> Case:
        """
        Open a case, and put aside what a crash left of the last run.

        Raises `CaseError` for what is no case of ours, `CaseHeldError` while another process has it,
        `IntegrityError` where its ledger is not the one that its newest checkpoint was signed over, and
        `IdentityError` for a key that may not sign for it.
        """
        path = path.absolute()
        disk.check_folder(path)
        facts.read(path)  # before a lock is left in a folder that is no case
        held = lock.acquire(path / creation.LOCK, str(path))
        return cls._opened(path, held, Pen(clock, random), identity, rhythm)

    @classmethod
    def _opened(cls, path: Path, held: int, pen: Pen, identity: keys.Identity | None, rhythm: Rhythm) -> Case:
        with ExitStack() as undo:
            undo.callback(disk.close, held)
            for folder in creation.FOLDERS:
                disk.check_folder(path / folder)
            about = facts.read(path)
            log = Ledger(path / ledger.NAME, about.origin)
            undo.callback(log.close)
            files = Store(path)
            history, newest = _examined(path, about, log, files)
            known = keyring.load(path, history.roster)
            keyring.settle(path, history.roster, known)
            statements = _statements(path, history.roster, known)
            signer = _identity(path, about, history.roster, identity)
            recovery.put_torn_aside(log, path)
            # What nobody signed for is told before it is signed for.
            found = recovery.examine(files, history.told, recovery.unsigned(log, newest.size))
            writer = Writer(
                log,
                files,
                statements,
                pen,
                actor=history.roster.active()[0].fingerprint,
                stated=newest.size,
                sealed=history.seal is not None,
                rhythm=rhythm,
            )
            undo.callback(writer.close)
            for body in found.bodies:
                writer.record("recovery", body)
            found.move()
            if history.seal is not None and not statements.has(history.seal[0]):
                statements.publish(*history.seal)  # a bundle needs the one over exactly its ledger's end
            case = cls(path, about, history, _Parts(held, known, signer, log, files, writer, statements, pen))
            rotation.finish(case)
            writer.checkpoint()
            rotation.bind(case)
            undo.pop_all()
        return case

    @property
    def origin(self) -> str:
        """The name of the case's log, which no other case has."""
        return self.facts.origin

    @property
    def identity_made(self) -> bool:
        """Say whether the identity was made for the case: it is then as trustworthy as its folder."""
        return bool(self.opening["identity_made"])

    @property
    def sealed(self) -> bool:
        """Say whether the evidence is closed."""
        return self.writer.sealed

    @property
    def length(self) -> int:
        """Bytes of the ledger that are on the disk."""
        return self._ledger.length

    def entries(self) -> Iterator[Entry]:
        """Read all entries that are on the disk now, oldest first."""
        return (item for _, item in self.lines())

    def lines(self) -> Iterator[tuple[bytes, Entry]]:
        """Read all entries that are on the disk now, each with the bytes of its line."""
        return ledger.read(self.path / ledger.NAME, self.length)

    def close(self) -> None:
        """Write what waits, sign the end, and let go of the case. A second call does nothing."""
        held, self._held = self._held, None
        if held is None:
            return
        try:
            self.writer.close()
        finally:
            self._ledger.close()
            self.store.close()
            disk.close(held)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_case(
    path: Path,
    *,
    examiner: str = "",
    reference: str = "",
    authority: str = "",
    identity: keys.Identity | None = None,
    create: bool = True,
    first: Callable[[], None] = lambda: None,
) -> Case:
    """
    Open the case at `path`, or make it, named as its folder, where there is none and `create` says so.

    `first` is done before one is made: what it raises leaves none. Raises what `open` and `create` raise.
    """
    if os.path.lexists(path / facts.NAME) or not create:
        return Case.open(path, identity=identity)
    return Case.create(
        path,
        name=path.absolute().name,
        examiner=examiner,
        reference=reference,
        authority=authority,
        identity=identity,
        tool=tool.facts(),
        first=first,
    )


@dataclass(slots=True)
class _Parts:
    held: int | None
    known: dict[str, keys.LogKey]
    identity: keys.Identity | None
    ledger: Ledger
    store: Store
    writer: Writer
    checkpoints: Checkpoints
    pen: Pen


@dataclass(slots=True)
class _History:
    """What an open case must know of its ledger."""

    roster: Roster
    opening: Mapping[str, Any] = field(default_factory=dict)
    seal: tuple[int, bytes] | None = None
    """The ledger's length and root up to its `bundle.seal`."""
    told: set[str] = field(default_factory=set)
    """Torn ends that an entry tells of, as paths."""

    def take(self, item: Entry, files: Store, log: Ledger) -> None:
        match item.type:
            case "case.open" if item.seq == 0:
                self.opening = item.body
            case "item.add":
                files.know(str(item.body.get("path", "")))
            case "recovery":
                self.told.add(str(item.body.get("kept", "")))
            case "key.add" | "key.retire":
                self._key(item)
            case "bundle.seal":
                self.seal = log.size, log.tree.root()

    def _key(self, item: Entry) -> None:
        try:
            self.roster.take(item.seq + 1, item.type, item.body)
        except FormatError as error:
            raise IntegrityError(f"{ledger.NAME}: line {item.seq + 1}: {item.type}: {error}") from error

    def read(self, log: Ledger, newest: Checkpoint, files: Store) -> None:
        """Read the whole ledger, and hold it against the newest checkpoint."""
        for item in log.replay():
            self.take(item, files, log)
            if log.size == newest.size and log.tree.root() != newest.root:
                raise IntegrityError(
                    f"{ledger.NAME} is another than checkpoint {newest.size} was signed over"
                )
        if log.size < newest.size:
            raise IntegrityError(f"{ledger.NAME} has {log.size} entries, and {newest.size} were signed over")


def _examined(path: Path, about: facts.Facts, log: Ledger, files: Store) -> tuple[_History, Checkpoint]:
    """Read the ledger, and hold it against the newest checkpoint, by the log key of its time."""
    history = _History(_roster(about))
    _check_facts(path, about)
    stated = checkpoints.newest(path, about.origin)
    history.read(log, stated.checkpoint, files)
    stated.verify(history.roster.term_at(stated.checkpoint.size).public.raw)
    return history, stated.checkpoint


def _check_facts(path: Path, about: facts.Facts) -> None:
    """Hold what the case says of itself against the first line of its ledger, before either is believed."""
    try:
        ((_, first),) = ledger.read(path / ledger.NAME, 1)
    except FormatError:
        return  # who reads the whole ledger says what is wrong with it
    if (first.body.get("identities"), first.body.get("log_vkey")) != (list(about.identities), about.log_vkey):
        raise IntegrityError(f"{facts.NAME} names other keys than the first entry of {ledger.NAME}")


def _roster(about: facts.Facts) -> Roster:
    try:
        people = [(one["name"], keys.parse_public(one["public"])) for one in about.identities]
        return Roster.opened(about.origin, about.log_vkey, people)
    except (FormatError, IdentityError) as error:
        raise IntegrityError(f"{facts.NAME}: {error}") from error


def _statements(path: Path, roster: Roster, known: Mapping[str, keys.LogKey]) -> Checkpoints:
    statements = Checkpoints(path, known[roster.term.vkey])
    for key in known.values():
        statements.know(key)
    for term in roster.terms:
        statements.turn(term.line, term.vkey)
    return statements


def _identity(
    path: Path, about: facts.Facts, roster: Roster, given: keys.Identity | None
) -> keys.Identity | None:
    """Return who signs: the key given, or the one made for the case."""
    made, named = path / creation.IDENTITY, given is not None
    if given is None and os.path.lexists(made):
        try:
            given = keys.load_identity(made, name=about.identities[0]["name"])
        except KeyFileError as error:  # nobody named it, so it is no usage
            raise IdentityError(str(error)) from error
    one = roster.member(given.public.fingerprint) if given else None
    if given is not None and (one is None or one.retired):
        if not named and one:
            return None  # the one made for the case, which somebody else's took the place of
        why = f"was retired in line {one.retired.line}" if one and one.retired else "is none of this case's"
        raise IdentityError(
            f"the key {given.public.fingerprint} {why}",
            hint=f"give the key of {', '.join(sorted(one.name for one in roster.active()))}",
        )
    return given
