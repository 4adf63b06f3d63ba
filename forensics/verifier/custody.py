"""
A chain of custody: records beside a bundle or its parts, each signed, each following the one before.

What it says of who had the evidence is no part of what is said of the evidence itself: a bundle without any
record, or with a broken one, is as intact as it is.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forensics.errors import FormatError, IntegrityError, UsageError
from forensics.formats import checkpoint, handover, manifest, note, statement
from forensics.formats.display import clean
from forensics.formats.statement import Statement
from forensics.verifier import endorsing, tokens
from forensics.verifier.endorsing import Endorsements
from forensics.verifier.folder import Folder
from forensics.verifier.pins import Pins, Trusted
from forensics.verifier.reader import open_record
from forensics.verifier.verdict import Check, Examination

FOLDER, PARTS = ".custody", ".parts"
TAGMANIFEST, SUMS = "tagmanifest-sha256.txt", "SHA256SUMS"

_MAX_LIST = 2**28


@dataclass(frozen=True, slots=True)
class Link:
    """A record of the chain that can be read."""

    name: str
    sha256: str
    record: Statement
    wanted: tuple[str, ...]
    """Keys by which it is to be signed, the author's first."""
    signed: tuple[tuple[str, str], ...]
    """(file, key) of each signature that holds."""
    dated: tuple[str, ...]
    """What time stamps over its signatures say, unless a root was asked for that they do not lead to."""

    def document(self) -> dict[str, Any]:
        """Return the link as JSON-able values: the record as it stands, and what is said of it."""
        return {
            "dated": list(self.dated),
            "file": self.name,
            "missing": [key for key in self.wanted if key not in {by for _, by in self.signed}],
            "record": self.record.document(),
            "sha256": self.sha256,
            "signatures": [{"file": file, "key": key} for file, key in self.signed],
        }


@dataclass(frozen=True, slots=True)
class Custody:
    """The records of one bundle, and what is wrong with them."""

    path: str
    """Of the folder of records."""
    links: tuple[Link, ...]
    check: Check
    """Passed, failed, or not done: a counter-signature or a receipt is missing, or the bundle is."""

    @property
    def exit_code(self) -> int:
        """Return 0 (all is signed and follows), 3 (something is missing) or 4 (something is wrong)."""
        return {"passed": 0, "not-done": 3, "failed": 4}[self.check.state]

    @property
    def sentence(self) -> str:
        """Say in one sentence what the chain is worth; hostile text."""
        word = {0: "in order", 3: "not complete", 4: "NOT in order"}[self.exit_code]
        return f"custody {word}: {self.check.detail}"

    def lines(self) -> Iterator[str]:
        """Yield the chain for a terminal: each record, what was found, then the sentence; all clean."""
        for link in self.links:
            yield from _told(link)
        for finding in self.check.findings:
            yield f"{finding.severity:<9} {clean(finding.path)}: {clean(finding.message, 1_000)}"
        yield clean(self.sentence, 1_000)

    def document(self) -> dict[str, Any]:
        """Return the chain as JSON-able values."""
        return {
            "check": self.check.document(),
            "exit_code": self.exit_code,
            "format": "forensics-custody/1",
            "path": self.path,
            "records": [link.document() for link in self.links],
        }


def _told(link: Link) -> Iterator[str]:
    record = link.record
    yield f"{record.seq:04d} {record.action:<9} {record.time}"
    for label, party in (("from", record.giver), ("to", record.taker)):
        if party.name:
            yield f"     {label:<10} {clean(party.label)} {party.key}".rstrip()
    for label in statement.TEXTS:
        if text := getattr(record, label):
            yield f"     {label:<10} {clean(text)}"
    for subject in record.subjects if record.seq == 1 else ():
        yield f"     {'about':<10} {clean(subject.name)} {subject.sha256}"
    have = {key for _, key in link.signed}
    for key in (*link.wanted, *sorted(have - {*link.wanted})):
        yield f"     {'signed' if key in have else 'NOT SIGNED':<10} {key}"
    for moment in link.dated:
        yield f"     {'dated':<10} {moment}"


def _plain(path: Path) -> Path:
    """Return an absolute path without dots; links stay as they are, as `resolve` would not have it."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - see above


def custody_folder(path: Path) -> Path:
    """Return where the records about a bundle, or about its parts, lie; they may not be there."""
    path = _plain(path)
    if path.name.endswith(FOLDER):
        return path
    return path.with_name(path.name.removesuffix(PARTS) + FOLDER)


def chain_of_custody(
    path: Path, *, identities: Sequence[Trusted] = (), tsa_roots: Sequence[bytes] = ()
) -> Custody:
    """
    Check the chain of custody of a bundle, of its parts, or in a folder of records.

    What is wrong is a finding, never an exception. `UsageError` where there are no records. `identities`
    are those who may sign, `tsa_roots` certificates (PEM) that stamps must lead to: both from elsewhere than
    the folder. An identity that counts for some time only is judged by the first stamp over its signature
    that leads to such a root; without one by the record's own time, and then the chain is not complete.
    """
    place = custody_folder(path)
    if not os.path.lexists(place):
        raise UsageError(f"nobody has recorded any custody of {path}", hint=f"there is no {place.name}")
    return _Inquiry(Folder(place), Pins.of(identities), endorsing.roots(tsa_roots)).judge(_plain(path))


def custody_beside(path: Path) -> Custody | None:
    """Check the chain of custody beside a bundle or its parts; None where there is none that can be read."""
    try:
        return chain_of_custody(path)
    except UsageError:
        return None


@dataclass(slots=True)
class _Inquiry:
    folder: Folder
    pins: Pins
    roots: tokens.Roots | None
    found: Examination = field(default_factory=lambda: Examination("custody"))
    chain: list[tuple[str, Statement]] = field(default_factory=list)
    data: dict[str, bytes] = field(default_factory=dict)
    """Of each record that can be read, by its name."""

    def judge(self, path: Path) -> Custody:
        listing = self.folder.walk()
        for name, problem in listing.problems:
            self.found.fail(name, problem)
        for name in sorted(listing.folders):
            self.found.fail(name, "is a folder, where records lie")
        names = sorted(name for name in listing.files if "/" not in name)
        for name in filter(statement.parse_name, names):
            self._read(name)
        endorsed = Endorsements(self.folder, self.found, self.roots)
        endorsed.read(names, self.data)
        wanted = handover.signers([record for _, record in self.chain])
        links = tuple(self._link(digest, record, wanted, endorsed) for digest, record in self.chain)
        for link in links:
            self._weigh(link)
            self._hold(link, endorsed)
        self._end(links)
        self._compare(path)
        detail = f"{len(links)} records, each signed and after the one before"
        detail += "" if self.pins else "; by keys that they name themselves"
        return Custody(str(self.folder.path), links, self.found.end(detail))

    def _read(self, name: str) -> None:
        try:
            data = self.folder.read_once(name, statement.MAX_BYTES)
            record = Statement.parse(data)
        except (FormatError, IntegrityError) as error:
            self.found.fail(name, str(error))
            return
        if record.name != name:
            self.found.fail(name, f"holds the record {record.name}")
        problems = list(handover.problems(self.chain, record))
        for problem in problems:
            self.found.fail(name, problem)
        if record.seq != len(self.chain) + 1:
            return
        if self.chain and record.time < self.chain[-1][1].time:
            self.found.note(name, "says that it was written before the record before it: a clock was wrong")
        self.chain.append((statement.digest(data), record))
        self.data[record.name] = data

    def _link(
        self, digest: str, record: Statement, wanted: dict[str, tuple[str, ...]], endorsed: Endorsements
    ) -> Link:
        signed = tuple(endorsed.signed.get(record.name, ()))
        dated = tuple(endorsed.dated.get(record.name, ()))
        return Link(record.name, digest, record, wanted[record.name], signed, dated)

    def _weigh(self, link: Link) -> None:
        """Hold who signed a record against who was to sign it."""
        have = {key for _, key in link.signed}
        others = ", ".join(sorted(have - {*link.wanted}))
        for key in link.wanted:
            if key not in have and others:
                self.found.fail(link.name, f"is signed by {others}, and not by {key}, whom the records name")
            elif key not in have:
                self.found.undone(f"{link.name} is not signed by {key}")
        if others and have >= {*link.wanted}:
            self.found.note(link.name, f"is signed by {others} too, whom the records do not name")
        if self.roots is not None and not link.dated:
            self.found.undone(f"{link.name} is not dated by an authority that you named")

    def _hold(self, link: Link, endorsed: Endorsements) -> None:
        """Hold who was to sign a record against whom the user named."""
        have = {key for _, key in link.signed}
        for key in link.wanted if self.pins else ():
            weight = self.pins.weight(key)
            if weight == 0:
                self.found.fail(link.name, f"is to be signed by {key}, who is none of those that you named")
            elif weight == 1 and key in have:
                self._hold_dated(link, key, endorsed.proven.get((link.name, key), []))

    def _hold_dated(self, link: Link, key: str, proven: Sequence[str]) -> None:
        """Hold a signature against the time for which its key counts."""
        time = min(proven, default=link.record.time)
        if not self.pins.valid(key, time):
            when = f"stamped at {time}" if proven else f"at {time}, as the record itself says"
            bounds = self.pins.bounds(key)
            self.found.fail(link.name, f"is signed by {key}, {when}, when that key does not count: {bounds}")
        elif not proven:
            self.found.undone(
                f"the key {key} that you named counts for some time only, and that it signed {link.name} "
                f"then, at {time}, only the record itself says: no time stamp over the signature, under "
                "roots that you named (--tsa-root)"
            )

    def _end(self, links: Sequence[Link]) -> None:
        """Say what is still to come, and who acted without having received."""
        if not links:
            self.found.undone("there is no record that can be read")
            return
        records = [link.record for link in links]
        released = handover.open_release(records)
        if released is not None:
            (link,) = (link for link in links if link.record is released)
            if released.taker.key and released.taker.key in {key for _, key in link.signed}:
                self.found.note(
                    link.name, "is countersigned, and no receipt says when, and in what condition"
                )
            else:
                self.found.undone(f"{link.name} awaits its receipt")
        for name in _outsiders(records):
            self.found.note(name, "is by somebody whom no record before it has as a holder")

    def _compare(self, path: Path) -> None:
        """Hold the records against what they are about."""
        about = path.with_name(path.name.removesuffix(FOLDER))
        about = next((one for one in (about, about.with_name(f"{about.name}{PARTS}")) if one.is_dir()), about)
        if not self.chain or not about.is_dir():
            self.found.undone("what the records are about is not there to be compared")
            return
        subjects = {one.sha256 for one in self.chain[0][1].subjects}
        first = self.chain[0][1].name
        try:
            bundle = Folder(about)
            digests = list(_digests(bundle))
        except (FormatError, IntegrityError, UsageError) as error:
            self.found.undone(f"what the records are about cannot be read: {error}")
            return
        for name, digest in digests:
            if digest not in subjects:
                self.found.fail(first, f"is not about what lies here: the digest of {name} is {digest}")
        if digests[0][0] == TAGMANIFEST:
            self._compare_bundle(bundle, about)

    def _compare_bundle(self, bundle: Folder, about: Path) -> None:
        for _, record in self.chain:
            if record.checkpoint.size and _root(bundle, record.checkpoint.size) != record.checkpoint.root:
                self.found.fail(record.name, f"names a checkpoint {record.checkpoint.size} that is not there")
        try:
            known = {one.public.fingerprint for one in open_record(about).opening.identities}
        except (IntegrityError, UsageError):
            return  # what it is, the bundle's own checks tell
        first = self.chain[0][1]
        if first.giver.key not in known:
            self.found.note(first.name, "is by a key that is no identity of the case")


def _outsiders(records: Sequence[Statement]) -> Iterator[str]:
    holders = {records[0].giver.key}
    for record in records:
        if record.action == "receive":
            holders.add(record.taker.key)
        elif record.giver.key not in holders:
            yield record.name
        if record.action == "return":
            holders.add(record.taker.key)


def _digests(folder: Folder) -> Iterator[tuple[str, str]]:
    """Yield name and SHA-256 of what stands for the folder: the tag manifest, or the sums and all parts."""
    if os.path.lexists(folder.path / TAGMANIFEST):
        yield TAGMANIFEST, hashlib.sha256(folder.read_once(TAGMANIFEST, _MAX_LIST)).hexdigest()
        return
    sums = folder.read_once(SUMS, _MAX_LIST)
    yield SUMS, hashlib.sha256(sums).hexdigest()
    yield from manifest.parse(sums).items()


def _root(folder: Folder, size: int) -> str:
    try:
        signed = note.Note.parse(folder.read_once(f"ledger/checkpoints/{size:08d}.note", note.MAX_BYTES))
        stated = checkpoint.Checkpoint.parse(signed.text)
    except (FormatError, IntegrityError):
        return ""
    return stated.root.hex() if stated.size == size else ""
