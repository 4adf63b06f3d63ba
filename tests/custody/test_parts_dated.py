"""The signature of parts is dated by real authorities, never in the way; what is owed is asked for again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from forensics.custody.case import Case
from forensics.custody.parts import Exported, export
from forensics.custody.seal import Sealed, seal
from forensics.custody.timestamp import Refusal, Token
from forensics.formats import anchor
from tests import tsa
from tests.custody import world
from tests.custody.test_parts import derive, people


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[tuple[Case, Sealed]]:
    """Give a sealed case and its bundle."""
    with world.create(tmp_path / "case") as case:
        yield case, seal(case, derive=derive)


def _anchors(case: Case, made: Exported) -> list[anchor.Anchor]:
    found = (anchor.Anchor.parse(item.body) for item in case.entries() if item.type == "anchor.tsa")
    return [one for one in found if one.over.endswith(f"{made.path.name}/SHA256SUMS.sig")]


def test_dated(sealed: tuple[Case, Sealed], tmp_path: Path) -> None:
    """The stamp lies beside the signature, the ledger tells of it, and `openssl ts -verify` takes it."""
    case, bundle = sealed
    authority = tsa.Authority.make(tmp_path / "tsa")
    with tsa.serve(authority.reply) as server:
        made = export(case, bundle, people(), tsas=[server.url])
        assert (made.refusals, len(server.asked)) == ({}, 1)
        again = export(case, bundle, people(), tsas=[server.url])
        assert (again, len(server.asked)) == (made, 1)
    (told,) = _anchors(case, made)
    assert told.checkpoint == 0
    response = case.path / told.tsr
    assert response.parent == made.path
    assert tsa.agrees(response, made.path / "SHA256SUMS.sig", authority.root_file)


def test_refused_and_asked_again(sealed: tuple[Case, Sealed], tmp_path: Path) -> None:
    """The parts are there whatever an authority says; a later call dates them."""
    case, bundle = sealed
    authority = tsa.Authority.make(tmp_path / "tsa")
    url = "http://tsa.example/"
    made = export(case, bundle, people(), tsas=[url], ask=lambda *_: Refusal("it is closed"))
    assert made.refusals == {url: "it is closed"}
    assert _anchors(case, made) == []
    signature = (made.path / "SHA256SUMS.sig").read_bytes()
    token = Token(authority.stamp(signature))
    made = export(case, bundle, people(), tsas=[url], ask=lambda *_: token)
    assert made.refusals == {}
    assert len(_anchors(case, made)) == 1


def test_outside_of_the_case(tmp_path: Path) -> None:
    """Parts beside a bundle elsewhere are told of by where they are."""
    authority = tsa.Authority.make(tmp_path / "tsa")
    with world.create(tmp_path / "case") as case:
        bundle = seal(case, tmp_path / "out", derive=derive)
        made = export(
            case, bundle, people(), tsas=["http://t/"], ask=lambda _, data: Token(authority.stamp(data))
        )
        (told,) = _anchors(case, made)
    assert told.over == str(tmp_path / "out.parts" / "SHA256SUMS.sig")
