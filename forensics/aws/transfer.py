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
from urllib.parse import quote, urlsplit
from xml.parsers import expat

from botocore.httpsession import get_cert_path
from botocore.utils import get_environ_proxies

from forensics.aws import codes
from forensics.aws.ask import ATTEMPTS, LONGEST_WAIT, Asker, Refusal
from forensics.aws.checking import Check
from forensics.aws.curl import Head, Line, Route
from forensics.aws.objects import KEY, Bucket, Version
from forensics.aws.signing import sign
from forensics.aws.wait import backoff
from forensics.aws.wire import Texts, stamp
from forensics.model import Draft, Outcome

MOST_ATTEMPTS = 1_000
"""Attempts at one object that brought bytes each time: more is an endless loop."""
_LONGEST_ERROR = 64 * 1024
_MARK = "forensics"


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket's address, as botocore's rules for endpoints have it."""

    region: str
    base: str
    """The URL that its keys follow."""
    route: Route

    @classmethod
    def of(cls, asker: Asker, bucket: Bucket) -> Place:
        """Find it out: partitions, dual stack, FIPS and endpoints of one's own are botocore's to know."""
        client = asker.session.client("s3", bucket.region)
        asker.session.keys  # noqa: B018 - says what is wrong with the credentials, where anything is
        url = client.generate_presigned_url("get_object", Params={"Bucket": bucket.name, "Key": _MARK})
        base = url.partition("?")[0].removesuffix(_MARK)
        verify = asker.session.setting("ca_bundle") or True
        proxies = get_environ_proxies(base)
        agent = str(client.meta.config.user_agent_extra or "")
        proxy = str(proxies.get(urlsplit(base).scheme) or "")
        return cls(bucket.region, base, Route(get_cert_path(verify), proxy, agent))

    def url(self, version: Version) -> str:
        """Return where a version is, every byte of its key in its place."""
        url = self.base + quote(version.key, "/~", *KEY)
        if version.version_id in {"", "null"} and not version.deleted:
            # A bucket without versions, and a permission for them that we may not have.
            return url
        return f"{url}?versionId={quote(version.version_id, '~')}"


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
        for failed in self._turns():
            if failed:
                self._of.sleep(backoff(failed, longest=LONGEST_WAIT, draw=self._of.asker.draw))
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
        head = of.get(done.version, self._condition(), self._sink)
        done.first, done.last = done.first or sent, stamp(of.clock())
        return self._judge(head)

    def _condition(self) -> dict[str, str]:
        if not self._size:
            return {}
        condition = {"range": f"bytes={self._size}-"}
        etag = self._head.headers.get("etag", "")
        return {**condition, "if-match": etag} if etag else condition

    def _sink(self, head: Head, data: bytes) -> None:
        self._of.check()
        if head.status not in {200, 206}:
            self._error += data[: _LONGEST_ERROR - len(self._error)]
            return
        self._begin(head)
        if self._draft is None:
            return
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
        self._moved = True
        self._of.move(region)
        return _again("PermanentRedirect", f"the bucket is in {region}", head)

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
    text = head.headers.get("content-length", "")
    return int(text) if text.isdecimal() else -1


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
