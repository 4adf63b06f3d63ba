"""HTTP on the loopback: kept-alive connections, whole bodies, and answers torn or cut on purpose."""

from __future__ import annotations

import socket
import struct
import sys
from http import HTTPStatus
from typing import Any, Protocol

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.exceptions import ClientDisconnected
from werkzeug.serving import ThreadedWSGIServer

from forensics.drill.denials import Answer

LOOPBACK = "127.0.0.1"


class Door(Protocol):
    """What answers requests."""

    def answer(self, environ: dict[str, Any], body: bytes) -> Answer:
        """Answer one request."""
        ...


class Server(ThreadedWSGIServer):
    """A thread a connection, on the loopback alone."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, door: Door) -> None:
        # bound here and not by werkzeug, which prints and ends the process where a port is taken
        with socket.create_server((LOOPBACK, port), backlog=self.request_queue_size) as bound:
            super().__init__(LOOPBACK, bound.getsockname()[1], _no_wsgi, handler=Handler, fd=bound.fileno())
        self.door = door

    @property
    def url(self) -> str:
        """Give the endpoint's URL."""
        return f"http://{LOOPBACK}:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about clients that hang up, and about nothing else: anything else is a fault of ours."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError | ClientDisconnected):
            super().handle_error(request, client_address)


def _no_wsgi(*_: Any) -> Any:
    raise AssertionError("requests go to the door, see Handler")


class Handler(MotoRequestHandler):
    """Reads a request whole, asks the door, writes the answer. werkzeug's own would close after each."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def run_wsgi(self) -> None:
        """Answer one request."""
        environ = self.make_environ()
        answer = self.server.door.answer(environ, self._body(environ))
        if answer.damage == "reset":
            self._reset()
        else:
            self._write(answer)

    def _body(self, environ: dict[str, Any]) -> bytes:
        if environ.get("wsgi.input_terminated"):
            return bytes(environ["wsgi.input"].read())
        return self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))

    def _write(self, answer: Answer) -> None:
        body, headers = answer.body, dict(answer.headers)
        named = {name.lower(): name for name in headers}
        head = self.command == "HEAD"
        if not head or "content-length" not in named:
            headers[named.get("content-length", "Content-Length")] = str(len(body))
        if answer.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            headers.pop(named.get("content-length", "Content-Length"), None)
        if answer.damage in {"torn", "cut"}:
            # less than Content-Length promises, then the end of the connection
            at = len(body) // 2 if answer.offset is None else answer.offset
            body, self.close_connection = body[:at], True
        lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}"]
        lines += [f"{name}: {_line(value)}" for name, value in headers.items()]
        if self.close_connection:
            lines.append("Connection: close")
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + (b"" if head else body))
        if answer.damage == "cut":
            self._reset()

    def _reset(self) -> None:
        # with a linger of zero seconds closing sends RST, as a peer that died does
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing: the calls are recorded."""


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")
