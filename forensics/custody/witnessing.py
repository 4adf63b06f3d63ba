"""
Countersignatures: make one over a checkpoint, and take into a case what others made.

What is taken in was verified: it is over a checkpoint that the case has and that its ledger bears out, by a
key that is none of the case's own. It lies beside that checkpoint for good, and an entry tells of it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from forensics import keys
from forensics.custody import checkpoints, creation, disk
from forensics.custody.case import Case
from forensics.errors import CaseError, FormatError, IntegrityError, UsageError
from forensics.formats import cosignature, manifest, merkle, note, sshsig
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.cosignature import Cosignature
from forensics.formats.note import Note, NoteSignature
from forensics.formats.policy import Witness, fingerprint

SSH, COSIGNATURE = "witness", "cosig"
"""Endings of the files."""

_DRAFT = "tmp/draft-countersignature"
_ARMOUR = b"-----BEGIN SSH SIGNATURE-----"
_LINE = "— ".encode()
_NAMED = re.compile(r".+\.note\.(.+)\.witness")
_HINT = (
    "a countersignature is what `forensics witness NOTE --key KEY` or `ssh-keygen -Y sign` makes, a C2SP "
    "cosignature line, or the note with such lines"
)


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint that was countersigned, and the signature."""

    checkpoint: Checkpoint
    sha256: str
    """Of the note's bytes."""
    fingerprint: str
    armored: bytes


def countersign(signed: bytes, identity: keys.Identity) -> Signed:
    """Sign a checkpoint as somebody who has seen it; `UsageError` for what is none."""
    try:
        stated = Checkpoint.parse(Note.parse(signed).text)
    except FormatError as error:
        raise UsageError(
            f"this is no checkpoint: {error}", hint="`forensics head CASE --raw` prints one"
        ) from error
    digest = hashlib.sha256(signed).hexdigest()
    return Signed(stated, digest, identity.public.fingerprint, identity.sign(signed, keys.WITNESS))


@dataclass(frozen=True, slots=True)
class Taken:
    """A countersignature that is in the case."""

    path: str
    """In the case."""
    checkpoint: int
    who: str
    key: str
    """Fingerprint of an SSH key; name and id of a cosigner's."""
    kind: str
    time: str
    new: bool
    """Whether it was not in the case before."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A countersignature, and the checkpoint that it is over."""

    size: int
    data: bytes
    kind: str
    who: str
    key: str
    time: str


def take_countersignatures(
    case: Case, files: Sequence[Path], *, who: str = "", cosigners: Sequence[Witness] = ()
) -> list[Taken]:
    """
    Take countersignatures of others into the case, and return what became of each.

    `who` names the witness; without it a file's own name does, or the key. A cosignature can be checked by
    the key of its cosigner only. All files are checked before the first is taken in. Raises `UsageError` for
    what is no countersignature, `CaseError` for one that is not of this case, does not hold, is by a key of
    the case's own, or would be written over another.
    """
    if who:
        creation.check_line("the name of the witness", who)
    bench = _Bench(case)
    found = [one for path in files for one in bench.examine(path, who, cosigners)]
    return [bench.keep(one) for one in found]


class _Bench:
    """What countersignatures are held against: the checkpoints of the case, which its ledger bears out."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._folder = case.path / checkpoints.FOLDER
        self._told: set[str] = set()
        notes = {size: self._read(checkpoints.name(size)) for size in self._sizes()}
        roots = self._replay(sorted(notes))
        self.notes = {size: notes[size] for size in sorted(notes, reverse=True)}
        for size, data in notes.items():
            self._check(size, data, roots.get(size))

    def _sizes(self) -> set[int]:
        with disk.guarded(f"list {checkpoints.FOLDER}"):
            names = [path.name for path in self._folder.iterdir() if path.suffix == ".note"]
        return {size for name in names if (size := checkpoints.size_of(name)) is not None}

    def _read(self, name: str) -> bytes:
        try:
            return disk.read(self._folder / name, note.MAX_BYTES)
        except disk.NotThereError as error:
            raise IntegrityError(f"{checkpoints.FOLDER}/{name}: {error}") from error

    def _replay(self, sizes: Sequence[int]) -> dict[int, bytes]:
        """Return the ledger's roots at these lengths; take note of the countersignatures that it tells of."""
        tree, roots, wanted = merkle.Tree(), {}, set(sizes)
        for line, entry in self._case.lines():
            tree.append(merkle.leaf_hash(line))
            if tree.size in wanted:
                roots[tree.size] = tree.root()
            if entry.type == "anchor.witness":
                self._told.add(str(entry.body.get("file", "")))
        return roots

    def _check(self, size: int, data: bytes, root: bytes | None) -> None:
        where = f"{checkpoints.FOLDER}/{checkpoints.name(size)}"
        try:
            signed = Note.parse(data)
            stated = Checkpoint.parse(signed.text)
            keys.verify_note(signed, self._case.origin, self._case.roster.term_at(size).public.raw)
        except FormatError as error:
            raise IntegrityError(f"{where}: {error}") from error
        if (stated.origin, stated.size, stated.root) != (self._case.origin, size, root):
            raise IntegrityError(f"{where} does not state what the ledger is")

    def examine(self, path: Path, who: str, cosigners: Sequence[Witness]) -> Iterator[_Found]:
        """Say what a file holds: one SSH signature, or any number of cosignatures."""
        try:
            data = disk.read(path, note.MAX_BYTES)
        except disk.NotThereError as error:
            raise UsageError(f"cannot read {path}: {error}", hint=_HINT) from error
        if data.startswith(_ARMOUR):
            yield self._ssh(path, data, who)
            return
        for line in _cosignatures(path, data, self._case.origin):
            yield self._cosignature(path, line, who, cosigners)

    def _ssh(self, path: Path, data: bytes, who: str) -> _Found:
        try:
            made_for = sshsig.SshSignature.parse(data).namespace
        except FormatError as error:
            raise UsageError(f"{path}: {error}", hint=_HINT) from error
        if made_for != keys.WITNESS:
            raise UsageError(
                f"{path} was made for {made_for}, not for {keys.WITNESS}",
                hint=f"ssh-keygen -Y sign -n {keys.WITNESS} -f KEY NOTE",
            )
        for size, signed in self.notes.items():
            try:
                key = keys.verify_signature(data, signed, keys.WITNESS).fingerprint
            except FormatError:
                continue
            self._refuse_own(path, key)
            named = _NAMED.fullmatch(path.name)
            return _Found(size, data, "ssh", who or (named[1] if named else key), key, "")
        raise _over_nothing(path)

    def _cosignature(self, path: Path, line: Cosignature, who: str, cosigners: Iterable[Witness]) -> _Found:
        name = f"{line.name}+{line.key_id.hex()}"
        known = [one for one in cosigners if one.name == line.name and _identifier(one) == line.key_id]
        if not known:
            raise UsageError(
                f"{path}: nobody can check a cosignature of {name} without its key",
                hint="give the verifier key of the witness (--trust)",
            )
        self._refuse_own(path, fingerprint(known[0].public))
        for size, signed in self.notes.items():
            try:
                keys.verify_cosignature(line, Note.parse(signed).text, line.name, known[0].public)
            except FormatError:
                continue
            return _Found(size, line.encode(), "cosignature", who or line.name, name, line.moment)
        raise _over_nothing(path)

    def _refuse_own(self, path: Path, key: str) -> None:
        roster = self._case.roster
        own = {one.fingerprint for one in roster.members} | {one.public.fingerprint for one in roster.terms}
        if key in own:
            raise CaseError(f"{path} is by {key}, a key of the case's own", hint="a witness is somebody else")

    def keep(self, found: _Found) -> Taken:
        """Put a countersignature beside its checkpoint, on the disk, and tell of it."""
        over = checkpoints.name(found.size)
        ending = SSH if found.kind == "ssh" else COSIGNATURE
        name = f"{over}.{manifest.component(found.who)}.{ending}"
        new = self._put(name, found.data)
        path = f"{checkpoints.FOLDER}/{name}"
        if path not in self._told:
            self._case.writer.record("anchor.witness", self._body(found, path))
            self._told.add(path)
        return Taken(path, found.size, found.who, found.key, found.kind, found.time, new)

    def _put(self, name: str, data: bytes) -> bool:
        """Write a file if there is none of that name, in whatever letter case; never over another."""
        with disk.guarded(f"list {checkpoints.FOLDER}"):
            twins = [path for path in self._folder.iterdir() if path.name.casefold() == name.casefold()]
        for twin in twins:
            if twin.name != name or self._read(twin.name) != data:
                raise CaseError(
                    f"{checkpoints.FOLDER}/{twin.name} is there already, and is never written over",
                    hint="one countersignature of a witness is enough; another witness needs another --name",
                )
        if not twins:
            with disk.guarded(f"write {name}"):
                disk.publish(self._case.path / _DRAFT, self._folder / name, data)
        return not twins

    def _body(self, found: _Found, path: str) -> dict[str, object]:
        return {
            "checkpoint": found.size,
            "file": path,
            "key": found.key,
            "kind": found.kind,
            "over": f"{checkpoints.FOLDER}/{checkpoints.name(found.size)}",
            "over_sha256": hashlib.sha256(self.notes[found.size]).hexdigest(),
            "sha256": hashlib.sha256(found.data).hexdigest(),
            "time": found.time,
            "who": found.who,
        }


def _cosignatures(path: Path, data: bytes, origin: str) -> list[Cosignature]:
    """Read the cosignatures of a file: lines alone, or behind a note; the log's own line is passed over."""
    try:
        if data.startswith(_LINE):
            lines = [
                NoteSignature.parse(line) for line in data.decode("utf-8").removesuffix("\n").split("\n")
            ]
        else:
            lines = [line for line in Note.parse(data).signatures if line.name != origin]
        found = [Cosignature.of(line) for line in lines]
    except (FormatError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no countersignature: {error}", hint=_HINT) from error
    if not found:
        raise UsageError(f"{path} is a checkpoint, and nobody has countersigned it", hint=_HINT)
    return found


def _identifier(witness: Witness) -> bytes:
    return note.key_id(witness.name, cosignature.KIND, witness.public)


def _over_nothing(path: Path) -> CaseError:
    return CaseError(
        f"{path} countersigns no checkpoint of this case",
        hint="it was changed, is of another case, or is of another state of this one: a fork; keep it",
    )
