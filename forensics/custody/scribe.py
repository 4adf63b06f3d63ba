"""Write records of custody: each on the disk before it is signed, and signed before it is dated."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forensics import keys
from forensics.custody import disk, records, subjects, timestamp
from forensics.custody.case import Clock
from forensics.custody.records import Chain
from forensics.errors import CaseError, FormatError, IntegrityError, UsageError
from forensics.formats import anchor, entry, handover, manifest, statement
from forensics.formats.statement import Party, Statement, Subject


@dataclass(frozen=True, slots=True)
class Words:
    """What the one who acts says of it; all may be empty."""

    place: str = ""
    method: str = ""
    purpose: str = ""
    condition: str = ""
    challenge: str = ""
    """What the receiver told the releaser to put in, by another road: an older copy cannot have it."""

    def fields(self) -> dict[str, str]:
        """Give them by name."""
        return {
            name: getattr(self, name) for name in ("place", "method", "purpose", "condition", "challenge")
        }


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts. Without an identity the record is written unsigned, to be signed elsewhere by `public`."""

    name: str
    org: str
    public: keys.PublicKey
    identity: keys.Identity | None = None

    @property
    def party(self) -> Party:
        """Name the person in a record."""
        with typed():
            return Party(self.name, self.org, self.public.fingerprint)


@dataclass(frozen=True, slots=True)
class Written:
    """A record that is on the disk."""

    folder: Path
    record: str
    sha256: str
    statement: Statement
    signatures: tuple[str, ...]
    """Files that were written with it; none for a record that is to be signed elsewhere."""
    stamps: tuple[str, ...] = ()
    refusals: dict[str, str] = field(default_factory=dict)
    """Why a time-stamp authority did not stamp; hostile text."""

    def document(self) -> dict[str, Any]:
        """Return what was written as JSON-able values."""
        return {
            "file": self.record,
            "folder": str(self.folder),
            "record": self.statement.document(),
            "refusals": dict(self.refusals),
            "sha256": self.sha256,
            "signatures": list(self.signatures),
            "stamps": list(self.stamps),
        }


@dataclass(slots=True)
class Scribe:
    """Writes records into one folder."""

    chain: Chain
    about: tuple[Subject, ...]
    head: statement.Head
    clock: Clock
    tsas: Sequence[str]
    refusals: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path, clock: Clock, tsas: Sequence[str], *, gone: bool = False) -> Scribe:
        """Look at what lies there, and at the records about it; `gone`: the records alone will do."""
        timestamp.check_tsas(tsas)
        found = subjects.find(Path(os.path.abspath(path)), gone=gone)  # noqa: PTH100 - follows no link
        chain = Chain.read(found.folder)
        about = chain.records[0][1].subjects if chain.records else found.all
        if not about:
            raise UsageError(f"{path} is neither a bundle nor its parts", hint="name the folder of a bundle")
        if not found.is_within(about):
            raise IntegrityError(
                f"{path} is not what {chain.folder.name} is about: its digest is {found.subjects[0].sha256}",
                hint="another bundle, or one that was changed: `forensics verify` tells",
            )
        return cls(chain, about, found.head, clock, tsas)

    def write(self, action: str, person: Person, words: Words, *, giver: Party, taker: Party) -> Written:
        """Write, sign and date the next record."""
        return self.keep(self.draft(action, words, giver=giver, taker=taker), person, [])

    def draft(self, action: str, said: Words, *, giver: Party, taker: Party) -> Statement:
        """Make the next record; `UsageError` for words that no record can hold."""
        before = self.chain.records
        prev = before[-1][0] if before else self.about[0].sha256
        head = before[-1][1].checkpoint if before and not self.head.size else self.head
        moment = entry.timestamp(self.clock())
        with typed():
            made = Statement(
                self.about,
                len(before) + 1,
                prev,
                action,
                giver,
                taker,
                moment,
                checkpoint=head,
                **said.fields(),
            )
        handover.check(before, made)
        return made

    def keep(self, record: Statement, person: Person, signatures: list[str]) -> Written:
        """Put a record on the disk, then its signature, then what dates that."""
        data = record.encode()
        if not os.path.lexists(self.chain.folder):
            with disk.guarded(f"make {self.chain.folder}"):
                disk.make_folder(self.chain.folder)
        self._put(record.name, data)
        self.chain.files[record.name] = data
        self.chain.records.append((statement.digest(data), record))
        written = [*signatures, *self.sign(record.name, person)]
        stamps = self.stamp(written)
        return Written(
            self.chain.folder,
            record.name,
            statement.digest(data),
            record,
            tuple(written),
            tuple(stamps),
            self.refusals,
        )

    def signers(self, name: str) -> set[str]:
        """Return the keys by which a record is to be signed, the receiver's by its receipt."""
        return set(handover.signers(self.chain.statements)[name])

    def sign(self, name: str, person: Person) -> list[str]:
        """Sign a record, unless that key has; return the file, or none."""
        if person.identity is None or person.public.fingerprint in self.chain.signed.get(name, set()):
            return []
        signature = person.identity.sign(self.chain.files[name], keys.CUSTODY)
        return [self.put_signature(name, person.name, signature)]

    def put_signature(self, name: str, who: str, signature: bytes) -> str:
        """Put a signature beside its record; the same one again is no harm."""
        key = keys.verify_signature(signature, self.chain.files[name], keys.CUSTODY)
        target = f"{name}.{manifest.component(who)}.sig"
        there = records.listing(self.chain.folder)
        if target in there and records.read(self.chain.folder / target, records.MAX_SIGNATURE) == signature:
            return target
        if target.casefold() in map(str.casefold, there):
            target = f"{name}.{manifest.component(key.fingerprint)}.sig"
        self._put(target, signature)
        self.chain.signed.setdefault(name, set()).add(key.fingerprint)
        return target

    def stamp(self, signatures: Sequence[str]) -> list[str]:
        """Have signatures dated; what an authority does not stamp is told, and stops nothing."""
        stamped = []
        for name in signatures:
            data = records.read(self.chain.folder / name, records.MAX_SIGNATURE)
            for tsa in self.tsas:
                answer = timestamp.ask(tsa, data)
                if isinstance(answer, timestamp.Refusal):
                    self.refusals[tsa] = answer.why
                    continue
                self._put(anchor.response(name, tsa), answer.raw)
                stamped.append(anchor.response(name, tsa))
        return stamped

    def _put(self, name: str, data: bytes) -> None:
        folder = self.chain.folder
        if os.path.lexists(folder / name):
            raise CaseError(f"{folder.name}/{name} is there already, and is never written over")
        with disk.guarded(f"write {name}"):
            disk.publish(folder.with_name(f".{folder.name}.draft"), folder / name, data)


@contextmanager
def typed() -> Iterator[None]:
    """Have words that no record can hold be a mistake of whoever typed them."""
    try:
        yield
    except FormatError as error:
        raise UsageError(str(error)) from error
