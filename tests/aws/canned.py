"""An HTTP server on the loopback that answers from a list: for answers that no emulator gives."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl

DATE = "Tue, 24 Nov 2026 04:46:01 GMT"


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    operation: str
    parameters: Mapping[str, Any]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """An answer to give, byte for byte."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    claim: int | None = None
    """Content-Length to claim, where it is not the body's."""
    reset: bool = False
    """Close the connection without a word."""


Script = Callable[[Asked], Answer]


class Canned:
    """Answers each request by `script`, and keeps what was asked."""

    def __init__(self, script: Script | list[Answer]) -> None:
        self.asked: list[Asked] = []
        self._script = script if callable(script) else _in_turn(script)
        self._lock = threading.Lock()
        canned = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_: Any) -> None:
                """Keep quiet."""

            def date_time_string(self, timestamp: float | None = None) -> str:
                """Give a fixed clock."""
                del timestamp
                return DATE

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                canned._answer(self, _asked(dict(self.headers), body, self.path))

            do_GET = do_POST  # noqa: N815 - its names are the server's

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def operations(self) -> list[str]:
        """What was asked, in order."""
        return [asked.operation for asked in self.asked]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        with self._lock:
            self.asked.append(asked)
            answer = self._script(asked)
        if answer.reset:
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        handler.send_response(answer.status)
        for name, value in {"x-amzn-RequestId": f"id-{len(self.asked)}", **answer.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body) if answer.claim is None else answer.claim))
        handler.end_headers()
        handler.wfile.write(answer.body)
        handler.close_connection = answer.claim is not None


def _in_turn(answers: list[Answer]) -> Script:
    left = list(answers)
    # The last one for ever, so that a test with too many requests ends in its own assertion.
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def _asked(headers: Mapping[str, str], body: bytes, path: str) -> Asked:
    target = next((value for name, value in headers.items() if name.lower() == "x-amz-target"), "")
    if target:
        return Asked(target.rpartition(".")[2], json.loads(body or b"{}"), headers)
    if body[:1] == b"{" or path not in {"/", ""}:
        return Asked(path, json.loads(body or b"{}"), headers)
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return Asked(form.get("Action", ""), form, headers)


def xml_error(code: str, message: str = "no", status: int = 400, *, service: str = "ec2") -> Answer:
    """Give an error in the shape of EC2, or of the query protocol."""
    if service == "ec2":
        inner = f"<Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
        text = f"<Response>{inner}<RequestID>in-body</RequestID></Response>"
    else:
        inner = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        text = f"<ErrorResponse>{inner}<RequestId>in-body</RequestId></ErrorResponse>"
    return Answer(text.encode(), status)


def json_error(code: str, message: str = "no", status: int = 400) -> Answer:
    """Give an error in the shape of the JSON protocols."""
    return Answer(json.dumps({"__type": code, "message": message}).encode(), status)


def caller(arn: str = "arn:aws:iam::123456789012:user/ir", account: str = "123456789012") -> Answer:
    """Answer GetCallerIdentity."""
    inner = f"<Arn>{arn}</Arn><UserId>AIDAEXAMPLE</UserId><Account>{account}</Account>"
    return Answer(
        f"<GetCallerIdentityResponse><GetCallerIdentityResult>{inner}</GetCallerIdentityResult>"
        "</GetCallerIdentityResponse>".encode()
    )
