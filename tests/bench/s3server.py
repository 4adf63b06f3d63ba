"""
A bucket that answers at once: as much of S3 as listing and fetching take, for measuring clients.

`s3server.py PORT OBJECTS DELAY BIG`: objects of 4 KB named `logs/<folder>/<number>`, and `big/object` of
BIG bytes; every answer DELAY seconds late. Start several on one port: the kernel deals out the connections.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import socket
import sys
from urllib.parse import parse_qs, unquote, urlsplit

BODY = bytes(range(256)) * 16
ETAG = hashlib.md5(BODY, usedforsecurity=False).hexdigest()
PAGE = 1000
PIECE = bytes(1 << 20)
HEAD = (
    "HTTP/1.1 {status} OK\r\nx-amz-id-2: b5Gx\r\nx-amz-request-id: 4442587FB7D0A2F9\r\n"
    "Date: Tue, 24 Nov 2026 04:46:01 GMT\r\n"
    'Last-Modified: Mon, 23 Nov 2026 04:46:01 GMT\r\nETag: "{etag}"\r\n'
    "x-amz-server-side-encryption: AES256\r\nAccept-Ranges: bytes\r\nContent-Type: application/x-gzip\r\n"
    "Server: AmazonS3\r\nx-amz-bucket-region: eu-west-1\r\nContent-Length: {length}\r\n{more}\r\n"
)
SMALL = HEAD.format(status=200, etag=ETAG, length=len(BODY), more="").encode() + BODY
_RANGE = re.compile(rb"(?i)\r\nrange: bytes=(\d+)-(\d*)")


def key(number: int) -> str:
    """Name an object."""
    return f"logs/{number // PAGE:04d}/{number:07d}.json.gz"


def listing(query: dict[str, list[str]], objects: int, big: int) -> bytes:
    """Give one page of the list, of versions or of objects."""
    versions = "versions" in query
    prefix = query.get("prefix", [""])[0]
    after = (query.get("key-marker") or query.get("continuation-token") or ["-1"])[0]
    first = int(re.sub(r".*/|\D", "", after) or -1) + 1 if after != "-1" else 0
    numbers = range(first, min(first + PAGE, objects))
    rows = [(key(number), len(BODY)) for number in numbers] if not prefix.startswith("big") else []
    rows += [("big/object", big)] if prefix.startswith("big") else []
    more = bool(rows) and numbers.stop < objects and not prefix.startswith("big")
    tag, extra = (
        ("Version", "<VersionId>null</VersionId><IsLatest>true</IsLatest>") if versions else ("Contents", "")
    )
    items = "".join(
        f"<{tag}><Key>{name}</Key>{extra}<LastModified>2026-11-23T04:46:01.000Z</LastModified>"
        f"<ETag>&quot;{ETAG if size == len(BODY) else 'big-1'}&quot;</ETag><Size>{size}</Size>"
        f"<StorageClass>STANDARD</StorageClass></{tag}>"
        for name, size in rows
    )
    element = "NextKeyMarker" if versions else "NextContinuationToken"
    token = f"<{element}>{rows[-1][0]}</{element}>" if more else ""
    root = "ListVersionsResult" if versions else "ListBucketResult"
    text = (
        f"<{root}><Name>bench</Name><EncodingType>url</EncodingType>"
        f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{items}</{root}>"
    )
    body = text.encode()
    return HEAD.format(status=200, etag="list", length=len(body), more="").encode() + body


class Connection(asyncio.Protocol):
    """One client's connection."""

    objects, big, delay = 0, 0, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.seen = transport, b""
        self.ready = asyncio.Event()
        self.ready.set()

    def pause_writing(self) -> None:
        """Wait for the client."""
        self.ready.clear()

    def resume_writing(self) -> None:
        """Go on."""
        self.ready.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        del exc
        self.ready.set()

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        self.seen += data
        while b"\r\n\r\n" in self.seen:
            head, _, self.seen = self.seen.partition(b"\r\n\r\n")
            if self.delay:
                asyncio.get_running_loop().call_later(self.delay, self.answer, head)
            else:
                self.answer(head)

    def answer(self, head: bytes) -> None:
        """Answer one request."""
        target = head.split(b" ", 2)[1]
        if b"/logs/" in target and b"list-type" not in target:
            self.transport.write(SMALL)
            return
        parts = urlsplit(unquote(target.decode()))
        if parts.path.endswith("/big/object"):
            self.task = asyncio.ensure_future(self.stream(head, head.startswith(b"HEAD")))
        elif head.startswith(b"HEAD"):
            self.transport.write(HEAD.format(status=200, etag="none", length=0, more="").encode())
        else:
            query = parse_qs(urlsplit(target.decode()).query, keep_blank_values=True)
            self.transport.write(listing(query, self.objects, self.big))

    async def stream(self, head: bytes, empty: bool) -> None:
        """Send the large object, or a range of it."""
        found = _RANGE.search(head)
        first, last, more, status = 0, self.big - 1, "", 200
        if found:
            first, last, status = int(found[1]), min(int(found[2] or last), last), 206
            more = f"Content-Range: bytes {first}-{last}/{self.big}\r\n"
        length = last - first + 1
        self.transport.write(HEAD.format(status=status, etag="big-1", length=length, more=more).encode())
        while length and not empty and not self.transport.is_closing():
            await self.ready.wait()
            self.transport.write(PIECE[:length])
            length -= min(length, len(PIECE))


async def main() -> None:
    """Serve until killed."""
    port, Connection.objects, Connection.big = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[4])
    Connection.delay = float(sys.argv[3])
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(1024)
    print(listener.getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, sock=listener)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
