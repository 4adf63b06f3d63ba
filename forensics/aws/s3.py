"""
One copier for all objects of S3, small ones by the thousand and large ones of any size.

One thread fetches the small ones, on many connections at once; threads with a connection each fetch the
large ones, and what does not come at the first attempt. Groups of what is whole go to the case, so that many
objects cost one line of waiting.
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

from forensics.aws import codes, never
from forensics.aws.ask import Asker, Refusal
from forensics.aws.checking import checksums
from forensics.aws.express import Express
from forensics.aws.fetcher import Fetcher
from forensics.aws.listing import listing, locate
from forensics.aws.objects import LARGE, Bucket, Marker, Version, folder, name
from forensics.aws.place import Place
from forensics.aws.session import Session
from forensics.aws.tally import Tally
from forensics.aws.transfer import Fetched, Work
from forensics.model import Draft, Evidence, Kind, Outcome, Source

__all__ = ["Bucket", "Copier", "Marker", "Version", "listing", "locate", "name"]

CONNECTIONS = 128
"""At once, at most: 4,000 objects a second where an answer takes 30 ms."""
THREADS = 16
"""For what is large, or does not come at once."""
GROUP = 256
"""Objects in one commit, and those that ended together with the last of them."""
AHEAD = 1_024
"""Objects handed out and not yet taken back: enough to keep all busy through a commit."""
PATIENCE = 0.02
"""Seconds that a group waits for one more to share its commit."""
LAST_WORDS = 5.0
"""Seconds that threads may take to end."""
_AMZ = "x-amz-"
_META = "x-amz-meta-"
_LOCK = "x-amz-object-lock-"
_SHORT_HEAD = 4_096
"""Bytes of a head that fits into a line of the ledger, however its bytes are escaped there."""
_LONGEST_ABOUT = 32_768
"""Bytes of what is said of an object: S3 sends a third at most, and more would fit into no line."""


class _Over(BaseException):
    """Ends a thread whose run is over."""


_Ended = list[Fetched] | BaseException
"""What a thread hands over: objects of which it is known what became of them, or why it stopped."""


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
    connections: int = CONNECTIONS
    """At once: one for each object that is on its way, or that threads have left to do."""
    _todo: queue.SimpleQueue[Version | None] = field(default_factory=queue.SimpleQueue, init=False)
    _left: queue.SimpleQueue[Version | Work | None] = field(default_factory=queue.SimpleQueue, init=False)
    _done: queue.SimpleQueue[_Ended] = field(default_factory=queue.SimpleQueue, init=False)
    _over: threading.Event = field(default_factory=threading.Event, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _threads: list[threading.Thread] = field(default_factory=list, init=False)
    _express: threading.Thread | None = field(default=None, init=False)
    _place: Place | None = field(default=None, init=False)
    _waiting: int = field(default=0, init=False)
    """Objects that threads have left to do."""

    def copy(self, versions: Iterable[Version]) -> Generator[tuple[Evidence, ...], None, None]:
        """
        Fetch all that the case does not hold, and yield it in groups, in the order in which it comes.

        Each group is to be on the disk before the next is asked for. Raises `CredentialsError`, and what
        `sleep` and the disk raise; the threads have ended then.
        """
        if why := never.why_no_objects(self.source.name):
            refusal = Refusal(Outcome.UNSUPPORTED, codes.NEVER, f"not asked, ever: {why}", "", sure=True)
            self.tally.miss(refusal, {"Bucket": self.bucket.name}, 1)
            return
        wanted = (version for version in versions if not self.holds(name(self.bucket.name, version)))
        self._over.clear()
        try:
            yield from self._groups(wanted)
        finally:
            self._over.set()
            self._todo.put(None)
            end = time.monotonic() + LAST_WORDS
            while (thread := self._next_to_end()) is not None:
                # One that waits for a byte ends when libcurl's own patience does.
                thread.join(max(0.0, end - time.monotonic()))
            self._abandon()

    def _next_to_end(self) -> threading.Thread | None:
        """Return the thread that may start no others any more: the express first."""
        with self._lock:
            if self._express is not None:
                thread, self._express = self._express, None
                return thread
            for _ in self._threads:
                self._left.put(None)
            return self._threads.pop() if self._threads else None

    def _groups(self, wanted: Iterator[Version]) -> Generator[tuple[Evidence, ...], None, None]:
        out, group = 0, list[Evidence]()
        while True:
            fresh = list(islice(wanted, AHEAD - out))
            out += len(fresh)
            self._hand_out(fresh)
            if not out:
                break
            out -= self._collect(group, out)
            if group:
                yield tuple(group)
                group = []

    def _hand_out(self, fresh: list[Version]) -> None:
        if fresh and self._place is None:
            self._place = Place.of(self._asker, self.bucket)
        for version in fresh:
            if version.size >= LARGE:
                self._leave(version)
            else:
                self._todo.put(version)
        if self._express is None and any(version.size < LARGE for version in fresh):
            self._express = threading.Thread(
                target=self._run, args=(self._fetch_many,), name="s3", daemon=True
            )
            self._express.start()

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
            taken += len(done)
            patience = PATIENCE
            for one in done:
                group.extend(self._settle(one))
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

    def _thread(self, work: Callable[[Fetcher], None]) -> threading.Thread:
        return threading.Thread(target=self._run, args=(work,), name="s3", daemon=True)

    # -- the threads' side

    def _run(self, work: Callable[[Fetcher], None]) -> None:
        assert self._place is not None  # noqa: S101 - no thread is started before
        fetcher = Fetcher(
            self._asker, self.bucket, self._place, self.draft, self.clock, self._pause, self._still_on
        )
        try:
            work(fetcher)
        except _Over:
            return
        except BaseException as error:  # noqa: BLE001 - a thread has nobody above it: the generator raises it
            self._done.put(error)
        finally:
            fetcher.close()

    def _fetch_many(self, fetcher: Fetcher) -> None:
        Express(fetcher, self._todo, self._done.put, self._leave, self._room).run(self.connections)

    def _room(self) -> int:
        return self.connections - self._waiting

    def _leave(self, work: Version | Work) -> None:
        """Leave an object to threads, and see to it that there are any."""
        with self._lock:
            self._waiting += 1
            self._left.put(work)
            if len(self._threads) < min(THREADS, self.connections, self._waiting):
                thread = self._thread(self._fetch_each)
                self._threads.append(thread)
                thread.start()

    def _fetch_each(self, fetcher: Fetcher) -> None:
        while (left := self._left.get()) is not None and not self._over.is_set():
            work = Work(fetcher, left) if isinstance(left, Version) else left
            done = work.go_on(fetcher)
            with self._lock:
                self._waiting -= 1
            self._done.put([done])

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
            for one in done if isinstance(done, list) else ():
                if one.draft is not None:
                    one.draft.discard()
        while not self._left.empty():
            if isinstance(left := self._left.get(), Work):
                left.drop()
        while not self._todo.empty():
            self._todo.get()
        self._place, self._waiting = None, 0

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
    headers = {key: text for key, text in done.head.headers.items() if key.startswith(_AMZ)}
    plain = done.head.headers
    metadata = {key.removeprefix(_META): text for key, text in headers.items() if key.startswith(_META)}
    said = {
        "bucket": bucket,
        "key": came.key,
        "version_id": headers.get("x-amz-version-id", came.version_id),
        "etag": came.etag,
        "last_modified": plain.get("last-modified", came.last_modified),
        "storage_class": headers.get("x-amz-storage-class", came.storage_class),
        "metadata": metadata,
        "checksums": checksums(headers),
        "encryption": headers.get("x-amz-server-side-encryption", ""),
        "encoding": plain.get("content-encoding", ""),
        "lock": {key.removeprefix(_LOCK): text for key, text in headers.items() if key.startswith(_LOCK)},
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
