"""An AWS that lies where it is told to, and passes everything else on to the drill."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Lie:
    """An answer, byte for byte."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "text/xml"})
    repeat: int = 1
    """How many times the body is sent, for one that no memory should hold."""


Script = Callable[[bytes], Lie | None]
"""Given the body of a request: what to say, or None for the truth."""


class Liar:
    """Stands before `upstream` (an URL) on a port of its own; without one, it has lies only."""

    def __init__(self, script: Script, upstream: str = "") -> None:
        liar = self
        self.script, self.upstream = script, upstream.removeprefix("http://")

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_: Any) -> None:
                """Keep quiet."""

            def do_POST(self) -> None:
                """Answer with a lie or with the truth."""
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                lie = liar.script(body)
                if lie is not None:
                    _send(self, lie)
                else:
                    _send(self, liar.truth(self.command, self.path, dict(self.headers.items()), body))

            do_GET = do_HEAD = do_POST  # noqa: N815 - as http.server asks by

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Give the address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def truth(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Lie:
        """Ask the drill. The signature holds: it is over the headers as they came."""
        connection = http.client.HTTPConnection(self.upstream, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return Lie(answer.read(), answer.status, dict(answer.getheaders()))
        finally:
            connection.close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


_HOPS = frozenset({"content-length", "transfer-encoding", "connection"})


def _send(handler: BaseHTTPRequestHandler, lie: Lie) -> None:
    try:
        handler.send_response_only(lie.status)
        for name, value in lie.headers.items():
            if handler.command == "HEAD" or name.lower() not in _HOPS:
                handler.send_header(name, value)
        if handler.command != "HEAD":
            handler.send_header("Content-Length", str(len(lie.body) * lie.repeat))
        handler.end_headers()
        for _ in range(lie.repeat):
            handler.wfile.write(lie.body)
    except (BrokenPipeError, ConnectionResetError):
        handler.close_connection = True
