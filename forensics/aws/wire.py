"""
Keep what AWS sent: the bytes of every answer, before anything has read them.

botocore emits `before-send` with each signed request and `before-parse` with each undecoded answer, and
takes its parsers from a component of the session. All three are used, so that signing, endpoints and
error shapes stay botocore's, and its reading of successful answers (27 ms for a page of EC2) is done
only where somebody needs it.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from xml.parsers import expat

import botocore.parsers
import botocore.session
from botocore.model import Shape, StructureShape

from forensics.aws import bodies, codes

SMALL = 16 * 1024
"""Bodies up to this many bytes are read whole, which tells whether they say anything."""

XML = frozenset({"ec2", "query", "rest-xml"})
JSON = frozenset({"json", "rest-json"})

_REQUEST_IDS = ("x-amzn-requestid", "x-amzn-request-id", "x-amz-request-id")


@dataclass
class Capture:
    """One attempt of one request, as it went over the wire. Filled in by the hooks of `Tap`."""

    operation: str
    """Service and operation that it is for, as botocore's events name them: `ec2.DescribeVpcs`."""
    whole: bool
    """Whether the caller needs all that the answer says, and not only its top-level text."""
    endpoint: str = ""
    """Scheme and host that the request was sent to."""
    sent: str = ""
    bodiless: bool = False
    """Whether only the head of an answer was asked for."""
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    """With names in lower case."""
    body: bytes = b""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What was read of a successful answer, by member name."""
    read_whole: bool = False
    """Whether `values` is all of it; if not, the body was longer than `SMALL`."""
    defect: str = ""
    """`codes.TORN`, `codes.UNREADABLE` or `codes.BODY_LIMIT` for a body that is no answer."""

    @property
    def request_id(self) -> str:
        """The id by which AWS's support, and CloudTrail, know the request."""
        return _request_id(self.headers)


def _request_id(headers: Mapping[str, str]) -> str:
    return next((headers[name] for name in _REQUEST_IDS if headers.get(name)), "")


class Tap:
    """Hooks on a botocore session that fill in the capture which the calling thread has open."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        aside: Callable[[str, int, str, str], None] = lambda *_: None,
    ) -> None:
        """Have `aside` told of what botocore asks by itself: operation, status, request id, and when."""
        self._clock, self._aside = clock, aside
        self._open = threading.local()

    def install(self, session: botocore.session.Session) -> None:
        """Put the hooks into every client that the session makes from now on."""
        events = session.get_component("event_emitter")
        events.register_first("before-send", self._sending)
        events.register_first("before-parse", self._received)
        session.register_component("response_parser_factory", _ParserFactory(self))

    def overhear(
        self, session: botocore.session.Session, aside: Callable[[str, int, str, str], None]
    ) -> None:
        """Have `aside` told of each request of another session, and nothing of its answer: it has secrets."""

        def received(response_dict: dict[str, Any], event_name: str, **_: Any) -> None:
            headers = {str(name).lower(): str(value) for name, value in response_dict["headers"].items()}
            status, now = int(response_dict["status_code"]), stamp(self._clock())
            aside(event_name.partition(".")[2], status, _request_id(headers), now)

        session.get_component("event_emitter").register("before-parse", received)

    @contextmanager
    def capture(self, operation: str, *, whole: bool) -> Iterator[Capture]:
        """
        Catch the one request of this operation that this thread makes in the block.

        Others may come between: credentials are fetched anew in the midst of signing, and neither their
        bytes, which hold secrets, nor what is read of them, are any of our business.
        """
        self._open.capture, self._open.reading = Capture(operation, whole), None
        try:
            yield self._open.capture
        finally:
            self._open.capture = self._open.reading = None

    @property
    def reading(self) -> Capture | None:
        """The calling thread's capture, if it is for the answer that is about to be parsed."""
        return getattr(self._open, "reading", None)

    def _for(self, operation: str) -> Capture | None:
        capture: Capture | None = getattr(self._open, "capture", None)
        return capture if capture is not None and capture.operation == operation else None

    def _sending(self, request: Any, event_name: str, **_: Any) -> None:
        if (capture := self._for(event_name.partition(".")[2])) is not None:
            parts = urlsplit(request.url)
            capture.bodiless = request.method == "HEAD"
            capture.endpoint, capture.sent = f"{parts.scheme}://{parts.netloc}", stamp(self._clock())

    def _received(self, response_dict: dict[str, Any], event_name: str, **_: Any) -> None:
        capture = self._open.reading = self._for(event_name.partition(".")[2])
        status = int(response_dict["status_code"])
        headers = {str(name).lower(): str(value) for name, value in response_dict["headers"].items()}
        if capture is None:
            self._aside(event_name.partition(".")[2], status, _request_id(headers), stamp(self._clock()))
            return
        capture.status, capture.headers = status, headers
        # Also what the model calls a stream: an interface's export is a document like any other.
        capture.body = response_dict["body"] = bodies.whole(response_dict["body"])
        if len(capture.body) > bodies.LIMIT:
            capture.body, capture.defect = capture.body[: bodies.KEPT], codes.BODY_LIMIT


class _ParserFactory(botocore.parsers.ResponseParserFactory):
    """Give out parsers that read no more than the open capture asks for."""

    def __init__(self, tap: Tap) -> None:
        super().__init__()
        self._tap = tap

    def create_parser(self, protocol_name: str) -> Any:
        """Return the parser of a protocol, behind the tap."""
        return _Parser(super().create_parser(protocol_name), protocol_name, self._tap)


class _Parser:
    def __init__(self, real: Any, protocol: str, tap: Tap) -> None:
        self._real, self._protocol, self._tap = real, protocol, tap

    def parse(self, response: dict[str, Any], shape: Shape | None) -> dict[str, Any]:
        capture = self._tap.reading
        if capture is None or not isinstance(response["body"], bytes):
            return dict(self._real.parse(response, shape))
        if response["status_code"] >= 300:
            return self._error(response, shape, capture)
        return self._success(response, shape, capture)

    def _error(self, response: dict[str, Any], shape: Shape | None, capture: Capture) -> dict[str, Any]:
        """Read an error as botocore does, so that codes are its codes; say so where that cannot be."""
        body = _mended(self._protocol, capture.body) if capture.body.strip() else capture.body
        if _cut(capture):
            capture.defect = capture.defect or codes.TORN
        elif body is None:
            capture.defect = codes.UNREADABLE if capture.status < 500 else ""
        elif (values := self._parsed({**response, "body": body}, shape)) is not None:
            return values
        # No body, or a load balancer's page in HTML: its status is all the code there is.
        error = {"Code": str(capture.status), "Message": "the answer is not in the service's protocol"}
        return {"Error": error, "ResponseMetadata": {"HTTPStatusCode": capture.status}}

    def _success(self, response: dict[str, Any], shape: Shape | None, capture: Capture) -> dict[str, Any]:
        if _cut(capture):
            capture.defect = capture.defect or codes.TORN
        elif capture.bodiless or _payload(shape):
            self._read(response, shape, capture)
        elif (body := _mended(self._protocol, capture.body)) is None:
            capture.defect = codes.UNREADABLE
        else:
            self._read({**response, "body": body}, shape, capture)
        # Nothing downstream of here reads the answer: what was read is in the capture.
        return {"ResponseMetadata": {"HTTPStatusCode": capture.status}}

    def _read(self, response: dict[str, Any], shape: Shape | None, capture: Capture) -> None:
        small = capture.whole or len(capture.body) <= SMALL or _payload(shape)
        if small or not isinstance(shape, StructureShape) or self._protocol not in XML | JSON:
            values = self._parsed(response, shape)
            if values is not None:
                values.pop("ResponseMetadata", None)
                capture.values, capture.read_whole = values, True
                return
        # Well-formed, and yet against the model: kept, but who has to have all of it cannot.
        alone = capture.whole or _payload(shape)
        if alone or not isinstance(shape, StructureShape) or not _wrapped(response["body"], shape):
            capture.defect = codes.UNREADABLE
        elif self._protocol in JSON:
            capture.values = _json_members(response["body"], shape)
        else:
            capture.values = _xml_members(response["body"], shape)

    def _parsed(self, response: dict[str, Any], shape: Shape | None) -> dict[str, Any] | None:
        try:
            return dict(self._real.parse(response, shape))
        except (botocore.parsers.ResponseParserError, ValueError, KeyError, TypeError):
            return None


def _payload(shape: Shape | None) -> bool:
    """Say whether the body is a document of its own, in no form of the protocol's: a bucket's policy."""
    name = shape.serialization.get("payload") if isinstance(shape, StructureShape) else None
    return name is not None and shape.members[name].type_name in {"blob", "string"}  # type: ignore[union-attr]


def _cut(capture: Capture) -> bool:
    if capture.defect:
        return True  # it has no end
    length = capture.headers.get("content-length", "")
    encoded = capture.headers.get("content-encoding", "identity") != "identity"
    return not (encoded or capture.bodiless) and length.isdigit() and int(length) != len(capture.body)


_FORBIDDEN = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]|[dD][89a-fA-F]..|[fF]{3}[eEfF])"
    rb"|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));"
)
"""Characters, and references to characters, that no XML 1.0 may hold."""


def _mended(protocol: str, body: bytes) -> bytes | None:
    """
    Return the body in a form that can be read, or None if it is not well-formed.

    A tag may hold characters that XML forbids: whoever wrote it must not thereby blind us. They are
    replaced in the copy that is read; what is kept is as it came.
    """
    if protocol in JSON:
        return _well_formed_json(body)
    if protocol not in XML:
        return body
    if _well_formed_xml(body):
        return body
    text = _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}".encode(), body).decode("utf-8", "replace")
    mended = text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd").encode()
    return mended if _well_formed_xml(mended) else None


def _well_formed_json(body: bytes) -> bytes | None:
    text = body.decode("utf-8", "replace")
    try:
        return text.encode() if isinstance(json.loads(text), dict) else None
    except (ValueError, RecursionError):
        return None


def _well_formed_xml(body: bytes) -> bool:
    parser, roots = expat.ParserCreate(), list[str]()

    def root(name: str, _: dict[str, str]) -> None:
        roots.append(name)
        parser.StartElementHandler = None

    parser.StartElementHandler = root
    try:
        parser.Parse(body, True)  # noqa: FBT003 - its signature has no keywords
    except expat.ExpatError:
        return False
    # A hotel's sign-in page is well-formed too.
    return roots[0] != "html"


def _wrapped(body: bytes, shape: StructureShape) -> bool:
    return str(shape.serialization.get("resultWrapper", "")).encode() in body


def _json_members(body: bytes, shape: StructureShape) -> dict[str, Any]:
    document = json.loads(body)
    named = {name: member.serialization.get("name", name) for name, member in shape.members.items()}
    return {name: document[key] for name, key in named.items() if document.get(key) is not None}


def _xml_members(body: bytes, shape: StructureShape) -> dict[str, str]:
    """Return the text of the answer's top-level members, which is where the token of the next page is."""
    # The query protocol wraps the members once more: <ListUsersResponse><ListUsersResult>…
    texts = Texts(3 if "resultWrapper" in shape.serialization else 2)
    texts.parse(body)
    found = texts.found
    named = {name: member.serialization.get("name", name) for name, member in shape.members.items()}
    return {name: found[key] for name, key in named.items() if key in found}


class Texts:
    """Collect the text of the elements at one depth of a document."""

    def __init__(self, depth: int) -> None:
        self.found: dict[str, str] = {}
        self._depth, self._at = depth, 0
        self._pieces = list[str]()
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def parse(self, body: bytes) -> None:
        """Read a document. Raises `expat.ExpatError`."""
        self._parser.Parse(body, True)  # noqa: FBT003 - its signature has no keywords

    def _start(self, _: str, __: dict[str, str]) -> None:
        self._at += 1
        if self._at == self._depth:
            # Joined at its end: a text of nothing but references comes in as many pieces.
            self._pieces = []
            self._parser.CharacterDataHandler = self._pieces.append
        elif self._at == self._depth + 1:
            self._parser.CharacterDataHandler = None

    def _end(self, name: str) -> None:
        if self._at == self._depth:
            self.found[name] = "".join(self._pieces)
        self._at -= 1
        if self._at < self._depth:
            self._parser.CharacterDataHandler = None


def stamp(moment: datetime) -> str:
    """Write a moment as RFC 3339 UTC with six decimals."""
    # Faster than `strftime`, which asks the system's locale.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
