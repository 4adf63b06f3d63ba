"""The copier against an S3 that means harm: nothing hangs, fills the disk or ends the run."""

from __future__ import annotations

import gc
import random
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from forensics import record
from forensics.aws import curl, express, s3, transfer
from forensics.aws.ask import Asker, Refusal
from forensics.aws.closed import SILENCES
from forensics.aws.curl import Line, Route
from forensics.aws.pace import Pace
from forensics.aws.session import Session
from forensics.aws.tally import Tally
from forensics.custody.store import Store
from forensics.formats import strict
from forensics.model import Evidence, Outcome, Source
from tests.aws.conftest import ACCOUNT, KEYS, REGION, drain
from tests.e2e.between import certificate, tls

SOURCE = Source(ACCOUNT, REGION, "cloudtrail", "LogFiles")
BUCKET = s3.Bucket("harbour-copies", REGION)
VERSION = s3.Version("k", "null", "", 4, "", "STANDARD", latest=True, deleted=False)
OK = b"HTTP/1.1 200 OK\r\n"
Script = Callable[[bytes], Iterator[bytes]]


@dataclass
class Raw:
    """A server that sends whatever bytes it likes, and then hangs up."""

    listening: socket.socket
    script: Script
    asked: list[bytes] = field(default_factory=list)
    sent: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def run(self) -> None:
        """Serve until the socket is closed."""
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        seen = b""
        with connection:
            while b"\r\n\r\n" not in seen:
                seen += connection.recv(65_536)
            self.asked.append(seen)
            try:
                for piece in self.script(seen):
                    connection.sendall(piece)
                    self.sent += len(piece)
            except OSError:
                return


@dataclass
class Far:
    """A copier on such a server."""

    server: Raw
    session: Session
    store: Store
    tally: Tally = field(default_factory=lambda: Tally(SOURCE))

    @property
    def asker(self) -> Asker:
        """Ask it."""
        return Asker(self.session, SOURCE, _now, lambda _: None, random.random, "s3")

    def copy(self, *versions: s3.Version) -> list[Evidence]:
        """Copy from it."""
        copier = s3.Copier(
            self.session, SOURCE, _now, lambda _: None, self.store.draft, lambda _: False, ACCOUNT, BUCKET,
            self.tally, 1,
        )  # fmt: skip
        return [one for group in copier.copy(versions or (VERSION,)) for one in group]

    @property
    def gaps(self) -> list[tuple[Outcome, str, int]]:
        """What is missing."""
        return [(gap.outcome, gap.code, gap.count) for gap in self.tally.gaps]


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Callable[[Script], Far]]:
    """Start servers; no draft is left of what none of them gave whole."""
    (tmp_path / "tmp").mkdir()
    servers: list[Raw] = []

    def start(script: Script) -> Far:
        servers.append(Raw(socket.create_server(("127.0.0.1", 0), backlog=100), script))
        threading.Thread(target=servers[-1].run, daemon=True).start()
        session = Session(
            endpoint_url=servers[-1].url, region=REGION, credentials=KEYS, pace=Pace(scale=1_000),
            sleep=lambda _: None,
        )  # fmt: skip
        return Far(servers[-1], session, Store(tmp_path))

    yield start
    for server in servers:
        server.listening.shutdown(socket.SHUT_RDWR)
        server.listening.close()


def whole(body: bytes = b"body", *headers: str) -> bytes:
    """Answer with an object."""
    return (
        OK
        + "".join(f"{one}\r\n" for one in headers).encode("latin-1")
        + (f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    )


def _for_ever(head: bytes, piece: bytes = bytes(65_536)) -> Script:
    def script(_: bytes) -> Iterator[bytes]:
        yield head
        while True:
            yield piece

    return script


@pytest.mark.parametrize("head", [OK + b"\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\n"])
def test_a_body_without_a_length_is_not_read_to_its_end(far: Callable[[Script], Far], head: bytes) -> None:
    """It may have none, and would fill the disk: S3 always says how long an object is."""
    world = far(_for_ever(head, b"10000\r\n" + bytes(65_536) + b"\r\n"))
    assert world.copy() == []
    assert world.gaps == [(Outcome.FAILED, "TornBody", 1)]
    assert list((world.store.root / "tmp").iterdir()) == []


def test_an_error_without_an_end_is_not_read_to_it(far: Callable[[Script], Far]) -> None:
    """A gap of its own, and asked once."""
    world = far(_for_ever(b"HTTP/1.1 403 Forbidden\r\n\r\n"))
    assert world.copy() == []
    assert world.gaps == [(Outcome.TRUNCATED, "BodyLimit", 1)]
    assert len(world.server.asked) == 1


@pytest.mark.parametrize("line", [b"HTTP/1.1 100 Continue\r\n\r\n", b"x-amz-meta-a: b\r\n"])
def test_a_head_without_an_end(far: Callable[[Script], Far], line: bytes) -> None:
    """So many headers are read, and no more."""
    world = far(_for_ever(OK if line[0] == b"x"[0] else b"", line * 1_000))
    assert world.copy() == []
    assert [(outcome, count) for outcome, _, count in world.gaps] == [(Outcome.FAILED, 1)]
    assert world.server.sent < 200_000_000


def test_a_head_that_fits_into_no_line(far: Callable[[Script], Far]) -> None:
    """An object whose metadata no ledger can hold is a gap, and the next one comes."""
    flood = [f"x-amz-meta-{number}: {'m' * 4_000}" for number in range(20)]
    world = far(lambda asked: iter([whole(b"body", *(flood if b"/k " in asked else []))]))
    (kept,) = world.copy(VERSION, replace(VERSION, key="other"))
    assert kept.key == "other"
    assert world.gaps == [(Outcome.TRUNCATED, "BodyLimit", 1)]
    assert len(list((world.store.root / "tmp").iterdir())) == 1


def test_the_longest_head_fits(far: Callable[[Script], Far]) -> None:
    """Two kilobytes of metadata are what AWS allows; bytes of any kind in them can be kept."""
    meta = ["x-amz-meta-\xe9: " + "\x01" * 2_000, 'ETag: "' + "\xe9" * 300 + '"']
    key = "\x01" * 1_024
    world = far(lambda _: iter([whole(b"body", *meta)]))
    (kept,) = world.copy(replace(VERSION, key=key))
    assert len(strict.encode(record.evidence_body(kept))) < 60_000


@pytest.mark.parametrize("claim", ["9" * 5_000, "\u0663", "-4", "4, 4", "0x4"])
def test_lengths_that_are_none(far: Callable[[Script], Far], claim: str) -> None:
    """No claim of a length ends the run."""
    world = far(lambda _: iter([OK + b"Content-Length: " + claim.encode() + b"\r\n\r\nbody"]))
    assert world.copy() == []
    assert world.gaps[0][0] is Outcome.FAILED


@pytest.mark.parametrize("etag", ["\xe9", '"a"\x01', '"a'])
def test_an_etag_that_cannot_be_sent_back(far: Callable[[Script], Far], etag: str) -> None:
    """What broke off is gone on with all the same."""

    def script(asked: bytes) -> Iterator[bytes]:
        tag = f"ETag: {etag}\r\n".encode("latin-1")
        if b"range: bytes=2-" not in asked:
            yield OK + tag + b"Content-Length: 4\r\n\r\nbo"
        else:
            part = b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 2-3/4\r\n"
            yield part + tag + b"Content-Length: 2\r\n\r\ndy"

    (kept,) = far(script).copy()
    path: Path = getattr(kept.draft, "path")  # noqa: B009 - of the store's own drafts, not of the protocol
    assert path.read_bytes() == b"body"


@pytest.mark.parametrize("region", ["evil.example.com/x", "eu-west-1.evil", "con", "nowhere-1", "\xe9", ""])
def test_a_region_that_there_is_not(far: Callable[[Script], Far], region: str) -> None:
    """Whoever serves an endpoint names no host for us to sign for, and no folder."""
    said = f"x-amz-bucket-region: {region}\r\n".encode("latin-1")
    head = b"HTTP/1.1 301 Moved Permanently\r\nLocation: http://127.0.0.1:1/\r\n" + said
    world = far(lambda _: iter([head + b"Content-Length: 0\r\n\r\n"]))
    assert world.copy() == []
    assert world.gaps == [(Outcome.FAILED, "301", 1)]
    assert len(world.server.asked) == 1


def test_a_bucket_in_a_region_that_there_is_not(far: Callable[[Script], Far]) -> None:
    """It is taken to be where it was asked for."""
    world = far(
        lambda _: iter([OK + b"x-amz-bucket-region: evil.example.com/x\r\nContent-Length: 0\r\n\r\n"])
    )
    assert drain(s3.locate(world.asker, BUCKET.name))[1] == BUCKET


@pytest.mark.parametrize(
    "item",
    [
        "<Key>" + "k" * 1_025 + "</Key>",
        "<Key>" + "%C3%A9" * 513 + "</Key>",
        "<Key>k</Key><VersionId>" + "v" * 70_000 + "</VersionId>",
        "<Key>k</Key><ETag>" + "e" * 1_025 + "</ETag>",
    ],
)
def test_a_list_of_what_s3_cannot_hold(far: Callable[[Script], Far], item: str) -> None:
    """No line of the ledger could name it: the list ends there, truncated."""
    world = far(lambda _: iter([whole(_list(item).encode(), "Connection: close")]))
    found: list[object] = []
    refusal = drain(s3.listing(world.asker, BUCKET, "", found.append))[1]
    assert isinstance(refusal, Refusal)
    assert (refusal.outcome, refusal.code, found) == (Outcome.TRUNCATED, "UnreadableBody", [])


@pytest.mark.parametrize("size", ["9" * 5_000, "9" * 16, "-1", "\u0663"])
def test_sizes_that_are_none(far: Callable[[Script], Far], size: str) -> None:
    """What a list says of a size is a number that every reader has exact, or nothing."""
    world = far(
        lambda _: iter([whole(_list(f"<Key>k</Key><Size>{size}</Size>").encode(), "Connection: close")])
    )
    found: list[s3.Version | s3.Marker] = []
    assert drain(s3.listing(world.asker, BUCKET, "", found.append))[1] is None
    assert [one.size for one in found if isinstance(one, s3.Version)] == [0]


def _list(item: str) -> str:
    return (
        f"<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>"
        f"<Version>{item}</Version></ListVersionsResult>"
    )


def _nothing(_: bytes) -> Iterator[bytes]:
    time.sleep(30)
    yield b""


def test_an_endpoint_that_hangs_is_let_alone(
    far: Callable[[Script], Far], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a few requests without an answer the rest is not asked: one gap of all."""
    monkeypatch.setattr(curl, "SILENT_SECONDS", 1)
    world = far(_nothing)
    assert world.copy(*(replace(VERSION, key=f"{number}") for number in range(1_000))) == []
    assert len(world.server.asked) == SILENCES
    assert sum(count for _, _, count in world.gaps) == 1_000
    assert world.session.closed.mute("s3", REGION) is not None


def test_an_answer_that_trickles_is_hung_up_on(
    far: Callable[[Script], Far], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte now and then is no answer."""
    monkeypatch.setattr(curl, "SILENT_SECONDS", 1)

    def script(_: bytes) -> Iterator[bytes]:
        yield OK + b"Content-Length: 1000000\r\n\r\n"
        while True:
            time.sleep(0.1)
            yield b"x"

    line = Line(Route(None))
    head = line.get(far(script).server.url, [], lambda _, __: None)
    line.close()
    assert head.status == 200
    assert "Operation too slow" in head.trouble


def test_a_certificate_that_nobody_vouches_for_is_no_passing_trouble(
    far: Callable[[Script], Far], tmp_path: Path
) -> None:
    """It will be the same the next time: one attempt, and a gap that says what it is."""
    world = far(lambda _: iter([whole()]))
    with tls(world.server.url, certificate(tmp_path)) as url:
        session = Session(endpoint_url=url, region=REGION, credentials=KEYS, pace=Pace(scale=1_000))
        assert replace(world, session=session).copy() == []
    assert world.gaps == [(Outcome.FAILED, "Untrusted", 1)]
    assert (world.tally.requests, world.server.asked) == (1, [])


def test_nothing_is_left_to_the_garbage_collector(
    far: Callable[[Script], Far], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an object took is free once it is kept: a hundred thousand would keep the collector busy."""
    works: list[weakref.ref[transfer.Work]] = []

    class Watched(transfer.Work):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            works.append(weakref.ref(self))

    monkeypatch.setattr(express, "Work", Watched)
    gc.disable()
    try:
        kept = far(lambda _: iter([OK + b"Content-Length: 4\r\n\r\nbody"])).copy()
        assert ([one.draft.size for one in kept], [work() for work in works]) == ([4], [None])
    finally:
        gc.enable()
    kept[0].draft.discard()
