"""Every trail in every region, one region of one account after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from forensics.errors import IntegrityError
from forensics.verifier import file as single
from forensics.verifier.cloudtrail import logs, loose, slots
from forensics.verifier.cloudtrail.asked import Asked, Trail
from forensics.verifier.cloudtrail.chain import Known, Walk
from forensics.verifier.cloudtrail.digest import Listed, Problem
from forensics.verifier.cloudtrail.kept import Kept, Object, Shelf, Where
from forensics.verifier.cloudtrail.logs import Reader
from forensics.verifier.cloudtrail.loose import Left, Spot
from forensics.verifier.cloudtrail.names import DigestName
from forensics.verifier.cloudtrail.outcome import Chain, Trails
from forensics.verifier.cloudtrail.slots import Find, Slots
from forensics.verifier.folder import Folder
from forensics.verifier.reader import open_ledger

MAX_LINE = 8 * 2**20
"""Bytes of one exchange of a transcript."""

Key = tuple[str, str, str]
"""Organization, account and region."""


@dataclass(slots=True)
class Branch:
    """One trail in one region while it is examined."""

    chain: Chain
    hourly: Slots
    backfills: Slots

    @property
    def spots(self) -> set[Spot]:
        """Return where it delivers."""
        every = [*self.hourly.values(), *self.backfills.values()]
        return {(slot.where[0], slot.name.place.prefix) for slot in every}


def examine(folder: Folder, ledger: str, *, find: Find, workers: int = 1, hashed: bool = True) -> Trails:
    """
    Check all that a record has of CloudTrail. Raises nothing for what is in it.

    Args:
        folder: the case or bundle.
        ledger: the path of its ledger.
        find: gives a file of it by its path.
        workers: threads at the most.
        hashed: read the logs. Without that it takes a small part of the time, and says less.

    """
    try:
        with open_ledger(folder, ledger) as stream:
            kept = Kept.read(stream)
    except (IntegrityError, OSError):
        return Trails()  # the ledger's own check says what is wrong with it
    if not kept.objects and not kept.strangers and "DescribeTrails" not in kept.transcripts:
        return Trails()
    asked = Asked.read(kept.transcripts, lambda path: _lines(folder.root, find, path))
    reader = Reader(folder.root, find, workers, hashed)
    return Trails(tuple(_Examination(kept, asked, reader).chains()), hashed)


def _lines(root: str, find: Find, path: str) -> Iterator[bytes]:
    file = find(path)
    try:
        if file is not None:
            with single.stream(root, file) as stream:
                while line := stream.readline(MAX_LINE):
                    yield line
    except (single.Unreadable, OSError):
        return


@dataclass(slots=True)
class _Examination:
    kept: Kept
    asked: Asked
    reader: Reader
    strays: dict[Key, list[tuple[DigestName, Object]]] = field(default_factory=dict)
    unsigned: set[tuple[str, Spot]] = field(init=False)
    """Regions and spots to which trails deliver that sign nothing."""

    def __post_init__(self) -> None:
        """Look once at all trails."""
        trails = [trail for trail in self.asked.trails.values() if not trail.signs]
        self.unsigned = {(trail.region, (trail.bucket, _prefix(trail))) for trail in trails}

    def chains(self) -> Iterator[Chain]:
        """Yield every chain, and what should be one."""
        self._stray()
        for key in sorted(self.kept.shelves.keys() | self.strays.keys()):
            yield from self._shelf(key, self.kept.shelves.get(key, Shelf()))
        yield from self._absent()

    def _stray(self) -> None:
        """Find out where digests belong whose names were changed."""
        for one in self.kept.strangers:
            found = slots.open_digest(self.reader.root, self.reader.find, one)
            if isinstance(found, Problem):
                continue
            place = found.name.place
            key = place.organization, place.account, place.region
            self.strays.setdefault(key, []).append((found.name, one))

    def _shelf(self, key: Key, shelf: Shelf) -> Iterator[Chain]:
        branches = self._branches(key, shelf)
        listed: set[Where] = set()
        for branch in branches:
            listed |= self._logs(branch, shelf)
        left, apart = loose.gather(shelf, listed)
        there: dict[Spot, list[Chain]] = {}
        for branch in branches:
            for spot in branch.spots:
                there.setdefault(spot, []).append(branch.chain)
        for branch in branches:
            self._walk(branch, [spot for spot in branch.spots if len(there[spot]) == 1], left)
        for spot in sorted(left.keys() | apart.keys()):
            if mine := there.get(spot):
                loose.judge(left.get(spot, ()), mine, mine[0], shared=(key[2], spot) in self.unsigned)
                loose.apart(apart.get(spot, ()), mine[0])
            else:
                empty = Chain("", "", *key)
                loose.unsigned(sorted([*left.get(spot, ()), *apart.get(spot, ())]), empty)
                yield empty
        yield from (branch.chain for branch in branches)

    def _branches(self, key: Key, shelf: Shelf) -> list[Branch]:
        """Sort digests by trail: each trail has a chain of its own, and its late ones are another."""
        sorts: dict[tuple[str, str], tuple[list[tuple[DigestName, Object]], ...]] = {}
        for name, one in [*shelf.digests, *self.strays.get(key, ())]:
            sorts.setdefault((name.trail, name.home), ([], []))[name.backfill].append((name, one))
        found = []
        for (trail, home), (hourly, late) in sorted(sorts.items()):
            found.append(Branch(Chain(trail, home, *key), self._read(hourly), self._read(late)))
        return found

    def _read(self, objects: list[tuple[DigestName, Object]]) -> Slots:
        return slots.read(self.reader.root, self.reader.find, objects, self.asked)

    def _logs(self, branch: Branch, shelf: Shelf) -> set[Where]:
        """Tell how the digests are, and check what they list."""
        chain = branch.chain
        for some, count in ((branch.hourly, chain.digests), (branch.backfills, chain.backfills)):
            slots.vouch(some)
            for slot in some.values():
                slots.tell(slot, chain, count)
        return logs.check(_listed(branch), shelf, self.reader, chain, self.kept.since)

    def _walk(self, branch: Branch, own: list[Spot], left: Left) -> None:
        """Go along the hourly chain. Logs in no digest say something of it where no other trail delivers."""
        chain = branch.chain
        alone = [spot for spot in own if (chain.region, spot) not in self.unsigned]
        times = sorted(at for spot in alone for at, _ in left.get(spot, ()))
        status = self.asked.statuses.get((chain.trail, chain.home))
        Walk(branch.hourly, chain, Known(self.kept.since, self.kept.until, status, times)).go()

    def _absent(self) -> Iterator[Chain]:
        """Yield a chain for each trail that signs, and of which no digest is there."""
        known = {
            (name.trail, name.home, key[2])
            for key, shelf in self.kept.shelves.items()
            for name, _ in shelf.digests
        }
        for trail in self.asked.trails.values():
            status = self.asked.statuses.get((trail.name, trail.home))
            if (
                not trail.signs
                or (trail.name, trail.home, trail.region) in known
                or not status
                or not status.digest
            ):
                continue
            chain = Chain(trail.name, trail.home, "", trail.account, trail.region)
            if trail.bucket in self.kept.buckets:
                message = "signs, and delivered digests, and none of them is there: all were deleted"
                chain.find("digests-absent", trail.arn, message)
            else:
                chain.find("not-kept", trail.arn, "signs its logs, and the case has nothing of its bucket")
            yield chain


def _prefix(trail: Trail) -> str:
    return f"{trail.prefix}/" if trail.prefix else ""


def _listed(branch: Branch) -> Iterator[Listed]:
    for some in (branch.hourly, branch.backfills):
        for slot in some.values():
            if best := slot.best:
                yield from best.logs
