"""Targets: what people hand us (notices, plans, lists of accounts), and what is read out of AWS's answers."""

from __future__ import annotations

import ipaddress
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from forensics.aws import accounts, links
from forensics.collectors import portions
from forensics.errors import FormatError, UsageError
from forensics.formats import strict
from forensics.formats.display import clean
from forensics.intake import mail, mentions, notice
from forensics.planning.document import Plan
from forensics.readiness import terraform
from forensics.scope import Accounts
from tests.fuzz.driving import LONGEST, Target
from tests.planning.test_document import BODY

ACCOUNT = "222222222222"
_SHAPES = {
    "accounts": re.compile(r"\d{12}"),
    "arns": re.compile(r"arn:aws[a-z-]*:[!-~]+"),
    "instances": re.compile(r"i-[0-9a-f]{8,17}"),
    "keys": re.compile(r"A[KS]IA[A-Z0-9]{16}"),
    "regions": re.compile(r"[a-z]{2}(-[a-z]+)+-\d"),
}


# -- notices


def _notice(data: bytes) -> None:
    found = notice.read(data, len(data))
    assert found.format in {"mail", "json", "text"}
    assert set(found.mentions.found) == set(mentions.KINDS)
    for kind, names in found.mentions.found.items():
        assert len(names) == len(set(names)) <= mentions.MOST
        for name in names:
            assert name.isascii()
            assert name.isprintable()
            assert kind not in _SHAPES or _SHAPES[kind].fullmatch(name)
    for address in found.mentions.found["ips"]:
        ipaddress.ip_address(address)
    for time in found.mentions.found["times"]:
        datetime.fromisoformat(time)
    assert found.mentions.left_out >= 0
    assert len(list(mail.listed(found.attachments))) <= mail.MOST_LISTED
    # What is read of a notice is the same, however much of it lies beyond what is read.
    assert notice.read(data, len(data) + 1).mentions == found.mentions


def _mail(data: bytes) -> None:
    found = mail.read(data)
    if found is None:
        raise FormatError("nests too deep")
    assert sum(map(len, found.texts)) <= 8 * len(data) + 1_000
    assert len(found.attachments) <= data.count(b"\n") + 1


def _mails() -> list[bytes]:
    made = EmailMessage()
    made["Subject"] = "=?utf-8?B?QUtJQUlPU0ZPRE5ON0VYQU1QTEU=?= abuse"
    made["From"], made["Date"] = "abuse@example.com", "Tue, 06 May 2031 07:08:09 +0200"
    made.set_content("i-0123456789abcdef0 at 192[.]0.2.1, 2001:db8::1 and 2222-2222-2222\n")
    made.add_alternative(
        "<p>arn:aws:iam::222222222222:user/<b>x</b> eu-west-1a &#x41;KIA</p>", subtype="html"
    )
    made.add_attachment(b"\x1f\x8b", maintype="application", subtype="gzip", filename="logs é.gz")
    return [
        made.as_bytes(),
        b"From: a@b\r\nSubject: =?x?Q?=41?=\r\nContent-Type: text/plain; charset=utf-16\r\n\r\n\xff\xfeA\x00",
        (
            b'From: a\nTo: b\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n\nx\n--b\n'
            b"Content-Type: message/rfc822\n\nSubject: s\n\ny\n--b--\n"
        ),
    ]


def _notices() -> list[bytes]:
    finding = {"resource": {"id": "i-0123456789abcdef0"}, "at": "2031-05-06T07:08:09.000Z", "ip": "192.0.2.1"}
    return [
        *_mails(),
        json.dumps(finding).encode(),
        b'["\\u0041KIAIOSFODNN7EXAMPLE", "arn:aws:s3:::b\\/k"]',
        "Zugriff von 192.0.2.7, Schlüssel ASIAIOSFODNN7EXAMPLE in us-gov-east-1".encode("latin-1"),
        "\ufeffi-01234567".encode("utf-16"),
    ]


# -- plans, and lists of accounts


def _plan(data: bytes) -> None:
    """Take it as it is, and with a hash that fits, as whoever changes a plan on purpose would."""
    for one in (data, _resealed(data)):
        try:
            found = Plan.parse(one)
        except FormatError:
            continue
        assert found.encode() == one
        assert found.sha256 == sha256(one).hexdigest()
        assert all(key == found.accounts[key]["account"] for key in found.accounts)
        assert found.scope.max_log_group >= 0
        return
    raise FormatError("no plan, signed or not")


def _resealed(data: bytes) -> bytes:
    try:
        body = strict.decode(data.rstrip(b"\n"), limit=LONGEST * 2)
        assert isinstance(body, dict)
        body.pop("sha256", None)
        return strict.encode({**body, "sha256": sha256(strict.encode(body)).hexdigest()}) + b"\n"
    except (FormatError, AssertionError):
        return b""


def _plans() -> list[bytes]:
    window = {**BODY["scope"], "since": "2031-05-06T07:08:09.000000Z"}
    return [Plan(BODY).encode(), Plan({**BODY, "scope": window}).encode()]


@contextmanager
def _file(data: bytes) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as file:
        file.write(data)
        file.flush()
        yield Path(file.name)


def _terraform(data: bytes) -> None:
    with _file(data) as path:
        found = terraform.destroyed(path, ACCOUNT)
    assert len(found) <= data.count(b"{")
    for one in found:
        assert one.id
        assert one.kind or one.unknown
        assert len(one.text) <= 2_000
        clean(one.text + one.id + one.unknown + one.region)


def _change(kind: str, before: Any, *actions: str, **more: Any) -> dict[str, Any]:
    whole = {"actions": actions, "before": before, "after": None}
    return {"address": f"{kind}.x", "mode": "managed", "type": kind, "change": whole, **more}


def _terraforms() -> list[bytes]:
    arn = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1"
    changes = [
        _change("aws_instance", {"id": "i-1", "arn": arn}, "delete"),
        _change("aws_ebs_volume", {"id": "vol-1", "availability_zone": "eu-west-1a"}, "delete", "create"),
        _change("aws_s3_bucket", {"bucket": "logs", "region": "eu-west-2"}, "create", "delete"),
        _change("random_id", {"id": "x", "owner_id": ACCOUNT}, "delete", mode="data"),
        _change("nobody_knows", None, "delete"),
    ]
    plans = ({"format_version": "1.2", "resource_changes": some} for some in (changes, changes[:1], []))
    return [json.dumps(plan).encode() for plan in plans]


def _accounts(data: bytes) -> None:
    with _file(data) as path:
        found = accounts.load_accounts(path)
    assert 0 < len(found) <= data.count(b"\n") + 1
    accounts.check_accounts(Accounts(named=found))
    for one in found:
        assert re.fullmatch(r"\d{12}|arn:aws[a-z-]*:iam::\d{12}:role/[!-~]+", one)


# -- AWS's answers


def _portion(data: bytes) -> None:
    """Take out of the bytes what an XML parser makes of them, but for line ends, and what AWS put in."""
    assert portions.data_of(_as_aws_writes(data)) == data
    taken = portions.data_of(data)
    assert len(taken) <= len(data)
    # What names an entity, a comment, a section or a part within the portion is no answer of AWS's.
    if re.search(rb"<!|<\?[^x]|<LogFileData[^>]|<LogFileData>[^<]*<(?!/LogFileData>)", data):
        raise FormatError("not as AWS writes it")
    try:
        found = next(ET.fromstring(data).iter("LogFileData"), None)  # noqa: S314 - no DTD comes so far
    except (ET.ParseError, ValueError, LookupError) as error:
        raise FormatError("no XML") from error
    if found is None or not data.isascii():
        raise FormatError("no portion, or of another charset")
    assert _unbroken(taken.decode("utf-8", "surrogatepass")) == _unbroken(found.text or "")


def _as_aws_writes(log: bytes) -> bytes:
    """Write a log, of any bytes, as an answer with a portion."""
    for byte, name in ((b"&", b"&amp;"), (b"<", b"&lt;"), (b">", b"&gt;"), (b"\r", b"&#13;")):
        log = log.replace(byte, name)
    return b"<R><LogFileData>%b</LogFileData><Marker>1:2</Marker></R>" % log


def _unbroken(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _portions() -> list[bytes]:
    made = "<R xmlns='x'><LogFileData>{}</LogFileData><Marker>1</Marker></R>".replace(" xmlns='x'", "")
    texts = ("a\nb", "&lt;x&gt; &amp;amp; &#65;&#x42;&#13;&#10;", "", "&quot;&apos;")
    return [made.format(text).encode() for text in texts]


_BEARING = re.compile(
    r"(?:x-amz-(?:credential|security-token|signature)|awsaccesskeyid|signature)(?:=|%3d)([^&\"'<>\\\s]+)",
    re.IGNORECASE,
)


def _links(data: bytes) -> None:
    """Leave no value that lets its bearer in, and all else as it is; a second look changes nothing."""
    kept = links.without_links(data)
    assert links.without_links(kept) == kept
    text = kept.decode("latin-1")
    for shown in (text, _unescaped(text)):
        assert set(_BEARING.findall(shown)) <= {"withheld"}
    if not _BEARING.search(_unescaped(data.decode("latin-1"))):
        assert kept == data


def _unescaped(text: str) -> str:
    """Read the escapes of JSON that may stand in a link."""
    escapes = re.compile(r"\\u00(26|2b|2f|3d)|\\(/)", re.IGNORECASE)
    return escapes.sub(lambda match: match[2] or unquote(f"%{match[1]}"), text)


def _linked() -> list[bytes]:
    link = (
        "https://b.s3.amazonaws.com/k?versionId=v&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIA"
        "%2F20310506%2Feu-west-1&X-Amz-Date=20310506T070809Z&X-Amz-Security-Token=IQoJ%2F%3D&X-Amz-Signature=5ec2e7"
    )
    old = "https://b.s3.amazonaws.com/k?AWSAccessKeyId=AKIAX&Expires=1&Signature=5ec2e7%3D"
    return [
        json.dumps({"Code": {"Location": link}, "Other": old}).encode(),
        f"<a>{link.replace('&', '&amp;')}</a>".encode(),
        json.dumps({"Location": link}).replace("&", "\\u0026").replace("=", "\\u003d").encode(),
        b'{"Location": "https://b/k", "Signature": "=x"}',
    ]


_Corpus = Callable[[], list[bytes]]


def _target(
    name: str, check: Callable[[bytes], None], corpus: _Corpus, *refuses: type[Exception], runs: int = 500
) -> Target:
    return Target(name, check, refuses or (FormatError,), corpus, runs)


TARGETS = (
    _target("notice", _notice, _notices),
    _target("mail", _mail, _mails),
    _target("plan", _plan, _plans, runs=300),
    _target("terraform", _terraform, _terraforms, UsageError),
    _target("accounts", _accounts, lambda: [b"222222222222\n# c\n\n333333333333\n"], UsageError),
    _target("portion", _portion, _portions),
    _target("links", _links, _linked),
)
