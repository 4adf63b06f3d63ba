"""What a case holds: of which things its transcripts tell, what was made in AWS for it, what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from forensics import reading, record
from forensics.collectors import catalogue, sweep
from forensics.collectors.listed import LISTED
from forensics.collectors.spec import Call, Thing
from forensics.errors import FormatError, IntegrityError
from forensics.formats.entry import Entry
from forensics.model import Effect, Kind, Outcome, Source
from forensics.readiness.listing import row_of, source_of
from forensics.readiness.things import NAMELESS, Found, find
from forensics.standing import Standing
from forensics.verifier.reader import Record, open_record

_CHUNK = 1 << 20
EXAMPLES = 5
"""Requests that a gap names at most: with so many, there may have been more."""


@dataclass
class Holdings:
    """A case or a bundle, as its ledger and its transcripts tell of it."""

    opened: Record
    standing: Standing = field(default_factory=Standing)
    transcripts: list[tuple[Source, str, str]] = field(default_factory=list)
    """Each transcript in the order in which it was kept: source, path, SHA-256."""
    objects: Counter[str] = field(default_factory=Counter)
    """Objects that are kept, by their bucket."""
    anchors: Counter[str] = field(default_factory=Counter)
    """Checkpoints of the case that lie in locked objects, by their bucket."""
    account: str = ""
    """The account that is looked at: a case may hold several, and names of one are not those of another."""
    sealed: bool = False
    bundles: dict[str, str] = field(default_factory=dict)
    """Paths of the bundles that the ledger tells of, with their digests; the newest is the last."""
    waivers: list[Mapping[str, Any]] = field(default_factory=list)
    """Bodies of `waive`."""
    starts: list[Mapping[str, Any]] = field(default_factory=list)
    """Bodies of `run.start`."""
    whole: set[str] = field(default_factory=set)
    """Runs that came to their end."""

    @classmethod
    def read(cls, path: Path) -> Holdings:
        """
        Read a case or a bundle, without touching it.

        Raises `UsageError` where there is none, `IntegrityError` for a ledger that is not as we write it.
        """
        opened = open_record(path)
        holdings = cls(opened)
        for entry in opened.entries():
            try:
                holdings._take(entry)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise IntegrityError(
                    f"ledger: line {entry.seq + 1}: {entry.type} with a body that is not ours"
                ) from error
        return holdings

    def of(self, account: str) -> Holdings:
        """Return the same, with one account looked at."""
        return replace(self, account=account)

    def _take(self, entry: Entry) -> None:
        body = entry.body
        self.standing.take(entry.type, body)
        match entry.type:
            case "item.add" if body["kind"] == "transcript":
                source = record.source_of(body["source"])
                self.transcripts.append((source, str(body["path"]), str(body["sha256"])))
            case "item.add" if body["kind"] == Kind.OBJECT:
                self.objects[str(body["object"].get("bucket", ""))] += 1
            case "anchor.s3":
                self.anchors[str(body["bucket"])] += 1
            case "run.start":
                self.starts.append(body)
            case "run.end" if body["outcome"] in {"complete", "gaps"}:
                self.whole.add(str(body["run"]))
            case "bundle.seal":
                self.sealed = True
            case "bundle.sealed":
                path = str(body["path"])
                self.bundles.pop(path, None)
                self.bundles[path] = str(body["digest"])
            case "waive":
                self.waivers.append(body)

    def known(self, rows: Mapping[str, tuple[Thing, ...]]) -> dict[tuple[str, str, str], Found]:
        """
        Return the things that the kept transcripts of some rows tell of, each as it was told of last.

        Raises `IntegrityError` for a transcript that is not what was kept.
        """
        known: dict[tuple[str, str, str], Found] = {}
        for source, path, digest in self.transcripts:
            if source.account == self.account and _lists(source, rows):
                for found in self._things(path, digest, rows, source):
                    known[found.key] = found
        return known

    def _things(
        self, path: str, digest: str, rows: Mapping[str, tuple[Thing, ...]], source: Source
    ) -> Iterator[Found]:
        self._check(path, digest)
        try:
            for document in reading.lines(self.opened.path / path):
                lists = rows.get(row_of(source.service, document["request"]["operation"]))
                if lists and reading.answered(document):
                    yield from (one for one in find(document, lists, source) if one.id != NAMELESS)
        except FormatError:
            # What cannot be read tells of nothing: its things are then not known, and said to be not kept.
            return

    def _check(self, path: str, digest: str) -> None:
        """Hold a transcript against the ledger: what is not as it was kept proves nothing."""
        folder, found = self.opened.folder, sha256()
        with folder.open(folder.look(path)) as stream:
            while chunk := stream.read(_CHUNK):
                found.update(chunk)
        if found.hexdigest() != digest:
            raise IntegrityError(f"{path} is not what was kept")

    @cached_property
    def gaps(self) -> tuple[tuple[Source, Mapping[str, Any]], ...]:
        """What is missing, but for what the user left out."""
        return tuple(
            (source, gap)
            for source in self.coverage
            for gap in self.standing.coverage[source].gaps
            if gap["outcome"] != Outcome.OUT_OF_SCOPE
        )

    @cached_property
    def coverage(self) -> tuple[Source, ...]:
        """The sources of the account that were asked."""
        return tuple(self.standing.coverage.of(self.account))

    @property
    def swept(self) -> bool:
        """Say whether the sweep was asked of the account, whatever came of it."""
        return any(source.operation == sweep.OPERATION for source in self.coverage)

    @property
    def waived(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        """Bodies of `waive` of all accounts, by the account and what they let go there."""
        return {(str(body["account"]), str(body["resource"])): body for body in self.waivers}

    @property
    def runs(self) -> list[Mapping[str, Any]]:
        """The runs over the account, oldest first."""
        return [body for body in self.starts if body["account"] == self.account]

    def effects(self) -> list[Effect]:
        """List what was made for the account's evidence, copies in another account included."""
        every = list(self.standing.effects.values())
        made = {one.id for one in every if one.kind == "snapshot" and one.source.account == self.account}
        copies = {one.id for one in every if one.kind == "copy" and one.detail.get("snapshot") in made}
        return [one for one in every if one.source.account == self.account or one.id in copies]

    def about(self, row: str, region: str) -> Iterable[tuple[Source, Mapping[str, Any]]]:
        """Yield the gaps of the rows and steps that ask about the things which a row lists, in a region."""
        below = descendants(row)
        for source, gap in self.gaps:
            if source.name in below and source.region == region:
                yield source, gap


@cache
def descendants(row: str) -> frozenset[str]:
    """Name the rows and steps that live from the names of a row, but for those that make something."""
    found = {row}
    grown = True
    while grown:
        new = {
            name
            for name, (_, source) in catalogue.sources().items()
            if name not in found and found & source.parents.keys() and not getattr(source, "mutates", False)
        }
        grown = bool(new)
        found |= new
    return frozenset(found - {"ec2.SnapshotProgress"})


def _lists(source: Source, rows: Mapping[str, tuple[Thing, ...]]) -> bool:
    """Say whether a source lists things: what was read again at the end tells of the same ones."""
    if source.operation == sweep.OPERATION:
        return source.service in LISTED
    _, of = catalogue.sources().get(source.name, (None, None))
    asks = of.asks if isinstance(of, Call) else ""
    return row_of(source.service, asks or source.operation) in rows


def refused(row: str, source: Source, gap: Mapping[str, Any]) -> bool:
    """Say whether a gap is, or may be, of a row: the sweep has one for many operations."""
    if source.name == row:
        return True
    operations = {row_of(source.service, str(one.get("Operation", ""))) for one in gap["examples"]}
    return source.name == source_of(row) and (row in operations or of_more(gap))


def of_more(gap: Mapping[str, Any]) -> bool:
    """Say whether more ended in a gap than it names: those that were not even asked are not counted."""
    count = len(gap["examples"])
    return not count or gap["count"] > count or count >= EXAMPLES
