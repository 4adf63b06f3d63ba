"""A loopback AWS of canned objects, fast enough to measure against, and the real AWS CLI that asks it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

Objects = Mapping[str, tuple[bytes, Mapping[str, str]]]
"""Body and user metadata, by key."""

_MANY = """
import contextlib, io, json, sys
from awscli.clidriver import create_clidriver
answers = []
for arguments in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = create_clidriver().main(arguments)
    answers.append([code, out.getvalue(), err.getvalue()])
json.dump(answers, sys.stdout)
"""
"""The AWS CLI of the environment, run many times in one process: loading it takes longer than it does."""


class Answer(NamedTuple):
    """How the AWS CLI ended."""

    code: int
    out: str
    err: str


class Loopback:
    """Answers what `aws cloudtrail validate-logs` asks. A context manager."""

    def __init__(self, buckets: Mapping[str, Objects], said: Mapping[str, Any]) -> None:
        """Take objects by bucket, and CloudTrail's answers by operation."""
        self._buckets = buckets
        self._said = said
        self._answers: dict[str, bytes] = {}
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self.close()

    def close(self) -> None:
        """Leave the port to whoever serves it."""
        self._socket.close()

    @property
    def url(self) -> str:
        """Give the endpoint's URL."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, connection.makefile("rb") as stream:
            while line := stream.readline():
                method, target, _ = line.decode().split(" ", 2)
                headers = {}
                while header := stream.readline().strip():
                    name, _, value = header.decode().partition(":")
                    headers[name.lower()] = value.strip()
                stream.read(int(headers.get("content-length", 0)))
                connection.sendall(self._answer(method, target, headers))

    def _answer(self, method: str, target: str, headers: Mapping[str, str]) -> bytes:
        if method == "POST":
            said = self._said[headers["x-amz-target"].rpartition(".")[2]]
            return _http(200, json.dumps(said).encode(), {"Content-Type": "application/x-amz-json-1.1"})
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query, keep_blank_values=True)
        bucket, _, key = unquote(path).lstrip("/").partition("/")
        if not key:
            return _http(200, _LOCATION if "location" in query else self._list(bucket, query), _XML)
        if key not in self._buckets[bucket]:
            return _http(404, b"<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>", _XML)
        body, metadata = self._buckets[bucket][key]
        return _http(200, body, {f"x-amz-meta-{name}": value for name, value in metadata.items()})

    def _list(self, bucket: str, query: Mapping[str, list[str]]) -> bytes:
        prefix, marker = (query.get(name, [""])[0] for name in ("prefix", "marker"))
        keys = sorted(key for key in self._buckets[bucket] if key.startswith(prefix) and key > marker)
        listed = "".join(f"<Contents><Key>{escape(key)}</Key></Contents>" for key in keys[:1_000])
        more = f"<IsTruncated>{str(len(keys) > 1_000).lower()}</IsTruncated>"
        return f"<ListBucketResult>{more}{listed}</ListBucketResult>".encode()


_XML = {"Content-Type": "application/xml"}
_LOCATION = b"<LocationConstraint>eu-west-1</LocationConstraint>"


def _http(status: int, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"HTTP/1.1 {status} x",
        f"Content-Length: {len(body)}",
        *(f"{k}: {v}" for k, v in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def environment(url: str) -> dict[str, str]:
    """Return what points the AWS CLI there, and keeps it from looking elsewhere."""
    return {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": url,
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def validate(url: str, runs: Sequence[Sequence[str]]) -> list[Answer]:
    """Run `aws cloudtrail validate-logs` once for each list of options."""
    arguments = [["cloudtrail", "validate-logs", *options] for options in runs]
    ran = subprocess.run(
        [sys.executable, "-c", _MANY],
        input=json.dumps(arguments),
        env=environment(url),
        capture_output=True,
        text=True,
        check=True,
    )
    return [Answer(*answer) for answer in json.loads(ran.stdout)]
