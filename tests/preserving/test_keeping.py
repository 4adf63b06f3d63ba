"""What a task hands over, and what it began and did not."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path

import pytest

import forensics
from forensics.custody.store import Draft, Store
from forensics.model import Coverage, Exchange, Gap, Outcome, Source
from forensics.preserving.keeping import Keeper, Scratch
from forensics.reports.dating import dating
from forensics.standing import Standing

SOURCE = Source("111122223333", "eu-west-1", "ecs", "DescribeTaskDefinition")


def _begun(scratch: Scratch, text: bytes = b"x") -> Draft:
    draft = scratch.draft()
    draft.write(text)
    return draft


def _store(tmp_path: Path) -> Store:
    for name in ("tmp", "data"):
        (tmp_path / name).mkdir()
    return Store(tmp_path)


def test_what_was_handed_over_or_discarded_is_forgotten(tmp_path: Path) -> None:
    """A hundred thousand objects leave nothing in memory."""
    store = _store(tmp_path)
    scratch, known = Scratch(store), list[weakref.ref[Draft]]()
    for number in range(300):
        draft = _begun(scratch)
        known.append(weakref.ref(draft))
        if number % 2:
            draft.discard()
        else:
            store.place(draft, f"a/{number}")
    del draft
    gc.collect()
    assert sum(one() is not None for one in known) <= 65


def test_what_was_taken_back_is_swept(tmp_path: Path) -> None:
    """A draft that the ledger did not take in the end is removed with the rest; what is kept stays."""
    store = _store(tmp_path)
    scratch = Scratch(store)
    kept, back = _begun(scratch, b"kept"), _begun(scratch)
    path = store.place(kept, "a/kept")
    store.withdraw(back, store.place(back, "a/back"))
    for _ in range(200):
        _begun(scratch)
    scratch.sweep()
    assert list((tmp_path / "tmp").iterdir()) == []
    assert [one.name for one in (tmp_path / "data/a").iterdir()] == ["kept"]
    assert (tmp_path / path).read_bytes() == b"kept"


GAP = Gap(SOURCE, Outcome.DENIED, "AccessDenied", "no")


@pytest.mark.parametrize(
    ("coverage", "told"),
    [
        (Coverage(SOURCE, Outcome.EMPTY), []),
        (Coverage(SOURCE, Outcome.COLLECTED, requests=1), [("collected", "without the names of a.B, c.D")]),
        (
            Coverage(SOURCE, Outcome.EMPTY, requests=1, note="x"),
            [("empty", "x; without the names of a.B, c.D")],
        ),
        (Coverage(SOURCE, Outcome.DENIED, requests=1, gaps=(GAP,)), [("denied", "")]),
    ],
    ids=["not asked", "collected", "empty", "denied"],
)
def test_a_row_that_lacks_names(tmp_path: Path, coverage: Coverage, told: list[tuple[str, str]]) -> None:
    """Without the names of a row that failed: it says so, and one that was asked nothing is not `empty`."""
    with forensics.open_case(tmp_path / "case") as case:
        keeper = Keeper(case, Standing(), threading.Lock(), threading.Event(), lambda _: None)
        keeper.keep(iter([coverage]), None, ("a.B", "c.D"))
        found = [one.body for one in case.entries() if one.type == "coverage"]
    assert [(body["outcome"], body["note"]) for body in found] == told


def test_a_row_that_lacks_no_names(tmp_path: Path) -> None:
    """It is empty where AWS has said so."""
    with forensics.open_case(tmp_path / "case") as case:
        keeper = Keeper(case, Standing(), threading.Lock(), threading.Event(), lambda _: None)
        keeper.keep(iter([Coverage(SOURCE, Outcome.EMPTY)]), None)
        assert [one.body["outcome"] for one in case.entries() if one.type == "coverage"] == ["empty"]


def _answer(date: str, received: str) -> Exchange:
    return Exchange(SOURCE, {}, "https://x", "arn", received, received, 200, "r", date, b"{}")


def test_a_clock_that_jumps_while_a_run_goes_on(tmp_path: Path) -> None:
    """The ledger has it from the answer on that shows it, also of a run that is killed then."""
    answers = [
        _answer("Tue, 06 May 2031 07:08:09 GMT", "2031-05-06T07:08:09.250000Z"),
        _answer("Tue, 06 May 2031 07:08:11 GMT", "2031-05-06T09:08:11.250000Z"),
        _answer("Tue, 06 May 2031 07:08:12 GMT", "2031-05-06T09:08:12.250000Z"),
    ]
    with forensics.open_case(tmp_path / "case") as case:
        keeper = Keeper(case, Standing(), threading.Lock(), threading.Event(), lambda _: None)
        keeper.keep(iter([*answers, Coverage(SOURCE, Outcome.COLLECTED, requests=3)]), None)
        notes = [one.body for one in case.entries() if one.type == "note"]
    clock = {"aws": answers[1].date, "local": answers[1].received}
    assert notes == [{"clock": clock, "text": "the clock is 120 minutes ahead of AWS's"}]
    assert "120 minutes ahead of AWS's at 2031-05-06T09:08:11.250000Z" in "\n".join(
        dating(tmp_path / "case").lines()
    )
