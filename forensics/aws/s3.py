"""
One copier for all objects of S3, small ones by the thousand and large ones of any size.

Threads fetch, each on a connection of its own, and put what they fetch on the disk; groups of what is whole
go to the case, so that many objects cost one line of waiting.
"""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from forensics.aws import codes
from forensics.aws.ask import Asker, Refusal
from forensics.aws.checking import checksums
from forensics.aws.listing import listing, locate
from forensics.aws.objects import Bucket, Marker, Version, folder, name
from forensics.aws.place import Place
from forensics.aws.session import Session
from forensics.aws.tally import Tally
from forensics.aws.transfer import Fetched, Fetcher
from forensics.model import Draft, Evidence, Kind, Outcome, Source

__all__ = ["Bucket", "Copier", "Marker", "Version", "listing", "locate", "name"]

THREADS = 16
GROUP = 256
"""Objects in one commit, at most."""
AHEAD = 512
"""Objects handed out to threads and not yet taken back: enough to keep them busy through a commit."""
PATIENCE = 0.02
"""Seconds that a group waits for one more to share its commit."""
LAST_WORDS = 5.0
"""Seconds that threads may take to end."""
_META = "x-amz-meta-"
_SHORT_HEAD = 4_096
"""Bytes of a head that fits into a line of the ledger, however its bytes are escaped there."""
_LONGEST_ABOUT = 32_768
"""Bytes of what is said of an object: S3 sends a third at most, and more would fit into no line."""


class _Over(BaseException):
    """Ends a thread whose run is over."""


@dataclass
class Copier:
    """Copies objects of one bucket into the case, whatever becomes of each in the tally."""

    session: Session
    source: Source
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    draft: Callable[[], Draft]
    holds: Callable[[str], bool]
    account: str
    bucket: Bucket
    tally: Tally
    threads: int = THREADS
    _todo: queue.SimpleQueue[Version | None] = field(default_factory=queue.SimpleQueue, init=False)
    _done: queue.SimpleQueue[Fetched | BaseException] = field(default_factory=queue.SimpleQueue, init=False)
    _over: threading.Event = field(default_factory=threading.Event, init=False)

    def copy(self, versions: Iterable[Version]) -> Generator[tuple[Evidence, ...], None, None]:
        """
        Fetch all that the case does not hold, and yield it in groups, in the order in which it comes.

        Each group is to be on the disk before the next is asked for. Raises `CredentialsError`, and what
        `sleep` and the disk raise; the threads have ended then.
        """
        wanted = (version for version in versions if not self.holds(name(self.bucket.name, version)))
        threads: list[threading.Thread] = []
        self._over.clear()
        try:
            yield from self._groups(wanted, threads)
        finally:
            self._over.set()
            for _ in threads:
                self._todo.put(None)
            end = time.monotonic() + LAST_WORDS
            for thread in threads:
                # One that waits for a byte ends when libcurl's own patience does.
                thread.join(max(0.0, end - time.monotonic()))
            self._abandon()

    def _groups(
        self, wanted: Iterator[Version], threads: list[threading.Thread]
    ) -> Generator[tuple[Evidence, ...], None, None]:
        out, group = 0, list[Evidence]()
        while True:
            fresh = list(islice(wanted, AHEAD - out))
            out += len(fresh)
            self._hand_out(fresh, threads, out)
            if not out:
                break
            out -= self._collect(group, out)
            if group:
                yield tuple(group)
                group = []

    def _hand_out(self, fresh: list[Version], threads: list[threading.Thread], out: int) -> None:
        for version in fresh:
            self._todo.put(version)
        if len(threads) < min(self.threads, out):
            place = Place.of(self._asker, self.bucket)
            while len(threads) < min(self.threads, out):
                thread = threading.Thread(target=self._work, args=(place,), name="s3", daemon=True)
                threads.append(thread)
                thread.start()

    def _collect(self, group: list[Evidence], out: int) -> int:
        """Take back what is done: at least one, and what comes in a moment; return how many."""
        taken, patience = 0, None
        while taken < min(out, GROUP):
            try:
                done = self._done.get(timeout=patience)
            except queue.Empty:
                break
            if isinstance(done, BaseException):
                raise done
            taken += 1
            patience = PATIENCE
            group.extend(self._settle(done))
        return taken

    def _settle(self, done: Fetched) -> Iterator[Evidence]:
        self.tally.requests += done.requests
        if done.draft is not None and not self._fits(done):
            done.draft.discard()
            done.refusal, done.draft = _too_long(done), None
        if done.refusal is not None:
            self.tally.refuse(done.refusal, _parameters(self.bucket, done.version))
        if done.draft is not None:
            self.tally.pages += 1
            yield self._evidence(done, done.draft)

    def _fits(self, done: Fetched) -> bool:
        if done.head.size <= _SHORT_HEAD:
            return True
        return len(json.dumps(_about(self.bucket.name, done.version, done, 0))) <= _LONGEST_ABOUT

    @property
    def _asker(self) -> Asker:
        return Asker(
            self.session, self.source, self.clock, self.sleep, self.session.draw, "s3", self.bucket.region
        )

    # -- the threads' side

    def _work(self, place: Place) -> None:
        fetcher = Fetcher(
            self._asker, self.bucket, place, self.draft, self.clock, self._pause, self._still_on
        )
        try:
            while (version := self._todo.get()) is not None and not self._over.is_set():
                self._done.put(fetcher.fetch(version))
        except _Over:
            return
        except BaseException as error:  # noqa: BLE001 - a thread has nobody above it: the generator raises it
            self._done.put(error)
        finally:
            fetcher.close()

    def _still_on(self) -> None:
        if self._over.is_set():
            raise _Over

    def _pause(self, seconds: float) -> None:
        self._still_on()
        self.sleep(seconds)

    def _abandon(self) -> None:
        """Remove what came and nobody took."""
        while not self._done.empty():
            done = self._done.get()
            if isinstance(done, Fetched) and done.draft is not None:
                done.draft.discard()
        while not self._todo.empty():
            self._todo.get()

    # -- what is said of an object

    def _evidence(self, done: Fetched, draft: Draft) -> Evidence:
        came, etag = done.version, done.head.headers.get("etag", done.version.etag)
        if etag != came.etag:
            came = replace(came, etag=etag)
        bucket = (
            self.bucket if done.region == self.bucket.region else replace(self.bucket, region=done.region)
        )
        return Evidence(
            source=self.source,
            kind=Kind.OBJECT,
            name=name(self.bucket.name, came),
            folder=folder(self.account, bucket),
            key=done.version.key,
            draft=draft,
            first=done.first,
            last=done.last,
            about=_about(self.bucket.name, came, done, draft.size),
            requests=done.requests,
        )


def _about(bucket: str, came: Version, done: Fetched, size: int) -> Mapping[str, Any]:
    headers = done.head.headers
    metadata = {key.removeprefix(_META): text for key, text in headers.items() if key.startswith(_META)}
    said = {
        "bucket": bucket,
        "key": came.key,
        "version_id": headers.get("x-amz-version-id", came.version_id),
        "etag": came.etag,
        "last_modified": headers.get("last-modified", came.last_modified),
        "storage_class": headers.get("x-amz-storage-class", came.storage_class),
        "metadata": metadata,
        "checksums": checksums(headers),
        "encryption": headers.get("x-amz-server-side-encryption", ""),
        "encoding": headers.get("content-encoding", ""),
        "checked": done.checked,
        "request_id": done.head.request_id,
    }
    facts = {key: value for key, value in said.items() if value}
    return {**facts, "size": size, "latest": came.latest, "deleted": came.deleted}


def _too_long(done: Fetched) -> Refusal:
    message = f"its head of {done.head.size} bytes is longer than any of S3's"
    return Refusal(Outcome.TRUNCATED, codes.BODY_LIMIT, message, done.head.request_id, sure=True)


def _parameters(bucket: Bucket, version: Version) -> Mapping[str, str]:
    said = {"Bucket": bucket.name, "Key": version.key, "VersionId": version.version_id}
    return {key: value for key, value in said.items() if value}
