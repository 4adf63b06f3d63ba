"""What the checks look at: one folder, walked once, and what was read of it so far."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from forensics.errors import ForensicsError, IntegrityError
from forensics.formats.checkpoint import Checkpoint
from forensics.formats.entry import Entry
from forensics.keys.roster import Roster
from forensics.verifier import hashing
from forensics.verifier.crew import Crew
from forensics.verifier.demands import NONE, Dated, Demands
from forensics.verifier.file import File, Written, is_still
from forensics.verifier.folder import Folder, Listing
from forensics.verifier.history import History
from forensics.verifier.opening import Opening, Signer
from forensics.verifier.pins import Pins
from forensics.verifier.reader import checkpoints_of, kind_of, ledger_of, open_record
from forensics.verifier.windows import Windows

MANIFEST = "manifest-sha256.txt"
TAGMANIFEST = "tagmanifest-sha256.txt"
SIG = "tagmanifest-sha256.txt.sig"
ED25519 = "tagmanifest-sha256.txt.ed25519"

_PASSING = frozenset({"bundles", "lock", "private", "tmp"})
"""What of a case folder is no evidence."""


@dataclass(slots=True)
class Evidence:
    """One case or bundle under examination. The checks fill in what later ones need."""

    folder: Folder
    kind: str
    listing: Listing
    pins: Pins
    """Whom the signer must be among; empty where nobody named one."""
    crew: Crew
    progress: Callable[[int, int], None] | None
    """Told of bytes hashed, and of bytes in all."""
    demands: Demands = NONE
    """What whoever verifies demands beside the identity."""
    opening: Opening | None = None
    history: History | None = None
    signer: Signer | None = None
    tagmanifest: bytes | None = None
    witnessed: dict[str, int] = field(default_factory=dict)
    """Lines that each known witness has countersigned at most, by the key's fingerprint."""
    credited: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    """Files of each known witness's countersignatures by SSH, and lines that each is over, likewise."""
    dated: list[Dated] = field(default_factory=list)
    """Time stamps that hold, and lead to a root that is trusted."""
    windows: Windows = field(default_factory=Windows)
    """When each item was kept, as stamps have it."""
    proved: Checkpoint | None = None
    """Of a disclosure: the checkpoint that its line was shown to be under."""
    entry: Entry | None = None
    """Of a disclosure: that line."""
    derived: dict[str, str] | None = None
    """Digests of `derived/`, from the tag manifest."""
    written: dict[str, Written] = field(default_factory=dict)
    """What whoever calls wrote, by its path, with the hash of what was written."""
    taken: int = 0
    """Of the files that `digests` was asked for last, those that were hashed as they were written."""
    total: int = 0
    done: int = 0
    flight: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    """(device, inode) of the files in a case's `tmp/`: drafts that a crash may have left a second name."""

    @classmethod
    def gather(
        cls,
        path: Path,
        pins: Pins,
        crew: Crew,
        progress: Callable[[int, int], None] | None,
        demands: Demands = NONE,
        written: Iterable[Written] = (),
    ) -> Evidence:
        """Walk a folder, and read the first line of its ledger; `written` is as in `verify`."""
        folder, kind = Folder(path), kind_of(path)
        # The walk comes before the ledger is read: what a running case keeps is there before it is named.
        passing = _PASSING if kind == "case" else frozenset()
        known = {one.path: one for one in written}
        # Helpers would hash what was hashed as it was written.
        pays = not known and crew.pays(_size(path / ledger_of(kind)))
        listing = folder.walk(passing=passing, crew=crew if pays else None)
        evidence = cls(folder, kind, listing, pins, crew, progress, demands, written=known)
        with suppress(ForensicsError):  # the ledger's own check will say what is wrong with it
            evidence.opening = open_record(path).opening if kind != "disclosure" else None
        if kind == "case":
            evidence.flight = frozenset(_drafts(path))
        return evidence

    @property
    def ledger(self) -> str:
        """Return the ledger's path."""
        return ledger_of(self.kind)

    @property
    def checkpoints(self) -> str:
        """Return the path of the folder of checkpoints."""
        return checkpoints_of(self.kind)

    def beside_notes(self) -> Iterator[File]:
        """Yield the checkpoints, and what is said of them: stamps, signatures, countersignatures."""
        return self.listing.within(self.checkpoints)

    @property
    def roster(self) -> Roster | None:
        """Return whose keys speak for the case: as the whole ledger has it, where it was read."""
        if self.history and self.history.contents.roster:
            return self.history.contents.roster
        return self.opening.roster() if self.opening else None

    @property
    def needed(self) -> int:
        """Return the line from which on a checkpoint covers all that was kept."""
        if self.entry is not None:
            return self.entry.seq + 1
        return self.history.contents.last_item if self.history else 0

    def stands(self, stated: Checkpoint) -> int:
        """Return how many lines a checkpoint speaks of, none where it is not this ledger's."""
        if self.proved is not None:
            return stated.size if stated == self.proved else 0
        if self.opening is None or self.history is None or stated.origin != self.opening.origin:
            return 0
        return stated.size if self.history.roots.get(stated.size) == stated.root else 0

    def digests(self, files: list[File]) -> Iterator[hashing.Answer]:
        """Hash files that are too many or too big to be read one by one, unless `written` has them still."""
        self.taken = 0
        known = map(self._as_written, files) if self.written else files
        return hashing.digests(self.folder.root, known, workers=self.crew.workers, progress=self.count)

    def _as_written(self, file: File) -> File:
        """Take the hash from whoever wrote a file, if, now that it would be read, it is as it was written."""
        one = self.written.get(file.path)
        if one is None or not is_still(self.folder.root, one):
            return file
        self.taken += 1
        return File(*file[:4], one.sha256)

    def hashed(self, count: int) -> str:
        """Say how many files were hashed, once their `digests` are all there, and how."""
        return f"{count} hashed" + (f", {self.taken} of them as they were written" if self.taken else "")

    def count(self, done: int) -> None:
        """Count bytes that are hashed, and tell of them."""
        self.done += done
        if self.progress and done:
            self.progress(self.done, self.total)

    def file(self, path: str) -> File | None:
        """Find a file that the walk saw, or that came since; nothing where it is no plain file."""
        try:
            return self.listing.files.get(path) or self.folder.look(path)
        except IntegrityError:
            return None


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _drafts(path: Path) -> Iterator[tuple[int, int]]:
    folder = path / "tmp"
    with suppress(OSError):
        if folder.is_symlink():
            return
        with os.scandir(folder) as drafts:
            for draft in drafts:
                with suppress(FileNotFoundError):  # kept or removed meanwhile
                    state = os.lstat(draft.path)
                    yield state.st_dev, state.st_ino
