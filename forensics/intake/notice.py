"""A notice: an abuse report, a Health event, a GuardDuty finding or plain text, and what it names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from forensics.intake import mail
from forensics.intake.mail import Attachment
from forensics.intake.mentions import Mentions, mentions

MOST_READ = 4 * 2**20
"""Bytes of a notice that are looked at; all of it is kept."""
MOST_TEXT = 2**20
"""Characters that are searched for names: a second's work, or three where somebody means harm."""

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(/))")
_DEEP = "too long, or nested too deep, to be taken apart: read as it lies there"


@dataclass(frozen=True, slots=True)
class Notice:
    """What was read of a notice."""

    format: str
    """`mail`, `json` or `text`: what it looks like."""
    mentions: Mentions
    attachments: tuple[Attachment, ...] = ()
    """Not opened."""
    remark: str = ""
    """What a reader has to know of how it was read."""


def read(head: bytes, size: int) -> Notice:
    """Read the first bytes of a notice, which has `size` in all."""
    taken = mail.read(head) if mail.is_mail(head) else None
    texts, attachments = (taken.texts, taken.attachments) if taken else ([_text(head)], ())
    kind = "mail" if mail.is_mail(head) else _kind(texts[0])
    remarks = [_DEEP] if kind == "mail" and taken is None else []
    if size > len(head) or sum(map(len, texts)) > MOST_TEXT:
        remarks.append("only its beginning was read for names")
    return Notice(kind, mentions(_bounded(texts)), attachments, "; ".join(remarks))


def _kind(text: str) -> str:
    # JSON is not parsed: what is nested a million deep names things all the same.
    return "json" if text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["} else "text"


def _text(head: bytes) -> str:
    text = mail.decode(head)
    return _ESCAPE.sub(_unescaped, text) if _kind(text) == "json" else text


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else match[2]


def _bounded(texts: Iterable[str]) -> Iterable[str]:
    room = MOST_TEXT
    for text in texts:
        yield text[:room]
        room -= min(room, len(text))
