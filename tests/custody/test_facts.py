"""`case.json`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forensics.custody import facts
from forensics.custody.case import Case
from forensics.errors import CaseError, FormatError, IntegrityError
from forensics.formats import strict
from tests.custody import world

GOOD = facts.Facts(
    case="IR-1",
    created="2031-05-06T07:08:10.000000Z",
    identities=(
        {
            "fingerprint": world.ANA.public.fingerprint,
            "name": world.ANA.name,
            "public": world.ANA.public.openssh(),
        },
    ),
    log_vkey="example.org/log+00000000+x",
    origin="forensics.local/case/IR-1-0123abcd",
)
DOCUMENT = strict.decode(GOOD.encode()[:-1])


def test_round_trip() -> None:
    """What is written is read."""
    assert facts.Facts.parse(GOOD.encode()) == GOOD


def test_golden() -> None:
    """The file is one line of canonical JSON."""
    assert GOOD.encode().startswith(
        b'{"case":"IR-1","created":"2031-05-06T07:08:10.000000Z","format":"forensics-case/1","identities":[{'
    )
    assert GOOD.encode().endswith(b'"origin":"forensics.local/case/IR-1-0123abcd"}\n')


_CHANGES: dict[str, dict[str, Any]] = {
    "more keys": {"more": 1},
    "a number": {"case": 7},
    "no list": {"identities": {}},
    "no identity": {"identities": []},
    "no object": {"identities": ["ana"]},
    "other keys": {"identities": [{"name": "ana"}]},
    "no text": {"identities": [{**DOCUMENT["identities"][0], "name": None}]},
}

BAD: dict[str, bytes] = {
    "empty": b"",
    "no line feed": GOOD.encode()[:-1],
    "two line feeds": GOOD.encode() + b"\n",
    "spaces": GOOD.encode().replace(b":", b": "),
    "a list": b"[]\n",
    "too long": b'"' + b"x" * 70_000 + b'"\n',
    "other format": GOOD.encode().replace(b"case/1", b"case/2"),
    **{name: strict.encode({**DOCUMENT, **change}) + b"\n" for name, change in _CHANGES.items()},
}


@pytest.mark.parametrize("name", BAD)
def test_parse_refuses(name: str) -> None:
    """All but what we write is refused."""
    with pytest.raises(FormatError):
        facts.Facts.parse(BAD[name])


def test_read_of_no_case(tmp_path: Path) -> None:
    """A folder without the file is no case, which is not an integrity failure."""
    with pytest.raises(CaseError, match=r"is not a case: it has no case.json") as raised:
        facts.read(tmp_path)
    assert raised.value.exit_code == 1


SPOILS: list[Callable[[Path], object]] = [
    lambda path: path.write_bytes(b"{}\n"),
    lambda path: path.write_bytes(b"x" * 100_000),
    lambda path: path.mkdir(),
    lambda path: path.symlink_to("case.json.old"),
]


@pytest.mark.parametrize("spoil", SPOILS, ids=["changed", "too long", "a folder", "a link"])
def test_read_refuses(case: Case, spoil: Callable[[Path], object]) -> None:
    """A file that was changed is an integrity failure, and named."""
    path = case.path / "case.json"
    path.rename(path.with_name("case.json.old"))
    spoil(path)
    with pytest.raises(IntegrityError, match=r"^case\.json: "):
        facts.read(case.path)


@pytest.mark.parametrize(
    ("name", "bundle"), [("IR-1", "IR-1-0123abcd"), ("../x", "x-"), ("Fall Nr. 7 — Köln", "Fall-Nr.-7-K-ln-")]
)
def test_bundle(name: str, bundle: str) -> None:
    """A bundle's name is safe whatever the case is called."""
    from dataclasses import replace

    found = replace(GOOD, case=name).bundle
    assert found.startswith(bundle)
    assert found.endswith("-0123abcd")
    assert "/" not in found
