"""One line, parsed: what is wrong with it is said, never raised."""

from __future__ import annotations

import pytest

from forensics.errors import FormatError
from forensics.formats.entry import Entry
from forensics.verifier.parsing import parse
from tests.verifier import build

BAD = [b"\n", b"{}\n", b"\xff\n", b"\r\n", b'{"a":1}\n', b"[" * 1000 + b"\n", b"no json\r at all\n"]


@pytest.mark.parametrize("raw", BAD)
def test_bad(raw: bytes) -> None:
    """The words are those of `Entry.parse`."""
    with pytest.raises(FormatError) as caught:
        Entry.parse(raw)
    assert parse(raw) == (raw, None, str(caught.value))


@pytest.mark.parametrize("text", ["plain", "né", 'a "quoted" \\ one'])
def test_good(text: str) -> None:
    """A line is read alike, whether by a pattern or not."""
    ledger = build.Ledger()
    ledger.add("note", {"text": text})
    line = parse(ledger.lines[0])
    assert line.said is not None
    assert line.said.body == {"text": text}
    assert (line.said.type, line.said.seq, line.problem) == ("note", 0, "")
