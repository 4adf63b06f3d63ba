"""The lines of a ledger: each that our encoder would not have written, or in another place, is found."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Collection
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies

from forensics.formats import entry
from forensics.formats.anchor import Anchor
from forensics.verifier.history import History
from forensics.verifier.reader import Lines
from forensics.verifier.verdict import Examination
from tests.verifier import build
from tests.verifier.build import GONE, LEDGER, Ledger
from tests.verifier.judging import failed, judge, refused, told


def _line(number: int, change: Callable[[bytes], bytes]) -> Callable[[Ledger], None]:
    def apply(ledger: Ledger) -> None:
        ledger.lines[number] = change(ledger.lines[number])

    return apply


def _replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def apply(line: bytes) -> bytes:
        assert old in line
        return line.replace(old, new, 1)

    return apply


@pytest.mark.parametrize(
    ("number", "change", "words"),
    [
        (1, _replaced(b'"run":"r1"', b'"run":"r2"'), "prev is not the hash of the line before"),
        (1, _replaced(b'{"actor"', b'{ "actor"'), "canonical"),
        (1, _replaced(b'"v":1', b'"v":2'), "unknown version"),
        (1, _replaced(b'"v":1', b'"v":true'), "unknown version"),
        (1, _replaced(b'"v":1', b'"v":1.0'), "no integer"),
        (1, _replaced(b'"type":"run.start"', b'"type":"run.begin"'), "unknown type"),
        (1, _replaced(b'"seq":1', b'"seq":2'), "seq is 2, and should be 1"),
        (1, _replaced(b'"seq":1', b'"seq":-1'), "seq"),
        (1, _replaced(b'"seq":1', b'"seq":9007199254740992'), "53 bits"),
        (1, _replaced(b'"seq":1', b'"seq":NaN'), "integer"),
        (1, _replaced(b'"seq":1', b'"seq":1e400'), "integer"),
        (1, _replaced(b'"seq":1', b'"seq":1,"seq":1'), "canonical"),
        (1, _replaced(b'"run":"r1"', b'"run":"\\u0041"'), "canonical"),
        (1, _replaced(b'"run":"r1"', b'"run":"\\ud800"'), "surrogate"),
        (1, _replaced(b'"run":"r1"', b'"run":' + b"[" * 20_000 + b"]" * 20_000), "deep"),
        (1, _replaced(b'"run":"r1"', b'"run":"' + b"x" * 70_000 + b'"'), "longer than 65535 bytes"),
        (1, _replaced(b"\n", b"\r\n"), "canonical"),
        (1, _replaced(b"{", b"\xef\xbb\xbf{"), "JSON"),
        (1, _replaced(b"\n", b" trailing\n"), "JSON"),
        (1, _replaced(b"\n", b"\n\n"), "line 3"),
        (1, _replaced(b'"salt":"', b'"salt":"z'), "salt"),
        (1, _replaced(b'"prev":"', b'"prev":"0'), "prev"),
        (1, _replaced(b"2031-05-06T07:08:10", b"2031-02-30T07:08:10"), "time"),
        (0, _replaced(b'"case":"IR-1"', b'"case":"IR-2"'), "line 2: prev is not the hash of the line before"),
        (0, _replaced(b"{", b"\xff{"), "line 1"),
        (0, lambda _: b"\n", "line 1"),
        (0, lambda _: b"null\n", "line 1"),
        (0, lambda _: b"[]\n", "line 1"),
    ],
    ids=[
        "changed",
        "space",
        "version-2",
        "version-true",
        "version-float",
        "type",
        "seq-next",
        "seq-negative",
        "seq-too-large",
        "seq-nan",
        "seq-infinite",
        "key-twice",
        "escape",
        "surrogate",
        "deep",
        "too-long",
        "crlf",
        "bom",
        "trailing",
        "empty-line",
        "salt",
        "prev",
        "no-such-day",
        "first-changed",
        "not-utf8",
        "empty",
        "null",
        "array",
    ],
)
def test_line_of_another_form(
    tmp_path: Path, number: int, change: Callable[[bytes], bytes], words: str
) -> None:
    """A line that our encoder would not have written is refused, and the line named."""
    verdict = refused(build.bundle(tmp_path / "b", on_ledger=_line(number, change)), LEDGER, words)
    assert re.search(rf"line ({number + 1}|{number + 2})\b", told(verdict, LEDGER))


def _swap(ledger: Ledger) -> None:
    ledger.lines[3], ledger.lines[4] = ledger.lines[4], ledger.lines[3]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda ledger: ledger.lines.pop(5), "line 6: seq is 6"),
        (_swap, "line 4: seq is 4"),
        (lambda ledger: ledger.lines.insert(5, ledger.lines[5]), "line 7: seq is 5"),
        (lambda ledger: ledger.lines.pop(), "holds no bundle.seal"),
        (lambda ledger: ledger.lines.append(ledger.lines.pop()[:-1]), "torn line"),
        (lambda ledger: ledger.lines.append(b"{"), "torn line of 1 bytes"),
        (lambda ledger: ledger.lines.clear(), "holds no bundle.seal"),
        (lambda ledger: ledger.add("note", {"text": "x"}), "bundle.seal is line 13"),
        (lambda ledger: ledger.add("item.add", build.item(GONE, b"")), "item.add after bundle.seal"),
        (lambda ledger: ledger.add("bundle.seal", {}), "bundle.seal after bundle.seal"),
        (lambda ledger: ledger.add("note", {}, seq=99), "seq is 99"),
        (lambda ledger: ledger.add("note", {}, prev="0" * 64), "prev is not the hash"),
    ],
    ids=[
        "removed",
        "swapped",
        "doubled",
        "last-cut",
        "torn-seal",
        "torn",
        "emptied",
        "line-after",
        "item-after",
        "second-seal",
        "seq",
        "prev",
    ],
)
def test_ledger_spoilt_by_a_key_holder(tmp_path: Path, change: Callable[[Ledger], None], words: str) -> None:
    """A ledger that was changed and signed anew does not hold together."""
    refused(build.bundle(tmp_path / "b", on_ledger=change), LEDGER, words)


def test_genesis_of_another_log(tmp_path: Path) -> None:
    """The first line names its own log by its `prev`, so no line fits a second one."""
    opening = {**build.opening(), "origin": build.ORIGIN}

    def change(ledger: Ledger) -> None:
        ledger.lines.clear()
        ledger.add("case.open", opening, prev=entry.genesis("forensics.local/case/other"))

    refused(build.bundle(tmp_path / "b", on_ledger=change), LEDGER, "from another ledger")


def test_clock_that_went_back(tmp_path: Path) -> None:
    """A clock that went back is a note, not a failure."""
    early = "2001-01-01T00:00:00.000000Z"
    root = build.case(tmp_path / "c", on_ledger=lambda ledger: ledger.add("note", {}, time=early))
    verdict = judge(root)
    assert not failed(verdict)
    assert "the clock went back" in told(verdict, "ledger.jsonl")


def test_lines_of_one_moment(tmp_path: Path) -> None:
    """A clock that stood still did not go back."""
    now = entry.timestamp(build.START + timedelta(seconds=11))
    root = build.case(tmp_path / "c", on_ledger=lambda ledger: ledger.add("note", {}, time=now))
    assert "clock" not in told(judge(root), "ledger.jsonl")


def _read(ledger: Ledger, sizes: Collection[int]) -> History:
    history = History("ledger.jsonl", sizes, Examination("ledger"))
    history.read(Lines(io.BytesIO(b"".join(ledger.lines))))
    return history


def test_times_that_are_kept() -> None:
    """Of the first line, the last, those that a checkpoint or a stamp is of, and the one after each."""
    ledger = build.Plan().ledger()
    ledger.add("anchor.tsa", ANCHOR)
    for _ in range(6):
        ledger.add("note", {})
    expected = {number: entry.timestamp(build.START + timedelta(seconds=number - 1)) for number in TIMED}
    assert _read(ledger, {4, 8, 16}).times == expected


ANCHOR = Anchor("checkpoints/00000004.note", build.ZEROS, "http://tsa.example", build.ZEROS).body()
TIMED = (1, 4, 5, 8, 9, 13, 14, 16, 17, 19)


def test_ledger_of_its_opening_alone() -> None:
    """Nothing was kept before the first item."""
    ledger = Ledger()
    ledger.add("case.open", build.opening())
    history = _read(ledger, {1})
    assert (history.lines, history.contents.last_item, history.contents.bytes) == (1, 0, 0)
    assert history.roots == {1: ledger.root(1)}


def test_ledger_that_is_not_read_to_its_end(bundle: Path) -> None:
    """Of a ledger with a line of any length there is no digest to compare, and that is said."""
    with (bundle / LEDGER).open("ab") as ledger:
        ledger.write(b"{" * 65_536)
    refused(bundle, LEDGER, "was not read to its end, so it has no SHA-256 to compare")


def test_salt_used_twice(tmp_path: Path) -> None:
    """A salt that was used before is a note: it hides nothing, and proves nothing either."""
    salt = hashlib.sha256(b"salt 3").hexdigest()[:32]
    root = build.case(tmp_path / "c", on_ledger=lambda ledger: ledger.add("note", {}, salt=salt))
    verdict = judge(root)
    assert not failed(verdict)
    assert "its salt was used before" in told(verdict, "ledger.jsonl")


def test_sealed_case_takes_what_is_no_evidence(tmp_path: Path) -> None:
    """After the seal a case may say that it was sealed, and nothing of evidence."""

    def change(ledger: Ledger) -> None:
        ledger.add("bundle.seal", build.Plan().sealing("0" * 64))
        ledger.add("bundle.sealed", {"digest": "x", "path": "y"})

    assert not failed(judge(build.case(tmp_path / "good", on_ledger=change)))

    def more(ledger: Ledger) -> None:
        change(ledger)
        ledger.add("coverage", {"items": []})

    refused(build.case(tmp_path / "bad", on_ledger=more), "ledger.jsonl", "coverage after bundle.seal")


def test_salts_are_compared_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a million lines salts are not kept: memory must not grow for a note."""
    monkeypatch.setattr("forensics.verifier.history.MAX_SALTS", 3)
    salt = hashlib.sha256(b"salt 6").hexdigest()[:32]
    root = build.case(tmp_path / "c", on_ledger=lambda ledger: ledger.add("note", {}, salt=salt))
    assert "salt" not in told(judge(root), "ledger.jsonl")


json_values = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers(-(2**53) + 1, 2**53 - 1)
    | strategies.text(strategies.characters(exclude_categories=["Cs"]), max_size=9)
    | strategies.sampled_from([build.ITEM, "0" * 64, "o1", "r1", *build.person(build.IDENTITY).values()]),
    lambda inner: (
        strategies.lists(inner, max_size=3)
        | strategies.dictionaries(strategies.text("abcxyz_", max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
bodies = {
    "case.open": build.opening(),
    "item.add": build.item(build.GONE, b""),
    "bundle.seal": build.Plan().sealing("0" * 64),
    "coverage": {"items": []},
    "op.start": {"op": "o1"},
    "run.end": {"run": "r1"},
}


@given(strategies.sampled_from(sorted(bodies)), strategies.data())
def test_no_body_is_a_traceback(kind: str, data: strategies.DataObject) -> None:
    """Whatever a body holds, in whichever place, is read or refused: nothing is raised."""
    body = dict(bodies[kind])
    for key in data.draw(strategies.lists(strategies.sampled_from(sorted(body)), max_size=2)):
        body[key] = data.draw(json_values)
    if data.draw(strategies.booleans()):
        body = data.draw(strategies.dictionaries(strategies.sampled_from(sorted(body)), json_values))
    ledger = build.Ledger()
    if kind != "case.open":
        ledger.add("case.open", build.opening())
    ledger.add(kind, body)
    examination = Examination("ledger")
    history = History("ledger.jsonl", {1, 2}, examination)
    history.read(Lines(io.BytesIO(b"".join(ledger.lines))))
    examination.end("").document()
