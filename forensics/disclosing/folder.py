"""
Disclose one file of a case: with its line of the ledger and a proof, and nothing of its neighbours.

What is shown of the other lines are hashes over salted lines, which nobody can guess.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from forensics.custody import disk
from forensics.custody.case import Case, open_case
from forensics.disclosing import readme
from forensics.errors import FormatError, IntegrityError, UsageError
from forensics.formats import cosignature, entry, merkle, note
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.cosignature import Cosignature
from forensics.formats.entry import Entry
from forensics.formats.note import Note
from forensics.formats.proof import Inclusion
from forensics.keys.roster import Roster, Term
from forensics.verifier import checkpoints
from forensics.verifier.contents import Item
from forensics.verifier.reader import Lines, Record, checkpoints_of, ledger_of, open_ledger, open_record

NOTES = "checkpoints"
ENTRY, PROOF, README = "entry.json", "entry.tlog-proof", "README.txt"
LOG_VKEY, LOG_PEM = "log.vkey", "log.pub.pem"
_ANCHORS = (".tsr", ".witness", ".cosig")
_MAX_BESIDE = 2**20


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A disclosure that is whole and on the disk."""

    path: Path
    item: str
    seq: int
    checkpoint: int
    anchors: tuple[str, ...]
    """Stamps and countersignatures that are in it."""
    recorded: bool
    """Whether the case's ledger tells of it."""


@dataclass(frozen=True, slots=True)
class _Line:
    """The line that is disclosed, and the leaves of all."""

    raw: bytes
    entry: Entry
    item: Item
    leaves: list[bytes]


def disclose(path: Path, item: str, out: Path, *, to: str = "") -> Disclosed:
    """
    Write the file `item` of a case or bundle, and what proves it, as the new folder `out`.

    `to` says for whom. A case that can be written to records it; a bundle is closed. Raises `UsageError` for
    an item that is not there or a folder that is, `IntegrityError` where the file is not what was kept.
    """
    if os.path.lexists(out):
        raise UsageError(f"{out} exists already", hint="name a new folder")
    with ExitStack() as held:
        record = open_record(path)
        case: Case | None = None
        if record.kind == "case" and os.path.lexists(path / "private" / "log.key"):
            case = held.enter_context(open_case(path, create=False))
        line = _find(record, item if item.startswith("data/") else f"data/{item}")
        with _building(out.absolute()) as place:
            written = _Writing(record, line, place, record.roster()).write()
            if case is not None:
                case.writer.record("disclose", {**written, "to": to})
        anchors = tuple(sorted(file.name for file in (out / NOTES).iterdir() if file.name.endswith(_ANCHORS)))
    return Disclosed(
        out, str(written["path"]), line.entry.seq, int(written["checkpoint"]), anchors, case is not None
    )


def _find(record: Record, path: str) -> _Line:
    """Find the line that added an item, its place in the chain checked as far as it and beyond."""
    found: tuple[bytes, Entry] | None = None
    leaves: list[bytes] = []
    head, place = entry.genesis(record.opening.origin), ledger_of(record.kind)
    with open_ledger(record.folder, place) as stream:
        for raw in Lines(stream):
            leaves.append(merkle.leaf_hash(raw))
            try:
                one = Entry.parse(raw)
            except FormatError as error:
                raise IntegrityError(f"{place}: line {len(leaves)}: {error}") from error
            if one.prev != head or one.seq != len(leaves) - 1:
                raise IntegrityError(f"{place}: line {len(leaves)} does not follow the line before it")
            head = entry.digest(raw)
            if one.type == "item.add" and one.body.get("path") == path:
                found = raw, one
    if found is None:
        raise UsageError(
            f"no such item: {path}", hint="name the path of a file that the ledger says was kept"
        )
    body = found[1].body
    return _Line(*found, Item(str(body.get("sha256")), int(body.get("size", -1))), leaves)


@contextmanager
def _building(out: Path) -> Iterator[Path]:
    """Give a folder that gets its name once all of it is on the disk, and is removed if that fails."""
    with disk.workplace(out.with_name(f".{out.name}.disclosing")) as place:
        yield place
        with disk.guarded(f"write {out}"):
            for folder, _, _ in os.walk(place, topdown=False):
                disk.sync_folder(Path(folder))
            place.rename(out)
            disk.sync_folder(out.parent)


@dataclass(frozen=True, slots=True)
class _Writing:
    """One disclosure while it is written."""

    record: Record
    line: _Line
    place: Path
    roster: Roster

    def write(self) -> Mapping[str, str | int]:
        """Write every file; return the body of the entry that tells of it, but for whom it is."""
        one, opening = self.line.entry, self.record.opening
        path = str(one.body["path"])
        self._copy(path)
        size, beside = self._chosen()
        signed, term = self._note(size), self.roster.term_at(size)
        first = self._first(term)
        files: dict[str, bytes] = {
            ENTRY: self.line.raw,
            LOG_PEM: term.public.pem(),
            LOG_VKEY: f"{term.vkey}\n".encode(),
            PROOF: self._proof(size, Note.parse(signed), beside).encode(),
            f"{NOTES}/{size:08d}.note": signed,
            f"{NOTES}/{first:08d}.note": self._note(first),
            **{f"{NOTES}/{name}": self._beside(name) for name in beside},
            **{f"{NOTES}/{name}": self._beside(name) for name in self._names() if _binds(name, first)},
        }
        told = readme.Told(opening.origin, path, one, size, tuple(sorted(files)))
        files[README] = readme.text(told)
        with disk.guarded("write the disclosure"):
            for name, data in files.items():
                disk.make_folders((self.place / name).parent)
                disk.write_new(self.place / name, data)
        return {"checkpoint": size, "path": path, "seq": one.seq}

    def _first(self, term: Term) -> int:
        """Return the length of the first checkpoint of a log key: an identity has signed it."""
        sizes = (int(name[: -len(".note")]) for name in self._names() if name.endswith(".note"))
        return min((size for size in sizes if size >= term.line), default=term.line)

    def _copy(self, path: str) -> None:
        """Copy the file, refusing what is no longer what was kept."""
        target, digest = self.place / path, hashlib.sha256()
        folder, wanted = self.record.folder, self.line.item
        file = folder.look(path)
        with disk.guarded(f"write {path}"):
            disk.make_folders(target.parent)
            descriptor = disk.create(target)
            try:
                with folder.open(file) as source:
                    while chunk := source.read(disk.CHUNK):
                        digest.update(chunk)
                        disk.write(descriptor, chunk)
                os.fchmod(descriptor, disk.KEPT_MODE)
                disk.sync(descriptor)
            finally:
                disk.close(descriptor)
        if (digest.hexdigest(), file.size) != (wanted.sha256, wanted.size):
            raise IntegrityError(f"{path} is not what was kept: its SHA-256 is not the one in the ledger")

    def _names(self) -> list[str]:
        with disk.guarded(f"list {NOTES}"):
            return sorted(
                file.name for file in (self.record.path / checkpoints_of(self.record.kind)).iterdir()
            )

    def _chosen(self) -> tuple[int, list[str]]:
        """
        Choose the checkpoint, and name what lies beside it.

        That with the most stamps and countersignatures, of those the oldest: it dates best. Else the newest.
        """
        names = self._names()
        sizes = [int(name[: -len(".note")]) for name in names if name.endswith(".note")]
        beside = {
            size: [name for name in names if name.startswith(f"{size:08d}.note.") and name.endswith(_ANCHORS)]
            for size in sizes
            if self.line.entry.seq < size <= len(self.line.leaves)
        }
        if not beside:
            raise IntegrityError("no checkpoint is over this item yet: run `forensics preserve` again")
        most = max(map(len, beside.values()))
        size = min(size for size in beside if len(beside[size]) == most) if most else max(beside)
        return size, beside[size]

    def _beside(self, name: str) -> bytes:
        place = f"{checkpoints_of(self.record.kind)}/{name}"
        return self.record.folder.read_once(place, _MAX_BESIDE)

    def _note(self, size: int) -> bytes:
        """Read a checkpoint that the log signed, and that the ledger bears out."""
        name, opening, tree = f"{size:08d}.note", self.record.opening, merkle.Tree()
        data = self._beside(name)
        tree.extend(self.line.leaves[:size])
        try:
            signed = Note.parse(data)
            stated = Checkpoint.parse(signed.text)
            checkpoints.signed_by(signed, stated, self.roster)
        except FormatError as error:
            raise IntegrityError(f"{name}: {error}") from error
        if stated != Checkpoint(opening.origin, size, tree.root()):
            raise IntegrityError(f"{name} does not state what the ledger is")
        return data

    def _proof(self, size: int, signed: Note, beside: list[str]) -> Inclusion:
        """Prove that the line is under the checkpoint; cosignatures go with it, as C2SP has them."""
        seq = self.line.entry.seq
        path = merkle.inclusion_proof(self.line.leaves[:size], seq)
        for name in beside:
            if name.endswith(".cosig") and len(signed.signatures) < note.MAX_SIGNATURES:
                signed = cosignature.with_line(signed, Cosignature.parse(self._beside(name)))
        return Inclusion(seq, tuple(path), signed)


def _binds(name: str, first: int) -> bool:
    """Say whether a file is an identity's word for the log's key."""
    return name.startswith(f"{first:08d}.note.") and name.endswith(".sig")
