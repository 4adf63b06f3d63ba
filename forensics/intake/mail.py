"""
An e-mail as the texts in it.

The standard library's parser recurses into what is nested and looks at each line once for each part that is
open, and at what follows a semicolon once for each that goes before; so what nests deeper than any mail that
people write, or is longer, is read as it lies there.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

MOST_BYTES = 4 * 2**20
"""Of a mail that is taken apart; a longer one is read as it lies there."""
MOST_NESTING = 40
"""Parts that hold other parts, at most."""
MOST_WORK = 1_000_000
"""Lines, times the parts that may be open at each."""
MOST_HEADER = 8_192
"""Bytes of a header that tells of a part, and characters of one that is read."""
MOST_LISTED = 20
"""Attachments that are named."""

_NESTS = re.compile(rb"(?:multipart|message)/[a-z]", re.IGNORECASE)
_OF_PARTS = re.compile(
    rb"(?:^|(?<=\r))content-[a-z-]{1,40}:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE
)
_HEADERS = re.compile(
    rb"^(?:received|from|to|subject|date|mime-version|message-id|return-path|content-type):",
    re.IGNORECASE | re.MULTILINE,
)
_TAG = re.compile(r"<[^<>]*>")
_NO_CHARACTER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")
"""References to characters that there are not: Python refuses to read a number of thousands of digits."""
_SLOW = frozenset({"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"})
"""Codecs that are no charsets of texts; some take a day for a megabyte."""
_TEXTUAL = frozenset(
    {"application/json", "application/xml", "message/delivery-status", "message/feedback-report"}
)
_TOLD = ("Subject", "Date")
"""Headers that speak of the matter: the others name machines that carried the mail."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that was not read."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Mail:
    """What was read of a mail."""

    texts: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    """Those that were not opened."""


def is_mail(head: bytes) -> bool:
    """Say whether bytes begin as an e-mail does: with two headers that mails have, at least."""
    return len({match[0].lower() for match in _HEADERS.finditer(head.partition(b"\n\n")[0][:65_536])}) > 1


def read(data: bytes) -> Mail | None:
    """Take a mail apart; None for one that is too long or nests too deep for that."""
    nesting = len(_NESTS.findall(data)) + 1
    if len(data) > MOST_BYTES or nesting > MOST_NESTING or nesting * data.count(b"\n") > MOST_WORK:
        return None
    if any(len(header[0]) > MOST_HEADER for header in _OF_PARTS.finditer(data)):
        return None
    message = BytesParser(policy=compat32).parsebytes(data)
    texts, attachments = [_header(message, name) for name in _TOLD], []
    for part in message.walk():
        if part.is_multipart():
            texts += [str(part.preamble or ""), str(part.epilogue or "")]
        elif part.get_content_maintype() in {"text", "multipart"} or part.get_content_type() in _TEXTUAL:
            texts.append(_text(part))
        else:
            attachments.append(Attachment(_name(part), part.get_content_type()))
    return Mail(tuple(texts), tuple(attachments))


def _header(message: Message, name: str) -> str:
    value = str(message.get(name, ""))
    head, rest = value[:MOST_HEADER], value[MOST_HEADER:]
    try:
        return "".join(_decoded(part, charset) for part, charset in decode_header(head)) + rest
    except (HeaderParseError, ValueError):
        return value


def _decoded(part: bytes | str, charset: str | None) -> str:
    return part if isinstance(part, str) else decode(part, charset or "")


def _name(part: Message) -> str:
    try:
        return str(part.get_filename() or "")
    except (LookupError, ValueError, TypeError):  # of a name that is encoded in a way that nobody knows
        return ""


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    text = decode(payload if isinstance(payload, bytes) else b"", str(part.get_param("charset") or ""))
    return _untagged(text) if part.get_content_subtype() == "html" else text


def _untagged(text: str) -> str:
    return html.unescape(_NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", _TAG.sub(" ", text)))


def decode(data: bytes, charset: str = "") -> str:
    """Read bytes as text, whatever their charset: as it is said, or as it looks, or else byte by byte."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    for name in filter(None, (charset, "utf-8-sig")):
        try:
            if codecs.lookup(name).name not in _SLOW:
                return str(data.decode(name))
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")


def listed(attachments: tuple[Attachment, ...]) -> Iterator[dict[str, str]]:
    """Name the first of them, as the ledger does."""
    for one in attachments[:MOST_LISTED]:
        yield {"name": one.name[:200], "type": one.type[:100]}
