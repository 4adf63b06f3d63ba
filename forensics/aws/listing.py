"""
Where a bucket is, and what is in it: every version and delete marker, page by page.

botocore spends 70 ms on reading a page of a thousand keys, expat 4: the pages are asked for as everything
is, kept as they came, and read here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote_plus
from xml.parsers import expat

from forensics.aws import codes
from forensics.aws.ask import Answer, Asker, Refusal, truncated
from forensics.aws.objects import KEY, Bucket, Marker, Version, length
from forensics.model import Exchange, Outcome

MAX_PAGES = 1_000_000
"""Pages of one listing after which it is taken for endless: a billion versions."""

Take = Callable[[Version | Marker], None]
Listing = Generator[Exchange, None, Refusal | None]


def locate(
    asker: Asker, name: str, *, requester_pays: bool = False
) -> Generator[Exchange, None, Bucket | Refusal]:
    """Find out where a bucket is, and whether it lets us in. `requester_pays`: we are willing to."""
    asker = replace(asker, other="s3")
    request: dict[str, Any] = {"Bucket": name}
    operation = "HeadBucket"
    if requester_pays:
        # HeadBucket has no word for it.
        operation, request = "ListObjectsV2", {**request, "MaxKeys": 1, "RequestPayer": "requester"}
    answer = yield from asker.ask(request, operation=operation, bound=True)
    if isinstance(answer, Refusal):
        return _gone(answer)
    region = answer.headers.get("x-amz-bucket-region") or str(answer.values.get("BucketRegion") or "")
    return Bucket(name, region if asker.session.places.knows(region) else asker.region, requester_pays)


def _gone(refusal: Refusal) -> Refusal:
    """Read what HeadBucket says without a body: its status is all there is."""
    if refusal.code == "404":
        return replace(refusal, outcome=Outcome.VANISHED, code="NoSuchBucket")
    return refusal


def listing(
    asker: Asker, bucket: Bucket, prefix: str, take: Take, *, after: str = "", until: str = ""
) -> Listing:
    """
    List a bucket in the order of its keys, giving each version and delete marker to `take`.

    Only keys after `after`, up to `until` with it. Returns the refusal that ended it early. Where versions
    may not be listed, the objects are that there are now, and the refusal for the versions is returned: what
    was deleted or overwritten is missing then. Where neither may be, it is the one for the objects.
    """
    asker = replace(asker, other="s3", place=bucket.region)
    request: dict[str, Any] = {"Bucket": bucket.name, "EncodingType": "url", "Prefix": prefix}
    if bucket.requester_pays:
        request["RequestPayer"] = "requester"
    refusal = yield from _Pages(asker, _VERSIONS, take, until).all(request, after)
    if refusal is None or refusal.outcome not in {Outcome.DENIED, Outcome.UNSUPPORTED}:
        return refusal
    return (yield from _Pages(asker, _OBJECTS, take, until).all(request, after)) or refusal


@dataclass(frozen=True, slots=True)
class _Kind:
    """An operation that lists."""

    operation: str
    start: str
    """Parameter for the key after which to begin."""
    tokens: Mapping[str, str]
    """Parameters for the next page, and the elements that hold them."""
    encoded: bool
    """Whether the tokens are written as keys are."""


_VERSIONS = _Kind(
    "ListObjectVersions",
    "KeyMarker",
    {"KeyMarker": "NextKeyMarker", "VersionIdMarker": "NextVersionIdMarker"},
    encoded=True,
)
_OBJECTS = _Kind("ListObjectsV2", "StartAfter", {"ContinuationToken": "NextContinuationToken"}, encoded=False)


@dataclass(frozen=True, slots=True)
class _Pages:
    """Asks for the pages of one listing."""

    asker: Asker
    kind: _Kind
    take: Take
    until: str

    def all(self, request: Mapping[str, Any], after: str) -> Listing:
        first = {**request, self.kind.start: after} if after else dict(request)
        request, seen = first, set[int]()
        while True:
            answer, page = yield from self._page(request)
            if isinstance(answer, Refusal):
                return answer
            if not self._take(page) or page.fields.get("IsTruncated") != "true":
                return None
            following = self._following(page)
            if (code := _lost(following, seen)) or len(seen) > MAX_PAGES:
                return truncated(code or codes.PAGE_LIMIT, answer)
            request = {**first, **following}

    def _page(self, request: Mapping[str, Any]) -> Generator[Exchange, None, tuple[Answer | Refusal, Page]]:
        asking = self.asker.ask(request, operation=self.kind.operation, bound=True)
        body = b""
        while True:
            try:
                exchange = next(asking)
            except StopIteration as end:
                return _read(end.value, body)
            body = exchange.body
            yield exchange

    def _take(self, page: Page) -> bool:
        """Hand on what a page lists; return False once it is beyond `until`."""
        for item in page.items:
            if self.until and item.key > self.until:
                return False
            self.take(item)
        return True

    def _following(self, page: Page) -> dict[str, str]:
        found = {
            parameter: page.fields[element]
            for parameter, element in self.kind.tokens.items()
            if page.fields.get(element)
        }
        if self.kind.encoded and "KeyMarker" in found:
            found["KeyMarker"] = page.key(found["KeyMarker"])
        return found


def _read(answer: Answer | Refusal, body: bytes) -> tuple[Answer | Refusal, Page]:
    if isinstance(answer, Refusal):
        return answer, Page()
    try:
        return answer, Page.read(body)
    except (expat.ExpatError, _UnfitError) as error:
        # Not encoded as it was asked to be, with a key in it that no XML may hold: it names nothing for sure.
        message = f"the page cannot be read: {error}"
        return Refusal(Outcome.TRUNCATED, codes.UNREADABLE, message, answer.request_id, sure=True), Page()


def _lost(following: Mapping[str, str], seen: set[int]) -> str:
    """Return what is wrong with the tokens of a next page, if anything is."""
    if not following:
        return codes.MISSING_TOKEN
    mark = hash(tuple(sorted(following.items())))
    if mark in seen:
        return codes.REPEATED_TOKEN
    seen.add(mark)
    return ""


_ITEMS = frozenset({"Contents", "DeleteMarker", "Version"})
_TEXTS = ("VersionId", "ETag", "LastModified", "StorageClass")
MAX_TEXT = 1_024
"""Bytes of a key, and of a version's id: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html

Longer ones, which only somebody else's endpoint can list, would not fit into the ledger."""


class _UnfitError(Exception):
    """A page lists what S3 cannot hold."""


@dataclass
class Page:
    """What one page of a listing says."""

    items: list[Version | Marker] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    """Text of its own elements, as it came."""
    _rows: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @classmethod
    def read(cls, body: bytes) -> Page:
        """Read a page that is known to be well-formed; nothing is on an empty one."""
        page = cls()
        if body:
            _Reader(page).parse(body)
        page.items = [page.item(kind, row) for kind, row in page._rows]
        return page

    def row(self, kind: str, row: dict[str, str]) -> None:
        """Take in an item of the list."""
        self._rows.append((kind, row))

    def key(self, text: str) -> str:
        """Return a key as it is, where the page has it encoded."""
        return unquote_plus(text, *KEY) if self.fields.get("EncodingType") == "url" else text

    def item(self, kind: str, row: Mapping[str, str]) -> Version | Marker:
        """Make a value of an item."""
        key, changed = self.key(row.get("Key", "")), row.get("LastModified", "")
        if len(key.encode(*KEY)) > MAX_TEXT or any(len(row.get(name, "")) > MAX_TEXT for name in _TEXTS):
            raise _UnfitError(f"longer than the {MAX_TEXT} bytes that S3 allows: {key[:80]!a}")
        latest = row.get("IsLatest", "true") == "true"
        if kind == "DeleteMarker":
            return Marker(key, row.get("VersionId", ""), changed, latest)
        return Version(
            key,
            row.get("VersionId", ""),
            row.get("ETag", ""),
            max(0, length(row.get("Size", ""))),
            changed,
            row.get("StorageClass", ""),
            latest,
            not latest,
        )


class _Reader:
    """Reads the elements at the second and third depth: fields of the list, and of its items."""

    def __init__(self, page: Page) -> None:
        self._page, self._depth, self._text = page, 0, list[str]()
        self._row: dict[str, str] = {}

    def parse(self, body: bytes) -> None:
        # Not created before it is needed: parser and handlers hold each other.
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        parser.Parse(body, True)  # noqa: FBT003 - its signature has no keywords

    def _start(self, _: str, __: dict[str, str]) -> None:
        self._depth = depth = self._depth + 1
        self._text.clear()
        if depth == 2:
            self._row = {}

    def _end(self, name: str) -> None:
        depth = self._depth
        if depth == 3:
            self._row[name] = "".join(self._text)
        elif depth == 2 and name in _ITEMS:
            self._page.row(name, self._row)
        elif depth == 2 and not self._row:
            self._page.fields[name] = "".join(self._text)
        self._depth = depth - 1
        self._text.clear()
