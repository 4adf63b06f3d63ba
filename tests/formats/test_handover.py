"""What may follow what in a chain of custody."""

from __future__ import annotations

from typing import Any

import pytest

from forensics.errors import FormatError
from forensics.formats import handover, statement
from forensics.formats.statement import Party, Statement, Subject
from tests.formats.test_statement import ANA, BOB, KEY, OTHER, made

OPEN_BOB = Party("Bob", "IR GmbH")
EVE = Party("Eve", "", f"SHA256:{'e' * 43}")


def follow(*records: dict[str, Any]) -> list[tuple[str, Statement]]:
    """Chain records up, whatever they say."""
    chain: list[tuple[str, Statement]] = []
    for number, said in enumerate(records, 1):
        prev = {"prev": chain[-1][0]} if chain else {}
        record = made(**{"seq": number, **prev, **said})
        chain.append((statement.digest(record.encode()), record))
    return chain


RELEASE: dict[str, Any] = {}
RECEIVE: dict[str, Any] = {"action": "receive"}
OPEN: dict[str, Any] = {"action": "open", "giver": BOB, "taker": Party()}


def _problems(*records: dict[str, Any]) -> str:
    chain = follow(*records)
    return "; ".join(handover.problems(chain[:-1], chain[-1][1]))


def test_a_good_chain() -> None:
    """Released, received, opened: read by the names of the files."""
    chain = follow(RELEASE, RECEIVE, OPEN)
    files = {record.name: record.encode() for _, record in chain}
    assert handover.chain(files) == chain
    assert handover.signers([record for _, record in chain]) == {
        "0001-release.json": (KEY, OTHER),
        "0002-receive.json": (OTHER,),
        "0003-open.json": (OTHER,),
    }


@pytest.mark.parametrize(
    ("records", "words"),
    [
        (({"prev": "1" * 64},), "prev is another digest"),
        (({"seq": 2},), "number 2, where 1 is due"),
        ((RELEASE, {**RECEIVE, "prev": "1" * 64}), "prev is another digest"),
        ((RELEASE, {**RECEIVE, "seq": 3}), "number 3, where 2 is due"),
        ((RELEASE, {**RECEIVE, "seq": 1}), "number 1, where 2 is due"),
        ((RELEASE, {**RECEIVE, "subjects": (Subject("x", "2" * 64),)}), "another bundle"),
        ((RECEIVE,), "nobody has released"),
        ((RELEASE, RECEIVE, RECEIVE), "nobody has released"),
        ((OPEN, RECEIVE), "nobody has released"),
        ((RELEASE, {**RECEIVE, "giver": EVE}), "another releaser"),
        ((RELEASE, {**RECEIVE, "challenge": "red"}), "another challenge"),
        ((RELEASE, {**RECEIVE, "taker": EVE}), "released to"),
    ],
)
def test_what_cannot_follow(records: tuple[dict[str, Any], ...], words: str) -> None:
    """A hole, a record put in, a receipt before any release, by another, of another, for another."""
    assert words in _problems(*records)
    chain = follow(*records)
    with pytest.raises(FormatError, match=words):
        handover.check(chain[:-1], chain[-1][1])


def test_a_file_is_named_after_its_record() -> None:
    """A record under the name of another is refused, as is one that cannot follow."""
    (first,) = follow(RELEASE)
    with pytest.raises(FormatError, match=r"0001-open\.json holds the record 0001-release\.json"):
        handover.chain({"0001-open.json": first[1].encode()})
    with pytest.raises(FormatError, match="number 1, where 2 is due"):
        handover.chain({"0001-release.json": first[1].encode(), "0002-release.json": first[1].encode()})


def test_a_receipt_names_who_countersigns() -> None:
    """A release to nobody's key is countersigned by the key of its receipt."""
    records = [record for _, record in follow({"taker": OPEN_BOB}, RECEIVE)]
    assert handover.signers(records[:1]) == {"0001-release.json": (KEY,)}
    assert handover.signers(records)["0001-release.json"] == (KEY, OTHER)


def test_what_was_released_again_is_not_awaited() -> None:
    """The courier came back with it: nobody will sign the first release any more."""
    records = [record for _, record in follow(RELEASE, {"taker": EVE}, {**RECEIVE, "taker": EVE})]
    assert handover.open_release(records[:2]) == records[1]
    assert handover.open_release(records) is None
    assert handover.signers(records)["0001-release.json"] == (KEY,)
    assert handover.signers(records)["0002-release.json"] == (KEY, EVE.key)


def test_a_stray_receipt_asks_nobody() -> None:
    """What is wrong already is not built upon."""
    records = [record for _, record in follow({"action": "receive", "giver": ANA})]
    assert handover.signers(records) == {"0001-receive.json": (OTHER,)}
    assert handover.open_release([]) is None
