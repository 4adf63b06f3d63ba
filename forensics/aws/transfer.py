"""
Fetch one object whole: resumed where its body broke off, checked, and its failures values.

What is asked for again after a break is asked for by Range and If-Match: never are the halves of two
objects put together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from xml.parsers import expat

from forensics.aws import codes
from forensics.aws.ask import ATTEMPTS, LONGEST_WAIT, Asker, Refusal
from forensics.aws.checking import Check
from forensics.aws.curl import Head, Line
from forensics.aws.objects import Bucket, Version, length
from forensics.aws.place import Place
from forensics.aws.signing import sign
from forensics.aws.wait import backoff
from forensics.aws.wire import Texts, stamp
from forensics.model import Draft, Outcome

MOST_ATTEMPTS = 1_000
"""Attempts at one object that brought bytes each time: more is an endless loop."""
_LONGEST_ERROR = 64 * 1024
"""Bytes of an error that are read: many times the longest of S3's, and every thread may hold as many."""


@dataclass(slots=True)
class Fetched:
    """What became of one object."""

    version: Version
    """As listed."""
    draft: Draft | None = None
    """Its bytes, where they came."""
    head: Head = field(default_factory=Head)
    """Of the answer that they began with."""
    checked: str = ""
    region: str = ""
    """Where the bucket really is."""
    refusal: Refusal | None = None
    """Why it did not come, or why what came is not what was listed."""
    requests: int = 0
    first: str = ""
    last: str = ""


@dataclass
class Fetcher:
    """Fetches objects of one bucket, one at a time: each thread has its own."""

    asker: Asker
    """For the bucket's region."""
    bucket: Bucket
    place: Place
    draft: Callable[[], Draft]
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    check: Callable[[], None]
    """Called now and then; raises where the run is over."""

    def __post_init__(self) -> None:
        """Open no connection before the first object."""
        self._line = Line(self.place.route)

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def fetch(self, version: Version) -> Fetched:
        """Fetch a version. Raises what stops the run; nothing is left of the object then."""
        work = _Work(self, Fetched(version))
        try:
            return work.run()
        except BaseException:
            work.drop()
            raise

    def get(self, version: Version, extra: dict[str, str], sink: Callable[[Head, bytes], None]) -> Head:
        """Ask once, signed with the keys as they are now."""
        url = self.place.url(version)
        headers = {"x-amz-checksum-mode": "ENABLED", **extra}
        if self.bucket.requester_pays:
            headers["x-amz-request-payer"] = "requester"
        # AWS holds a signature against its own clock: never one that a caller passed in.
        signed = sign(self.asker.session.keys, self.place.region, url, headers, datetime.now(UTC))
        return self._line.get(url, signed, sink)

    def move(self, region: str) -> None:
        """Go on in the region where the bucket really is."""
        self.bucket = replace(self.bucket, region=region)
        self.asker = replace(self.asker, place=region)
        self.place = Place.of(self.asker, self.bucket)
        self._line.close()
        self._line = Line(self.place.route)


class _EnoughError(Exception):
    """Ends an answer that goes on for longer than it may."""

    def __init__(self, head: Head) -> None:
        super().__init__()
        self.head = head


class _Work:
    """The attempts at one object."""

    def __init__(self, fetcher: Fetcher, done: Fetched) -> None:
        self._of, self._done = fetcher, done
        self._draft: Draft | None = None
        self._head = Head()
        """Of the answer that the bytes began with."""
        self._from = self._head
        """Of the answer that they come from now."""
        self._check = Check({}, 0)
        self._error = bytearray()
        self._moved = False
        self._suspect = ""
        """Hash of bytes that were not what the ETag says."""

    def run(self) -> Fetched:
        done, refusal = self._done, None
        closed, sleep = self._of.asker.session.closed, self._of.sleep
        for failed in self._turns():
            if (mute := closed.mute("s3", self._of.place.region)) is not None:
                refusal = refusal or mute
                break
            if failed:
                sleep(backoff(failed, longest=LONGEST_WAIT, draw=self._of.asker.draw))
            refusal = self._attempt()
            if refusal is None:
                return self._finish()
            if not refusal.again:
                break
        self.drop()
        done.refusal = refusal
        return done

    def _turns(self) -> Iterator[int]:
        """Yield before each attempt how many have failed in a row without bringing a byte."""
        failed, size = 0, 0
        for _ in range(MOST_ATTEMPTS):
            yield failed
            failed = 1 if self._size > size else failed + 1
            size = self._size
            if failed >= ATTEMPTS:
                return

    @property
    def _size(self) -> int:
        return 0 if self._draft is None else self._draft.size

    def _attempt(self) -> Refusal | None:
        of, done = self._of, self._done
        of.asker.session.pace.wait(of.place.region, "s3", "GetObject", of.sleep)
        self._error.clear()
        done.requests += 1
        sent = stamp(of.clock())
        try:
            refusal = self._judge(of.get(done.version, self._condition(), self._sink))
        except _EnoughError as enough:
            refusal = self._endless(enough.head)
        done.first, done.last = done.first or sent, stamp(of.clock())
        return refusal

    def _condition(self) -> dict[str, str]:
        if not self._size:
            return {}
        condition = {"range": f"bytes={self._size}-"}
        etag = self._head.headers.get("etag", "")
        # What is not in ASCII cannot be sent back; `_continues` sees to it that the two halves are of one.
        fit = etag and etag.isascii() and etag.isprintable()
        return {**condition, "if-match": etag} if fit else condition

    def _sink(self, head: Head, data: bytes) -> None:
        self._of.check()
        if head.status not in {200, 206}:
            self._error += data
            if len(self._error) > _LONGEST_ERROR:
                raise _EnoughError(head)
            return
        self._begin(head)
        if self._draft is None or self._draft.size + len(data) > _length(self._head):
            # Without a length, or beyond it, there may be no end.
            raise _EnoughError(head)
        self._draft.write(data)
        self._check.update(data)

    def _begin(self, head: Head) -> None:
        """Take in the head of a body: the first, one that goes on, or one that begins anew."""
        if head is self._from:
            return
        self._from = head
        if head.status == 206 and self._continues(head):
            return
        self.drop()
        if head.status == 206:
            return
        self._head, self._draft = head, self._of.draft()
        self._check = Check(head.headers, _length(head))

    def _continues(self, head: Head) -> bool:
        start, _, total = head.headers.get("content-range", "").removeprefix("bytes ").partition("-")
        same = head.headers.get("etag", "") == self._head.headers.get("etag", "")
        whole = total.rpartition("/")[2] in {"*", str(_length(self._head))}
        return self._draft is not None and same and whole and start == str(self._size)

    def _judge(self, head: Head) -> Refusal | None:
        """Say what is wrong with an answer, if anything is."""
        closed, region = self._of.asker.session.closed, self._of.place.region
        if head.status:
            closed.heard("s3", region)
        elif head.silent:
            closed.unheard("s3", region, _no_answer(head))
        if head.status in {200, 206}:
            self._begin(head)
            return self._torn(head) or self._unlike(head)
        if head.status == 0:
            return _no_answer(head)
        if head.status == 412 or (head.status == 416 and self._size):
            # Changed in the midst: what came belongs to nothing any more.
            self.drop()
            return _again(codes.TORN, "it changed on the way", head)
        return self._elsewhere(head) or self._refused(head)

    def _torn(self, head: Head) -> Refusal | None:
        if self._draft is not None and not head.trouble and self._size == _length(self._head):
            return None
        if self._size > _length(self._head):
            self.drop()
        return _again(codes.TORN, head.trouble or "the body is not as long as its head says", head)

    def _unlike(self, head: Head) -> Refusal | None:
        if self._check.passed() or self._draft is None:
            return None
        name, found = self._check.name, self._draft.sha256
        if name == "etag" and found == self._suspect:
            # Twice the same bytes: this ETag is no digest of them.
            self._check.name = "length"
            return None
        self._suspect = found
        self.drop()
        return _again(codes.CHECKSUM, f"the body is not what AWS says: {name}", head)

    def _elsewhere(self, head: Head) -> Refusal | None:
        region = head.headers.get("x-amz-bucket-region", "")
        if self._moved or not region or region == self._of.place.region or head.status not in {301, 307, 400}:
            return None
        if not self._of.asker.session.knows(region):
            return None
        self._moved = True
        self._of.move(region)
        return _again("PermanentRedirect", f"the bucket is in {region}", head)

    def _endless(self, head: Head) -> Refusal:
        """Say what an answer is that we did not read to its end."""
        self._of.asker.session.closed.heard("s3", self._of.place.region)
        if head.status in {200, 206}:
            self.drop()
            return _again(codes.TORN, "the body is longer than its head says", head)
        message = f"the body of the error is longer than {_LONGEST_ERROR} bytes"
        outcome = self._of.asker.outcome(codes.BODY_LIMIT, message, head.status, bound=True)
        return Refusal(outcome, codes.BODY_LIMIT, message, head.request_id, sure=True)

    def _refused(self, head: Head) -> Refusal:
        code, message = _said(bytes(self._error), head.status)
        asker = self._of.asker
        if codes.throttled(code, head.status):
            asker.session.pace.throttled(self._of.place.region, "s3", "GetObject")
        outcome = asker.outcome(code, message, head.status, bound=True)
        if head.status == 405 and head.headers.get("x-amz-delete-marker") == "true":
            outcome = Outcome.VANISHED
        again = codes.retriable(code, head.status)
        return Refusal(outcome, code, message, head.request_id, sure=True, again=again)

    def _finish(self) -> Fetched:
        done, draft = self._done, self._draft
        if draft is None:
            raise AssertionError("an object that came has a file")
        draft.sync()
        done.draft, done.head, done.checked = draft, self._head, self._check.name
        done.region = self._of.place.region
        self._draft = None
        etag, listed = done.head.headers.get("etag", ""), done.version.etag
        if listed and etag != listed:
            message = f"listed with ETag {listed}, fetched with {etag}"
            done.refusal = Refusal(Outcome.VANISHED, codes.CHANGED, message, done.head.request_id, sure=True)
        return done

    def drop(self) -> None:
        """Remove what came so far."""
        draft, self._draft = self._draft, None
        if draft is not None:
            draft.discard()


def _length(head: Head) -> int:
    return length(head.headers.get("content-length", ""))


def _again(code: str, message: str, head: Head) -> Refusal:
    return Refusal(Outcome.FAILED, code, message, head.request_id, sure=True, again=True)


def _no_answer(head: Head) -> Refusal:
    code = "Unreachable" if head.unreachable else "NoAnswer"
    return Refusal(Outcome.FAILED, code, head.trouble or "no answer", "", sure=False, again=True)


def _said(body: bytes, status: int) -> tuple[str, str]:
    """Read code and message of an error; without a body its status is all the code there is."""
    texts: Any = Texts(2)
    try:
        texts.parse(body)
    except expat.ExpatError:
        texts.found.clear()
    found = texts.found
    return found.get("Code") or str(status), found.get("Message") or "the answer is not in S3's protocol"
