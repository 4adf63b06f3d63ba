"""Where the seed is played: boto3 clients that reach the overlay without a socket, as an account's root."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

from forensics.drill.denials import Answer
from forensics.drill.gateway import Gateway
from forensics.drill.loading import session
from forensics.drill.principals import Credential
from forensics.drill.world import VICTIM, World


class Stage:
    """Gives clients for any account, region and service."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._clients: dict[tuple[str, str, str], Any] = {}

    @property
    def world(self) -> World:
        """Give the world that the clients act in."""
        return self._gateway.world

    def client(self, service: str, region: str = "us-east-1", account: str = VICTIM) -> Any:
        """Give a client, made once."""
        key = (service, region, account)
        if key not in self._clients:
            self._clients[key] = self._make(service, region, self.world.keys.accounts[account])
        return self._clients[key]

    def shelf(self, room: str, region: str, account: str = VICTIM) -> dict[str, Any]:
        """Give what a room of the overlay keeps by id."""
        kept: dict[str, Any] = self.world.shelf.setdefault((room, account, region), {})
        return kept

    def _make(self, service: str, region: str, root: Credential) -> Any:
        client = session().client(
            service,
            region_name=region,
            endpoint_url="http://drill",
            aws_access_key_id=root.key,
            aws_secret_access_key=root.secret,
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
        )
        client.meta.events.register("before-send", self._send)
        return client

    def _send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        data = _bytes(request.body)
        answer = self._gateway.answer(_environ(request, data), data)
        return AWSResponse(request.url, answer.status, _headers(answer), _Raw(answer.body))


def _bytes(body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode()
    return bytes(body.read()) if hasattr(body, "read") else bytes(body or b"")


class _Raw:
    """The body as botocore reads it off a connection."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Any:
        yield self._body

    def read(self, amount: int | None = None) -> bytes:
        size = len(self._body) if amount is None else amount
        piece, self._body = self._body[:size], self._body[size:]
        return piece


def _headers(answer: Answer) -> Any:
    from botocore.compat import HTTPHeaders  # noqa: PLC0415

    headers = HTTPHeaders()
    for name, value in answer.headers.items():
        headers[name] = value
    return headers


def _environ(request: AWSPreparedRequest, body: bytes) -> dict[str, Any]:
    parts = urlsplit(request.url)
    uri = parts.path + (f"?{parts.query}" if parts.query else "")
    environ: dict[str, Any] = {
        "HTTP_HOST": "drill",
        "PATH_INFO": unquote(parts.path),
        "QUERY_STRING": parts.query,
        "RAW_URI": uri,
        "REQUEST_METHOD": request.method,
        "REQUEST_URI": uri,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "drill",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.multiprocess": False,
        "wsgi.multithread": True,
        "wsgi.run_once": False,
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = text
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ
