"""What may stand between us and AWS: an endpoint that speaks TLS, and a forward proxy."""

from __future__ import annotations

import http.client
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for the loopback, which is its own authority: certificate and key."""
    made, key = folder / "authority.pem", folder / "key.pem"
    command = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-days", "2", "-subj", "/CN=drill", "-addext", f"subjectAltName=IP:{LOOPBACK}",
        "-keyout", str(key), "-out", str(made),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return made, key


@contextmanager
def tls(upstream: str, pair: tuple[Path, Path]) -> Iterator[str]:
    """Serve what `upstream`, an URL, serves, over TLS; give the URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    with socket.create_server((LOOPBACK, 0), backlog=256) as server:
        where = (str(urlsplit(upstream).hostname), int(urlsplit(upstream).port or 80))
        threading.Thread(target=_accept, args=(server, context, where), daemon=True).start()
        yield f"https://{LOOPBACK}:{server.getsockname()[1]}"
        # A thread that waits in accept() would keep the port.
        server.shutdown(socket.SHUT_RDWR)


def _accept(server: socket.socket, context: ssl.SSLContext, where: tuple[str, int]) -> None:
    with suppress(OSError):
        while True:
            plain, _ = server.accept()
            threading.Thread(target=_serve, args=(plain, context, where), daemon=True).start()


def _serve(plain: socket.socket, context: ssl.SSLContext, where: tuple[str, int]) -> None:
    with (
        suppress(OSError),
        plain,
        context.wrap_socket(plain, server_side=True) as near,
        socket.create_connection(where) as far,
    ):
        _relay(near, far)


def _relay(near: socket.socket, far: socket.socket) -> None:
    """Pass bytes both ways until either end hangs up."""
    back = threading.Thread(target=_pass, args=(far, near), daemon=True)
    back.start()
    _pass(near, far)
    back.join()


def _pass(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65_536):
            other.sendall(data)
    with suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)


class Proxy:
    """A forward proxy on the loopback; a context manager. With `word`, it lets in only who has that word."""

    def __init__(self, word: str = "") -> None:
        self.asked: list[str] = []
        """Method and target of each request, as the proxy was asked."""
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_: Any) -> None:
                """Keep quiet."""

            def do_CONNECT(self) -> None:
                """Open a tunnel."""
                if not proxy.admits(self):
                    return
                host, _, port = self.path.rpartition(":")
                with socket.create_connection((host, int(port))) as far:
                    self.send_response_only(200)
                    self.end_headers()
                    _relay(self.connection, far)
                self.close_connection = True

            def do_GET(self) -> None:
                """Pass a request on."""
                if proxy.admits(self):
                    proxy.forward(self)

            do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815 - as http.server asks by

        self._word = word
        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Give the address."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def admits(self, handler: BaseHTTPRequestHandler) -> bool:
        """Note who asks, and refuse whoever does not know the word."""
        self.asked.append(f"{handler.command} {handler.path}")
        if self._word and self._word not in handler.headers.get("Proxy-Authorization", ""):
            handler.send_response_only(407)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return False
        return True

    def forward(self, handler: BaseHTTPRequestHandler) -> None:
        """Ask for what a request names, and answer with it."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        parts = urlsplit(handler.path)
        connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        try:
            target = handler.path.removeprefix(f"{parts.scheme}://{parts.netloc}")
            connection.putrequest(handler.command, target, skip_host=True, skip_accept_encoding=True)
            for name, value in _end_to_end(dict(handler.headers.items())).items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            said = answer.read()
            handler.send_response_only(answer.status)
            for name, value in _end_to_end(dict(answer.getheaders())).items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(said)
        finally:
            connection.close()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _end_to_end(headers: Mapping[str, str]) -> dict[str, str]:
    hops = {"connection", "proxy-connection", "proxy-authorization", "keep-alive"}
    return {name: value for name, value in headers.items() if name.lower() not in hops}
