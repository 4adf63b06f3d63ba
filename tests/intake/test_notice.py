"""Notices of every sort, and of every bad sort: names are found, and nothing ends the reading."""

from __future__ import annotations

import base64
import io
import json
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.intake import mail, notice
from forensics.intake.notice import Notice

KEY, INSTANCE = "AKIAIOSFODNN7EXAMPLE", "i-0123456789abcdef0"
HEAD = (
    b"From: abuse@example.com\r\nTo: a@example.org\r\nSubject: instance i-0a1b2c3d\r\nMIME-Version: 1.0\r\n"
)


def _read(data: bytes) -> Notice:
    return notice.read(data, len(data))


def _parts(*parts: bytes) -> bytes:
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    return HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + body + b"--b--\r\n"


def _names(read: Notice) -> set[str]:
    return {name for names in read.mentions.found.values() for name in names}


def test_mail() -> None:
    """Texts in base64, quoted-printable and HTML are read; headers that name the post's machines are not."""
    coded = base64.encodebytes(f"key {KEY}".encode("utf-16"))
    data = b"Received: from relay (192.0.2.99)\r\n" + _parts(
        b"Content-Type: text/plain; charset=utf-16\r\nContent-Transfer-Encoding: base64\r\n\r\n" + coded,
        b"Content-Type: text/html\r\n\r\n<p>from 198.51<b></b>&#46;100.7 and i-0123456789<wbr>abcdef0</p>",
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\nin eu-west=\r\n-1",
        b'Content-Type: application/json\r\n\r\n{"a": "123456789012"}',
    )
    read = _read(data)
    assert read.format == "mail"
    assert (read.remark, read.attachments) == ("", ())
    assert _names(read) == {"i-0a1b2c3d", KEY, "eu-west-1", "123456789012"}


def test_subject_in_another_charset() -> None:
    """A subject that is encoded is read; one that is encoded badly is read as it stands."""
    head = b"From: a\r\nTo: b\r\nSubject: "
    word = base64.b64encode("ö i-0a1b2c3d".encode("latin-1"))
    assert "i-0a1b2c3d" in _names(_read(head + b"=?iso-8859-1?B?" + word + b"?=\r\n\r\n"))
    assert "i-0a1b2c3d" in _names(_read(head + b"=?utf-8?B?a?= i-0a1b2c3d\r\n\r\n"))
    assert "i-0a1b2c3d" in _names(_read(head + b"=?no-such?Q?i-0a1b2c3d?=\r\n\r\n"))


def test_attachments_are_not_opened() -> None:
    """A zip is named and not opened, whatever is in it, and whatever its name is encoded in."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.txt", KEY * 100_000)
    coded = base64.encodebytes(packed.getvalue())
    read = _read(
        _parts(
            b"Content-Type: application/zip; name=x.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" + coded,
            b"Content-Type: application/zip\r\n"
            b"Content-Disposition: attachment; filename*=no-such''%41\r\n\r\n" + coded,
        )
    )
    assert [one.type for one in read.attachments] == ["application/zip"] * 2
    assert read.attachments[0].name == "x.zip"
    assert _names(read) == {"i-0a1b2c3d"}
    assert list(mail.listed(read.attachments * 100))[19:] == [
        {"name": read.attachments[1].name, "type": "application/zip"}
    ]


def test_forwarded() -> None:
    """A mail within a mail is read too."""
    inner = b"From: x\r\nSubject: y\r\n\r\n" + KEY.encode()
    assert KEY in _names(_read(_parts(b"Content-Type: message/rfc822\r\n\r\n" + inner)))


@pytest.mark.parametrize(
    "data",
    [
        HEAD
        + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(10_000)),
        HEAD + b"Content-Type: message/rfc822\n\n" * 10_000,
        HEAD + b"Content-Type: multipart/digest; boundary=b\n\n--b\n\n" * 10_000,
        HEAD + b"\n" + b"x\n" * 1_000_001,
        HEAD + b"\n" + b"x" * mail.MOST_BYTES,
        HEAD + b"Content-Type: text/plain; " + b'a="";' * 200_000 + b"\n",
        HEAD + b"Content-Type: text/plain;\r\n" + b' "\\";\r\n' * 100_000 + b"\n",
        HEAD
        + b"X: y\rContent-Type: text/plain;"
        + b"".join(b"\r a*%d*=x;" % n for n in range(90_000))
        + b"\n",
    ],
    ids=["multipart", "message", "digest", "lines", "long", "values", "quotes", "folded"],
)
def test_bombs(data: bytes) -> None:
    """A mail that would take too long to take apart is read as it lies there, and that is said."""
    read = _read(data + b"\n" + KEY.encode())
    assert read.format == "mail"
    assert "read as it lies there" in read.remark
    assert "i-0a1b2c3d" in _names(read)


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + KEY.encode(),
        HEAD + b"Content-Type: multipart/mixed\n\n" + KEY.encode(),
        HEAD + b"Content-Type: text/plain; charset=no-such\n\n\xff\0" + KEY.encode(),
        HEAD + b"Content-Type: text/plain; charset*=a'b\n\n" + KEY.encode(),
        HEAD + b"Content-Type: text/plain; charset=hex\n\n" + KEY.encode(),
        HEAD
        + b"Content-Type: text/html\n\n&#"
        + b"9" * 5_000
        + b"; &#x"
        + b"9" * 5_000
        + b"; "
        + KEY.encode(),
        HEAD + b"Content-Type: text/plain; charset=undefined\n\n" + KEY.encode(),
        HEAD + b"Content-Transfer-Encoding: no-such\n\n" + KEY.encode(),
        HEAD + b"Content-Type: ;;;===\n\n" + KEY.encode(),
        HEAD + b"broken header\n\n" + KEY.encode(),
    ],
)
def test_broken_mime(data: bytes) -> None:
    """What is no MIME is read all the same."""
    assert KEY in _names(_read(data))


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"Content-Type: text/plain; charset=punycode\n\na-" + b"b9a" * 330_000 + b" " + KEY.encode(),
        HEAD.replace(b"instance", KEY.encode() + b" " + b"=?a?q?" * 500_000) + b"\nx",
    ],
    ids=["charset", "subject"],
)
def test_what_would_take_minutes(data: bytes) -> None:
    """A charset that is none, or words that never end, cost no more than other bytes do."""
    begun = time.process_time()
    assert KEY in _names(_read(data))
    assert time.process_time() - begun < 15


def test_json() -> None:
    """A finding or an event is found things in however it is escaped or nested, or cut off."""
    finding = {"detail": {"resource": {"instanceDetails": {"instanceId": INSTANCE}, "accessKey": KEY}}}
    text = json.dumps(finding).replace("-", r"\u002d") + r'"arn:aws:iam::123456789012:role\/x"'
    read = _read(b"\xef\xbb\xbf " + text.encode())
    assert read.format == "json"
    assert _names(read) >= {INSTANCE, KEY, "arn:aws:iam::123456789012:role/x"}
    assert KEY in _names(_read(b"[" * 1_000_000 + KEY.encode()))


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16-le", "latin-1", "utf-8-sig"])
def test_text_in_any_charset(charset: str) -> None:
    """Plain text is read whatever it is written in."""
    read = _read(f"Schlüssel {KEY}\n".encode(charset))
    assert read.format == "text"
    assert _names(read) == {KEY}


def test_only_the_beginning_is_read() -> None:
    """What is longer than is read says so."""
    assert notice.read(b"x", 2).remark == "only its beginning was read for names"
    long = _read(b" " * notice.MOST_TEXT + KEY.encode())
    assert long.remark == "only its beginning was read for names"
    assert not _names(long)


@given(st.binary(), st.booleans())
def test_never_raises(data: bytes, headed: bool) -> None:
    """Any bytes are a notice."""
    assert _read(HEAD + data if headed else data).format in {"mail", "json", "text"}
