"""Asking a time-stamp authority: what is sent, what is taken for an answer, and what is not."""

from __future__ import annotations

import importlib.util
import random
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rfc3161_client

from forensics.custody import timestamp
from forensics.custody.timestamp import Refusal, Token, ask, check_tsas, read
from forensics.errors import UsageError
from forensics.formats import entry
from forensics.formats.anchor import MAX_BYTES
from tests.tsa import Authority, Server, openssl, serve

DATA = b"a checkpoint\n"


def _refused(answer: Token | Refusal, words: str) -> None:
    assert isinstance(answer, Refusal)
    assert words in answer.why


def test_stamp(tsa: Server) -> None:
    """A stamp comes back raw, with its time, its number and how exact it is."""
    before = time.time()
    token = ask(tsa.url, DATA)
    assert isinstance(token, Token)
    assert int(before) <= entry.moment(token.time).timestamp() <= time.time()
    assert int(token.serial) > 0
    assert token.accuracy == 1_000_000
    assert read(token.raw, DATA) == token


def test_what_is_sent(tsa: Server, tmp_path: Path) -> None:
    """A SHA-256, a nonce of its own, and the wish for the certificate: nothing of what is stamped."""
    ask(tsa.url, DATA)
    ask(tsa.url, DATA)
    assert tsa.asked[0] != tsa.asked[1]
    (tmp_path / "q").write_bytes(tsa.asked[0])
    text = openssl("ts", "-query", "-in", tmp_path / "q", "-text").decode()
    assert "Hash Algorithm: sha256" in text
    assert "Certificate required: yes" in text
    assert "Nonce: 0x" in text
    assert DATA.strip() not in tsa.asked[0]


def _replay(authority: Authority) -> Callable[[bytes], bytes]:
    return lambda _: authority.stamp(DATA)


ANSWERS: dict[str, tuple[Callable[[Authority, bytes], bytes], str]] = {
    "over other bytes": (lambda tsa, _: tsa.stamp(b"other"), "over another hash"),
    "SHA-1": (lambda tsa, _: tsa.stamp(DATA, algorithm="sha1"), "over another hash"),
    "SHA-512": (lambda tsa, _: tsa.stamp(DATA, algorithm="sha512"), "over another hash"),
    "replayed": (lambda tsa, _: tsa.stamp(DATA), "the nonce is not the one"),
    "refused": (lambda tsa, _: tsa.reply(b"\x30\x03\x02\x01\x01"), "it refused: status 2, Bad request"),
    "refused without a word": (lambda *_: b"\x30\x05\x30\x03\x02\x01\x02", "status 2, no reason given"),
    "a page": (lambda *_: b"<html>", "no RFC 3161 response"),
    "nothing": (lambda *_: b"", "no RFC 3161 response"),
    "trailing": (lambda tsa, query: tsa.reply(query) + b"\0", "no RFC 3161 response"),
    "cut": (lambda tsa, query: tsa.reply(query)[:-1], "no RFC 3161 response"),
    "too long": (lambda *_: b"\x30" * (MAX_BYTES + 1), f"longer than {MAX_BYTES} bytes"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_no_stamp(authority: Authority, name: str) -> None:
    """What is no stamp of what was sent just now is none, and is said."""
    reply, words = ANSWERS[name]
    with serve(lambda query: reply(authority, query)) as tsa:
        _refused(ask(tsa.url, DATA), words)


def test_unreadable() -> None:
    """An answer that is DER, and that the library cannot read, is kept as it came."""
    strange = b"\x30\x0b\x30\x03\x02\x01\x00\x30\x04\x06\x02\x2a\x03"
    with serve(lambda _: strange) as tsa:
        assert ask(tsa.url, DATA) == Token(strange)


def test_unsorted_certificates(authority: Authority, tmp_path: Path) -> None:
    """What openssl 3.0 writes with a chain is no DER to the library: kept, and without a time."""
    (tmp_path / "chain.pem").write_bytes(authority.root)
    chained = Authority.make(tmp_path / "tsa", more=f"certs = {tmp_path / 'chain.pem'}")
    with serve(chained.reply) as tsa:
        token = ask(tsa.url, DATA)
    assert isinstance(token, Token)
    if not token.time:  # the order of the two is by their bytes, which differ from run to run
        with pytest.raises(ValueError, match=r"ASN\.1|Set"):
            rfc3161_client.decode_timestamp_response(token.raw)


def test_without_accuracy(authority: Authority, tmp_path: Path) -> None:
    """An authority need not say how exact it is."""
    config = (authority.folder / "tsa.cnf").read_text().replace("accuracy = secs:1\n", "")
    vague = Authority.make(tmp_path / "tsa")
    (vague.folder / "tsa.cnf").write_text(config.replace(str(authority.folder), str(vague.folder)))
    with serve(vague.reply) as tsa:
        token = ask(tsa.url, DATA)
    assert isinstance(token, Token)
    assert token.accuracy == -1


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_status(tsa: Server, status: int) -> None:
    """An error of HTTP is none of time stamping: it is said by its number."""
    tsa.status = status
    _refused(ask(tsa.url, DATA), f"HTTP {status}")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_moved(tsa: Server, authority: Authority, status: int) -> None:
    """A redirect is followed, with the same request."""
    with serve(authority.reply) as old:
        old.status, old.headers = status, {"Location": tsa.url}
        token = ask(old.url, DATA)
    assert isinstance(token, Token)
    assert tsa.asked == old.asked


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("file:///etc/passwd", "is not followed"),
        ("ftp://127.0.0.1/x", "is not followed"),
        ("http://user:word@127.0.0.1/x", "is not followed"),
        ("/tsr", "redirects more than 3 times"),
        ("", "HTTP 302"),
    ],
)
def test_moved_elsewhere(tsa: Server, location: str, words: str) -> None:
    """To http and https only, and not for ever."""
    tsa.status, tsa.headers = 302, {"Location": location}
    _refused(ask(tsa.url, DATA), words)
    assert len(tsa.asked) <= 4


def test_never_back_to_what_anyone_can_change() -> None:
    """From https a redirect leads to https alone."""
    assert timestamp._may_follow("https://a/x", "https://b/x")
    assert not timestamp._may_follow("https://a/x", "http://b/x")


def test_nobody_there() -> None:
    """Where nobody listens, that is said."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    _refused(ask(f"http://127.0.0.1:{port}/", DATA), "refused")


def test_no_such_name() -> None:
    """A name that is in no directory."""
    assert isinstance(ask("http://tsa.invalid/", DATA), Refusal)


def test_no_answer(tsa: Server) -> None:
    """One that takes the request and says nothing is not waited for."""
    tsa.hold.clear()
    begun = time.monotonic()
    _refused(ask(tsa.url, DATA, seconds=0.3), "timed out")
    assert time.monotonic() - begun < 30, "it hangs for twice as long"


def _speak(raw: bytes, *, slowly: bool = False) -> Iterator[str]:
    """Let a server say these bytes to whoever comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve_one() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                try:
                    for place in range(0, len(raw), 1 if slowly else len(raw) or 1):
                        connection.sendall(raw[place : place + 1] if slowly else raw)
                        time.sleep(0.02 if slowly else 0)
                except OSError:
                    return  # whoever asked has gone

        thread = threading.Thread(target=serve_one, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join(60)


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-x\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 999999 OK\r\n\r\n",
        b"",
    ],
)
def test_no_http(raw: bytes) -> None:
    """What is no HTTP is a refusal like any other."""
    for url in _speak(raw):
        assert isinstance(ask(url, DATA, seconds=5), Refusal)


def test_drop_by_drop() -> None:
    """An answer that always goes on is not waited for to its end."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"
    begun = time.monotonic()
    for url in _speak(head + bytes(5_000), slowly=True):
        _refused(ask(url, DATA, seconds=1.2), "too slowly")
        assert time.monotonic() - begun < 50, "it goes on for twice as long"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "tsa.example",
        "ftp://tsa.example",
        "file:///etc/passwd",
        "http://",
        "http:///x",
        "http://tsa.example:0/",
        "http://tsa.example:99999/",
        "http://[x/",
        "http://tsa example/",
        "http://tsa.example/\n",
        "http://tsa.example/é",
        f"http://tsa.example/{'x' * 1_000}",
    ],
)
def test_no_address(url: str) -> None:
    """What is no address of an authority is refused before anything is asked."""
    with pytest.raises(UsageError, match="is no http or https address"):
        check_tsas([url])


def test_password_in_an_address() -> None:
    """An address goes into the ledger, which is no place for a password."""
    with pytest.raises(UsageError, match="holds a password") as caught:
        check_tsas(["https://user:hunter2@tsa.example/"])
    assert "hunter2" not in str(caught.value)


def test_two_of_one_name() -> None:
    """Their stamps would lie in one file."""
    for twin in ("http://tsa.example", "https://tsa.example", "http://TSA.example"):
        with pytest.raises(UsageError, match="the same but for the scheme"):
            check_tsas(["http://tsa.example", twin])


def test_many() -> None:
    """A bound on how many are asked."""
    with pytest.raises(UsageError, match="more than 16"):
        check_tsas([f"http://tsa{number}.example/" for number in range(17)])
    check_tsas([f"http://tsa{number}.example/" for number in range(16)])


def test_library_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the library that is said before anything begins, with what to install."""
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    assert importlib.util.find_spec("rfc3161_client") is None
    with pytest.raises(UsageError, match="not installed") as caught:
        check_tsas(["http://tsa.example/"])
    assert "pip install 'aws-forensics[tsa]'" in str(caught.value.hint)
    check_tsas([])
    _refused(ask("http://tsa.example/", DATA), "not installed")
    _refused(read(b"\x30\x00", DATA), "not installed")


def test_mutated(authority: Authority) -> None:
    """Whatever is changed in a response, it is read, refused or kept unread: nothing else comes of it."""
    whole, draw = authority.stamp(DATA), random.Random(1)
    kinds = set()
    for _ in range(2_000):
        data = bytearray(whole)
        for _ in range(draw.choice((1, 1, 2, 8))):
            data[draw.randrange(len(data))] = draw.randrange(256)
        kinds.add(type(read(bytes(data), DATA)))
    assert kinds == {Token, Refusal}
