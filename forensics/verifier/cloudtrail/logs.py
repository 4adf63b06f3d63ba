"""The logs: each that a digest lists against its hash, and those that no digest lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from forensics.verifier.cloudtrail import inflate, names
from forensics.verifier.cloudtrail.digest import Listed
from forensics.verifier.cloudtrail.inflate import Spoilt, Trailing
from forensics.verifier.cloudtrail.kept import Object, Shelf, Where
from forensics.verifier.cloudtrail.outcome import Chain
from forensics.verifier.cloudtrail.slots import Find
from forensics.verifier.file import Unreadable

BATCH = 64
"""Logs that a thread takes at a time: one is done in a tenth of a millisecond."""
FEW = 200
"""Logs up to which threads are not worth starting."""


class Hash(NamedTuple):
    """What reading a log came to: the hash of what it holds, or what is wrong with it."""

    sha256: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads logs of one record, several at a time."""

    root: str
    find: Find
    workers: int
    hashed: bool = True
    """False to take a log that is there for good, unread."""

    def all(self, objects: Sequence[Object]) -> dict[str, Hash]:
        """Return what reading each came to, by path. zlib and hashlib leave the interpreter's lock."""
        some = list({one.path: one for one in objects}.values())  # a digest may list one with two hashes
        if self.workers < 2 or len(some) < FEW:
            return {one.path: self.one(one) for one in some}
        batches = [some[start : start + BATCH] for start in range(0, len(some), BATCH)]
        with ThreadPoolExecutor(self.workers) as pool:
            done = pool.map(lambda batch: [(one.path, self.one(one)) for one in batch], batches)
            return {path: found for pairs in done for path, found in pairs}

    def one(self, one: Object) -> Hash:
        """Read one."""
        file = self.find(one.path)
        if file is None:
            return Hash("", "unreadable", "is not in the case any more")
        try:
            return Hash(inflate.hash_of(self.root, file), "", "")
        except Trailing as error:
            return Hash("", "log-trailing-bytes", str(error))
        except Spoilt as error:
            return Hash("", "log-malformed", str(error))
        except Unreadable as error:
            return Hash("", "unreadable", str(error))


def check(
    listed: Iterable[Listed], shelf: Shelf, reader: Reader, chain: Chain, since: datetime | None
) -> set[Where]:
    """Check all that a chain's digests list, and return where that was."""
    wanted = {((one.bucket, one.key), one.sha256): one for one in listed}
    there = [(one, shelf.logs[where]) for (where, _), one in wanted.items() if where in shelf.logs]
    gone = [one for (where, _), one in wanted.items() if where not in shelf.logs and not _before(one, since)]
    if reader.hashed:
        for some in _some(there):
            hashes = reader.all([one for _, versions in some for one in versions])
            for one, versions in some:
                _judge(one, versions, hashes, chain)
    else:
        chain.logs.unread += len(there)
    places = {where for where, _ in wanted}
    _missing(gone, places, shelf, reader, chain)
    return places


def _some(there: Sequence[tuple[Listed, list[Object]]]) -> Iterator[list[tuple[Listed, list[Object]]]]:
    """Cut the work, so that what is known of half a million logs is not in memory at once."""
    rest = iter(there)
    while some := list(islice(rest, 20_000)):
        yield some


def _before(one: Listed, since: datetime | None) -> bool:
    """Say whether a log came before the span that was kept: the first digest begins there."""
    name = names.log_name(one.key) if since else None
    return bool(name and since and name.at < since)


def _judge(one: Listed, versions: Sequence[Object], hashes: dict[str, Hash], chain: Chain) -> None:
    """Compare every version of a log with its hash: one that has it is the original."""
    url = f"s3://{one.bucket}/{one.key}"
    good = [version for version in versions if hashes[version.path].sha256 == one.sha256.lower()]
    if not good:
        current = hashes[max(versions, key=lambda version: version.latest).path]
        chain.logs.invalid += 1
        kind, message = current.kind or "log-changed", current.message or "was changed: its hash is another"
        chain.find(kind, url, message)
        return
    chain.logs.valid += 1
    if any(version.latest for version in good):
        return
    if any(version.latest for version in versions):
        chain.find("log-overwritten", url, "was overwritten; the bucket kept the original, which is valid")
    else:
        chain.find("log-deleted", url, "was deleted; the bucket kept the original, which is valid")


def _missing(gone: Sequence[Listed], places: set[Where], shelf: Shelf, reader: Reader, chain: Chain) -> None:
    """Tell of what is listed and not there; if what it held lies elsewhere, where."""
    moved: dict[str, str] = {}
    if gone and reader.hashed:
        loose = [one for where, versions in shelf.logs.items() if where not in places for one in versions]
        hashes = reader.all(loose)
        moved = {hashes[one.path].sha256: one.url for one in loose}
    for one in gone:
        url, found = f"s3://{one.bucket}/{one.key}", moved.get(one.sha256.lower())
        chain.logs.missing += 1
        if found:
            chain.find("log-moved", url, f"was moved to {found}")
        else:
            chain.find("log-missing", url, "is listed in a digest, and not in the case")
