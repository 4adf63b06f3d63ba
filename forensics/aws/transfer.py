"""
Fetch one object whole: resumed where its body broke off, checked, and its failures values.

What is asked for again after a break is asked for by Range and If-Match: never are the halves of two
objects put together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from xml.parsers import expat

from forensics.aws import codes
from forensics.aws.ask import ATTEMPTS, LONGEST_WAIT, Refusal
from forensics.aws.behind import Behind
from forensics.aws.checking import NOTHING, Check
from forensics.aws.curl import Head
from forensics.aws.fetcher import Fetcher
from forensics.aws.objects import LARGE, Version, length
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


class _EnoughError(Exception):
    """Ends an answer that goes on for longer than it may."""

    def __init__(self, head: Head) -> None:
        super().__init__()
        self.head = head


Answer = Callable[[], Head]
"""Gives the head of an answer whose body went to the sink, or raises what the sink did."""


class Work:
    """The attempts at one object, of which another thread may have made the first."""

    def __init__(self, of: Fetcher, version: Version) -> None:
        self.of, self.done = of, Fetched(version)
        self.head = self.done.head
        """Of the answer that came last."""
        self._verdict: Callable[[], Refusal | None] | None = None
        """On an answer that came and was not judged yet."""
        self._asked = ""
        """Region that it was asked of last."""
        self._sent = ""
        self._draft: Draft | None = None
        self._size = 0
        """Bytes that came for it."""
        self._behind: Behind | None = None
        self._head = self.head
        """Of the answer that the bytes began with."""
        self._from = self._head
        """Of the answer that they come from now."""
        self._check = NOTHING
        self._error = bytearray()
        self._moved = False
        self._whole = -1
        """How many there are to be, by that head."""
        self._suspect = ""
        """Hash of bytes that were not what the ETag says."""

    def go_on(self, of: Fetcher) -> Fetched:
        """Go on to the end with a thread's own means. Raises what stops the run, and leaves nothing then."""
        self.of = of
        try:
            return self.run()
        except BaseException:
            self.drop()
            raise

    def run(self) -> Fetched:
        """Ask until it came, or will not come."""
        refusal = None
        for failed in self._turns():
            if self._verdict is None and (mute := self.mute()) is not None:
                refusal = refusal or mute
                break
            if failed:
                self.of.sleep(backoff(failed, longest=LONGEST_WAIT, draw=self.of.asker.draw))
            refusal = self._attempt()
            if refusal is None:
                return self.finish()
            if not refusal.again:
                break
        return self.refused(refusal)

    def mute(self) -> Refusal | None:
        """Return why nothing need be asked of this endpoint, None if it may answer."""
        return self.of.asker.session.closed.mute("s3", self.of.place.region)

    def refused(self, refusal: Refusal | None) -> Fetched:
        """Give it up."""
        self.drop()
        self.done.refusal = refusal
        return self.done

    def _turns(self) -> Iterator[int]:
        """Yield before each attempt how many have failed in a row without bringing a byte."""
        failed, size = 0, 0
        for _ in range(MOST_ATTEMPTS):
            yield failed
            failed = 1 if self._size > size else failed + 1
            size = self._size
            if failed >= ATTEMPTS:
                return

    def _attempt(self) -> Refusal | None:
        if self._verdict is None:
            url, headers = self.request()
            self.heard(partial(self.of.line.get, url, headers, self.sink))
        return self._judged()

    def request(self) -> tuple[str, list[str]]:
        """Begin an attempt: return URL and headers to send, once it is its turn."""
        of = self.of
        of.asker.session.pace.wait(of.place.region, "s3", "GetObject", of.sleep)
        self._error.clear()
        self.done.requests += 1
        self._sent, self._asked = stamp(of.clock()), of.place.region
        return of.request(self.done.version, self._condition())

    def heard(self, answer: Answer) -> None:
        """End an attempt with an answer, which is judged by whoever goes on. Raises what stops the run."""
        try:
            self.head = answer()
            self._verdict = partial(self._judge, self.head)
        except _EnoughError as enough:
            self.head = enough.head
            self._verdict = partial(self._endless, enough.head)
        if self._behind is not None:
            self._behind.drain()
        self.done.first, self.done.last = self.done.first or self._sent, stamp(self.of.clock())
        self.of.note(self._sent, self.done.last, self.head)

    def _judged(self) -> Refusal | None:
        """Say what is wrong with the answer, None if the object is whole."""
        verdict, self._verdict = self._verdict, None
        return verdict() if verdict is not None else None

    def at_once(self) -> Fetched | None:
        """Return the object if its one answer is all that it takes; what is not is for `go_on` to judge."""
        if self.head.status != 200 or self.head.trouble:
            return None
        refusal = self._judged()
        self._verdict = lambda: refusal
        return self.finish() if refusal is None else None

    def _condition(self) -> dict[str, str]:
        if not self._size:
            return {}
        condition = {"range": f"bytes={self._size}-"}
        etag = self._head.headers.get("etag", "")
        # What is not in ASCII cannot be sent back; `_continues` sees to it that the two halves are of one.
        fit = etag and etag.isascii() and etag.isprintable()
        return {**condition, "if-match": etag} if fit else condition

    def sink(self, head: Head, data: bytes) -> None:
        """Take in a piece of a body."""
        self.of.check()
        if head.status not in {200, 206}:
            self._error += data
            if len(self._error) > _LONGEST_ERROR:
                raise _EnoughError(head)
            return
        self._begin(head)
        if self._draft is None or self._size + len(data) > self._whole:
            # Without a length, or beyond it, there may be no end.
            raise _EnoughError(head)
        self._size += len(data)
        # Chosen anew each time: a work that held a method of its own would be left to the garbage collector.
        (self._write if self._behind is None else self._behind.take)(data)

    def _write(self, data: bytes) -> None:
        assert self._draft is not None  # noqa: S101 - it is made before anything is written
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
        self._head, self._draft = head, self.of.draft()
        self._whole = length(head.headers.get("content-length", ""))
        self._check = Check(head.headers, self._whole)
        if self._whole >= LARGE:
            self._behind = Behind(self._write)

    def _continues(self, head: Head) -> bool:
        start, _, total = head.headers.get("content-range", "").removeprefix("bytes ").partition("-")
        same = head.headers.get("etag", "") == self._head.headers.get("etag", "")
        whole = total.rpartition("/")[2] in {"*", str(self._whole)}
        return self._draft is not None and same and whole and start == str(self._size)

    def _judge(self, head: Head) -> Refusal | None:
        """Say what is wrong with an answer, if anything is."""
        closed, region = self.of.asker.session.closed, self.of.place.region
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
        if self._draft is not None and not head.trouble and self._size == self._whole:
            return None
        if self._size > self._whole:
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
        if self._moved or not (region := self.of.elsewhere(head, self._asked)):
            return None
        self._moved = True
        self.of.move(region)
        return _again("PermanentRedirect", f"the bucket is in {region}", head)

    def _endless(self, head: Head) -> Refusal:
        """Say what an answer is that we did not read to its end."""
        self.of.asker.session.closed.heard("s3", self.of.place.region)
        if head.status in {200, 206}:
            self.drop()
            return _again(codes.TORN, "the body is longer than its head says", head)
        message = f"the body of the error is longer than {_LONGEST_ERROR} bytes"
        outcome = self.of.asker.outcome(codes.BODY_LIMIT, message, head.status, bound=True)
        return Refusal(outcome, codes.BODY_LIMIT, message, head.request_id, sure=True)

    def _refused(self, head: Head) -> Refusal:
        code, message = _said(bytes(self._error), head.status)
        asker = self.of.asker
        if codes.throttled(code, head.status):
            asker.session.pace.throttled(self.of.place.region, "s3", "GetObject")
        outcome = asker.outcome(code, message, head.status, bound=True)
        if head.status == 405 and head.headers.get("x-amz-delete-marker") == "true":
            outcome = Outcome.VANISHED
        again = codes.retriable(code, head.status)
        return Refusal(outcome, code, message, head.request_id, sure=True, again=again)

    def finish(self) -> Fetched:
        """Hand over an object that came."""
        done, draft = self.done, self._draft
        if draft is None:
            raise AssertionError("an object that came has a file")
        if draft.size < LARGE:
            draft.end()
        else:
            draft.sync()
        done.draft, done.head, done.checked = draft, self._head, self._check.name
        done.region = self.of.place.region
        self._stop()
        self._draft = None
        etag, listed = done.head.headers.get("etag", ""), done.version.etag
        if listed and etag != listed:
            message = f"listed with ETag {listed}, fetched with {etag}"
            done.refusal = Refusal(Outcome.VANISHED, codes.CHANGED, message, done.head.request_id, sure=True)
        return done

    def _stop(self) -> None:
        behind, self._behind = self._behind, None
        if behind is not None:
            behind.close()

    def drop(self) -> None:
        """Remove what came so far."""
        self._stop()
        draft, self._draft, self._size = self._draft, None, 0
        if draft is not None:
            draft.discard()


def _again(code: str, message: str, head: Head) -> Refusal:
    return Refusal(Outcome.FAILED, code, message, head.request_id, sure=True, again=True)


def _no_answer(head: Head) -> Refusal:
    code = "Unreachable" if head.unreachable else "Untrusted" if head.untrusted else "NoAnswer"
    again = not head.untrusted
    return Refusal(Outcome.FAILED, code, head.trouble or "no answer", "", sure=head.untrusted, again=again)


def _said(body: bytes, status: int) -> tuple[str, str]:
    """Read code and message of an error; without a body its status is all the code there is."""
    texts: Any = Texts(2)
    try:
        texts.parse(body)
    except expat.ExpatError:
        texts.found.clear()
    found = texts.found
    return found.get("Code") or str(status), found.get("Message") or "the answer is not in S3's protocol"
