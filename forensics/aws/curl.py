"""
One keep-alive connection, and answers with their whole heads: libcurl does the HTTP.

Why not botocore's transport: it takes 1.5 ms of one core for each small object, and threads make it slower.
The path of a URL goes out as it is: `..` in a key is a name, and no way up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pycurl

CONNECT_SECONDS = 10
SILENT_SECONDS = 60
"""Seconds after which a connection is taken for dead that brings next to nothing."""
SLOWEST = 1024
"""Bytes a second that are next to nothing: an answer that trickles would hold its thread for years."""
CHUNK = 256 * 1024
"""Bytes handed on at once, at most."""

_UNREACHABLE = frozenset(
    {pycurl.E_COULDNT_CONNECT, pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_COULDNT_RESOLVE_PROXY}
)
_SILENT = _UNREACHABLE | {pycurl.E_OPERATION_TIMEDOUT}
_UNTRUSTED = frozenset(
    {pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_CACERT_BADFILE, pycurl.E_SSL_CERTPROBLEM}
)


@dataclass(frozen=True, slots=True)
class Route:
    """How to get there: what botocore has found out about this machine's network."""

    authority: str | None
    """File of certificates to trust; None to trust any, which only a user's own setting says."""
    proxy: str = ""
    agent: str = ""


@dataclass(slots=True)
class Head:
    """The head of an answer."""

    status: int = 0
    """0 where none came."""
    headers: dict[str, str] = field(default_factory=dict)
    """With names in lower case."""
    trouble: str = ""
    """Why the answer is not whole, in libcurl's words; empty where it is."""
    unreachable: bool = False
    """Whether not even a connection was had."""
    silent: bool = False
    """Whether nothing at all was said, for as long as we wait."""
    untrusted: bool = False
    """Whether it has a certificate that we do not trust: it will have the same one the next time."""
    size: int = 0
    """Bytes of it."""

    @property
    def request_id(self) -> str:
        """The id by which AWS knows the request."""
        return self.headers.get("x-amz-request-id", "")


_SPACE = " \t\r\n\v\f"
Sink = Callable[[Head, bytes], None]
"""Takes each piece of a body. What it raises ends the transfer, and is raised again."""


class Line:
    """A connection for one thread, kept open from one request to the next."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.handle = curl = pycurl.Curl()
        self._lines: list[bytes] = []
        self._head: Head | None = None
        self._sink: Sink = _nowhere
        self._raised: BaseException | None = None
        for option, value in _options(route):
            curl.setopt(option, value)
        # As it is: a function of ours would cost more, for each line of each head, than all the rest of it.
        curl.setopt(pycurl.HEADERFUNCTION, self._lines.append)
        curl.setopt(pycurl.WRITEFUNCTION, self._write)

    def get(self, url: str, headers: Sequence[str], sink: Sink) -> Head:
        """Ask for one thing and give the body to `sink`, with the head that came before it."""
        self.begin(url, headers, sink)
        try:
            self.handle.perform()
        except pycurl.error as error:
            return self.end(*error.args[:2])
        return self.end()

    def begin(self, url: str, headers: Sequence[str], sink: Sink) -> None:
        """Make ready to ask for one thing; whoever has the handle does it."""
        self._lines.clear()
        self._head, self._sink, self._raised = None, sink, None
        self.handle.setopt(pycurl.URL, url)
        self.handle.setopt(pycurl.HTTPHEADER, headers)

    def end(self, number: int = pycurl.E_OK, said: str = "") -> Head:
        """Return the head of what was asked for, given libcurl's word on it; raise what the sink raised."""
        self._sink = _nowhere
        if self._raised is not None:
            raised, self._raised = self._raised, None
            raise raised
        head = self._read()
        if number != pycurl.E_OK:
            head.trouble, head.unreachable = said or f"libcurl error {number}", number in _UNREACHABLE
            head.silent = not head.status and number in _SILENT
            head.untrusted = number in _UNTRUSTED
        return head

    def close(self) -> None:
        """Hang up."""
        self.handle.close()

    def _write(self, data: bytes) -> int:
        try:
            self._sink(self._read(), data)
        except BaseException as error:  # noqa: BLE001 - libcurl is between us and the caller: `get` raises it
            self._raised = error
            return 0 if data else -1
        return len(data)

    def _read(self) -> Head:
        if self._head is None:
            self._head = _head(self._lines)
        return self._head


def _nowhere(_: Head, __: bytes) -> None:
    """Take nothing."""


def _options(route: Route) -> list[tuple[int, int | str]]:
    options: list[tuple[int, int | str]] = [
        (pycurl.NOSIGNAL, 1),
        (pycurl.PATH_AS_IS, 1),
        (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
        (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
        # Bytes as AWS sent them: a log that is stored gzipped stays so.
        (pycurl.HTTP_CONTENT_DECODING, 0),
        (pycurl.BUFFERSIZE, CHUNK),
        (pycurl.TCP_KEEPALIVE, 1),
        (pycurl.CONNECTTIMEOUT, CONNECT_SECONDS),
        (pycurl.LOW_SPEED_LIMIT, SLOWEST),
        (pycurl.LOW_SPEED_TIME, SILENT_SECONDS),
        (pycurl.USERAGENT, route.agent),
        (pycurl.PROXY, route.proxy),
    ]
    if route.authority is None:
        return [*options, (pycurl.SSL_VERIFYPEER, 0), (pycurl.SSL_VERIFYHOST, 0)]
    return [*options, (pycurl.CAINFO, route.authority)]


def _head(lines: Sequence[bytes]) -> Head:
    # A proxy's answer, or an interim one, came before.
    first = max([at for at, line in enumerate(lines) if line[:5] == b"HTTP/"], default=0)
    if not lines:
        return Head()
    status = lines[first].split(None, 2)[1:2]
    head = Head(int(status[0]) if status and status[0].isdigit() else 0, size=sum(map(len, lines[first:])))
    for line in _texts(lines[first + 1 :]).split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            head.headers[name.strip(_SPACE).lower()] = value.strip(_SPACE)
    return head


def _texts(lines: Sequence[bytes]) -> str:
    try:
        return b"".join(lines).decode("utf-8")
    except UnicodeDecodeError:
        return "".join(map(_text, lines))


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")
