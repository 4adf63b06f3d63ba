"""An S3 whose one object is as large as one likes: bytes made as they are sent, and kept nowhere."""

from __future__ import annotations

import re
import threading
import zlib
from base64 import b64encode
from collections.abc import Iterator
from hashlib import md5, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any, Self

from tests.e2e.liar import Liar

MIB = 2**20
_BLOCK = Random(5).randbytes(MIB)
STAND_IN = b"giant!!"
"""What the object is upstream; no other there may be of this size."""


class Giant:
    """Stands before `upstream`, and answers what is asked of `key` with `size` bytes. A context manager."""

    def __init__(self, upstream: str, key: str, size: int, *, tear: tuple[int, ...] = ()) -> None:
        giant = self
        self.key, self.size, self.asked = key, size, list[str]()
        self._tear = list(tear)
        """After how many bytes each of the first answers ends, all too early."""
        self._liar = liar = Liar(lambda _: None, upstream)
        self._crc = b64encode(_crc(self.pieces(0)).to_bytes(4, "big")).decode()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_: Any) -> None:
                """Keep quiet."""

            def do_GET(self) -> None:
                """Answer for the giant, or let upstream answer."""
                if self.command == "GET" and self.path.partition("?")[0].endswith(giant.key):
                    giant.send(self)
                    return
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                said = liar.truth(self.command, self.path, dict(self.headers.items()), body)
                listed = b"<Size>%d</Size>" % len(STAND_IN)
                answer = said.body.replace(listed, b"<Size>%d</Size>" % giant.size)
                self.send_response_only(said.status)
                for name, value in said.headers.items():
                    if name.lower() not in {"content-length", "connection"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer)

            do_POST = do_HEAD = do_GET  # noqa: N815 - as http.server asks by

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Give the address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def pieces(self, start: int) -> Iterator[bytes]:
        """Make the bytes from `start` on: no two pieces of a megabyte are alike."""
        while start < self.size:
            number, at = divmod(start, MIB)
            piece = (number.to_bytes(8, "big") + _BLOCK[8:])[at : at + self.size - start]
            yield piece
            start += len(piece)

    def sha256(self) -> str:
        """Hash all of it."""
        made = sha256()
        for piece in self.pieces(0):
            made.update(piece)
        return made.hexdigest()

    def send(self, handler: BaseHTTPRequestHandler) -> None:
        """Send the giant, or the rest that is asked for."""
        wanted = handler.headers.get("Range", "")
        self.asked.append(wanted)
        found = re.fullmatch(r"bytes=(\d+)-", wanted)
        start = int(found[1]) if found else 0
        most = self._tear.pop(0) if self._tear else self.size
        handler.send_response_only(206 if found else 200)
        handler.send_header("ETag", f'"{md5(STAND_IN, usedforsecurity=False).hexdigest()}"')
        handler.send_header("Content-Length", str(self.size - start))
        if found:
            handler.send_header("Content-Range", f"bytes {start}-{self.size - 1}/{self.size}")
        else:
            handler.send_header("x-amz-checksum-crc32", self._crc)
            handler.send_header("x-amz-checksum-type", "FULL_OBJECT")
        handler.end_headers()
        for piece in self.pieces(start):
            try:
                handler.wfile.write(piece[: max(0, most)])
            except (BrokenPipeError, ConnectionResetError):
                most = -1
            most -= len(piece)
            if most < 0:
                handler.close_connection = True
                return

    def __enter__(self) -> Self:
        self._liar.__enter__()
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._liar.__exit__()


def _crc(pieces: Iterator[bytes]) -> int:
    value = 0
    for piece in pieces:
        value = zlib.crc32(piece, value)
    return value
