"""One line of a ledger, parsed strictly."""

from __future__ import annotations

from typing import NamedTuple

from forensics.errors import FormatError
from forensics.formats.entry import Entry
from forensics.verifier import quick
from forensics.verifier.quick import Said


class Line(NamedTuple):
    """A line, and what it says or what is wrong with it."""

    raw: bytes
    said: Said | None
    problem: str


def parse(raw: bytes) -> Line:
    """Parse one line."""
    if said := quick.item(raw) or quick.other(raw):
        return Line(raw, said, "")
    try:
        one = Entry.parse(raw)
    except FormatError as error:
        return Line(raw, None, str(error))
    return Line(raw, Said(one.seq, one.time, one.type, one.body, one.prev, one.salt), "")
