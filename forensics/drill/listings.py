"""S3's lists: keys in the order of their bytes, folded at a delimiter, in pages; hostile keys encoded."""

from __future__ import annotations

import base64
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import quote_plus
from xml.sax.saxutils import escape

from moto.s3.models import FakeDeleteMarker

from forensics.drill.buckets import Bucket, bucket
from forensics.drill.call import Call, Handler
from forensics.drill.denials import Answer, Refusal

PAGE = 1000
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ufffe\uffff]")


Thing = tuple[str, str, Callable[[], str]]
"""Key, version, and what writes its row."""


@dataclass
class Page:
    """What one answer holds: things in their order, and what follows."""

    rows: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    last: tuple[str, str] = ("", "")
    """Key and version after which the next page begins."""
    more: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What a list is asked."""

    call: Call
    found: Bucket

    def text(self, name: str) -> str:
        """Give a parameter, empty where it is not sent."""
        return str(self.call.params.get(name) or "")

    @property
    def size(self) -> int:
        """Give the size of a page."""
        wanted = self.call.params.get("MaxKeys")
        default = self.call.world.page_size or PAGE
        return min(int(wanted), PAGE) if wanted is not None else default

    def shown(self, key: str) -> str:
        """Write a key: as in a URL where that was asked for, or with references for what XML cannot hold."""
        if self.text("EncodingType") == "url":
            return quote_plus(key, safe="/*-._")
        return _CONTROL.sub(lambda found: f"&#x{ord(found[0]):x};", escape(key))

    def names(self, after: str, *, inclusive: bool = False) -> Iterator[str]:
        """Give the keys under the prefix after a key. Code points sort as their UTF-8 does."""
        with self.call.world.lock:
            known: Sequence[str] = sorted(self.found.kept.keys)
        prefix = self.text("Prefix")
        start = max(bisect_left(known, prefix), (bisect_left if inclusive else bisect_right)(known, after))
        for index in range(start if after else bisect_left(known, prefix), len(known)):
            if not known[index].startswith(prefix):
                return
            yield known[index]

    def folder(self, key: str) -> str:
        """Give the common prefix that a key is folded into; empty for none."""
        prefix, delimiter = self.text("Prefix"), self.text("Delimiter")
        head, found, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
        return prefix + head + found if found else ""


def _v2(call: Call) -> Answer:
    asked = Question(call, bucket(call))
    token = asked.text("ContinuationToken")
    page = _objects(asked, _key_of(token) if token else asked.text("StartAfter"))
    facts = [("KeyCount", str(len(page.rows) + len(page.folders)))]
    if token:
        facts.append(("ContinuationToken", escape(token)))
    if asked.text("StartAfter"):
        facts.append(("StartAfter", asked.shown(asked.text("StartAfter"))))
    if page.more:
        following = token if call.fault == "repeat_token" and token else _token(page.last[0])
        facts.append(("NextContinuationToken", following))
    return _written("ListBucketResult", asked, page, facts)


def _v1(call: Call) -> Answer:
    asked = Question(call, bucket(call))
    page = _objects(asked, asked.text("Marker"))
    facts = [("Marker", asked.shown(asked.text("Marker")))]
    if page.more and asked.text("Delimiter"):
        facts.append(("NextMarker", asked.shown(page.last[0])))
    return _written("ListBucketResult", asked, page, facts)


def _token(key: str) -> str:
    return "1" + base64.urlsafe_b64encode(key.encode()).decode()


def _key_of(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token[1:]).decode()
    except ValueError:
        raise Refusal("InvalidArgument", "The continuation token provided is incorrect", 400) from None


def _objects(asked: Question, after: str) -> Page:
    page = Page(last=(after, ""))
    if asked.call.fault == "empty_page":
        page.more = True
        return page
    _gather(asked, page, _current(asked, after))
    if asked.call.fault == "repeat_page" and page.rows:
        page.last, page.more = (after, ""), True
    return page


def _gather(asked: Question, page: Page, things: Iterable[Thing]) -> None:
    """Fill a page, folding what lies beyond a delimiter, until it is full."""
    after = page.last[0]
    for name, version, row in things:
        folder = asked.folder(name)
        if folder and after.startswith(folder):
            continue  # an earlier page has it
        if folder not in page.folders[-1:]:
            if len(page.rows) + len(page.folders) >= asked.size:
                page.more = asked.size > 0
                return
            (page.folders if folder else page.rows).append(folder or row())
        page.last = (name, version)


def _current(asked: Question, after: str) -> Iterator[Thing]:
    """Give the newest version of each key that is not deleted."""
    for name in asked.names(after):
        kept = asked.found.kept.keys.get(name)
        if kept is not None and not isinstance(kept, FakeDeleteMarker):
            yield name, "", partial(_row, asked, kept)


def _row(asked: Question, kept: Any) -> str:
    owner = f"<Owner><ID>{_owner(asked.found)}</ID></Owner>"
    v2 = asked.call.asked.operation == "ListObjectsV2"
    whose = owner if not v2 or asked.call.params.get("FetchOwner") else ""
    return f"<Contents><Key>{asked.shown(str(kept.name))}</Key>{_facts(asked.found, kept)}{whose}</Contents>"


def _facts(found: Bucket, kept: Any) -> str:
    archived = found.oddity.glacier and str(kept.name).startswith(found.oddity.prefix)
    named = kept.checksum_algorithm if kept.checksum_value else ""
    etag = str(kept.etag).replace('"', "&quot;")
    return (
        f"<LastModified>{_moment(kept)}</LastModified><ETag>{etag}</ETag>"
        f"{f'<ChecksumAlgorithm>{named}</ChecksumAlgorithm>' if named else ''}<Size>{kept.size}</Size>"
        f"<StorageClass>{'GLACIER' if archived else kept.storage_class}</StorageClass>"
    )


def _moment(kept: Any) -> str:
    return f"{kept.last_modified:%Y-%m-%dT%H:%M:%S}.000Z"


def _owner(found: Bucket) -> str:
    return found.account * 5 + "abcd"


def _versions(call: Call) -> Answer:
    asked = Question(call, bucket(call))
    key, version = asked.text("KeyMarker"), asked.text("VersionIdMarker")
    page = Page(last=(key, version))
    _gather(asked, page, _every_version(asked, key, version))
    facts = [("KeyMarker", asked.shown(key)), ("VersionIdMarker", escape(version))]
    if page.more:
        facts += [("NextKeyMarker", asked.shown(page.last[0])), ("NextVersionIdMarker", page.last[1])]
    return _written("ListVersionsResult", asked, page, facts)


def _every_version(asked: Question, key: str, version: str) -> Iterator[Thing]:
    """Give every version of every key after one, delete markers too, the newest first."""
    for name in asked.names(key, inclusive=bool(version)):
        versions = list(reversed(asked.found.kept.keys.getlist(name, [])))
        seen = [one.version_id for one in versions]
        start = seen.index(version) + 1 if name == key and version in seen else 0
        for index, kept in islice(enumerate(versions), start, None):
            yield name, kept.version_id, partial(_version, asked, name, kept, latest=index == 0)


def _version(asked: Question, name: str, kept: Any, *, latest: bool) -> str:
    marker = isinstance(kept, FakeDeleteMarker)
    tag = "DeleteMarker" if marker else "Version"
    facts = f"<LastModified>{_moment(kept)}</LastModified>" if marker else _facts(asked.found, kept)
    return (
        f"<{tag}><Key>{asked.shown(name)}</Key><VersionId>{kept.version_id}</VersionId>"
        f"<IsLatest>{str(latest).lower()}</IsLatest>{facts}<Owner><ID>{_owner(asked.found)}</ID></Owner></{tag}>"
    )


def _written(root: str, asked: Question, page: Page, facts: Sequence[tuple[str, str]]) -> Answer:
    said = [
        ("Name", str(asked.found.kept.name)),
        ("Prefix", asked.shown(asked.text("Prefix"))),
        ("MaxKeys", str(asked.size)),
        ("IsTruncated", str(page.more).lower()),
        *([("Delimiter", asked.shown(asked.text("Delimiter")))] if asked.text("Delimiter") else []),
        *([("EncodingType", "url")] if asked.text("EncodingType") else []),
        *facts,
    ]
    head = "".join(f"<{name}>{text}</{name}>" for name, text in said)
    folders = "".join(
        f"<CommonPrefixes><Prefix>{asked.shown(one)}</Prefix></CommonPrefixes>" for one in page.folders
    )
    body = f'<{root} xmlns="{_NAMESPACE}">{head}{"".join(page.rows)}{folders}</{root}>'
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'
    headers = {"Content-Type": "application/xml", "x-amz-bucket-region": asked.found.region}
    return Answer(200, text.encode("utf-8", "surrogatepass"), headers)


HANDLERS: Mapping[str, Handler] = {
    "ListObjectVersions": _versions,
    "ListObjects": _v1,
    "ListObjectsV2": _v2,
}
